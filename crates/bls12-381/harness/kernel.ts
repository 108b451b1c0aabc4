// Runs the field, G1 and polynomial exports of one built module against BigInt and @noble/curves,
// first cold, then hot, and prints CPU times. Checks stop with an exception; times are only printed.
//
//   node harness/kernel.ts <module.wasm> [repository with installed packages]
//
// The trusted setup is made here from a known secret tau, so every commitment and proof must be a
// known multiple of the generator. Times are medians of process.cpuUsage over repeated calls.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [file = '', root = new URL('../../..', import.meta.url).pathname] = process.argv.slice(2);
const require = createRequire(`${root}/packages/kzg/package.json`);
const { bls12_381: noble } = await import(
  pathToFileURL(require.resolve('@noble/curves/bls12-381.js')).href
);
const Point = noble.G1.Point;

type Exports = Record<string, (...args: (number | boolean)[]) => number> & {
  memory: WebAssembly.Memory;
};
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {});
const kernel = instance.exports as unknown as Exports;

const P =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
const R = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
const SIZE = 4096;
const _POINT = kernel.point_bytes!();

const mod = (x: bigint, m: bigint): bigint => ((x % m) + m) % m;
function power(base: bigint, exponent: bigint, m = R): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % m) {
    if (e & 1n) result = (result * b) % m;
  }
  return result;
}
const inverse = (x: bigint): bigint => power(mod(x, R), R - 2n);
function toBytes(x: bigint, size = 32): Uint8Array {
  return Uint8Array.from(Buffer.from(x.toString(16).padStart(2 * size, '0'), 'hex'));
}
const fromBytes = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
const join = (list: readonly bigint[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(list.map((x) => toBytes(x))));
function split(bytes: Uint8Array): bigint[] {
  return Array.from({ length: bytes.length / 32 }, (_, i) =>
    fromBytes(bytes.subarray(32 * i, 32 * i + 32)),
  );
}

let state = 0x1234567n;
function random(): bigint {
  let x = 0n;
  for (let i = 0; i < 5; i++) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    x = (x << 64n) | state;
  }
  return x % R;
}

const memory = (): Uint8Array => new Uint8Array(kernel.memory.buffer);
function put(bytes: Uint8Array): number {
  const at = kernel.alloc!(bytes.length) >>> 0;
  memory().set(bytes, at);
  return at;
}
const get = (at: number, size: number): Uint8Array => memory().slice(at, at + size);
/** Frees what `run` allocates. */
function scoped<T>(run: () => T): T {
  const mark = kernel.mark!();
  try {
    return run();
  } finally {
    kernel.release!(mark);
  }
}
const ok = (code: number): void => assert.equal(code, 0);
function compressed(point: number): string {
  return scoped(() => {
    const out = kernel.alloc!(48) >>> 0;
    kernel.g1_compress!(point, 1, out);
    return Buffer.from(get(out, 48)).toString('hex');
  });
}
/** The expected encoding of a multiple of the generator. */
function multiple(scalar: bigint): string {
  const s = mod(scalar, R);
  return s === 0n ? `c0${'00'.repeat(47)}` : Point.BASE.multiply(s).toHex(true);
}
const reversed = (i: number, bits: number): number => {
  let out = 0;
  for (let b = 0; b < bits; b++) out |= ((i >> b) & 1) << (bits - 1 - b);
  return out;
};
const leaf = (i: number, bits: number): bigint =>
  power(power(7n, (R - 1n) >> BigInt(bits)), BigInt(reversed(i, bits)));

/** Steps of `known_answer` in one field. */
function answer(
  start: readonly [bigint, bigint],
  other: readonly [bigint, bigint],
  m: bigint,
  rounds: number,
): bigint[] {
  return [0, 1].map((lane) => {
    let a = start[lane]!;
    const b = other[lane]!;
    for (let i = 0; i < rounds; i++) {
      const s = mod(a * a * b + a, m);
      a = mod(s * s - (b - a) * a, m);
    }
    return a;
  });
}
function checkFields(): void {
  for (const rounds of [0, 1, 2, 500]) {
    scoped(() => {
      const out = kernel.alloc!(160) >>> 0;
      kernel.known_answer!(rounds, out);
      const bytes = get(out, 160);
      const wantP = answer([P >> 1n, 3n], [P - 1n, P >> 3n], P, rounds);
      const wantR = answer([R >> 1n, 3n], [R - 1n, R >> 3n], R, rounds);
      assert.deepEqual(
        [fromBytes(bytes.subarray(0, 48)), fromBytes(bytes.subarray(48, 96))],
        wantP,
      );
      assert.deepEqual([fromBytes(bytes.subarray(96, 128)), fromBytes(bytes.subarray(128))], wantR);
    });
  }
}

const EDGES = [
  0n,
  1n,
  2n,
  R - 1n,
  R - 2n,
  R >> 1n,
  1n << 127n,
  (1n << 128n) - 1n,
  1n << 254n,
  0xd201000000010000n ** 2n,
];

/** Stored points s_i G, then, for odd `i` in pairs, their opposites; some infinity. */
function checkSums(): void {
  for (const count of [1, 2, 5, 13, 40, 200, 700]) {
    scoped(() => {
      const logs = Array.from({ length: count }, random);
      for (let i = 3; i < count; i += 4)
        logs[i] = mod(i % 8 === 3 ? -logs[i - 1]! : logs[i - 1]!, R);
      if (count > 4) logs[4] = 0n;
      const scalars = logs.map((_, i) => (i % 3 === 0 ? EDGES[i % EDGES.length]! : random()));
      for (let i = 3; i < count; i += 4) scalars[i] = scalars[i - 1]!;
      const encodings = put(Uint8Array.from(Buffer.from(logs.map(multiple).join(''), 'hex')));
      const points = kernel.alloc_points!(count) >>> 0;
      ok(kernel.g1_decompress!(encodings, count, true, points, kernel.alloc!(count) >>> 0));
      const out = kernel.alloc_points!(1) >>> 0;
      ok(kernel.g1_multiply!(points, count, put(join(scalars)), out));
      assert.equal(
        compressed(out),
        multiple(logs.reduce((sum, s, i) => sum + s * scalars[i]!, 0n)),
      );
    });
  }
}

/** Everything below hangs on this setup: L_i(tau) G in bit-reversed order, in a table. */
const tau = random();
const WIDTH = 13;
const lagrange = Array.from({ length: SIZE }, (_, i) => {
  const w = leaf(i, 12);
  return mod(w * (power(tau, BigInt(SIZE)) - 1n) * inverse(BigInt(SIZE) * mod(tau - w, R)), R);
});
const table = kernel.alloc_points!(kernel.table_points!(SIZE, WIDTH)) >>> 0;
scoped(() => {
  const encodings = Buffer.concat(
    Array.from({ length: SIZE }, () => Buffer.from(Point.BASE.toHex(true), 'hex')),
  );
  ok(
    kernel.g1_decompress!(
      put(Uint8Array.from(encodings)),
      SIZE,
      false,
      table,
      kernel.alloc!(SIZE) >>> 0,
    ),
  );
  ok(kernel.g1_multiply_each!(table, put(join(lagrange)), SIZE, table));
});
const started = process.cpuUsage().user;
for (let step = 0; step < kernel.table_steps!(WIDTH); step++)
  kernel.table_build!(table, SIZE, WIDTH, step);
const tableMs = (process.cpuUsage().user - started) / 1e3;

const at = (values: readonly bigint[], weights: readonly bigint[]): bigint =>
  values.reduce((sum, v, i) => (sum + v * weights[i]!) % R, 0n);
function valueAt(values: readonly bigint[], z: bigint): bigint {
  const vanishing = mod(power(z, BigInt(SIZE)) - 1n, R);
  if (vanishing === 0n) {
    const i = Array.from({ length: SIZE }, (_, i) => i).find((i) => leaf(i, 12) === z)!;
    return values[i] ?? 0n;
  }
  const weights = values.map((_, i) => (leaf(i, 12) * inverse(z - leaf(i, 12))) % R);
  return mod(at(values, weights) * vanishing * inverse(BigInt(SIZE)), R);
}

function checkPolynomials(): void {
  for (const count of [SIZE, 300, 1]) {
    scoped(() => {
      const values = Array.from({ length: count }, (_, i) =>
        i % 7 === 0 ? EDGES[i % EDGES.length]! : random(),
      );
      const bytes = put(join(values));
      const out = kernel.alloc_points!(1) >>> 0;
      ok(kernel.table_multiply!(table, SIZE, WIDTH, bytes, count, out));
      const pTau = at(values, lagrange);
      assert.equal(compressed(out), multiple(pTau));
      for (const z of [random(), leaf(count - 1, 12)]) {
        const y = valueAt(values, z);
        const yAt = kernel.alloc!(32) >>> 0;
        ok(kernel.open!(table, WIDTH, bytes, count, put(toBytes(z)), yAt, out));
        assert.equal(fromBytes(get(yAt, 32)), y);
        assert.equal(compressed(out), multiple((pTau - y) * inverse(tau - z)));
        const weights = kernel.alloc!(kernel.weights_bytes!(count)) >>> 0;
        ok(kernel.evaluation_weights!(put(toBytes(z)), count, weights));
        ok(kernel.evaluate!(bytes, count, weights, yAt));
        assert.equal(fromBytes(get(yAt, 32)), y);
      }
    });
  }
  // Values of a polynomial of degree 8 on both halves of the extended domain.
  scoped(() => {
    const coefficients = Array.from({ length: 9 }, random);
    const value = (x: bigint): bigint =>
      coefficients.reduceRight((sum, c) => (sum * x + c) % R, 0n);
    const values = Array.from({ length: SIZE }, (_, i) => value(leaf(i, 12)));
    const out = kernel.alloc!(32 * SIZE) >>> 0;
    ok(kernel.extend_cells!(put(join(values)), SIZE, out));
    const extension = split(get(out, 32 * SIZE));
    for (const i of [0, 1, 63, 64, 2047, 4095])
      assert.equal(extension[i], value(leaf(SIZE + i, 13)));
  });
}

function checkRows(): void {
  const [k, n, columns] = [8, 20, 37];
  scoped(() => {
    const data = Array.from({ length: k * columns }, random);
    const input = put(join(data));
    const out = kernel.alloc!(32 * (n - k) * columns) >>> 0;
    ok(kernel.extend_rows!(input, columns, 3, n, out));
    const all = [...data, ...split(get(out, 32 * (n - k) * columns))];
    // Interpolation through the first k leaves, at the others, in one column.
    for (const column of [0, columns - 1]) {
      for (let row = k; row < n; row++) {
        let sum = 0n;
        for (let i = 0; i < k; i++) {
          let factor = all[i * columns + column]!;
          for (let j = 0; j < k; j++) {
            if (j === i) continue;
            factor = (factor * mod(leaf(row, 5) - leaf(j, 5), R)) % R;
            factor = (factor * inverse(leaf(i, 5) - leaf(j, 5))) % R;
          }
          sum = (sum + factor) % R;
        }
        assert.equal(all[row * columns + column], sum);
      }
    }
    const indices = [2, 5, 8, 9, 13, 17, 18, 19];
    const given = indices.flatMap((row) => all.slice(row * columns, (row + 1) * columns));
    const list = put(new Uint8Array(Uint32Array.from(indices).buffer));
    const back = kernel.alloc!(32 * k * columns) >>> 0;
    ok(kernel.recover_rows!(list, put(join(given)), columns, 3, n, back));
    assert.deepEqual(split(get(back, 32 * k * columns)), data);
  });
}

/** Bad scalars are refused everywhere. */
function checkRefusals(): void {
  scoped(() => {
    const bad = put(toBytes(R));
    const out = kernel.alloc_points!(1) >>> 0;
    const y = kernel.alloc!(32) >>> 0;
    assert.equal(kernel.table_multiply!(table, SIZE, WIDTH, bad, 1, out), 1);
    assert.equal(kernel.g1_multiply!(table, 1, bad, out), 1);
    assert.equal(kernel.open!(table, WIDTH, bad, 1, put(toBytes(1n)), y, out), 1);
    assert.equal(kernel.open!(table, WIDTH, put(toBytes(1n)), 1, bad, y, out), 1);
    assert.equal(kernel.evaluation_weights!(bad, 1, kernel.alloc!(256) >>> 0), 1);
    assert.equal(kernel.find_not_canonical!(bad, 1), 0);
  });
}

function everything(): void {
  checkFields();
  checkSums();
  checkPolynomials();
  checkRows();
  checkRefusals();
}

function median(run: () => void, count = 15): number {
  const times = Array.from({ length: count }, () => {
    const before = process.cpuUsage().user;
    run();
    return process.cpuUsage().user - before;
  });
  return times.sort((a, b) => a - b)[count >> 1]! / 1e3;
}

everything();
console.log('right when cold');
const row = (name: string, ms: number): void =>
  console.log(`${name.padEnd(34)} ${ms.toFixed(2)} ms`);
scoped(() => {
  const values = Array.from({ length: SIZE }, random);
  const bytes = put(join(values));
  const z = put(toBytes(random()));
  const y = kernel.alloc!(32) >>> 0;
  const out = kernel.alloc_points!(1) >>> 0;
  const big = kernel.alloc!(32 * SIZE) >>> 0;
  row('table of 4096 points, once', tableMs);
  row(
    'commitment, 4096',
    median(() => kernel.table_multiply!(table, SIZE, WIDTH, bytes, SIZE, out)),
  );
  row(
    'commitment, 256',
    median(() => kernel.table_multiply!(table, SIZE, WIDTH, bytes, 256, out)),
  );
  row(
    'proof, 4096',
    median(() => kernel.open!(table, WIDTH, bytes, SIZE, z, y, out)),
  );
  const weights = kernel.alloc!(kernel.weights_bytes!(SIZE)) >>> 0;
  row(
    'weights of a point',
    median(() => kernel.evaluation_weights!(z, SIZE, weights)),
  );
  row(
    'value with weights',
    median(() => kernel.evaluate!(bytes, SIZE, weights, y)),
  );
  row(
    'cells without proofs',
    median(() => kernel.extend_cells!(bytes, SIZE, big)),
  );
  for (const count of [1, 4, 16, 64, 256, 1024, SIZE]) {
    row(
      `sum over ${count} points`,
      median(() => kernel.g1_multiply!(table, count, bytes, out), count > 999 ? 7 : 15),
    );
  }
  const encodings = kernel.alloc!(48 * 128) >>> 0;
  kernel.g1_compress!(table, 128, encodings);
  const points = kernel.alloc_points!(128) >>> 0;
  const statuses = kernel.alloc!(128) >>> 0;
  row(
    'decode and check 128 points',
    median(() => kernel.g1_decompress!(encodings, 128, true, points, statuses)),
  );
  row(
    'products of 128 points',
    median(() => kernel.g1_multiply_each!(table, bytes, 128, points)),
  );
  const rows = kernel.alloc!(32 * 128 * 256) >>> 0;
  for (let i = 0; i < 8; i++) memory().copyWithin(rows + 32 * SIZE * i, bytes, bytes + 32 * SIZE);
  const parity = kernel.alloc!(32 * 128 * 256) >>> 0;
  row(
    'rows 128 -> 256, 256 columns',
    median(() => kernel.extend_rows!(rows, 256, 7, 256, parity), 7),
  );
  row(
    'SHA-256 of 128 KiB',
    median(() => kernel.sha256!(bytes, 131072, y)),
  );
});
everything();
console.log('right when hot');
