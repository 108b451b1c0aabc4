/**
 * The header message: header, submitter signature, the k row commitments and the k evaluations. It
 * goes once to every node, retriever and light client (258 + 65 + 80 k bytes) and is stored beside
 * the rows, since nobody can check a row without it (da-review.md §1.3(4)).
 */
import { DaError } from './errors.ts';
import {
  type BlobHeader,
  encodeHeader,
  headerSize,
  readHeader,
  ZODA_HEADER_VERSION,
} from './header.ts';
import { SUBMITTER_SIGNATURE_BYTES } from './submitter.ts';
import { join, Reader } from './wire.ts';

/** A header with everything needed to check it. */
export type HeaderMessage = {
  readonly header: BlobHeader;
  /** The submitter's signature, 65 bytes. */
  readonly signature: Uint8Array;
  /** k compressed G1 points of 48 bytes; none in version 2. */
  readonly commitments: readonly Uint8Array[];
  /** k evaluations y_j of 32 big-endian bytes; in version 2 k checksums of 4 t bytes. */
  readonly evaluations: readonly Uint8Array[];
};

/** `header | signature | commitments | evaluations`. */
export function encodeHeaderMessage(message: HeaderMessage): Uint8Array<ArrayBuffer> {
  return join(
    encodeHeader(message.header),
    message.signature,
    ...message.commitments,
    ...message.evaluations,
  );
}

/** Reads a header message. Its length must be what its own k says; nothing is verified here. */
export function decodeHeaderMessage(bytes: Uint8Array): HeaderMessage {
  const reader = new Reader(bytes);
  const header = readHeader(reader);
  const signature = reader.bytes(SUBMITTER_SIGNATURE_BYTES);
  const { k } = header.geometry;
  const fixed = headerSize(header.version) + SUBMITTER_SIGNATURE_BYTES;
  const isZoda = header.version === ZODA_HEADER_VERSION;
  // Of a checksum only the total is known here: equal parts, their size is judged with the geometry.
  const evaluationBytes = isZoda
    ? Math.max(4, Math.floor((bytes.length - fixed) / Math.max(1, k)))
    : 32;
  const expected = fixed + k * (evaluationBytes + (isZoda ? 0 : 48));
  if (bytes.length < expected) {
    throw new DaError('truncated', `expected ${expected} bytes for k = ${k}, got ${bytes.length}`);
  }
  const commitments = Array.from({ length: isZoda ? 0 : k }, () => reader.bytes(48));
  const evaluations = Array.from({ length: k }, () => reader.bytes(evaluationBytes));
  reader.end();
  return { header, signature, commitments, evaluations };
}
