import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom, stockVerifiers } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { onEveryBackend } from './every-backend.ts';
import { padToBlob, randomRow } from './random-rows.ts';

onEveryBackend((kzg, name) => {
  // Other implementations accept what we produce and produce the same bytes.

  const SEED = 0x9ee2;
  const SHAPE = { dataRows: 4, rowCount: 16 };
  const peers = stockVerifiers();

  /** Row lengths around cell borders (da-review, section 7), and two cells sampled of each. */
  const LENGTHS = name === 'js' ? [65] : [1, 63, 64, 65, 1024, 4096];

  describe.each(LENGTHS)('rows of %i elements', (count) => {
    test(`cells of coded rows verify against combined commitments (seed ${SEED + count})`, () => {
      const random = seededRandom(SEED + count);
      const data = Array.from({ length: SHAPE.dataRows }, () => randomRow(random, count));
      const coded = kzg.extendRows(data, { rowCount: SHAPE.rowCount });
      const checked = kzg.checkCommitments(data.map((row) => kzg.commitRow(row)));
      const samples = [
        [13, Math.floor((count - 1) / 64)],
        [6, 64 + random.integer(64)],
      ] as const;
      const commitments = samples.map(([row]) =>
        kzg.combineCommitments(checked, kzg.rowCoefficients(row, SHAPE)),
      );
      const indices = samples.map(([, index]) => index);
      const proved = samples.map(([row, index]) => kzg.computeCellProof(coded[row]!, index));
      const cells = proved.map(({ cell }) => cell);
      const proofs = proved.map(({ proof }) => proof);
      expect(kzg.verifyCellKzgProofBatch(commitments, indices, cells, proofs)).toBe(true);
      for (const peer of peers) {
        expect(peer.verifyCellKzgProofBatch(commitments, indices, cells, proofs)).toBe(true);
        const swapped = [commitments[1]!, commitments[0]!];
        expect(peer.verifyCellKzgProofBatch(swapped, indices, cells, proofs)).toBe(false);
      }
    });
  });

  describe.each(peers)('$name', (peer) => {
    const random = seededRandom(SEED);
    const blob = randomRow(random, 4096);
    const short = padToBlob(randomRow(random, 3));

    test(`gives the same commitment and evaluation proof (seed ${SEED})`, () => {
      const commitment = kzg.blobToKzgCommitment(blob);
      expect(commitment).toEqual(Uint8Array.from(peer.blobToKzgCommitment(blob)));
      const z = scalarToBytes(random.bigint(FIELD_MODULUS));
      const [proof, y] = kzg.computeKzgProof(short, z);
      expect([proof, y]).toEqual(peer.computeKzgProof(short, z).map((b) => Uint8Array.from(b)));
      expect(peer.verifyKzgProof(kzg.commitRow(short.slice(0, 96)), z, y, proof)).toBe(true);
    });

    test(`gives the same blob proof, cells and cell proofs (seed ${SEED})`, () => {
      const commitment = kzg.commitRow(short.slice(0, 96));
      const proof = kzg.computeBlobKzgProof(short, commitment);
      expect(proof).toEqual(Uint8Array.from(peer.computeBlobKzgProof(short, commitment)));
      expect(peer.verifyBlobKzgProof(short, commitment, proof)).toBe(true);
      const [cells, proofs] = peer.computeCellsAndKzgProofs(blob);
      expect(kzg.computeCells(blob)).toEqual(cells.map((cell) => Uint8Array.from(cell)));
      for (const index of [0, 127]) {
        expect(kzg.computeCellProof(blob, index).proof).toEqual(Uint8Array.from(proofs[index]!));
      }
    });
  });
});
