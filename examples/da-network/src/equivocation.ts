/**
 * Equivocation: two headers that a submitter signed for one nonce. A node that sees the second one
 * refuses it and keeps both in its log, where they prove the fault to anybody (`isEquivocation` of
 * da-sampling), also after a restart.
 *
 *   evidence = header 258 | signature 65 | header 258 | signature 65    the first header, the second
 *   key      = submitter 20 | 0 u32 | nonce u64, little-endian          one record for each nonce
 */
import {
  type BlobHeader,
  type EquivocationEvidence,
  HEADER_BYTES,
  headerSize,
  type SignedHeader,
} from '@barycenter/da-sampling';
import { NetworkError } from './errors.ts';
import { RECORD_KIND, type RecordKey } from './log-format.ts';

/** Proofs one node keeps; one is enough against a submitter, and a submitter can make many. */
export const MAX_EQUIVOCATIONS = 1024;

/** A submitter's signature: r 32 | s 32 | v. */
const SIGNATURE_BYTES = 65;
const SIGNED_BYTES = HEADER_BYTES + SIGNATURE_BYTES;

/** Under which key a log holds the proof for a header's submitter and nonce. */
export function equivocationKey(header: Pick<BlobHeader, 'submitter' | 'nonce'>): RecordKey {
  const root = new Uint8Array(32);
  root.set(header.submitter, 0);
  new DataView(root.buffer).setBigUint64(24, header.nonce, true);
  return { kind: RECORD_KIND.equivocation, root, index: 0 };
}

/** The stored form, 646 bytes; shorter headers (of the hash-only scheme) are filled with zeros. */
export function encodeEvidence({ first, second }: EquivocationEvidence): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * SIGNED_BYTES);
  [first, second].forEach(({ header, signature }, i) => {
    bytes.set(header, i * SIGNED_BYTES);
    bytes.set(signature, i * SIGNED_BYTES + HEADER_BYTES);
  });
  return bytes;
}

/** Reads the stored form; throws `NetworkError` 'message_refused'. It proves nothing by itself. */
export function decodeEvidence(bytes: Uint8Array): EquivocationEvidence {
  if (bytes.length !== 2 * SIGNED_BYTES) {
    throw new NetworkError('message_refused', `evidence of ${bytes.length} bytes`, {
      reason: 'truncated',
    });
  }
  const signed = (start: number): SignedHeader => ({
    header: bytes.slice(start, start + headerSize(bytes[start]! | (bytes[start + 1]! << 8))),
    signature: bytes.slice(start + HEADER_BYTES, start + SIGNED_BYTES),
  });
  return { first: signed(0), second: signed(SIGNED_BYTES) };
}
