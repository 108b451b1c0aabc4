import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { createBls, signatureTag } from '../src/index.ts';
import { MAX_KEPT_MEMORY } from '../src/kernel-memory.ts';
import { createNobleEngine } from '../src/noble-engine.ts';
import { createScheme } from '../src/scheme.ts';
import { createWasmEngine, type StoredPoint } from '../src/wasm-engine.ts';
import { ascii, fromInteger, toHex } from './bytes.ts';
import { memoryOf, openKernel } from './kernel.ts';
import { GROUP_ORDER } from './points.ts';

const ABOUT = { name: 'scalar', reason: 'a test' } as const;
/** |t|, the parameter of the curve: the kernel splits secret keys in this base. */
const PARAMETER = 0xd201000000010000n;

/** What of a secret key must not remain: its bytes either way round, and its parts in base |t|. */
function tracesOf(secretKey: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const littleEndian = (value: bigint, size: number) => fromInteger(value, size).reverse();
  const value = BigInt(`0x${toHex(secretKey)}`);
  const square = PARAMETER * PARAMETER;
  const traces = [
    { name: 'the key', bytes: Uint8Array.from(secretKey) },
    { name: 'the key, little-endian', bytes: littleEndian(value, 32) },
    { name: 'its upper half', bytes: littleEndian(value / square, 16) },
    { name: 'its lower half', bytes: littleEndian(value % square, 16) },
  ];
  for (let i = 0n; i < 4n; i++) {
    const digit = (value / PARAMETER ** i) % PARAMETER;
    traces.push({ name: `digit ${i}`, bytes: littleEndian(digit, 8) });
  }
  return traces;
}

/** Names of the traces found anywhere in a memory. */
function tracesIn(memory: Uint8Array, secretKey: Uint8Array): string[] {
  const text = Buffer.from(memory);
  return tracesOf(secretKey)
    .filter(({ bytes }) => text.includes(Buffer.from(bytes)))
    .map(({ name }) => name);
}

test('nothing of a secret key is left in the memory of the kernel after a call', async () => {
  const { kernel, instances } = await openKernel();
  const engine = createWasmEngine(kernel, ABOUT);
  const random = seededRandom(0x5ec2e7);
  for (let round = 0; round < 8; round++) {
    const secretKey = fromInteger(random.bigint(GROUP_ORDER - 1n) + 1n, 32);
    const note = `seed ${random.seed}, round ${round}`;
    engine.publicKey(secretKey);
    expect(tracesIn(memoryOf(instances[0]), secretKey), note).toEqual([]);
    engine.sign(secretKey, random.bytes(random.integer(200)), signatureTag());
    expect(tracesIn(memoryOf(instances[0]), secretKey), note).toEqual([]);
  }
  expect(instances).toHaveLength(1);
  // The search finds what is there.
  const planted = fromInteger(random.bigint(GROUP_ORDER - 1n) + 1n, 32);
  for (const trace of tracesOf(planted)) {
    kernel.call([32], ({ at, bytes }) => bytes.set(trace.bytes, at[0]));
    expect(tracesIn(memoryOf(instances[0]), planted)).toContain(trace.name);
  }
});

test('a call with a secret key that traps leaves nothing of it either', async () => {
  const { kernel, instances } = await openKernel();
  const engine = createWasmEngine(kernel, ABOUT);
  const secretKey = fromInteger(GROUP_ORDER - 2n, 32);
  // A list whose length is no number makes the copy of the message fail after that of the key.
  const message = { length: 4, 0: 1n } as unknown as Uint8Array;
  expect(() => engine.sign(secretKey, message, signatureTag())).toThrow(TypeError);
  expect(tracesIn(memoryOf(instances[0]), secretKey)).toEqual([]);
  expect(engine.publicKey(fromInteger(1n, 32))).toHaveLength(48);
  expect(instances).toHaveLength(2);
});

test('messages larger than the memory that is kept are hashed like any other', async () => {
  const { kernel, instances } = await openKernel();
  const bls = createScheme(createWasmEngine(kernel, ABOUT));
  const noble = await createBls({ backend: 'js' });
  const secretKey = fromInteger(5n, 32);
  const message = new Uint8Array(MAX_KEPT_MEMORY + 1).fill(3);
  const signature = bls.sign(secretKey, message);
  expect(signature).toEqual(noble.sign(secretKey, message));
  expect(bls.verify(bls.publicKey(secretKey), message, signature)).toBe(true);
  expect(instances.length).toBeGreaterThan(1);
  expect(memoryOf(instances.at(-1)).length).toBeLessThanOrEqual(MAX_KEPT_MEMORY);
});

test('lists longer than the kernel takes at once have the same sums and batches', async () => {
  const { kernel } = await openKernel();
  const engine = createWasmEngine(kernel, ABOUT);
  const bls = createScheme(engine);
  const count = 1030;
  const secretKeys = Array.from({ length: count }, (_, i) => fromInteger(BigInt(i + 1), 32));
  const keys = secretKeys.map((secretKey) => bls.publicKey(secretKey));
  const total = fromInteger((BigInt(count) * BigInt(count + 1)) / 2n, 32);
  expect(bls.aggregatePublicKeys(keys)).toEqual(bls.publicKey(total));

  const messages = [ascii('even'), ascii('odd')];
  const sets = secretKeys.map((secretKey, i) => {
    const message = messages[i % 2]!;
    return { publicKey: keys[i]!, message, signature: bls.sign(secretKey, message) };
  });
  const sameMessage = sets.filter((_, i) => i % 2 === 0);
  const sum = bls.aggregateSignatures(sameMessage.map((set) => set.signature));
  const evenTotal = fromInteger((BigInt(count) / 2n) ** 2n, 32); // 1 + 3 + ... + (count - 1)
  expect(sum).toEqual(bls.sign(evenTotal, messages[0]!));

  expect(bls.verifyBatch(sets)).toEqual({ ok: true });
  for (const position of [0, 1023, 1024]) {
    const bad = [...sets];
    bad[position] = { ...sets[position]!, message: messages[(position + 1) % 2]! };
    expect(bls.verifyBatch(bad)).toEqual({ ok: false, invalid: [position] });
  }
});

test('a sum that is infinity in the middle of a long list goes on', async () => {
  const { kernel } = await openKernel();
  const engine = createWasmEngine(kernel, ABOUT);
  const [one, minusOne] = [1n, GROUP_ORDER - 1n].map((x) => fromInteger(x, 32));
  const keys = engine.decodeKeys([engine.publicKey(one!), engine.publicKey(minusOne!)]);
  const [plus, minus] = keys as [StoredPoint, StoredPoint];
  // The stored form is not unique, so sums are compared by their encodings.
  const sumOf = (list: StoredPoint[]) => {
    const sum = engine.sumKeys(list);
    return sum && engine.encodeKey(sum);
  };
  const cancelling = Array.from({ length: 1024 }, (_, i) => (i % 2 === 0 ? plus : minus));
  expect(sumOf(cancelling)).toBeUndefined();
  expect(sumOf([...cancelling, plus])).toEqual(engine.encodeKey(plus));
  expect(sumOf([...cancelling, plus, minus])).toBeUndefined();
  expect(sumOf([plus, ...cancelling])).toEqual(engine.encodeKey(plus));

  const message = ascii('m');
  const signatures = engine.decodeSignatures(
    [one!, minusOne!].map((secretKey) => engine.sign(secretKey, message, signatureTag())),
  );
  const [s, negative] = signatures as [StoredPoint, StoredPoint];
  const list = Array.from({ length: 1024 }, (_, i) => (i % 2 === 0 ? s : negative));
  const infinity = engine.sumSignatures(list);
  expect(toHex(engine.encodeSignature(infinity))).toBe(`c0${'00'.repeat(95)}`);
  const encoded = engine.encodeSignature(s);
  expect(engine.encodeSignature(engine.sumSignatures([...list, s]))).toEqual(encoded);
  expect(engine.encodeSignature(engine.sumSignatures([infinity, s, infinity]))).toEqual(encoded);
});

test('hashing agrees with noble for messages and tags of every length up to 300 bytes', async () => {
  const { kernel } = await openKernel();
  const engine = createWasmEngine(kernel, ABOUT);
  const noble = createNobleEngine('the reference');
  const random = seededRandom(0x4a54);
  const one = fromInteger(1n, 32);
  const step = process.env.BARYCENTER_LONG ? 1 : 7;
  for (let size = 0; size <= 300; size += step) {
    const message = random.bytes(size);
    const dst = random.bytes(1 + (size % 255));
    const note = `seed ${random.seed}, message ${toHex(message)}, tag ${toHex(dst)}`;
    expect(engine.sign(one, message, dst), note).toEqual(noble.sign(one, message, dst));
  }
});
