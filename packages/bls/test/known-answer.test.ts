import { expect, test } from 'vitest';
import { signatureTag } from '../src/index.ts';
import type { BlsExports } from '../src/kernel-memory.ts';
import { createKernelMemory } from '../src/kernel-memory.ts';
import { givesKnownAnswer } from '../src/known-answer.ts';
import { createNobleEngine, type KeyPoint } from '../src/noble-engine.ts';
import { createWasmEngine } from '../src/wasm-engine.ts';
import { flipBit } from './bytes.ts';
import { openKernel } from './kernel.ts';

test('the answer that is expected is the one of @noble/curves', () => {
  expect(givesKnownAnswer(createNobleEngine('the reference'))).toBe(true);
});

const engine = createNobleEngine('spoilt below');
test.each([
  ['a public key', { publicKey: (key: Uint8Array) => flipBit(engine.publicKey(key), 383) }],
  [
    'a signature',
    { sign: (key: Uint8Array) => flipBit(engine.sign(key, key, signatureTag()), 767) },
  ],
  ['a verification that refuses all', { verifyProduct: () => false }],
  ['a verification that accepts all', { verifyProduct: () => true }],
  ['no keys', { decodeKeys: (): KeyPoint[] => [] }],
])('a backend with %s that is wrong does not give it', (_, fault) => {
  expect(givesKnownAnswer({ ...engine, ...fault })).toBe(false);
});

test('every function of a kernel that the answer goes through can spoil it', async () => {
  const { kernel, instances } = await openKernel();
  kernel.call([], () => {});
  const { exports } = instances[0]!;
  const used = [
    'bls_decode_keys',
    'bls_decode_signatures',
    'bls_hash',
    'bls_verify',
    'bls_public_key',
    'bls_sign',
  ] as const satisfies readonly (keyof BlsExports)[];
  for (const name of used) {
    const spoilt = { exports: { ...exports, [name]: () => 1 } } as WebAssembly.Instance;
    const memory = createKernelMemory(() => spoilt);
    const answer = () => givesKnownAnswer(createWasmEngine(memory, { name: 'scalar', reason: '' }));
    let right = false;
    try {
      right = answer();
    } catch {
      // A trap is no right answer either.
    }
    expect(right, name).toBe(false);
  }
});
