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
  return Array.from({ length: shape.k }, (_, row) => {
    const out = new Uint8Array(shape.c * BYTES_PER_ELEMENT);
    for (let column = 0; column < shape.c; column++) {
      const start = (row * shape.c + column) * BYTES_PER_PAYLOAD_ELEMENT;
      if (start >= payload.length) break;
      const part = payload.subarray(start, start + BYTES_PER_PAYLOAD_ELEMENT);
      out.set(part, column * BYTES_PER_ELEMENT + 1);
    }
    return out;
  });
}

/** The payload of `byteLength` bytes in k data rows of c x 32 bytes, or why there is none. */
export function unpackPayload(
  rows: readonly Uint8Array[],
  options: { shape: Geometry; byteLength: number },
): UnpackedPayload {
  const { shape, byteLength } = options;
  const padded = new Uint8Array(shape.k * shape.c * BYTES_PER_PAYLOAD_ELEMENT);
  for (let e = 0; e < shape.k * shape.c; e++) {
    const row = rows[Math.floor(e / shape.c)]!;
    const offset = (e % shape.c) * BYTES_PER_ELEMENT;
    if (row[offset] !== 0) return { status: 'invalid', code: 'element_overflow' };
    const element = row.subarray(offset + 1, offset + BYTES_PER_ELEMENT);
    padded.set(element, e * BYTES_PER_PAYLOAD_ELEMENT);
  }
  if (padded.subarray(byteLength).some((byte) => byte !== 0)) {
    return { status: 'invalid', code: 'padding_nonzero' };
  }
  return { status: 'ok', payload: padded.slice(0, byteLength) };
}
