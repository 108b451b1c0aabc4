import { compileKernel, createKzg, type Kzg, KzgError, type TrustedSetup } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { readAffinePoints } from '../src/js/affine-bytes.ts';
import { toNoble } from '../src/js/g1.ts';
import type { Setup } from '../src/setup.ts';
import type { KernelExports } from '../src/wasm/kernel-exports.ts';
import { KernelMemory } from '../src/wasm/kernel-memory.ts';
import { LagrangeTables } from '../src/wasm/tables.ts';
import { backends } from './every-backend.ts';
import { setup, sha256 } from './published-setup.ts';
import { randomRow } from './random-rows.ts';
import { replaceAt } from './replace-at.ts';

const SEED = 0x7ab1e;
const ROW = 4096;
const js = backends.find(({ name }) => name === 'js')!.kzg;
const kernels = backends.filter(({ name }) => name !== 'js');
const exported = kernels.at(-1)!.kzg.exportTables();

const foreign = expect.objectContaining({ name: 'KzgError', code: 'tables_invalid' });

test('row i of the exported table is 2^(13 i) times the Lagrange points', () => {
  expect(exported).toHaveLength(10 * ROW * 96);
  const points = readAffinePoints(exported);
  for (const j of [0, 1, 77, 4095]) {
    let expected = toNoble(points[j]!);
    for (let i = 1; i < 10; i++) {
      for (let bit = 0; bit < 13; bit++) expected = expected.double();
      expect(toNoble(points[i * ROW + j]!).equals(expected)).toBe(true);
    }
  }
});

test('every backend exports the same bytes', () => {
  const hashes = kernels.map(({ kzg }) => sha256([kzg.exportTables()]));
  expect(new Set(hashes).size).toBe(1);
});

describe.each(kernels)('$name', ({ name }) => {
  test(`an object with imported tables commits and opens alike (seed ${SEED})`, async () => {
    const kzg = await createKzg({ backend: name });
    kzg.importTables(exported);
    const row = randomRow(seededRandom(SEED), 4096);
    expect(kzg.commitRow(row)).toEqual(js.commitRow(row));
    expect(kzg.openRow(row, 5n)).toEqual(js.openRow(row, 5n));
    kzg.importTables(exported); // again: nothing changes
    expect(sha256([kzg.exportTables()])).toBe(sha256([exported]));
    kzg.dispose();
  });

  test(`rows keep their commitments when their table is built (seed ${SEED})`, async () => {
    const kzg = await createKzg({ backend: name });
    const rows = [40, 64, 100].map((count) => randomRow(seededRandom(SEED + count), count));
    const expected = rows.map((row) => js.commitRow(row));
    for (let round = 0; round < 10; round++) {
      expect(rows.map((row) => kzg.commitRow(row))).toEqual(expected);
    }
    kzg.dispose();
  });

  test('bytes that are not the table of the ceremony are refused', async () => {
    const kzg = await createKzg({ backend: name, tables: 'none' });
    const flipped = exported.slice();
    flipped[2_000_000]! ^= 1;
    const bad = [flipped, exported.slice(1), exported.slice(0, -96), new Uint8Array(0)];
    for (const bytes of bad) expect(() => kzg.importTables(bytes)).toThrow(foreign);
    expect(() => kzg.importTables('x' as unknown as Uint8Array)).toThrow(TypeError);
    const row = new Uint8Array(32).fill(3);
    expect(kzg.commitRow(row)).toEqual(js.commitRow(row));
    kzg.dispose();
  });
});

test('tables of the ceremony are refused over another setup', async () => {
  const text = setup.g1_lagrange[5]!;
  const changed: TrustedSetup = {
    ...setup,
    g1_lagrange: replaceAt(setup.g1_lagrange, 4, text),
  };
  const kzg: Kzg = await createKzg({ setup: changed });
  expect(() => kzg.importTables(exported)).toThrow(foreign);
  const own = kzg.exportTables();
  expect(sha256([own])).not.toBe(sha256([exported]));
  expect(() => kzg.importTables(own)).toThrow(foreign);
});

test('the TypeScript has no tables: building and importing do nothing, exporting is refused', () => {
  js.buildTables();
  js.importTables(exported);
  expect(() => js.importTables(exported.slice(1))).toThrow(foreign);
  expect(() => js.exportTables()).toThrow(foreign);
});

test('tables given again and points that cannot be had leave no memory behind', async () => {
  const module = await compileKernel();
  const memory = new KernelMemory(
    new WebAssembly.Instance(module!).exports as unknown as KernelExports,
  );
  const absent = new KzgError('setup_missing', 'no points');
  const lagrange = (): never => {
    throw absent;
  };
  const tables = new LagrangeTables(memory, { lagrange } as unknown as Setup, 'lazy');
  const start = memory.exports.mark();
  for (let i = 0; i < 40; i++) {
    // the first ones for a sum over the points, the later ones for a table
    expect(() => tables.commit(new Uint8Array(ROW * 32))).toThrow(absent);
    expect(memory.exports.mark()).toBe(start);
  }
  tables.read(exported);
  const used = memory.exports.mark();
  expect(used).toBeGreaterThan(start);
  tables.read(exported);
  expect(memory.exports.mark()).toBe(used);
});
