/**
 * EIP-4844: commitments to blobs and proofs of evaluation.
 * Source: consensus-specs deneb/polynomial-commitments.md, section "KZG"; names as in c-kzg-4844.
 *
 * Every verification is one equation e(A, [1]_2) * e(B, [tau]_2) = 1 with fixed second arguments:
 * e(C - [y] - [z] * (-proof), -[1]) * e(proof, [tau]) = 1, the specification's check rearranged.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { asciiBytes, concatBytes, uint64Bytes } from './bytes.ts';
import { decodeOnePoint, decodePoints } from './commitment.ts';
import { assertBytes, assertSameLength } from './errors.ts';
import { encodePoint, negate, type Point } from './g1.ts';
import { multiplyAndSum } from './msm.ts';
import { pairingsCancel } from './pairing.ts';
import { BYTES_PER_BLOB, FIELD_ELEMENTS_PER_BLOB } from './parameters.ts';
import { evaluateAt, quotientValues } from './polynomial.ts';
import {
  bytesToScalar,
  powersOf,
  readBigEndian,
  readScalars,
  reduce,
  scalarToBytes,
  viewOf,
} from './scalar.ts';
import type { Powers } from './setup.ts';

/** deneb/polynomial-commitments.md, `FIAT_SHAMIR_PROTOCOL_DOMAIN`. */
const CHALLENGE_TAG = 'FSBLOBVERIFY_V1_';

/** deneb/polynomial-commitments.md, `RANDOM_CHALLENGE_KZG_BATCH_DOMAIN`. */
const BATCH_TAG = 'RCKZGBATCH___V1_';

type Bytes = Uint8Array<ArrayBuffer>;

/** One claim f(z) = y. */
type Opening = {
  readonly commitment: Point;
  readonly z: bigint;
  readonly y: bigint;
  readonly proof: Point;
};

/** `blob_to_kzg_commitment`. */
export function blobToKzgCommitment(setup: Powers, blob: Uint8Array): Bytes {
  return encodePoint(commitValues(setup, readBlob(blob)));
}

/** `compute_kzg_proof`: the proof and y. */
export function computeKzgProof(
  setup: Powers,
  input: { readonly blob: Uint8Array; readonly z: Uint8Array },
): [Bytes, Bytes] {
  const { proof, y } = openValues(setup, {
    values: readBlob(input.blob),
    z: bytesToScalar(input.z),
  });
  return [encodePoint(proof), scalarToBytes(y)];
}

/** `compute_blob_kzg_proof`; the commitment is validated, not recomputed. */
export function computeBlobKzgProof(
  setup: Powers,
  { blob, commitment }: { readonly blob: Uint8Array; readonly commitment: Uint8Array },
): Bytes {
  const values = readBlob(blob);
  decodeOnePoint(commitment, 'commitment');
  return encodePoint(openValues(setup, { values, z: challengeOf(blob, commitment) }).proof);
}

/** `verify_kzg_proof`. */
export function verifyKzgProof(
  setup: Powers,
  claim: {
    readonly commitment: Uint8Array;
    readonly z: Uint8Array;
    readonly y: Uint8Array;
    readonly proof: Uint8Array;
  },
): boolean {
  return verifyOpenings(setup, [
    {
      commitment: decodeOnePoint(claim.commitment, 'commitment'),
      z: bytesToScalar(claim.z),
      y: bytesToScalar(claim.y),
      proof: decodeOnePoint(claim.proof, 'proof'),
    },
  ]);
}

/** `verify_blob_kzg_proof_batch`; a batch of one is `verify_blob_kzg_proof`. */
export function verifyBlobKzgProofBatch(
  setup: Powers,
  batch: {
    readonly blobs: readonly Uint8Array[];
    readonly commitments: readonly Uint8Array[];
    readonly proofs: readonly Uint8Array[];
  },
): boolean {
  assertSameLength(batch);
  const commitments = decodePoints(batch.commitments, 'commitment');
  const proofs = decodePoints(batch.proofs, 'proof');
  const openings = batch.blobs.map((blob, i): Opening => {
    const values = readBlob(blob, i);
    const z = challengeOf(blob, batch.commitments[i]!);
    return { commitment: commitments[i]!, z, y: evaluateAt(values, z), proof: proofs[i]! };
  });
  return verifyOpenings(setup, openings);
}

/** `compute_challenge` as 32 bytes. The commitment is hashed as given, 48 bytes. */
export function computeChallenge(blob: Uint8Array, commitment: Uint8Array): Bytes {
  readBlob(blob);
  assertBytes(commitment, { size: 48, code: 'point_length', name: 'commitment' });
  return scalarToBytes(challengeOf(blob, commitment));
}

/** [f(tau)]_1 from up to 4,096 values of f (missing ones are zero). */
export function commitValues(setup: Powers, values: readonly bigint[]): Point {
  const points = setup.lagrange();
  return multiplyAndSum(
    values.length === points.length ? points : points.slice(0, values.length),
    values,
  );
}

/** y = f(z) and the commitment to (f(X) - y) / (X - z). */
export function openValues(
  setup: Powers,
  { values, z }: { readonly values: readonly bigint[]; readonly z: bigint },
): { proof: Point; y: bigint } {
  const y = evaluateAt(values, z);
  return { proof: commitValues(setup, quotientValues(values, { z, y })), y };
}

/** Checks all claims with one equation, weighted by powers of a hash of everything. */
export function verifyOpenings(setup: Powers, openings: readonly Opening[]): boolean {
  if (openings.length === 0) return true;
  const weights = powersOf(batchChallenge(openings), openings.length);
  const proofs = openings.map(({ proof }) => proof);
  // sum r^i (C_i - [y_i]) + sum r^i z_i proof_i
  let constant = 0n;
  openings.forEach(({ y }, i) => {
    constant += weights[i]! * y;
  });
  const left = multiplyAndSum(
    [...openings.map(({ commitment }) => commitment), ...proofs, setup.monomial()[0]!],
    [...weights, ...openings.map(({ z }, i) => reduce(weights[i]! * z)), reduce(-constant)],
  );
  return pairingsCancel([
    [negate(left), setup.one],
    [multiplyAndSum(proofs, weights), setup.tau],
  ]);
}

/** The 4,096 elements of a blob; throws `blob_length` or `scalar_not_canonical`. */
export function readBlob(blob: Uint8Array, index?: number): bigint[] {
  const expected = { size: BYTES_PER_BLOB, code: 'blob_length', name: 'blob' } as const;
  assertBytes(blob, index === undefined ? expected : { ...expected, index });
  return readScalars(blob, index);
}

/** SHA-256 as a field element. deneb/polynomial-commitments.md, `hash_to_bls_field`. */
export function hashToScalar(bytes: Uint8Array): bigint {
  return reduce(readBigEndian(viewOf(sha256(bytes)), 0));
}

function challengeOf(blob: Uint8Array, commitment: Uint8Array): bigint {
  const degree = concatBytes([uint64Bytes(0), uint64Bytes(FIELD_ELEMENTS_PER_BLOB)]); // 16 bytes
  return hashToScalar(concatBytes([asciiBytes(CHALLENGE_TAG), degree, blob, commitment]));
}

/** The r of `verify_kzg_proof_batch`. */
function batchChallenge(openings: readonly Opening[]): bigint {
  if (openings.length === 1) return 1n; // the only power used is r^0
  const parts = [
    asciiBytes(BATCH_TAG),
    uint64Bytes(FIELD_ELEMENTS_PER_BLOB),
    uint64Bytes(openings.length),
  ];
  for (const { commitment, z, y, proof } of openings) {
    parts.push(encodePoint(commitment), scalarToBytes(z), scalarToBytes(y), encodePoint(proof));
  }
  return hashToScalar(concatBytes(parts));
}
