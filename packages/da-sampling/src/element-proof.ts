/**
 * Proofs of 31 payload bytes for contracts/Elements.sol: the row's commitment with its branch under
 * commitmentsRoot, and the KZG proof of EIP-4844 that the row's polynomial has the element at its
 * point of the domain, w^brp(column).
 */
import { FIELD_ELEMENTS_PER_BLOB, FIELD_MODULUS, type Kzg, scalarToBytes } from '@barycenter/kzg';
import { assertChecked, type CheckedHeader } from './check-header.ts';
import { commitmentTree, encodeHeader } from './header.ts';
import { treeBranch } from './merkle.ts';
import { BYTES_PER_PAYLOAD_ELEMENT } from './profile.ts';
import { isVerifiedRow, type VerifiedRow } from './row-verifier.ts';
import { equalBytes } from './wire.ts';

/** A generator of the scalar field's group. EIP-4844, PRIMITIVE_ROOT_OF_UNITY. */
const PRIMITIVE_ROOT = 7n;

/** What `verifyElement` of contracts/ checks. */
export type ElementProof = {
  /** Payload bytes 31 index .. 31 index + 30, zero past the payload's end. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** The blob's header, 258 bytes. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Commitment of the row, 48 bytes, and its branch under commitmentsRoot. */
  readonly commitment: Uint8Array;
  readonly branch: readonly Uint8Array[];
  /** KZG proof, 48 bytes. */
  readonly proof: Uint8Array;
};

/**
 * Proves element `index` of a blob from the verified data row that holds it, row floor(index / c).
 * RangeError if the index is past the payload or in another row, or the row of another header. One MSM
 * of 4,096 points.
 */
export function proveElement(
  index: number,
  options: { readonly kzg: Kzg; readonly header: CheckedHeader; readonly row: VerifiedRow },
): ElementProof {
  const { kzg, header, row } = options;
  assertChecked(header);
  const { c } = header.geometry;
  const elements = Math.ceil(header.header.byteLength / BYTES_PER_PAYLOAD_ELEMENT);
  if (!isVerifiedRow(row) || !equalBytes(row.headerRoot, header.headerRoot)) {
    throw new RangeError('row: expected a VerifiedRow of the header');
  }
  if (!Number.isInteger(index) || index < 0 || index >= elements) {
    throw new RangeError(`index: expected 0 to ${elements - 1}, got ${index}`);
  }
  if (row.index !== Math.floor(index / c)) {
    throw new RangeError(`row: expected row ${Math.floor(index / c)}, got ${row.index}`);
  }
  const blob = new Uint8Array(32 * FIELD_ELEMENTS_PER_BLOB);
  blob.set(row.row);
  const [proof, y] = kzg.computeKzgProof(blob, scalarToBytes(domainPoint(index % c)));
  const { commitments } = header.message;
  return {
    data: y.slice(1),
    header: encodeHeader(header.header),
    commitment: commitments[row.index]!,
    branch: treeBranch(commitmentTree(commitments), row.index),
    proof,
  };
}

/** w^brp(column), where w generates the 4,096-th roots of unity and brp reverses 12 bits. */
function domainPoint(column: number): bigint {
  let reversed = 0;
  for (let size = FIELD_ELEMENTS_PER_BLOB; size > 1; size /= 2) {
    reversed = 2 * reversed + (column & 1);
    column >>= 1;
  }
  let power = 1n;
  let base = PRIMITIVE_ROOT;
  let exponent = ((FIELD_MODULUS - 1n) / BigInt(FIELD_ELEMENTS_PER_BLOB)) * BigInt(reversed);
  for (; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) power = (power * base) % FIELD_MODULUS;
    base = (base * base) % FIELD_MODULUS;
  }
  return power;
}
