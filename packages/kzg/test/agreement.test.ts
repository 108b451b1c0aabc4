import { createKzg, FIELD_MODULUS, type Kzg, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { backends } from './every-backend.ts';
import { padToBlob, randomIndices, randomRow } from './random-rows.ts';

// Every WebAssembly backend against the TypeScript, with and without tables: random and edge inputs.

const SEED = 0xa92ee;
const js = backends.find(({ name }) => name === 'js')!.kzg;

const G1 = bls12_381.G1.Point;
const encoded = (scalar: bigint): Uint8Array =>
  Uint8Array.from((scalar === 0n ? G1.ZERO : G1.BASE.multiply(scalar)).toBytes());

/** Values at the borders of fields, of machine words, and of the limbs of every backend. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  2n,
  FIELD_MODULUS - 1n,
  FIELD_MODULUS - 2n,
  FIELD_MODULUS >> 1n,
  ...[30n, 49n, 51n, 64n, 127n, 128n, 129n, 254n].flatMap((bits) => [
    (1n << bits) - 1n,
    1n << bits,
    (1n << bits) + 1n,
  ]),
  ...[30n, 49n, 51n, 64n].map((bits) => {
    let value = 0n; // all limbs of that width at their maximum, but for the topmost bits
    for (let shift = 0n; shift < 254n; shift += bits) value |= ((1n << bits) - 1n) << shift;
    return value & ((1n << 254n) - 1n);
  }),
  0xd201000000010000n ** 2n, // the endomorphism's eigenvalue, where scalars are split
  0xd201000000010000n ** 2n - 1n,
  FIELD_MODULUS - 0xd201000000010000n ** 2n,
].map((value) => value % FIELD_MODULUS);

const edgeRow = (count: number): Uint8Array =>
  Uint8Array.from(
    Buffer.concat(Array.from({ length: count }, (_, i) => scalarToBytes(EDGES[i % EDGES.length]!))),
  );

const answers = new Map<string, unknown>();

/** What the TypeScript answers, computed once for all backends, whose inputs are the same. */
function once<T>(key: string, compute: () => T): T {
  if (!answers.has(key)) answers.set(key, compute());
  return answers.get(key) as T;
}

describe.each(backends.filter(({ name }) => name !== 'js'))('$name', ({ name, kzg }) => {
  test(`rows of edge values and random ones commit and open alike (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const variants: Kzg[] = [
      kzg,
      await createKzg({ backend: name, tables: 'eager' }),
      await createKzg({ backend: name, tables: 'none' }),
    ];
    const rows = [1, 2, 64, 65, 200].flatMap((count) => [edgeRow(count), randomRow(random, count)]);
    const same = Array.from({ length: 100 }, () => scalarToBytes(EDGES[7]!));
    rows.push(Uint8Array.from(Buffer.concat(same)));
    for (const [i, row] of rows.entries()) {
      const commitment = once(`commit ${i}`, () => js.commitRow(row));
      for (const each of variants) expect(each.commitRow(row)).toEqual(commitment);
    }
    for (const z of [0n, 1n, FIELD_MODULUS - 1n, EDGES[9]!, random.bigint(FIELD_MODULUS)]) {
      const opening = once(`open ${z}`, () => js.openRow(rows[2]!, z));
      for (const each of variants) expect(each.openRow(rows[2]!, z)).toEqual(opening);
    }
    for (const each of variants.slice(1)) each.dispose();
  });

  test('sums with equal and opposite points, infinity, and edge scalars are alike', () => {
    const points = [1n, FIELD_MODULUS - 1n, 1n, 0n, 2n, FIELD_MODULUS - 2n, 5n, 5n].map(encoded);
    const [ours, theirs] = [kzg, js].map((each) => each.checkCommitments(points));
    const lists = [
      [1n, 1n, 0n, 7n, 0n, 0n, 0n, 0n], // P - P
      [1n, 0n, 1n, 7n, 0n, 0n, 0n, 0n], // P + P
      [3n, 3n, 3n, 3n, 3n, 3n, 3n, FIELD_MODULUS - 3n],
      [0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
      ...EDGES.map((edge) => points.map((_, i) => (edge * BigInt(i + 1)) % FIELD_MODULUS)),
      ...EDGES.map((edge) => points.map(() => edge)),
    ];
    for (const [i, scalars] of lists.entries()) {
      const sum = once(`sum ${i}`, () => js.combineCommitments(theirs!, scalars));
      expect(kzg.combineCommitments(ours!, scalars)).toEqual(sum);
      expect(kzg.combineProofs(points, scalars)).toEqual(sum);
    }
  });

  test(`many equal and opposite points in one sum cancel alike (seed ${SEED})`, () => {
    const random = seededRandom(SEED + 1);
    const pool = [1n, FIELD_MODULUS - 1n, 2n, FIELD_MODULUS - 2n, 0n].map(encoded);
    for (const count of [1, 2, 13, 300]) {
      const points = Array.from({ length: count }, () => pool[random.integer(pool.length)]!);
      const scalars = points.map(() => EDGES[random.integer(4)]!);
      const sum = once(`many ${count}`, () => js.combineProofs(points, scalars));
      expect(kzg.combineProofs(points, scalars)).toEqual(sum);
    }
  });

  test(`evaluations, extensions, recoveries and sums of rows are alike (seed ${SEED})`, () => {
    const random = seededRandom(SEED + 2);
    for (const [dataRows, rowCount, count] of [
      [1, 3, 1],
      [4, 11, 33],
      [8, 8, 2],
      [16, 64, 17],
    ] as const) {
      const shape = { dataRows, rowCount };
      const rows = Array.from({ length: dataRows }, (_, i) =>
        i % 2 === 0 ? edgeRow(count) : randomRow(random, count),
      );
      const coded = kzg.extendRows(rows, { rowCount });
      expect(coded).toEqual(js.extendRows(rows, { rowCount }));
      const indices = randomIndices(random, dataRows, rowCount);
      const given = indices.map((index) => coded[index]!);
      expect(kzg.recoverRows(indices, given, shape)).toEqual(rows);
      const scalars = rows.map((_, i) => EDGES[i % EDGES.length]!);
      expect(kzg.combineRows(rows, scalars)).toEqual(js.combineRows(rows, scalars));
      const z = random.bigint(FIELD_MODULUS);
      const [ours, theirs] = [kzg, js].map((each) => each.evaluationWeights(z, count));
      expect(kzg.evaluateRow(rows[0]!, ours!)).toBe(js.evaluateRow(rows[0]!, theirs!));
      // weights and checked commitments of one object serve another
      expect(kzg.evaluateRow(rows[0]!, theirs!)).toBe(js.evaluateRow(rows[0]!, ours!));
    }
  });

  test(`wide matrices, cut into blocks of columns, extend and recover alike (seed ${SEED})`, () => {
    const random = seededRandom(SEED + 3);
    const shape = { dataRows: 64, rowCount: 256 };
    const rows = Array.from({ length: 64 }, () => randomRow(random, 1100)); // 4 blocks
    const coded = kzg.extendRows(rows, shape);
    for (const index of [64, 200, 255]) {
      const coefficients = js.rowCoefficients(index, shape);
      expect(coded[index]).toEqual(once(`row ${index}`, () => js.combineRows(rows, coefficients)));
    }
    const indices = randomIndices(random, 64, 256);
    const given = indices.map((index) => coded[index]!);
    expect(kzg.recoverRows(indices, given, shape)).toEqual(rows);
  });

  test(`cells and proofs of edge and random blobs are alike (seed ${SEED})`, () => {
    const random = seededRandom(SEED + 4);
    for (const row of [edgeRow(70), randomRow(random, 4096), new Uint8Array(32)]) {
      const blob = padToBlob(row);
      expect(kzg.computeCells(blob)).toEqual(
        once(`cells ${row.length}`, () => js.computeCells(blob)),
      );
      for (const index of [0, 63, 64, 127]) {
        expect(kzg.computeCell(row, index)).toEqual(js.computeCell(row, index));
      }
    }
    const row = edgeRow(70);
    const [first, later] = [0, 77].map((index) =>
      once(`proof ${index}`, () => js.computeCellProof(row, index)),
    );
    expect(kzg.computeCellProof(row, 77)).toEqual(later);
    const [cells, proofs] = kzg.computeCellsAndKzgProofs(padToBlob(row));
    expect([proofs[0], proofs[77]]).toEqual([first!.proof, later!.proof]);
    const indices = randomIndices(random, 64, 128);
    const given = indices.map((j) => cells[j]!);
    expect(kzg.recoverCellsAndKzgProofs(indices, given)).toEqual([cells, proofs]);
  });

  test('commitments checked by one object are used by another', () => {
    const points = [encoded(3n), encoded(0n), encoded(FIELD_MODULUS - 3n)];
    const [ours, theirs] = [kzg, js].map((each) => each.checkCommitments(points));
    const scalars = [2n, 9n, 1n];
    expect(kzg.combineCommitments(theirs!, scalars)).toEqual(encoded(3n));
    expect(js.combineCommitments(ours!, scalars)).toEqual(encoded(3n));
  });
});
