/**
 * What a DA node vouches for when it signs, as its log keeps it: the attestation, the header that its
 * submitter signed, and the rows behind it. So a row lost later is missed, and the nonce stays taken
 * also where the record of the header message is damaged.
 *
 *   vow = attestation 130 | signature 65 | header 258 (178) | row u16 | row u16 | ..    little-endian
 */
import {
  type Attestation,
  decodeAttestation,
  encodeAttestation,
  headerSize,
  type SignedHeader,
} from '@barycenter/da-sampling';

/** An attestation, its header and the rows it rests on. */
export interface Vow {
  readonly attestation: Attestation;
  readonly signed: SignedHeader;
  /** Row indices, ascending. */
  readonly rows: readonly number[];
}

/** headerRoot 32, validator u16, signature 96: `encodeAttestation`. */
const ATTESTATION_BYTES = 130;
/** A submitter's signature: r 32 | s 32 | v. */
const SIGNATURE_BYTES = 65;
const HEADER_START = ATTESTATION_BYTES + SIGNATURE_BYTES;

/** The stored form. */
export function encodeVow({ attestation, signed, rows }: Vow): Uint8Array<ArrayBuffer> {
  const rowsStart = HEADER_START + signed.header.length;
  const bytes = new Uint8Array(rowsStart + 2 * rows.length);
  bytes.set(encodeAttestation(attestation), 0);
  bytes.set(signed.signature, ATTESTATION_BYTES);
  bytes.set(signed.header, HEADER_START);
  const view = new DataView(bytes.buffer);
  rows.forEach((row, i) => {
    view.setUint16(rowsStart + 2 * i, row, true);
  });
  return bytes;
}

/** Reads what this node stored; throws `DaError` if it is cut short. */
export function decodeVow(bytes: Uint8Array): Vow {
  const attestation = decodeAttestation(bytes.slice(0, ATTESTATION_BYTES));
  const version = bytes[HEADER_START]! | (bytes[HEADER_START + 1]! << 8);
  const rowsStart = HEADER_START + headerSize(version);
  const signed = {
    header: bytes.slice(HEADER_START, rowsStart),
    signature: bytes.slice(ATTESTATION_BYTES, HEADER_START),
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: number[] = [];
  for (let at = rowsStart; at + 2 <= bytes.length; at += 2) rows.push(view.getUint16(at, true));
  return { attestation, signed, rows };
}
