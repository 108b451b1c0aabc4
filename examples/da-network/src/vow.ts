/**
 * What a DA node vouches for when it signs, as its log keeps it: the attestation and the rows behind
 * it, so that a row lost later is missed.
 *
 *   vow = attestation 130 | row u16 | row u16 | ..    little-endian
 */
import { type Attestation, decodeAttestation, encodeAttestation } from '@barycenter/da-sampling';

/** An attestation and the rows it rests on. */
export interface Vow {
  readonly attestation: Attestation;
  /** Row indices, ascending. */
  readonly rows: readonly number[];
}

/** headerRoot 32, validator u16, signature 96: `encodeAttestation`. */
const ATTESTATION_BYTES = 130;

/** The stored form. */
export function encodeVow({ attestation, rows }: Vow): Uint8Array<ArrayBuffer> {
  const head = encodeAttestation(attestation);
  const bytes = new Uint8Array(head.length + 2 * rows.length);
  bytes.set(head, 0);
  const view = new DataView(bytes.buffer);
  rows.forEach((row, i) => {
    view.setUint16(head.length + 2 * i, row, true);
  });
  return bytes;
}

/** Reads what this node stored; throws `DaError` if it is cut short. */
export function decodeVow(bytes: Uint8Array): Vow {
  const attestation = decodeAttestation(bytes.slice(0, ATTESTATION_BYTES));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: number[] = [];
  for (let at = ATTESTATION_BYTES; at + 2 <= bytes.length; at += 2) {
    rows.push(view.getUint16(at, true));
  }
  return { attestation, rows };
}
