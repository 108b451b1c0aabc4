/**
 * The blob header and the Fiat-Shamir transcript (da-review.md §1.1, followed byte for byte).
 *
 *   core       = ver u16 | profile u16 | k u16 | n u16 | c u16 | byteLen u32 | namespace 32
 *              | submitter 20 | nonce u64 | epoch u64 | committeeRoot 32 | commitmentsRoot 32
 *              | rowsRoot 32
 *   tz         = TH(Z, setupId | core)          z = int_be(tz) mod r
 *   evalsHash  = TH(EVALS, k u16 | y_0 | .. | y_{k-1})
 *   g          = int_be(TH(G, tz | evalsHash)) mod r
 *   headerRoot = TH(HEADER, core | evalsHash | openingProof)
 *
 * rowsRoot and commitmentsRoot precede z, so rows and commitments are fixed before the point at
 * which they are compared; the evaluations precede g, so they cannot be bent to fit their sum. g is
 * derived from the whole digest tz, not from the reduced z.
 */
import { FIELD_MODULUS } from '@barycenter/kzg';
import { DaError } from './errors.ts';
import { buildTree, type MerkleTree, treeRoot } from './merkle.ts';
import type { Geometry } from './profile.ts';
import { TAGS, taggedHash } from './tagged-hash.ts';
import { join, littleEndian, Reader } from './wire.ts';

/** Version of the header format of the KZG scheme. */
export const HEADER_VERSION = 1;

/** Version of the hash-only scheme's: commitmentsRoot and opening proof have no bytes. */
export const ZODA_HEADER_VERSION = 2;

/** Bytes of a version 1 header on the wire: core 178, evalsHash 32, opening proof 48. */
export const HEADER_BYTES = 258;

/** Bytes of a whole header of a version; an unknown one is read as version 1 and refused later. */
export function headerSize(version: number): number {
  return version === ZODA_HEADER_VERSION ? HEADER_BYTES - 32 - 48 : HEADER_BYTES;
}

/** Everything a blob's commitment and its certificate rest on. */
export type BlobHeader = {
  readonly version: number;
  /** Profile id; with byteLength it fixes k, n and c, which are repeated and checked. */
  readonly profile: number;
  readonly geometry: Geometry;
  /** Payload bytes. */
  readonly byteLength: number;
  readonly namespace: Uint8Array;
  /** Address whose key signed headerRoot. */
  readonly submitter: Uint8Array;
  /** One payload per (submitter, nonce): two headers are equivocation. */
  readonly nonce: bigint;
  readonly epoch: bigint;
  readonly committeeRoot: Uint8Array;
  /** Merkle root of the k row commitments; empty in version 2. */
  readonly commitmentsRoot: Uint8Array;
  /** Merkle root of the n coded rows. */
  readonly rowsRoot: Uint8Array;
  /** Hash of the k evaluations: y_j = row_j(z), or the checksums of version 2. */
  readonly evaluationsHash: Uint8Array;
  /** KZG opening of sum_j g^j row_j at z; empty in version 2. */
  readonly openingProof: Uint8Array;
};

/** The header without its last two fields: what z is derived from. */
export type HeaderCore = Omit<BlobHeader, 'evaluationsHash' | 'openingProof'>;

/** The core: 178 bytes, in version 2 146. */
export function encodeCore(core: HeaderCore): Uint8Array<ArrayBuffer> {
  return join(
    littleEndian(core.version, 2),
    littleEndian(core.profile, 2),
    littleEndian(core.geometry.k, 2),
    littleEndian(core.geometry.n, 2),
    littleEndian(core.geometry.c, 2),
    littleEndian(core.byteLength, 4),
    core.namespace,
    core.submitter,
    littleEndian(core.nonce, 8),
    littleEndian(core.epoch, 8),
    core.committeeRoot,
    core.commitmentsRoot,
    core.rowsRoot,
  );
}

/** A header's bytes: 258, in version 2 178. */
export function encodeHeader(header: BlobHeader): Uint8Array<ArrayBuffer> {
  return join(encodeCore(header), header.evaluationsHash, header.openingProof);
}

/** A header alone; DaError `truncated` or `trailing_bytes`. Meaning is checked by `checkHeader`. */
export function decodeHeader(bytes: Uint8Array): BlobHeader {
  const reader = new Reader(bytes);
  const header = readHeader(reader);
  reader.end();
  return header;
}

/** Reads a header; `truncated` if bytes are missing. Meaning is checked by `checkHeader`. */
export function readHeader(reader: Reader): BlobHeader {
  const version = reader.number(2);
  const isZoda = version === ZODA_HEADER_VERSION;
  const profile = reader.number(2);
  const geometry = { k: reader.number(2), n: reader.number(2), c: reader.number(2) };
  return {
    version,
    profile,
    geometry,
    byteLength: reader.number(4),
    namespace: reader.bytes(32),
    submitter: reader.bytes(20),
    nonce: reader.bigint(8),
    epoch: reader.bigint(8),
    committeeRoot: reader.bytes(32),
    commitmentsRoot: reader.bytes(isZoda ? 0 : 32),
    rowsRoot: reader.bytes(32),
    evaluationsHash: reader.bytes(32),
    openingProof: reader.bytes(isZoda ? 0 : 48),
  };
}

/** The blob's identifier: everything is keyed on it, since certificates are not unique. */
export function headerRoot(header: BlobHeader): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.header, encodeHeader(header));
}

/** Merkle root of the row commitments (48 bytes each, a power of two of them). */
export function commitmentsRoot(commitments: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return treeRoot(commitmentTree(commitments));
}

/** The tree under commitmentsRoot. */
export function commitmentTree(commitments: readonly Uint8Array[]): MerkleTree {
  const leaves = commitments.map((commitment, index) =>
    taggedHash(TAGS.commitmentLeaf, littleEndian(index, 2), commitment),
  );
  return buildTree(leaves, TAGS.commitmentNode);
}

/** `evalsHash` over the encoded evaluations: 32-byte big-endian elements, or 4 t bytes each. */
export function evaluationsHash(evaluations: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.evaluations, littleEndian(evaluations.length, 2), ...evaluations);
}

/** The challenges of one header. `tz` is the digest that both derive from. */
export type PointChallenge = { readonly tz: Uint8Array; readonly z: bigint };

/** The evaluation point z; `z_in_domain` if it is one of the 4,096 roots of unity. */
export function derivePoint(core: HeaderCore, setupId: Uint8Array): PointChallenge {
  const tz = taggedHash(TAGS.challengeZ, setupId, encodeCore(core));
  const z = digestToScalar(tz);
  assertOutsideDomain(z);
  return { tz, z };
}

/** The combination scalar g; its powers weigh the k rows in the opening. */
export function deriveCombiner(tz: Uint8Array, evalsHash: Uint8Array): bigint {
  return digestToScalar(taggedHash(TAGS.challengeG, tz, evalsHash));
}

/**
 * Barycentric weights divide by zero on the domain (da-review.md §1.3(1)): such a header is refused,
 * with probability 4096 / r, and the submitter takes its next nonce.
 */
export function assertOutsideDomain(z: bigint): void {
  let power = z;
  for (let i = 0; i < 12; i++) power = (power * power) % FIELD_MODULUS; // z^(2^12)
  if (power === 1n) throw new DaError('z_in_domain', 'the challenge point is a root of unity');
}

/** 1, g, g^2, .. : `count` powers. */
export function powersOf(g: bigint, count: number): bigint[] {
  const powers = [1n];
  while (powers.length < count) powers.push((powers[powers.length - 1]! * g) % FIELD_MODULUS);
  return powers;
}

function digestToScalar(digest: Uint8Array): bigint {
  let value = 0n;
  for (const byte of digest) value = (value << 8n) | BigInt(byte);
  return value % FIELD_MODULUS;
}
