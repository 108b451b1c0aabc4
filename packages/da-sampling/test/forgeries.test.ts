/**
 * Why each hash input of da-review.md §1.1 is there: with one of them left out, a forgery passes the
 * equations; with all of them the same forgery is refused.
 */
import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  commitmentsRoot,
  deriveCombiner,
  derivePoint,
  evaluationsHash,
  powersOf,
} from '../src/header.ts';
import { checkHeader, type Geometry, RowVerifier } from '../src/index.ts';
import { packPayload } from '../src/payload.ts';
import { codeOf, kzg, POLICY } from './fixture.ts';
import { addToElement, type Bends, encodeRawRows } from './raw-rows.ts';

const random = seededRandom(0xf0e7);
const SHAPE: Geometry = { k: 4, n: 16, c: 5 };
const BYTES = 600;
const DATA_ROWS = packPayload(random.bytes(BYTES), SHAPE);
const NOTHING = new Uint8Array(32);

const encode = (bends: Partial<Bends> = {}) =>
  encodeRawRows(DATA_ROWS, { byteLength: BYTES, shape: SHAPE, ...bends });
const check = (blob: ReturnType<typeof encode>) => checkHeader(blob.message, { ...POLICY, kzg });
const codeOfBent = (bends: Partial<Bends>) => codeOf(() => check(encode(bends)));

/** The row changed in two elements so that its value at z stays what it was. */
function bend(row: Uint8Array, z: bigint): Uint8Array {
  const [w0, w1] = [0, 1].map((at) => {
    const unit = addToElement(new Uint8Array(32 * SHAPE.c), { at, add: 1n });
    return kzg.evaluateRow(unit, kzg.evaluationWeights(z, SHAPE.c));
  }) as [bigint, bigint];
  const changed = addToElement(row, { at: 0, add: w1 });
  return addToElement(changed, { at: 1, add: FIELD_MODULUS - w0 });
}

/** sum a_j b_j in the field. */
function dot(a: readonly bigint[], b: readonly bigint[]): bigint {
  return a.reduce((sum, value, j) => (sum + value * b[j]!) % FIELD_MODULUS, 0n);
}

describe('a forgery that passes', () => {
  it('if z were made without rowsRoot: a row that keeps its value at z', () => {
    const { header, rowMessage } = encode();
    const { z } = derivePoint({ ...header, rowsRoot: NOTHING }, kzg.setupId());
    const weights = kzg.evaluationWeights(z, SHAPE.c);
    const honest = rowMessage(9).row;
    const bent = bend(honest, z);
    expect(bent).not.toEqual(honest);
    expect(kzg.evaluateRow(bent, weights)).toBe(kzg.evaluateRow(honest, weights)); // passes

    const forged = encode({ codedRows: (rows) => rows.map((row, i) => (i === 9 ? bent : row)) });
    const verifier = new RowVerifier({ kzg, header: check(forged) });
    expect(codeOf(() => verifier.add(forged.rowMessage(9)))).toBe('row_wrong');
  });

  it('if z were made without commitmentsRoot: commitments of other rows with the same values', () => {
    const { header } = encode();
    const { z, tz } = derivePoint({ ...header, commitmentsRoot: NOTHING }, kzg.setupId());
    const weights = kzg.evaluationWeights(z, SHAPE.c);
    const others = DATA_ROWS.map((row) => bend(row, z));
    const values = DATA_ROWS.map((row) => kzg.evaluateRow(row, weights));
    const powers = powersOf(deriveCombiner(tz, evaluationsHash(values.map(scalarToBytes))), 4);
    const commitments = others.map((row) => kzg.commitRow(row));
    const { proof } = kzg.openRow(kzg.combineRows(others, powers), z);
    const points = kzg.checkCommitments(commitments);
    expect(kzg.verifyRowOpening(points, powers, z, dot(powers, values), proof)).toBe(true); // passes

    // The true rows under those commitments: z has moved, and neither opening fits both.
    expect(codeOfBent({ commitments })).toBe('opening_invalid');
    expect(codeOfBent({ commitments, proof: () => proof })).toBe('opening_invalid');
    const kept = { commitmentsRoot: header.commitmentsRoot };
    const shown = { commitmentsRoot: commitmentsRoot(commitments) };
    expect(codeOfBent({ commitments, core: kept, coreAfter: shown })).toBe('opening_invalid');
    const opened = encode({ commitments, openRows: others });
    const verifier = new RowVerifier({ kzg, header: check(opened) });
    for (let index = 0; index < SHAPE.n; index++) {
      expect(codeOf(() => verifier.add(opened.rowMessage(index)))).toBe('row_wrong');
    }
  });

  it('if g were made without y: false evaluations with the right weighted sum', () => {
    const { header, message } = encode();
    const { z, tz } = derivePoint(header, kzg.setupId());
    const g = deriveCombiner(tz, NOTHING);
    const powers = powersOf(g, 4);
    const weights = kzg.evaluationWeights(z, SHAPE.c);
    const values = DATA_ROWS.map((row) => kzg.evaluateRow(row, weights));
    const shifted = (by: bigint) => [
      values[0]! + by,
      values[1]! - 1n + FIELD_MODULUS,
      ...values.slice(2),
    ];
    const { proof } = kzg.openRow(kzg.combineRows(DATA_ROWS, powers), z);
    const points = kzg.checkCommitments(message.commitments);
    expect(kzg.verifyRowOpening(points, powers, z, dot(powers, shifted(g)), proof)).toBe(true); // passes

    const encoded = (by: bigint) => shifted(by).map((y) => scalarToBytes(y % FIELD_MODULUS));
    expect(codeOfBent({ evaluations: () => encoded(g) })).toBe('opening_invalid');
    // Nor with the g that the honest evaluations give.
    const own = deriveCombiner(tz, header.evaluationsHash);
    expect(codeOfBent({ evaluationsAfter: () => encoded(own) })).toBe('opening_invalid');
  });

  it('if g were made without tz: constant rows chosen after g', () => {
    // y is chosen, g follows from it, and constants whose weighted sum is that of y: they are the
    // values of constant polynomials at every z, whatever it turns out to be.
    const claimed = Array.from({ length: 4 }, () => random.bigint(FIELD_MODULUS));
    const ys = claimed.map(scalarToBytes);
    const g = deriveCombiner(NOTHING, evaluationsHash(ys));
    const constants = [...claimed];
    constants[0] = (claimed[0]! + g) % FIELD_MODULUS;
    constants[1] = (claimed[1]! - 1n + FIELD_MODULUS) % FIELD_MODULUS;
    const shape: Geometry = { k: 4, n: 16, c: 4096 };
    const rows = constants.map((value) => {
      const row = new Uint8Array(32 * shape.c);
      for (let at = 0; at < shape.c; at++) row.set(scalarToBytes(value), 32 * at);
      return row;
    });
    const bends = { byteLength: 31 * 4 * 4096, shape };
    const honest = encodeRawRows(rows, bends);
    const { z } = derivePoint(honest.header, kzg.setupId());
    const powers = powersOf(g, 4);
    const { proof } = kzg.openRow(kzg.combineRows(rows, powers), z);
    const points = kzg.checkCommitments(honest.message.commitments);
    expect(kzg.verifyRowOpening(points, powers, z, dot(powers, claimed), proof)).toBe(true); // passes

    expect(check(honest).geometry).toEqual(shape);
    const forged = encodeRawRows(rows, { ...bends, evaluations: () => ys });
    expect(codeOf(() => check(forged))).toBe('opening_invalid');
  });
});
