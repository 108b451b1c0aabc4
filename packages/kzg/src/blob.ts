/**
 * EIP-4844: commitments to blobs and proofs of evaluation.
 * Source: consensus-specs deneb/polynomial-commitments.md, section "KZG"; names as in c-kzg-4844.
 *
 * Every verification is one equation e(A, [1]_2) = e(B, [tau]_2) with fixed second arguments:
 * e(C - [y] + [z] proof, [1]) = e(proof, [tau]), the specification's check rearranged.
 */
import { drawWeights } from './batch-weights.ts';
import { asciiBytes, concatBytes, uint64Bytes } from './bytes.ts';
import { decodeOnePoint } from './commitment.ts';
import type { Context } from './context.ts';
import type { Engine, PointSum } from './engine.ts';
import { assertBytes, assertSameLength } from './errors.ts';
import { BYTES_PER_BLOB, FIELD_ELEMENTS_PER_BLOB } from './parameters.ts';
import {
  assertCanonical,
  bytesToScalar,
  readBigEndian,
  reduce,
  scalarToBytes,
  viewOf,
} from './scalar.ts';

/** deneb/polynomial-commitments.md, `FIAT_SHAMIR_PROTOCOL_DOMAIN`. */
const CHALLENGE_TAG = 'FSBLOBVERIFY_V1_';

type Bytes = Uint8Array<ArrayBuffer>;

/** `blob_to_kzg_commitment`. */
export function blobToKzgCommitment(engine: Engine, blob: Uint8Array): Bytes {
  assertBlob(blob);
  return engine.commit(blob);
}

/** `compute_kzg_proof`: the proof and y. */
export function computeKzgProof(
  engine: Engine,
  input: { readonly blob: Uint8Array; readonly z: Uint8Array },
): [Bytes, Bytes] {
  assertBlob(input.blob);
  const { proof, y } = engine.open(input.blob, bytesToScalar(input.z));
  return [proof, scalarToBytes(y)];
}

/** `compute_blob_kzg_proof`; the commitment is validated, not recomputed. */
export function computeBlobKzgProof(
  engine: Engine,
  { blob, commitment }: { readonly blob: Uint8Array; readonly commitment: Uint8Array },
): Bytes {
  assertBlob(blob);
  decodeOnePoint(engine, commitment, 'commitment');
  return engine.open(blob, challengeOf(engine, { blob, commitment })).proof;
}

/** `verify_kzg_proof`. */
export function verifyKzgProof(
  { engine, cache }: Context,
  claim: {
    readonly commitment: Uint8Array;
    readonly z: Uint8Array;
    readonly y: Uint8Array;
    readonly proof: Uint8Array;
  },
): boolean {
  const [z, y] = [bytesToScalar(claim.z), bytesToScalar(claim.y)];
  const { commitments: commitment, proofs: proof } = cache.decodeOne(claim);
  return verifyOpening(engine, {
    commitment: [{ points: commitment, scalars: [1n] }],
    z,
    y,
    proof,
  });
}

/** `verify_blob_kzg_proof`. */
export function verifyBlobKzgProof(
  { engine, cache }: Context,
  claim: {
    readonly blob: Uint8Array;
    readonly commitment: Uint8Array;
    readonly proof: Uint8Array;
  },
): boolean {
  assertBlob(claim.blob);
  const { commitments: commitment, proofs: proof } = cache.decodeOne(claim);
  const z = challengeOf(engine, claim);
  const y = engine.evaluate(claim.blob, z);
  return verifyOpening(engine, {
    commitment: [{ points: commitment, scalars: [1n] }],
    z,
    y,
    proof,
  });
}

/** `verify_blob_kzg_proof_batch`. */
export function verifyBlobKzgProofBatch(
  { engine, cache, random }: Context,
  batch: {
    readonly blobs: readonly Uint8Array[];
    readonly commitments: readonly Uint8Array[];
    readonly proofs: readonly Uint8Array[];
  },
): boolean {
  assertSameLength(batch);
  batch.blobs.forEach(assertBlob);
  const { commitments, proofs } = cache.decode(batch.commitments, batch.proofs);
  if (batch.blobs.length === 0) return true;
  const weights = drawWeights(batch.blobs.length, random);
  let constant = 0n; // sum w_i y_i
  const shifted = batch.blobs.map((blob, i) => {
    const z = challengeOf(engine, { blob, commitment: batch.commitments[i]! });
    constant += weights[i]! * engine.evaluate(blob, z);
    return reduce(weights[i]! * z);
  });
  return engine.pairingHolds({
    left: [
      { points: commitments, scalars: weights },
      { points: proofs, scalars: shifted },
    ],
    monomial: [reduce(-constant)],
    right: [{ points: proofs, scalars: weights }],
    second: 'tau',
  });
}

/** `compute_challenge` as 32 bytes. The commitment is hashed as given, 48 bytes. */
export function computeChallenge(
  engine: Engine,
  { blob, commitment }: { readonly blob: Uint8Array; readonly commitment: Uint8Array },
): Bytes {
  assertBlob(blob);
  assertBytes(commitment, { size: 48, code: 'point_length', name: 'commitment' });
  return scalarToBytes(challengeOf(engine, { blob, commitment }));
}

/** Whether `proof` opens a sum of commitments at z to y. */
export function verifyOpening(
  engine: Engine,
  opening: {
    readonly commitment: readonly PointSum[];
    readonly z: bigint;
    readonly y: bigint;
    readonly proof: PointSum['points'];
  },
): boolean {
  const { commitment, z, y, proof } = opening;
  return engine.pairingHolds({
    left: [...commitment, { points: proof, scalars: [z] }],
    monomial: [reduce(-y)],
    right: [{ points: proof, scalars: [1n] }],
    second: 'tau',
  });
}

/** SHA-256 of the parts as a field element. deneb/polynomial-commitments.md, `hash_to_bls_field`. */
export function hashToScalar(engine: Engine, parts: readonly Uint8Array[]): bigint {
  return reduce(readBigEndian(viewOf(engine.hash(parts)), 0));
}

/** Throws `blob_length` or `scalar_not_canonical`. */
export function assertBlob(blob: Uint8Array, index?: number): void {
  const expected = { size: BYTES_PER_BLOB, code: 'blob_length', name: 'blob' } as const;
  assertBytes(blob, index === undefined ? expected : { ...expected, index });
  assertCanonical(blob, index);
}

function challengeOf(
  engine: Engine,
  { blob, commitment }: { readonly blob: Uint8Array; readonly commitment: Uint8Array },
): bigint {
  const degree = concatBytes([uint64Bytes(0), uint64Bytes(FIELD_ELEMENTS_PER_BLOB)]); // 16 bytes
  return hashToScalar(engine, [asciiBytes(CHALLENGE_TAG), degree, blob, commitment]);
}
