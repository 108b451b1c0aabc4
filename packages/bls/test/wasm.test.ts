import { expect, test } from 'vitest';
import { compileKernel, createBls } from '../src/index.ts';
import { blsSuite } from './bls-suite.ts';

const KERNELS = ['fma', 'wide', 'scalar'] as const;

const running: string[] = [];
for (const backend of KERNELS) {
  if ((await compileKernel({ backend })) === undefined) continue;
  running.push(backend);
  blsSuite(backend, () => createBls({ backend }), { signatureStride: 1 });
}

test('the plain integer kernel runs wherever WebAssembly does, and auto takes the first that runs', async () => {
  expect(running).toContain('scalar');
  expect((await createBls()).backend().name).toBe(running[0]);
});
