import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { blobDomainPoints } from '../src/js/polynomial.ts';
import { onEveryBackend } from './every-backend.ts';
import { padToBlob, randomRow } from './random-rows.ts';
import { replaceAt } from './replace-at.ts';

onEveryBackend((kzg, name) => {
  const SEED = 0xb10b;
  const random = seededRandom(SEED);
  const INFINITY = new Uint8Array(48);
  INFINITY[0] = 0xc0;

  // Short rows keep the commitments cheap; the proofs still multiply all 4,096 points.
  const blobs = [5, 64, 1].map((count) => padToBlob(randomRow(random, count)));
  const commitments = blobs.map((blob) => kzg.blobToKzgCommitment(blob));
  const proofs = blobs.map((blob, i) => kzg.computeBlobKzgProof(blob, commitments[i]!));

  test(`a proof verifies for its value and no other (seed ${SEED})`, () => {
    const z = scalarToBytes(random.bigint(FIELD_MODULUS));
    const [proof, y] = kzg.computeKzgProof(blobs[0]!, z);
    expect(kzg.verifyKzgProof(commitments[0]!, z, y, proof)).toBe(true);
    const other = scalarToBytes(1n);
    expect(kzg.verifyKzgProof(commitments[0]!, z, other, proof)).toBe(false);
    expect(kzg.verifyKzgProof(commitments[0]!, other, y, proof)).toBe(false);
    expect(kzg.verifyKzgProof(commitments[1]!, z, y, proof)).toBe(false);
    expect(kzg.verifyKzgProof(commitments[0]!, z, y, commitments[0]!)).toBe(false);
    expect(kzg.verifyKzgProof(commitments[0]!, z, y, INFINITY)).toBe(false);
  });

  test('a proof at a point of the domain gives the element stored there', () => {
    const z = scalarToBytes(blobDomainPoints()[2]!);
    const [proof, y] = kzg.computeKzgProof(blobs[0]!, z);
    expect(y).toEqual(blobs[0]!.slice(64, 96));
    expect(kzg.verifyKzgProof(commitments[0]!, z, y, proof)).toBe(true);
  });

  test('a constant blob has the proof at infinity everywhere, a zero blob also the commitment', () => {
    const constant = new Uint8Array(131_072).map((_, i) => (i % 32 === 31 ? 7 : 0));
    const z = scalarToBytes(123n);
    const commitment = kzg.blobToKzgCommitment(constant);
    const [proof, y] = kzg.computeKzgProof(constant, z);
    expect([proof, y]).toEqual([INFINITY, scalarToBytes(7n)]);
    expect(kzg.verifyKzgProof(commitment, z, y, proof)).toBe(true);
    expect(kzg.verifyKzgProof(commitment, z, scalarToBytes(8n), proof)).toBe(false);
    expect(kzg.blobToKzgCommitment(new Uint8Array(131_072))).toEqual(INFINITY);
    expect(kzg.verifyKzgProof(INFINITY, z, scalarToBytes(0n), INFINITY)).toBe(true);
  });

  test(`a blob proof verifies for its blob and commitment only (seed ${SEED})`, () => {
    expect(kzg.verifyBlobKzgProof(blobs[0]!, commitments[0]!, proofs[0]!)).toBe(true);
    expect(kzg.verifyBlobKzgProof(blobs[1]!, commitments[0]!, proofs[0]!)).toBe(false);
    expect(kzg.verifyBlobKzgProof(blobs[0]!, commitments[1]!, proofs[0]!)).toBe(false);
    expect(kzg.verifyBlobKzgProof(blobs[0]!, commitments[0]!, proofs[1]!)).toBe(false);
    const flipped = blobs[0]!.slice();
    flipped[4095 * 32 + 31]! ^= 1;
    expect(kzg.verifyBlobKzgProof(flipped, commitments[0]!, proofs[0]!)).toBe(false);
  });

  test('a proof can be computed for a commitment of another blob but does not verify', () => {
    const proof = kzg.computeBlobKzgProof(blobs[2]!, commitments[0]!);
    expect(kzg.verifyBlobKzgProof(blobs[2]!, commitments[0]!, proof)).toBe(false);
  });

  test('a batch verifies if and only if every item does', () => {
    expect(kzg.verifyBlobKzgProofBatch(blobs, commitments, proofs)).toBe(true);
    expect(kzg.verifyBlobKzgProofBatch([], [], [])).toBe(true);
    for (let bad = 0; bad < blobs.length; bad++) {
      const wrong = replaceAt(proofs, bad, proofs[(bad + 1) % proofs.length]!);
      expect(kzg.verifyBlobKzgProofBatch(blobs, commitments, wrong)).toBe(false);
    }
    // two errors that cancel in an unweighted sum
    const swapped = [proofs[1]!, proofs[0]!, proofs[2]!];
    expect(kzg.verifyBlobKzgProofBatch(blobs, commitments, swapped)).toBe(false);
  });

  test('inputs are not modified and outputs are fresh', () => {
    const blob = blobs[0]!.slice();
    const first = kzg.computeChallenge(blob, commitments[0]!);
    const second = kzg.computeChallenge(blob, commitments[0]!);
    expect(first).toEqual(second);
    expect(first.buffer).not.toBe(second.buffer);
    expect(blob).toEqual(blobs[0]);
  });

  test('the backend names itself', () => {
    expect(kzg.backend()).toEqual({ name, reason: expect.any(String) });
  });
});
