/**
 * The file under a log: made whole or not at all, read and written by offset, searched for the next
 * record behind a damaged one, and cut where a crash left it unfinished. What the bytes are, is in
 * log-format.ts.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder, writeFileAtomic } from './atomic-file.ts';
import { NetworkError } from './errors.ts';
import {
  decodeFileHead,
  decodeHead,
  encodeFileHead,
  FILE_HEAD_BYTES,
  FIRST_RECORD,
  HEAD_BYTES,
  RECORD_MAGIC,
  SALT_BYTES,
} from './log-format.ts';

const WINDOW_BYTES = 1024 * 1024;

/** Creates an empty log: both file heads, made durable before the name exists. */
export function createLog(path: string): void {
  const head = encodeFileHead(randomBytes(SALT_BYTES));
  writeFileAtomic(path, Buffer.concat([head, head]));
}

/** Removes what a crash left of a log that was to replace this one. */
export function removeUnfinished(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp')) {
      rmSync(join(dirname(path), name), { force: true });
    }
  }
}

/** The salt; throws `store_damaged` if neither copy of the file head holds. */
export function readSalt(file: number, path: string): Uint8Array {
  const heads = readAt(file, { offset: 0, bytes: FIRST_RECORD });
  const salt =
    decodeFileHead(heads.subarray(0, FILE_HEAD_BYTES)) ??
    decodeFileHead(heads.subarray(FILE_HEAD_BYTES));
  if (salt === undefined) {
    throw new NetworkError('store_damaged', `${path}: both copies of the file head are unreadable`);
  }
  return salt;
}

/** The offset of the next head that this store wrote, or undefined. */
export function findRecord(
  file: number,
  { salt, from, size }: { salt: Uint8Array; from: number; size: number },
): number | undefined {
  // Windows overlap by one head, so that a head on a border is seen whole in the next one.
  for (let start = from; start + HEAD_BYTES <= size; start += WINDOW_BYTES) {
    const bytes = Math.min(WINDOW_BYTES + HEAD_BYTES - 1, size - start);
    const window = Buffer.from(readAt(file, { offset: start, bytes }).buffer);
    for (
      let at = window.indexOf(RECORD_MAGIC);
      at >= 0;
      at = window.indexOf(RECORD_MAGIC, at + 1)
    ) {
      const head = window.subarray(at, at + HEAD_BYTES);
      if (decodeHead(head, { salt, offset: start + at }) !== undefined) return start + at;
    }
  }
  return undefined;
}

/** Moves an unfinished end aside and cuts it off. */
export function cutTornEnd(
  file: number,
  { path, end }: { path: string; end: number },
): { tornBytes: number; tornFile: string | undefined } {
  const tornBytes = fstatSync(file).size - end;
  if (tornBytes === 0) return { tornBytes, tornFile: undefined };
  let tornFile = `${path}.torn-${end}`;
  for (let copy = 1; existsSync(tornFile); copy++) tornFile = `${path}.torn-${end}-${copy}`;
  const target = openSync(tornFile, 'wx');
  try {
    for (let offset = end; offset < end + tornBytes; offset += WINDOW_BYTES) {
      const bytes = Math.min(WINDOW_BYTES, end + tornBytes - offset);
      writeAll(target, { bytes: readAt(file, { offset, bytes }), offset: offset - end });
    }
    fdatasyncSync(target);
  } finally {
    closeSync(target);
  }
  syncFolder(join(path, '..'));
  ftruncateSync(file, end);
  fdatasyncSync(file);
  return { tornBytes, tornFile };
}

/** Up to `bytes` bytes from `offset`; fewer only at the end of the file. */
export function readAt(
  file: number,
  { offset, bytes }: { offset: number; bytes: number },
): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(bytes);
  for (let at = 0; at < bytes; ) {
    const got = readSync(file, buffer, at, bytes - at, offset + at);
    if (got === 0) return buffer.slice(0, at);
    at += got;
  }
  return buffer;
}

/** Writes every byte at `offset`. */
export function writeAll(
  file: number,
  { bytes, offset }: { bytes: Uint8Array; offset: number },
): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(file, bytes, at, bytes.length - at, offset + at);
  }
}
