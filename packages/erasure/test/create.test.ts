import { seededRandom } from '@barycenter/testing';
import { describe, expect, test, vi } from 'vitest';
import * as portable from '../src/index.ts';
import * as worker from '../src/workerd.ts';
import { codeOf } from './code-of.ts';
import { MODULES } from './engines.ts';
import { range, sameShards, shardsOf } from './shards.ts';

// The entry for Workers, with the files that its runtime imports as modules compiled here. Where
// relaxed SIMD is missing there is no such module, as there would be no such Worker.
vi.mock('../src/kernel/relaxed.wasm', async () => compiled('relaxed'));
vi.mock('../src/kernel/strict.wasm', async () => compiled('strict'));

async function compiled(name: string): Promise<{ default: WebAssembly.Module | undefined }> {
  const { MODULES } = await import('./engines.ts');
  return { default: MODULES.find((kernel) => kernel.name === name)?.module };
}

const { compileKernel, createErasure, createErasureSync } = portable;
const shape = { codec: 'leopard-ff8', dataShards: 5, parityShards: 3 } as const;
const best = MODULES[0]!.name;

test('the fastest backend that runs is chosen, says why, and any other may be named', async () => {
  const data = shardsOf(seededRandom(0xc4ea), 5, 100);
  const chosen = await createErasure(shape);
  expect(chosen.backend().name).toBe(best);
  expect(chosen.backend().reason).toMatch(/SIMD/);
  for (const backend of [...MODULES.map(({ name }) => name), 'js', 'auto'] as const) {
    const coder = await createErasure({ ...shape, backend });
    expect(coder.backend().name).toBe(backend === 'auto' ? best : backend);
    expect(sameShards(coder.encode(data), chosen.encode(data))).toBe(true);
  }
  expect((await createErasure({ ...shape, backend: 'js' })).backend().reason).toBe('asked for');
  await expect(createErasure({ ...shape, backend: 'avx2' as never })).rejects.toThrow(
    'backend: expected one of auto, relaxed, strict, js, got avx2',
  );
  await expect(compileKernel({ backend: 'js' as never })).rejects.toThrow(RangeError);
});

test('a compiled kernel is taken over at once; without one JavaScript runs', async () => {
  const module = await compileKernel();
  const coder = createErasureSync({ ...shape, module });
  expect(coder.backend().name).toBe(best);
  expect(coder.backend().reason).toContain('compiled by the caller');
  expect(createErasureSync(shape).backend()).toEqual({
    name: 'js',
    reason: 'no compiled kernel was given',
  });
  expect(await compileKernel({ backend: 'strict' })).not.toBe(module);
  expect(await compileKernel()).toBe(module);
});

test('another module is refused with backend_unavailable', () => {
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  expect(codeOf(() => createErasureSync({ ...shape, module: empty }))).toBe('backend_unavailable');
});

describe('where no kernel may be compiled', () => {
  const forbid = () =>
    vi
      .spyOn(WebAssembly, 'compile')
      .mockRejectedValue(new WebAssembly.CompileError('disallowed by embedder'));

  test('JavaScript runs and says why, a named kernel is refused, and nothing is remembered', async () => {
    // In a realm of its own, as this one has its kernels by now.
    vi.resetModules();
    const fresh = await import('../src/index.ts');
    const compile = forbid();
    try {
      const coder = await fresh.createErasure(shape);
      expect(coder.backend()).toEqual({
        name: 'js',
        reason: expect.stringContaining('disallowed by embedder'),
      });
      expect(coder.verify(range(0, 8).map(() => new Uint8Array(9)))).toBe(true);
      expect(await fresh.compileKernel()).toBeUndefined();
      const named = fresh.createErasure({ ...shape, backend: 'strict' });
      await expect(named).rejects.toMatchObject({ code: 'backend_unavailable' });
    } finally {
      compile.mockRestore();
    }
    expect((await fresh.createErasure(shape)).backend().name).toBe(best);
  });

  test('a Worker runs the deployed kernels', async () => {
    const compile = forbid();
    try {
      const coder = await worker.createErasure({ ...shape, backend: best });
      expect(coder.backend().name).toBe(best);
      expect(await worker.compileKernel({ backend: 'strict' })).toBeInstanceOf(WebAssembly.Module);
      expect(compile).not.toHaveBeenCalled();
    } finally {
      compile.mockRestore();
    }
  });
});

test('the entry for Workers exports what the portable entry exports', () => {
  expect(Object.keys(worker).sort()).toEqual(Object.keys(portable).sort());
});
