import { type BackendName, compileKernel, FIELD_MODULUS, KzgError } from '@barycenter/kzg';
import { type BigKzg, createBigKzg, MAX_POWERS, type Powers } from '@barycenter/kzg/big';
import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { writeAffinePoints } from '../src/js/affine-bytes.ts';
import { writeG2 } from '../src/js/g2.ts';
import type { KernelExports } from '../src/wasm/kernel-exports.ts';
import { assertOk, KernelMemory } from '../src/wasm/kernel-memory.ts';
import { backends } from './every-backend.ts';
import { hash } from './published-setup.ts';
import { randomRow, randomScalars } from './random-rows.ts';
import { evaluate } from './reference/polynomial.ts';

// With a tau that we know, a commitment is f(tau) times the generator: the slow, obvious definition.

const SEED = 0xb16;
const TAU = 0x1234567890abcdefn ** 3n % FIELD_MODULUS;
const { G1, G2 } = bls12_381;
const kernel = backends.at(-1)!.name;
const module = await compileKernel();
if (module === undefined) throw new Error('no kernel runs here');

/** [tau^i]_1, each by one multiplication, then [1]_2 and [tau]_2: noble's arithmetic. */
function powersOfTau(size: number): Uint8Array {
  const points: Uint8Array[] = [];
  let power = 1n;
  for (let i = 0; i < size; i++) {
    const { x, y } = G1.Point.BASE.multiplyUnsafe(power).toAffine();
    points.push(writeAffinePoints([{ x, y }]));
    power = (power * TAU) % FIELD_MODULUS;
  }
  const g2 = [G2.Point.BASE, G2.Point.BASE.multiply(TAU)].map(writeG2);
  return Uint8Array.from(Buffer.concat([...points, ...g2]));
}

const SIZE = 200;
const string = powersOfTau(SIZE);
const powers: Powers = { size: SIZE, sha256: hash([string]), bytes: string };

const committed = (coefficients: readonly bigint[]): Uint8Array => {
  const value = evaluate(coefficients, TAU);
  const point = value === 0n ? G1.Point.ZERO : G1.Point.BASE.multiplyUnsafe(value);
  return Uint8Array.from(point.toBytes());
};

const create = async (
  backend: BackendName,
  options: Partial<Parameters<typeof createBigKzg>[0]> = {},
): Promise<BigKzg> => await createBigKzg({ powers, backend, termsAtOnce: 64, ...options });

const toBytes = (scalars: readonly bigint[]): Uint8Array =>
  Uint8Array.from(
    Buffer.concat(scalars.map((s) => Buffer.from(s.toString(16).padStart(64, '0'), 'hex'))),
  );

/** Pieces of all sizes, also empty ones. */
async function* pieces(bytes: Uint8Array, seed: number): AsyncGenerator<Uint8Array> {
  const random = seededRandom(seed);
  for (let at = 0; at < bytes.length; ) {
    const size = random.integer(700);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const error = (code: string): unknown => expect.objectContaining({ name: 'KzgError', code });

describe.each(backends)('$name', ({ name }) => {
  test(`a commitment is f(tau) times the generator, an opening f(z) and the quotient (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const big = await create(name);
    expect([big.size, big.backend().name]).toEqual([SIZE, name]);
    for (const count of [1, 2, 63, 64, 65, 128, 200]) {
      const scalars = randomScalars(random, count);
      const bytes = toBytes(scalars);
      const commitment = await big.commit(bytes);
      expect(commitment).toEqual(committed(scalars));
      for (const z of [0n, TAU, random.bigint(FIELD_MODULUS)]) {
        const { proof, y } = await big.open(bytes, { z });
        expect(y).toBe(evaluate(scalars, z));
        expect(big.verify({ commitment, z, y, proof })).toBe(true);
        const wrong = (y + 1n) % FIELD_MODULUS;
        expect(big.verify({ commitment, z, y: wrong, proof })).toBe(false);
        if (count === 1) expect(proof[0]).toBe(0xc0);
      }
    }
    const zero = toBytes([0n, 0n, 0n]);
    expect((await big.commit(zero))[0]).toBe(0xc0);
    big.dispose();
  });

  test(`streams of any pieces give the same (seed ${SEED})`, async () => {
    const random = seededRandom(SEED + 1);
    const bytes = toBytes(randomScalars(random, 150));
    const whole = await create(name, { termsAtOnce: 4096 });
    const streamed = await create(name, {
      powers: { ...powers, bytes: () => pieces(string, SEED + 2) },
    });
    const commitment = await whole.commit(bytes);
    expect(await streamed.commit(pieces(bytes, SEED + 3))).toEqual(commitment);
    const opening = await whole.open(bytes, { z: 5n });
    expect(await streamed.open(pieces(bytes, SEED + 4), { z: 5n })).toEqual(opening);
  });
});

test('coefficients of a wrong number or value are refused', async () => {
  const big = await create(kernel);
  for (const size of [0, 31, 33, 64 * 32 + 1, 201 * 32]) {
    await expect(big.commit(new Uint8Array(size))).rejects.toThrow(error('polynomial_length'));
    await expect(big.open(new Uint8Array(size), { z: 1n })).rejects.toThrow(
      error('polynomial_length'),
    );
  }
  const bad = new Uint8Array(100 * 32).fill(0xff, 90 * 32);
  await expect(big.commit(bad)).rejects.toThrow(error('scalar_not_canonical'));
  await expect(big.open(bad, { z: 1n })).rejects.toThrow(error('scalar_not_canonical'));
  await expect(big.open(new Uint8Array(32), { z: FIELD_MODULUS })).rejects.toThrow(RangeError);
  await expect(big.commit('x' as unknown as Uint8Array)).rejects.toThrow(TypeError);
  const infinity = new Uint8Array(48).fill(0xc0, 0, 1);
  const claim = { commitment: infinity, z: 1n, y: 0n, proof: infinity };
  expect(big.verify(claim)).toBe(true);
  expect(() => big.verify({ ...claim, proof: new Uint8Array(48) })).toThrow(KzgError);
  expect(() => big.verify({ ...claim, y: -1n })).toThrow(RangeError);
});

test('powers of another length, hash or shape are refused', async () => {
  const refused = async (change: Partial<Powers>, expected: unknown): Promise<void> =>
    await expect(create(kernel, { powers: { ...powers, ...change } })).rejects.toThrow(
      expected as Error,
    );
  const flipped = string.slice();
  flipped[1000]! ^= 1;
  await refused({ bytes: flipped }, error('setup_invalid'));
  await refused({ bytes: string.slice(1) }, error('setup_invalid'));
  await refused({ bytes: Buffer.concat([string, string]) }, error('setup_invalid'));
  await refused({ size: 199 }, error('setup_invalid'));
  await refused({ sha256: hash([]) }, error('setup_invalid'));
  await refused({ sha256: new Uint8Array(31) }, error('setup_invalid'));
  await refused({ bytes: () => ['x'] as unknown as Uint8Array[] }, TypeError);
  for (const size of [0, 1.5, MAX_POWERS + 1]) await refused({ size }, RangeError);
  for (const termsAtOnce of [63, 2.5, MAX_POWERS + 1]) {
    await expect(create(kernel, { termsAtOnce })).rejects.toThrow(RangeError);
  }
  await expect(create('native' as 'js')).rejects.toThrow(RangeError);
  await expect(create('wide')).rejects.toThrow(error('backend_unavailable'));
});

test('a string with the right hash and points off the curve is refused when they are used', async () => {
  for (const backend of ['js', kernel] as const) {
    for (const at of [100 * 96 + 95, 100 * 96]) {
      const bytes = string.slice();
      if (at % 96 === 0) bytes.fill(0, at, at + 96);
      else bytes[at]! ^= 1;
      const big = await create(backend, { powers: { size: SIZE, sha256: hash([bytes]), bytes } });
      await expect(big.commit(new Uint8Array(101 * 32))).rejects.toThrow(error('setup_invalid'));
      expect((await big.commit(new Uint8Array(64 * 32)))[0]).toBe(0xc0);
    }
  }
});

test('first powers off the curve, which verification takes, are refused at once', async () => {
  for (const backend of ['js', kernel] as const) {
    const bytes = string.slice();
    bytes[95]! ^= 1;
    const changed = { size: SIZE, sha256: hash([bytes]), bytes };
    await expect(create(backend, { powers: changed })).rejects.toThrow(error('setup_invalid'));
  }
});

test('powers that change or end between two uses are noticed', async () => {
  let current = string;
  const big = await create(kernel, { powers: { ...powers, bytes: () => [current] } });
  const bytes = new Uint8Array(200 * 32).fill(1);
  await big.commit(bytes);
  current = string.slice();
  current[150 * 96]! ^= 1;
  await expect(big.commit(bytes)).rejects.toThrow(error('setup_invalid'));
  current = string.slice(0, 128 * 96);
  await expect(big.commit(bytes)).rejects.toThrow(error('setup_invalid'));
  current = string;
  await big.commit(bytes);
});

test('an abort and a disposal end what is under way', async () => {
  const big = await create(kernel);
  const reason = new Error('enough');
  const controller = new AbortController();
  async function* slow(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 3; i++) {
      if (i === 2) controller.abort(reason);
      yield new Uint8Array(64 * 32);
    }
  }
  await expect(big.commit(slow(), { signal: controller.signal })).rejects.toBe(reason);
  const { signal } = controller;
  await expect(big.open(new Uint8Array(64), { z: 1n, signal })).rejects.toBe(reason);
  async function* disposing(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(64 * 32);
    big.dispose();
    yield new Uint8Array(64 * 32);
  }
  await expect(big.commit(disposing())).rejects.toThrow(error('disposed'));
  big.dispose();
  expect(() => big.backend()).toThrow(error('disposed'));
  await expect(big.commit(new Uint8Array(32))).rejects.toThrow(error('disposed'));
});

test('the streams of powers and coefficients are closed, however a commitment ends', async () => {
  const open: string[] = [];
  async function* stream(name: string, pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    open.push(name);
    try {
      yield* pieces;
    } finally {
      open.splice(open.indexOf(name), 1);
    }
  }
  const big = await create(kernel, {
    powers: {
      ...powers,
      bytes: () => stream('powers', [string.slice(0, 9000), string.slice(9000)]),
    },
  });
  const zeros = (count: number): Uint8Array => new Uint8Array(count * 32);
  await big.commit(stream('coefficients', [zeros(70)]));
  expect(open).toEqual([]);
  const bad = stream('coefficients', [zeros(64), zeros(64).fill(0xff), zeros(1)]);
  await expect(big.commit(bad)).rejects.toThrow(error('scalar_not_canonical'));
  expect(open).toEqual([]);
  const controller = new AbortController();
  function* aborting(): Generator<Uint8Array> {
    yield zeros(64);
    controller.abort(new Error('enough'));
    yield zeros(64);
  }
  await expect(big.commit(aborting(), { signal: controller.signal })).rejects.toThrow('enough');
  expect(open).toEqual([]);
});

/** Sizes beyond the slow definition: one multiplication with f(tau) instead of n. */
const LOGS = process.env.BARYCENTER_LONG ? [13, 14, 16, 18] : [13, 14];

describe.each(LOGS)('2^%i coefficients', (log) => {
  test(`commit and open to f(tau) times the generator (seed ${SEED + log})`, async () => {
    const size = 2 ** log;
    const bytes = fastPowers(size);
    const big = await create(kernel, {
      powers: { size, sha256: hash([bytes]), bytes: () => pieces(bytes, SEED) },
      termsAtOnce: 1 << 13,
    });
    const random = seededRandom(SEED + log);
    const coefficients = randomRow(random, 4096);
    const all = new Uint8Array(size * 32);
    for (let at = 0; at < all.length; at += coefficients.length) {
      all.set(coefficients, at);
      all.set(randomRow(random, 1), at);
    }
    const scalars = Array.from({ length: size }, (_, i) =>
      BigInt(`0x${Buffer.from(all.subarray(32 * i, 32 * i + 32)).toString('hex')}`),
    );
    const commitment = await big.commit(all);
    expect(commitment).toEqual(committed(scalars));
    const z = random.bigint(FIELD_MODULUS);
    const { proof, y } = await big.open(all, { z });
    expect(y).toBe(evaluate(scalars, z));
    expect(big.verify({ commitment, z, y, proof })).toBe(true);
    big.dispose();
  });
});

/** Powers of tau by the kernel, each one multiplication. */
function fastPowers(size: number): Uint8Array {
  const memory = new KernelMemory(
    new WebAssembly.Instance(module!).exports as unknown as KernelExports,
  );
  const out = new Uint8Array(size * 96 + 384);
  let power = 1n;
  for (let at = 0; at < size; at += 4096) {
    const count = Math.min(4096, size - at);
    const scalars = Array.from({ length: count }, () => {
      const scalar = power;
      power = (power * TAU) % FIELD_MODULUS;
      return scalar;
    });
    memory.scoped(() => {
      const generators = new Uint8Array(count * 96);
      for (let i = 0; i < count; i++) generators.set(string.subarray(0, 96), 96 * i);
      const points = memory.allocatePoints(count);
      memory.exports.g1_read(memory.write(generators), count, 1, points);
      assertOk(
        memory.exports.g1_multiply_each(points, memory.writeScalars(scalars), count, points),
      );
      const bytes = memory.allocate(96 * count);
      memory.exports.g1_write(points, count, bytes);
      out.set(memory.read(bytes, 96 * count), at * 96);
    });
  }
  out.set(string.subarray(SIZE * 96), size * 96);
  return out;
}
