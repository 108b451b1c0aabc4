import { createHash } from 'node:crypto';
import { compileKernel, type KernelName, sha256, sha256Async } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { expect, test, vi } from 'vitest';
import { findNativeHash, MIN_NATIVE_BYTES, preferNative } from '../src/native-hash.ts';
import type { KernelExports } from '../src/wasm/kernel-exports.ts';
import { KernelMemory } from '../src/wasm/kernel-memory.ts';
import { backends } from './every-backend.ts';

const SEED = 0x5a256;
const random = seededRandom(SEED);
const parts = [0, 1, 63, MIN_NATIVE_BYTES].map((size) => random.bytes(size));
const expected = new Uint8Array(createHash('sha256').update(Buffer.concat(parts)).digest());

test(`the runtime's hash is SHA-256 of the parts in order (seed ${SEED})`, () => {
  expect(findNativeHash()!(parts)).toEqual(expected);
  expect(findNativeHash()!(parts).buffer).toBeInstanceOf(ArrayBuffer);
});

test(`sha256 is SHA-256 of the parts in order, with and without the runtime's (seed ${SEED})`, () => {
  expect(sha256(parts)).toEqual(expected);
  const few = parts.slice(0, 3);
  const digest = createHash('sha256').update(Buffer.concat(few)).digest();
  expect(sha256(few)).toEqual(new Uint8Array(digest));
});

test('little is hashed by the other function, much by the runtime where it can', () => {
  const slow = vi.fn(() => new Uint8Array(32));
  const hash = preferNative(slow);
  expect(hash(parts)).toEqual(expected);
  expect(slow).not.toHaveBeenCalled();
  hash([new Uint8Array(MIN_NATIVE_BYTES - 1)]);
  expect(slow).toHaveBeenCalledTimes(1);
  const spy = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  try {
    expect(findNativeHash()).toBeUndefined();
    preferNative(slow)(parts);
    expect(slow).toHaveBeenCalledTimes(2);
  } finally {
    spy.mockRestore();
  }
});

test('sha256Async is the same hash, by WebCrypto for much where the runtime has no synchronous one', async () => {
  const digest = vi.spyOn(crypto.subtle, 'digest');
  const builtin = vi.spyOn(process, 'getBuiltinModule');
  try {
    expect(await sha256Async(parts)).toEqual(expected);
    expect(digest).not.toHaveBeenCalled();
    builtin.mockReturnValue(undefined);
    expect(await sha256Async(parts)).toEqual(expected);
    expect(digest).toHaveBeenCalledTimes(1);
    expect(await sha256Async(parts.slice(0, 3))).toEqual(sha256(parts.slice(0, 3)));
    expect(digest).toHaveBeenCalledTimes(1);
    vi.stubGlobal('crypto', {}); // an insecure context
    expect(await sha256Async(parts)).toEqual(expected);
  } finally {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  }
});

test.each(backends.filter(({ name }) => name !== 'js'))(
  `$name hashes any number of bytes (seed ${SEED})`,
  async ({ name }) => {
    const module = await compileKernel({ backend: name as KernelName });
    const memory = new KernelMemory(
      new WebAssembly.Instance(module!).exports as unknown as KernelExports,
    );
    for (const size of [0, 1, 55, 56, 63, 64, 65, 1000, 131_195]) {
      const bytes = seededRandom(SEED + size).bytes(size);
      const digest = memory.scoped(() => {
        const out = memory.allocate(32);
        memory.exports.sha256(memory.write(bytes), size, out);
        return memory.read(out, 32);
      });
      expect(digest).toEqual(new Uint8Array(createHash('sha256').update(bytes).digest()));
    }
  },
);
