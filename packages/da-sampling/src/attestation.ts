/**
 * What a committee member signs (da-review.md §5.1), little-endian fixed width:
 *   chainId 32 | registry 20 | namespace 32 | epoch u64 | committeeRoot 32 | headerRoot 32
 *   | profile u16 | byteLen u32
 * under a hash-to-curve tag of its own (§5.6). Profile and byteLen determine k, c and n, so that a
 * verifier without the header can compute what the certificate is worth. One signature covers all
 * seats of the validator.
 */
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Committee } from './committee.ts';
import { encodeDomain, expectLength } from './domain.ts';
import { join, littleEndian, Reader } from './wire.ts';

/** A member's signature for one blob. */
export type Attestation = {
  readonly headerRoot: Uint8Array;
  /** Index among the committee's members. */
  readonly validator: number;
  /** BLS signature, 96 bytes. */
  readonly signature: Uint8Array;
};

/** The blob facts that are signed beside the domain. */
export type AttestedBlob = {
  readonly headerRoot: Uint8Array;
  readonly profile: number;
  readonly byteLength: number;
};

/** Hash-to-curve tag of attestations. */
export function attestationTag(): Uint8Array {
  return utf8ToBytes('BARYCENTER_DA_ATTEST_V1_BLS12381G2_XMD:SHA-256_SSWU_RO_');
}

/** The signed bytes, 194 of them. */
export function attestationMessage(
  blob: AttestedBlob,
  committee: Committee,
): Uint8Array<ArrayBuffer> {
  expectLength(blob.headerRoot, { name: 'headerRoot', size: 32 });
  return join(
    encodeDomain(committee.domain),
    littleEndian(committee.epoch, 8),
    committee.root,
    blob.headerRoot,
    littleEndian(blob.profile, 2),
    littleEndian(blob.byteLength, 4),
  );
}

/** `headerRoot 32 | validator u16 | signature 96`. */
export function encodeAttestation(attestation: Attestation): Uint8Array<ArrayBuffer> {
  return join(
    attestation.headerRoot,
    littleEndian(attestation.validator, 2),
    attestation.signature,
  );
}

/** Reads an attestation; DaError `truncated` or `trailing_bytes`. */
export function decodeAttestation(bytes: Uint8Array): Attestation {
  const reader = new Reader(bytes);
  const attestation = {
    headerRoot: reader.bytes(32),
    validator: reader.number(2),
    signature: reader.bytes(96),
  };
  reader.end();
  return attestation;
}
