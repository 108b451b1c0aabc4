import { bytesToScalar, FIELD_MODULUS } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { interpolateInPlace } from '../src/domain.ts';
import { readScalars } from '../src/scalar.ts';
import { onEveryBackend } from './every-backend.ts';
import { randomIndices, randomRow } from './random-rows.ts';
import { domainByDefinition, evaluate } from './reference/polynomial.ts';
import { replaceAt } from './replace-at.ts';

onEveryBackend((kzg) => {
  const SEED = 0xce115;
  const random = seededRandom(SEED);
  const blob = randomRow(random, 4096);
  const commitment = kzg.blobToKzgCommitment(blob);
  const [cells, proofs] = kzg.computeCellsAndKzgProofs(blob);

  test(`element i of cell j is the value at point 64 j + i of the domain of 8,192 (seed ${SEED})`, () => {
    const coefficients = readScalars(blob);
    interpolateInPlace(coefficients);
    const points = domainByDefinition(8192);
    for (const j of [0, 1, 63, 64, 65, 101, 127]) {
      for (const i of [0, 1, 63]) {
        const expected = evaluate(coefficients, points[64 * j + i]!);
        expect(bytesToScalar(cells[j]!.slice(32 * i, 32 * i + 32))).toBe(expected);
      }
    }
  });

  test('the cells without proofs are the same, and the first 64 are the blob', () => {
    expect(kzg.computeCells(blob)).toEqual(cells);
    expect(Buffer.concat(cells.slice(0, 64))).toEqual(Buffer.from(blob));
  });

  test('the proof of one cell is the one among all 128', () => {
    for (const j of [0, 64, 99]) {
      expect(kzg.computeCellProof(blob, j)).toEqual({ cell: cells[j], proof: proofs[j] });
    }
  });

  test(`any 64 or more cells give back all cells and proofs (seed ${SEED})`, () => {
    for (const count of process.env.BARYCENTER_LONG ? [64, 97, 128] : [64]) {
      const indices = randomIndices(random, count, 128);
      const recovered = kzg.recoverCellsAndKzgProofs(
        indices,
        indices.map((j) => cells[j]!),
      );
      expect(recovered).toEqual([cells, proofs]);
    }
  });

  test('fewer than 64 cells, or cells of two polynomials, are refused', () => {
    const indices = Array.from({ length: 65 }, (_, j) => j);
    const given = indices.map((j) => cells[j]!);
    expect(() => kzg.recoverCellsAndKzgProofs(indices.slice(0, 63), given.slice(0, 63))).toThrow(
      expect.objectContaining({ code: 'cells_missing' }),
    );
    const foreign = replaceAt(given, 64, new Uint8Array(2048));
    expect(() => kzg.recoverCellsAndKzgProofs(indices, foreign)).toThrow(
      expect.objectContaining({ code: 'cells_inconsistent' }),
    );
  });

  test('all 128 cells verify together; each single swap is refused', () => {
    const all = cells.map((_, j) => j);
    const repeated = cells.map(() => commitment);
    expect(kzg.verifyCellKzgProofBatch(repeated, all, cells, proofs)).toBe(true);
    expect(kzg.verifyCellKzgProofBatch([], [], [], [])).toBe(true);
    const three = [5, 77, 5];
    const pick = <T>(items: readonly T[]): T[] => three.map((j) => items[j]!);
    const verify = (
      indices: readonly number[],
      theCells: readonly Uint8Array[],
      theProofs: readonly Uint8Array[],
      theCommitments: readonly Uint8Array[] = [commitment, commitment, commitment],
    ): boolean => kzg.verifyCellKzgProofBatch(theCommitments, indices, theCells, theProofs);
    expect(verify(three, pick(cells), pick(proofs))).toBe(true); // duplicates, any order
    expect(verify([5, 76, 5], pick(cells), pick(proofs))).toBe(false);
    expect(verify(three, replaceAt(pick(cells), 1, cells[5]!), pick(proofs))).toBe(false);
    expect(verify(three, pick(cells), replaceAt(pick(proofs), 1, proofs[5]!))).toBe(false);
    const other = kzg.commitRow(blob.slice(0, 32));
    expect(verify(three, pick(cells), pick(proofs), [commitment, other, commitment])).toBe(false);
    const flipped = cells[77]!.slice();
    flipped[2047]! ^= 1;
    expect(verify(three, replaceAt(pick(cells), 1, flipped), pick(proofs))).toBe(false);
  });

  test('the batch challenge binds every input', () => {
    const values = (cell: Uint8Array): Uint8Array[] =>
      Array.from({ length: 64 }, (_, i) => cell.slice(32 * i, 32 * i + 32));
    const challenge = (change: {
      commitments?: Uint8Array[];
      commitmentIndex?: number;
      cellIndex?: number;
      cell?: Uint8Array;
      proof?: Uint8Array;
    }): string =>
      Buffer.from(
        kzg.computeVerifyCellKzgProofBatchChallenge(
          change.commitments ?? [commitment, proofs[0]!],
          [change.commitmentIndex ?? 0],
          [change.cellIndex ?? 3],
          [values(change.cell ?? cells[3]!)],
          [change.proof ?? proofs[3]!],
        ),
      ).toString('hex');
    const seen = [
      challenge({}),
      challenge({ commitments: [commitment] }),
      challenge({ commitmentIndex: 1 }),
      challenge({ cellIndex: 4 }),
      challenge({ cell: cells[4]! }),
      challenge({ proof: proofs[4]! }),
    ];
    expect(new Set(seen).size).toBe(seen.length);
    expect(BigInt(`0x${seen[0]}`)).toBeLessThan(FIELD_MODULUS);
  });
});
