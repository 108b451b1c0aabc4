/**
 * The bytes of a node's log, integers little-endian:
 *
 *   file   = fileHead 64 | fileHead 64 (a copy) | record | record | ..
 *   fileHead = "BCLOG\0\0\1" 8 | salt 32 | sha256(magic | salt), first 24
 *   record = head 64 | body `length` | bodyCheck 16
 *   head   = "BREC" 4 | kind u8 | 0 u8[3] | index u32 | length u32 | root 32 | headCheck 16
 *   headCheck = sha256(salt | "head" | offset u64 | first 48 bytes of head), first 16
 *   bodyCheck = sha256(salt | "body" | offset u64 | first 48 bytes of head | body), first 16
 *
 * The head has a check of its own, so a length is trusted before it is followed. Both checks are
 * keyed with the store's random salt and bound to the record's offset: bytes that a stranger chose
 * (rows of its blob) can never pass for a record, not even while the reader looks for the next
 * record behind a damaged head.
 */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';

/** What a record holds. The numbers are part of the format. */
export const RECORD_KIND = {
  /** A blob's header message, as received. */
  header: 1,
  /** A row message, as received; `index` is the row. */
  row: 2,
  /** What the node attested: its row indices and its signature. */
  attestation: 3,
  /** A shard of an archived payload with its proof; `index` is the shard. */
  shard: 4,
  /** Proof that a submitter signed two headers for one nonce (equivocation.ts). */
  equivocation: 5,
  /** The last epoch whose blobs were deleted (retention.ts). */
  pruned: 6,
} as const;

export type RecordKind = (typeof RECORD_KIND)[keyof typeof RECORD_KIND];

/** What a record is found by. */
export interface RecordKey {
  readonly kind: RecordKind;
  /** The headerRoot the record belongs to (of an equivocation: submitter and nonce), 32 bytes. */
  readonly root: Uint8Array;
  readonly index: number;
}

/** A record to be written. */
export interface LogRecord extends RecordKey {
  readonly body: Uint8Array;
}

/** A head whose check held. */
export interface RecordHead extends RecordKey {
  /** Bytes of the body. */
  readonly length: number;
}

export const FILE_HEAD_BYTES = 64;
/** Where the first record starts: behind both copies of the file head. */
export const FIRST_RECORD = 2 * FILE_HEAD_BYTES;
export const SALT_BYTES = 32;
export const HEAD_BYTES = 64;
export const CHECK_BYTES = 16;
export const RECORD_MAGIC: Uint8Array = new TextEncoder().encode('BREC');
/** Largest body: a header message, a row (132 KiB) or a shard of a full blob (3.1 MiB) fit. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

const FILE_MAGIC = Uint8Array.of(0x42, 0x43, 0x4c, 0x4f, 0x47, 0, 0, 1);
const FILE_CHECK_BYTES = FILE_HEAD_BYTES - FILE_MAGIC.length - SALT_BYTES;
const CHECKED_HEAD_BYTES = HEAD_BYTES - CHECK_BYTES;
const KINDS: ReadonlySet<number> = new Set(Object.values(RECORD_KIND));

/** Bytes a record of this body takes in the file. */
export function recordSize(bodyBytes: number): number {
  return HEAD_BYTES + bodyBytes + CHECK_BYTES;
}

/** A map key for a record: equal for equal keys only. */
export function keyText(key: RecordKey): string {
  return `${key.kind}:${bytesToHex(key.root)}:${key.index}`;
}

/** One copy of the file head. */
export function encodeFileHead(salt: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(FILE_HEAD_BYTES);
  head.set(FILE_MAGIC, 0);
  head.set(salt, FILE_MAGIC.length);
  const checked = head.subarray(0, FILE_MAGIC.length + SALT_BYTES);
  head.set(sha256(checked).subarray(0, FILE_CHECK_BYTES), checked.length);
  return head;
}

/** The salt of a file head, or undefined if this copy is damaged. */
export function decodeFileHead(head: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (head.length !== FILE_HEAD_BYTES) return undefined;
  const salt = head.slice(FILE_MAGIC.length, FILE_MAGIC.length + SALT_BYTES);
  return equal(head, encodeFileHead(salt)) ? salt : undefined;
}

/** A record as it stands at `offset` of the log with this salt. */
export function encodeRecord(
  record: LogRecord,
  { salt, offset }: { salt: Uint8Array; offset: number },
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(recordSize(record.body.length));
  const view = new DataView(bytes.buffer);
  bytes.set(RECORD_MAGIC, 0);
  bytes[4] = record.kind;
  view.setUint32(8, record.index, true);
  view.setUint32(12, record.body.length, true);
  bytes.set(record.root, 16);
  const head = bytes.subarray(0, CHECKED_HEAD_BYTES);
  bytes.set(check('head', { salt, offset, parts: [head] }), CHECKED_HEAD_BYTES);
  bytes.set(record.body, HEAD_BYTES);
  bytes.set(
    check('body', { salt, offset, parts: [head, record.body] }),
    HEAD_BYTES + record.body.length,
  );
  return bytes;
}

/** The head at `offset`, or undefined if it is not one that this store wrote there. */
export function decodeHead(
  head: Uint8Array,
  { salt, offset }: { salt: Uint8Array; offset: number },
): RecordHead | undefined {
  if (head.length !== HEAD_BYTES || !equal(head.subarray(0, 4), RECORD_MAGIC)) return undefined;
  const checked = head.subarray(0, CHECKED_HEAD_BYTES);
  const expected = check('head', { salt, offset, parts: [checked] });
  if (!equal(head.subarray(CHECKED_HEAD_BYTES), expected)) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const length = view.getUint32(12, true);
  if (!KINDS.has(head[4]!) || length > MAX_BODY_BYTES) return undefined;
  return {
    kind: head[4] as RecordKind,
    root: head.slice(16, CHECKED_HEAD_BYTES),
    index: view.getUint32(8, true),
    length,
  };
}

/** Whether a whole record (head already decoded) carries the body that was written. */
export function bodyHolds(
  record: Uint8Array,
  { salt, offset }: { salt: Uint8Array; offset: number },
): boolean {
  const head = record.subarray(0, CHECKED_HEAD_BYTES);
  const body = record.subarray(HEAD_BYTES, record.length - CHECK_BYTES);
  const expected = check('body', { salt, offset, parts: [head, body] });
  return equal(record.subarray(record.length - CHECK_BYTES), expected);
}

function check(
  domain: 'head' | 'body',
  { salt, offset, parts }: { salt: Uint8Array; offset: number; parts: readonly Uint8Array[] },
): Uint8Array {
  const hash = createHash('sha256').update(salt).update(domain);
  const position = Buffer.alloc(8);
  position.writeBigUInt64LE(BigInt(offset));
  hash.update(position);
  for (const part of parts) hash.update(part);
  return hash.digest().subarray(0, CHECK_BYTES);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
