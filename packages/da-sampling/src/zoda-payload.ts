/**
 * Payload bytes to rows of prime-field elements and back, for the hash-only scheme: 15 bytes are four
 * elements of 30 bits, little-endian, so an element is a word of 4 bytes and a group of 30 payload
 * bytes fills 32 bytes of a row (`Geometry.c` counts those groups). Row-major, zero padded.
 *
 * Reading is a total function, as in `payload.ts`: INVALID where an element of a data row is >= 2^30 or
 * a byte at or after byteLength is not zero.
 */
import type { UnpackedPayload } from './payload.ts';
import { PRIME } from './prime-field.ts';
import type { Geometry } from './profile.ts';

/** Payload bytes of one group of eight elements (32 bytes). */
export const GROUP_PAYLOAD_BYTES = 30;

/** Elements of one group. */
export const GROUP_ELEMENTS = 8;

/** The k data rows of a payload. */
export function packWords(payload: Uint8Array, shape: Geometry): Int32Array[] {
  const rowBytes = shape.c * GROUP_PAYLOAD_BYTES;
  return Array.from({ length: shape.k }, (_, row) => {
    const part = payload.subarray(row * rowBytes, (row + 1) * rowBytes);
    if (part.length === rowBytes) return packRow(part);
    const padded = new Uint8Array(rowBytes);
    padded.set(part);
    return packRow(padded);
  });
}

/** The payload of `byteLength` bytes in k data rows, or why there is none. */
export function unpackWords(
  rows: readonly Int32Array[],
  { shape, byteLength }: { readonly shape: Geometry; readonly byteLength: number },
): UnpackedPayload {
  const rowBytes = shape.c * GROUP_PAYLOAD_BYTES;
  const padded = new Uint8Array(shape.k * rowBytes);
  for (const [i, row] of rows.entries()) {
    if (row.some((word) => word >= 2 ** 30)) return { status: 'invalid', code: 'element_overflow' };
    unpackRow(row, padded.subarray(i * rowBytes, (i + 1) * rowBytes));
  }
  if (padded.subarray(byteLength).some((byte) => byte !== 0)) {
    return { status: 'invalid', code: 'padding_nonzero' };
  }
  return { status: 'ok', payload: padded.slice(0, byteLength) };
}

/** A row's bytes: the words' own memory. */
export function bytesOfWords(words: Int32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer as ArrayBuffer, words.byteOffset, words.byteLength);
}

/** The words of a row (a copy), or undefined unless all are below p. */
export function wordsOfBytes(bytes: Uint8Array): Int32Array | undefined {
  const words = new Int32Array(Uint8Array.from(bytes).buffer);
  for (const word of words) if (word < 0 || word >= PRIME) return undefined;
  return words;
}

function packRow(bytes: Uint8Array): Int32Array {
  const words = new Int32Array((bytes.length / 15) * 4);
  for (let at = 0, w = 0; at < bytes.length; at += 15, w += 4) {
    const b3 = bytes[at + 3]!;
    const b7 = bytes[at + 7]!;
    const b11 = bytes[at + 11]!;
    words[w] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | ((b3 & 0x3f) << 24);
    words[w + 1] =
      (b3 >> 6) |
      (bytes[at + 4]! << 2) |
      (bytes[at + 5]! << 10) |
      (bytes[at + 6]! << 18) |
      ((b7 & 0x0f) << 26);
    words[w + 2] =
      (b7 >> 4) |
      (bytes[at + 8]! << 4) |
      (bytes[at + 9]! << 12) |
      (bytes[at + 10]! << 20) |
      ((b11 & 0x03) << 28);
    words[w + 3] =
      (b11 >> 2) | (bytes[at + 12]! << 6) | (bytes[at + 13]! << 14) | (bytes[at + 14]! << 22);
  }
  return words;
}

function unpackRow(words: Int32Array, bytes: Uint8Array): void {
  for (let at = 0, w = 0; at < bytes.length; at += 15, w += 4) {
    const [w0, w1, w2, w3] = [words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!];
    bytes[at] = w0;
    bytes[at + 1] = w0 >> 8;
    bytes[at + 2] = w0 >> 16;
    bytes[at + 3] = (w0 >> 24) | (w1 << 6);
    bytes[at + 4] = w1 >> 2;
    bytes[at + 5] = w1 >> 10;
    bytes[at + 6] = w1 >> 18;
    bytes[at + 7] = (w1 >> 26) | (w2 << 4);
    bytes[at + 8] = w2 >> 4;
    bytes[at + 9] = w2 >> 12;
    bytes[at + 10] = w2 >> 20;
    bytes[at + 11] = (w2 >> 28) | (w3 << 2);
    bytes[at + 12] = w3 >> 6;
    bytes[at + 13] = w3 >> 14;
    bytes[at + 14] = w3 >> 22;
  }
}
