/**
 * Payload bytes to data rows and back (da-review.md §1.3(8)).
 *
 * Element e = 31 payload bytes below a zero byte, row-major: element e stands in row floor(e / c) at
 * position e mod c. There is no length prefix inside; byteLength is in the signed header. Unpacking
 * is a total function of the matrix: it answers INVALID where a base element is >= 2^248 or a byte
 * at or after byteLength is not zero. Nodes that hold coded rows cannot see either, so a certificate
 * may exist for an INVALID blob; every reader reaches the same answer.
 */
import { BYTES_PER_PAYLOAD_ELEMENT, type Geometry } from './profile.ts';

/** Bytes of one field element. EIP-4844, BYTES_PER_FIELD_ELEMENT. */
const BYTES_PER_ELEMENT = 32;

/** Why a matrix holds no payload. Consumers treat INVALID as an empty body. */
export type InvalidPayloadCode = 'element_overflow' | 'padding_nonzero';

/** The outcome of reading a matrix. */
export type UnpackedPayload =
  | { readonly status: 'ok'; readonly payload: Uint8Array<ArrayBuffer> }
  | { readonly status: 'invalid'; readonly code: InvalidPayloadCode };

/** k rows of c x 32 bytes that hold `payload`, zero padded. */
export function packPayload(payload: Uint8Array, shape: Geometry): Uint8Array<ArrayBuffer>[] {
  const perRow = shape.c * BYTES_PER_PAYLOAD_ELEMENT;
  return Array.from({ length: shape.k }, (_, row) => {
    const part = payload.subarray(row * perRow, (row + 1) * perRow);
    const out = new Uint8Array(shape.c * BYTES_PER_ELEMENT);
    addTopBytes(part, out);
    return out;
  });
}

/** The payload of `byteLength` bytes in k data rows of c x 32 bytes, or why there is none. */
export function unpackPayload(
  rows: readonly Uint8Array[],
  options: { shape: Geometry; byteLength: number },
): UnpackedPayload {
  const { shape, byteLength } = options;
  const perRow = shape.c * BYTES_PER_PAYLOAD_ELEMENT;
  const payload = new Uint8Array(byteLength);
  let padding: InvalidPayloadCode | undefined;
  for (let row = 0; row < shape.k; row++) {
    if (!everyTopByteIsZero(rows[row]!)) return { status: 'invalid', code: 'element_overflow' };
    const short = dropTopBytes(rows[row]!);
    const used = Math.max(0, Math.min(perRow, byteLength - row * perRow));
    payload.set(short.subarray(0, used), Math.min(row * perRow, byteLength));
    if (short.subarray(used).some((byte) => byte !== 0)) padding = 'padding_nonzero';
  }
  return padding === undefined ? { status: 'ok', payload } : { status: 'invalid', code: padding };
}

/** Whether every element is below 2^248. */
export function everyTopByteIsZero(row: Uint8Array): boolean {
  for (let offset = 0; offset < row.length; offset += BYTES_PER_ELEMENT) {
    if (row[offset] !== 0) return false;
  }
  return true;
}

/** A row without the top byte of each element. */
export function dropTopBytes(row: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array((row.length / BYTES_PER_ELEMENT) * BYTES_PER_PAYLOAD_ELEMENT);
  for (let from = 0, to = 0; from < row.length; from += BYTES_PER_ELEMENT) {
    // Written out: a call of `set` for each element takes four times as long.
    for (let i = 1; i < BYTES_PER_ELEMENT; i++) out[to++] = row[from + i]!;
  }
  return out;
}

/** Writes payload bytes below zero top bytes; the last element may be short, the rest stays. */
export function addTopBytes(short: Uint8Array, out: Uint8Array): void {
  for (let from = 0, to = 1; from < short.length; to++) {
    const end = Math.min(from + BYTES_PER_PAYLOAD_ELEMENT, short.length);
    while (from < end) out[to++] = short[from++]!;
  }
}
