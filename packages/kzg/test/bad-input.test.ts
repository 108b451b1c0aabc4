import { type DerivedCell, KzgError, type KzgErrorCode, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { onEveryBackend } from './every-backend.ts';
import { compress, torsionPoint } from './reference/curve.ts';
import { replaceAt } from './replace-at.ts';

onEveryBackend((kzg) => {
  // Every argument of every function, made wrong in every way that applies; the rest stays valid.

  const SEED = 0xbad;

  const blob = new Uint8Array(131_072);
  const cell = new Uint8Array(2048);
  const row = new Uint8Array(96);
  const scalar = new Uint8Array(32);
  const infinity = new Uint8Array(48).fill(0xc0, 0, 1);
  const generator = Uint8Array.from(bls12_381.G1.Point.BASE.toBytes());
  const checked = kzg.checkCommitments([generator]);
  const derived: DerivedCell = { coefficients: [1n], cellIndex: 0, cell, proof: infinity };
  const halfIndices = Array.from({ length: 64 }, (_, i) => i);
  const halfCells = halfIndices.map(() => cell);
  const values = Array.from({ length: 64 }, () => scalar);

  const truncated = (bytes: Uint8Array): Uint8Array => bytes.slice(0, -1);
  const oversized = (bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes.length + 1);
    out.set(bytes);
    return out;
  };
  /** The last field element becomes the modulus-exceeding all-ones value. */
  const overflowing = (bytes: Uint8Array): Uint8Array => bytes.slice().fill(0xff, -32);

  const lengths =
    (code: KzgErrorCode) =>
    (bytes: Uint8Array): [Uint8Array, KzgErrorCode][] => [
      [truncated(bytes), code],
      [oversized(bytes), code],
      [new Uint8Array(0), code],
    ];

  const badElements = (code: KzgErrorCode, bytes: Uint8Array): [Uint8Array, KzgErrorCode][] => [
    ...lengths(code)(bytes),
    [overflowing(bytes), 'scalar_not_canonical'],
  ];

  const sum = (order: 3n | 11n): Uint8Array =>
    compress(torsionPoint(order).add(bls12_381.G1.Point.BASE));

  const badPoints: [Uint8Array, KzgErrorCode][] = [
    ...lengths('point_length')(generator),
    [new Uint8Array(48), 'point_not_canonical'],
    [generator.slice().fill(0x17, 0, 1), 'point_not_canonical'], // without the compressed flag
    [infinity.slice().fill(1, 47), 'point_not_canonical'],
    [infinity.slice().fill(0xe0, 0, 1), 'point_not_canonical'],
    [new Uint8Array(48).fill(0xff).fill(0x9f, 0, 1), 'point_not_canonical'],
    [new Uint8Array(48).fill(0x80, 0, 1).fill(1, 47), 'point_not_on_curve'],
    [compress(torsionPoint(3n)), 'point_not_in_subgroup'],
    [compress(torsionPoint(11n)), 'point_not_in_subgroup'],
    [sum(3n), 'point_not_in_subgroup'],
    [sum(11n), 'point_not_in_subgroup'],
  ];

  const badScalars = badElements('scalar_length', scalar);
  const badBlobs = badElements('blob_length', blob);
  const badCells = badElements('cell_length', cell);
  const badRows: [Uint8Array, KzgErrorCode][] = [
    ...badElements('row_length', row),
    [new Uint8Array(131_104), 'row_length'],
  ];

  type Case = {
    readonly name: string;
    readonly call: (bad: Uint8Array) => unknown;
    readonly bad: readonly (readonly [Uint8Array, KzgErrorCode])[];
    /** The position that the error must name. */
    readonly index: number | undefined;
  };

  const at = (name: string, call: Case['call'], bad: Case['bad'], index?: number): Case => ({
    name,
    call,
    bad,
    index,
  });

  const cases: readonly Case[] = [
    at('blobToKzgCommitment: blob', (b) => kzg.blobToKzgCommitment(b), badBlobs),
    at('computeKzgProof: blob', (b) => kzg.computeKzgProof(b, scalar), badBlobs),
    at('computeKzgProof: z', (b) => kzg.computeKzgProof(blob, b), badScalars),
    at('computeBlobKzgProof: blob', (b) => kzg.computeBlobKzgProof(b, infinity), badBlobs),
    at('computeBlobKzgProof: commitment', (b) => kzg.computeBlobKzgProof(blob, b), badPoints),
    at(
      'verifyKzgProof: commitment',
      (b) => kzg.verifyKzgProof(b, scalar, scalar, infinity),
      badPoints,
    ),
    at('verifyKzgProof: z', (b) => kzg.verifyKzgProof(infinity, b, scalar, infinity), badScalars),
    at('verifyKzgProof: y', (b) => kzg.verifyKzgProof(infinity, scalar, b, infinity), badScalars),
    at('verifyKzgProof: proof', (b) => kzg.verifyKzgProof(infinity, scalar, scalar, b), badPoints),
    at('verifyBlobKzgProof: blob', (b) => kzg.verifyBlobKzgProof(b, infinity, infinity), badBlobs),
    at(
      'verifyBlobKzgProof: commitment',
      (b) => kzg.verifyBlobKzgProof(blob, b, infinity),
      badPoints,
    ),
    at('verifyBlobKzgProof: proof', (b) => kzg.verifyBlobKzgProof(blob, infinity, b), badPoints),
    at(
      'verifyBlobKzgProofBatch: blobs',
      (b) => kzg.verifyBlobKzgProofBatch([blob, b], [infinity, infinity], [infinity, infinity]),
      badBlobs,
      1,
    ),
    at(
      'verifyBlobKzgProofBatch: commitments',
      (b) => kzg.verifyBlobKzgProofBatch([blob, blob], [infinity, b], [infinity, infinity]),
      badPoints,
      1,
    ),
    at(
      'verifyBlobKzgProofBatch: proofs',
      (b) => kzg.verifyBlobKzgProofBatch([blob, blob], [infinity, infinity], [infinity, b]),
      badPoints,
      1,
    ),
    at('computeCells: blob', (b) => kzg.computeCells(b), badBlobs),
    at('computeCellsAndKzgProofs: blob', (b) => kzg.computeCellsAndKzgProofs(b), badBlobs),
    at(
      'recoverCellsAndKzgProofs: cells',
      (b) => kzg.recoverCellsAndKzgProofs(halfIndices, replaceAt(halfCells, 5, b)),
      badCells,
      5,
    ),
    at(
      'verifyCellKzgProofBatch: commitments',
      (b) => kzg.verifyCellKzgProofBatch([infinity, b], [0, 1], [cell, cell], [infinity, infinity]),
      badPoints,
      1,
    ),
    at(
      'verifyCellKzgProofBatch: cells',
      (b) => kzg.verifyCellKzgProofBatch([infinity], [0], [b], [infinity]),
      badCells,
    ),
    at(
      'verifyCellKzgProofBatch: proofs',
      (b) => kzg.verifyCellKzgProofBatch([infinity, infinity], [0, 1], [cell, cell], [infinity, b]),
      badPoints,
      1,
    ),
    at('computeChallenge: blob', (b) => kzg.computeChallenge(b, infinity), badBlobs),
    at(
      'computeChallenge: commitment',
      (b) => kzg.computeChallenge(blob, b),
      lengths('point_length')(infinity),
    ),
    at(
      'computeVerifyCellKzgProofBatchChallenge: commitments',
      (b) => kzg.computeVerifyCellKzgProofBatchChallenge([b], [0], [0], [values], [infinity]),
      lengths('point_length')(infinity),
      0,
    ),
    at(
      'computeVerifyCellKzgProofBatchChallenge: cosetsEvals',
      (b) =>
        kzg.computeVerifyCellKzgProofBatchChallenge(
          [infinity],
          [0],
          [0],
          [replaceAt(values, 9, b)],
          [infinity],
        ),
      badScalars,
    ),
    at(
      'computeVerifyCellKzgProofBatchChallenge: proofs',
      (b) => kzg.computeVerifyCellKzgProofBatchChallenge([infinity], [0], [0], [values], [b]),
      lengths('point_length')(infinity),
      0,
    ),
    at('commitRow: row', (b) => kzg.commitRow(b), badRows),
    at('evaluateRow: row', (b) => kzg.evaluateRow(b, kzg.evaluationWeights(5n, 4096)), badRows),
    at('openRow: row', (b) => kzg.openRow(b, 5n), badRows),
    at('computeCell: row', (b) => kzg.computeCell(b, 1), badRows),
    at('computeCellProof: row', (b) => kzg.computeCellProof(b, 1), badRows),
    at('extendRows: rows', (b) => kzg.extendRows([b], { rowCount: 2 }), badRows, 0),
    at(
      'recoverRows: rows',
      (b) => kzg.recoverRows([1], [b], { dataRows: 1, rowCount: 2 }),
      badRows,
      0,
    ),
    at('combineRows: rows', (b) => kzg.combineRows([b], [1n]), badRows, 0),
    at('checkCommitments', (b) => kzg.checkCommitments([generator, infinity, b]), badPoints, 2),
    at('verifyRowOpening: proof', (b) => kzg.verifyRowOpening(checked, [1n], 5n, 5n, b), badPoints),
    at(
      'verifyDerivedCells: cell',
      (b) => kzg.verifyDerivedCells(checked, [{ ...derived, cell: b }]),
      badCells,
    ),
    at(
      'verifyDerivedCells: proof',
      (b) => kzg.verifyDerivedCells(checked, [derived, { ...derived, proof: b }]),
      badPoints,
      1,
    ),
    at('combineProofs: proofs', (b) => kzg.combineProofs([infinity, b], [1n, 1n]), badPoints, 1),
  ];

  describe.each(cases)('$name', ({ call, bad, index }) => {
    test('each malformed value throws KzgError with its code', () => {
      for (const [bytes, code] of bad) {
        const expected = index === undefined ? { code } : { code, index };
        expect(() => call(bytes)).toThrow(
          expect.objectContaining({ name: 'KzgError', ...expected }),
        );
      }
    });

    test('what is no byte array throws TypeError', () => {
      for (const value of [undefined, null, 'c0', [1], 5, {}]) {
        expect(() => call(value as unknown as Uint8Array)).toThrow(TypeError);
      }
    });
  });

  test(`a flipped bit anywhere is refused or makes the proof wrong (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const claim = row.map((_, i) => (i % 32 === 0 ? 0 : i));
    const commitment = kzg.commitRow(claim);
    const { proof, y } = kzg.openRow(claim, 99n);
    const inputs = [commitment, scalarToBytes(99n), scalarToBytes(y), proof] as const;
    expect(kzg.verifyKzgProof(...inputs)).toBe(true);
    for (let trial = 0; trial < 48; trial++) {
      const which = trial % 4;
      const flipped = inputs.map((bytes) => bytes.slice()) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const bit = random.integer(8 * inputs[which]!.length);
      flipped[which]![bit >> 3]! ^= 0x80 >> (bit & 7);
      let outcome: unknown;
      try {
        outcome = kzg.verifyKzgProof(...flipped);
      } catch (error) {
        outcome = error;
      }
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(KzgError);
      else expect(outcome).toBe(false);
    }
  });

  test('no tainted commitment is accepted, alone, twice, or among all', () => {
    const [a, b] = [sum(3n), sum(11n)];
    for (const list of [[a], [a, a], [a, b, a], [generator, a, generator]]) {
      expect(() => kzg.checkCommitments(list)).toThrow(
        expect.objectContaining({ code: 'point_not_in_subgroup', index: list.indexOf(a) }),
      );
    }
    const many = replaceAt(
      Array.from({ length: 20 }, () => generator),
      13,
      b,
    );
    expect(() => kzg.checkCommitments(many)).toThrow(
      expect.objectContaining({ code: 'point_not_in_subgroup', index: 13 }),
    );
  });

  test('infinity is a valid commitment and proof, and no commitments are a valid list', () => {
    expect(kzg.checkCommitments([infinity, generator]).count).toBe(2);
    const none = kzg.checkCommitments([]);
    expect(kzg.combineCommitments(none, [])).toEqual(infinity);
    expect(kzg.combineProofs([], [])).toEqual(infinity);
  });

  test('lists of different lengths are refused', () => {
    const unequal = expect.objectContaining({ code: 'list_length' });
    const two = [infinity, infinity];
    expect(() => kzg.verifyBlobKzgProofBatch([blob], two, [infinity])).toThrow(unequal);
    expect(() => kzg.verifyBlobKzgProofBatch([blob], [infinity], [])).toThrow(unequal);
    expect(() => kzg.verifyCellKzgProofBatch(two, [0], [cell], [infinity])).toThrow(unequal);
    expect(() => kzg.verifyCellKzgProofBatch([infinity], [0], [], [infinity])).toThrow(unequal);
    expect(() => kzg.verifyCellKzgProofBatch([infinity], [0], [cell], two)).toThrow(unequal);
    expect(() => kzg.recoverCellsAndKzgProofs(halfIndices, halfCells.slice(1))).toThrow(unequal);
    expect(() =>
      kzg.computeVerifyCellKzgProofBatchChallenge([infinity], [0], [0], [values], []),
    ).toThrow(unequal);
    expect(() =>
      kzg.computeVerifyCellKzgProofBatchChallenge(
        [infinity],
        [0],
        [0],
        [values.slice(1)],
        [infinity],
      ),
    ).toThrow(expect.objectContaining({ code: 'cell_length' }));
    expect(() => kzg.verifyDerivedCells(checked, [{ ...derived, coefficients: [] }])).toThrow(
      unequal,
    );
  });

  test('what is no list throws TypeError', () => {
    const bad = 'x' as unknown as Uint8Array[];
    expect(() => kzg.checkCommitments(bad)).toThrow(TypeError);
    expect(() => kzg.verifyBlobKzgProofBatch(bad, [], [])).toThrow(TypeError);
    expect(() => kzg.verifyCellKzgProofBatch([], [], [], bad)).toThrow(TypeError);
    expect(() => kzg.combineProofs(bad, [])).toThrow(TypeError);
    expect(() => kzg.combineRows(bad, [])).toThrow(TypeError);
    expect(() => kzg.verifyDerivedCells(checked, 'x' as unknown as DerivedCell[])).toThrow(
      TypeError,
    );
  });

  test('cell indices outside 0..127 are refused wherever they are given', () => {
    for (const bad of [-1, 128, 1.5, Number.NaN, 2 ** 40]) {
      const range = expect.objectContaining({ code: 'index_range' });
      expect(() => kzg.computeCell(row, bad)).toThrow(range);
      expect(() => kzg.computeCellProof(row, bad)).toThrow(range);
      expect(() => kzg.verifyDerivedCells(checked, [{ ...derived, cellIndex: bad }])).toThrow(
        range,
      );
      expect(() => kzg.verifyCellKzgProofBatch([infinity], [bad], [cell], [infinity])).toThrow(
        range,
      );
      expect(() =>
        kzg.recoverCellsAndKzgProofs(replaceAt(halfIndices, 63, bad), halfCells),
      ).toThrow(range);
      for (const [commitmentIndex, cellIndex] of [
        [bad, 0],
        [1, 0],
        [0, bad],
      ] as const) {
        expect(() =>
          kzg.computeVerifyCellKzgProofBatchChallenge(
            [infinity],
            [commitmentIndex],
            [cellIndex],
            [values],
            [infinity],
          ),
        ).toThrow(range);
      }
    }
    expect(() => kzg.computeCell(row, '1' as unknown as number)).toThrow(TypeError);
  });

  test('recovery refuses unsorted and duplicate indices', () => {
    const order = expect.objectContaining({ code: 'index_order' });
    const unsorted = replaceAt(replaceAt(halfIndices, 0, 1), 1, 0);
    expect(() => kzg.recoverCellsAndKzgProofs(unsorted, halfCells)).toThrow(order);
    expect(() => kzg.recoverCellsAndKzgProofs(replaceAt(halfIndices, 1, 0), halfCells)).toThrow(
      order,
    );
  });

  test('a row longer than its weights is refused', () => {
    const weights = kzg.evaluationWeights(5n, 2);
    expect(() => kzg.evaluateRow(row, weights)).toThrow(
      expect.objectContaining({ code: 'row_length' }),
    );
  });

  test('errors carry no payload: messages stay short', () => {
    for (const [bytes] of badPoints) {
      try {
        kzg.checkCommitments([bytes]);
      } catch (error) {
        expect((error as Error).message.length).toBeLessThan(120);
        expect((error as Error).message).toContain('commitment');
      }
    }
  });
});
