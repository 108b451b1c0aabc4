/**
 * A file as the network sees it: one blob, or parts that a manifest lists. Reading and writing go part
 * by part, so memory is bounded by one blob whatever the file's size.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MAX_BLOB_BYTES } from '@barycenter/da-sampling';
import { NetworkError } from './errors.ts';
import { MAX_PARTS } from './manifest.ts';

/** An open input file, cut into parts. Close it when done. */
export interface PartReader {
  readonly bytes: number;
  readonly partBytes: number;
  readonly count: number;
  /** Reads part `index`; parts are read once, in order, for the sake of the hash. */
  read(index: number): Uint8Array<ArrayBuffer>;
  /** sha256 of everything read so far, 32 bytes. Ends the reading. */
  sha256(): Uint8Array;
  close(): void;
}

/**
 * Opens a file for reading in parts of `partBytes` (at most a full blob). Throws `NetworkError`
 * 'file_unreadable', 'file_empty', 'file_too_large'; reading throws 'file_changed' if it shrinks.
 */
export function openParts(path: string, partBytes: number = MAX_BLOB_BYTES): PartReader {
  const file = openRegular(path);
  try {
    const bytes = fstatSync(file).size;
    if (bytes === 0) throw new NetworkError('file_empty', `${path} is empty: a blob has a byte`);
    const count = Math.ceil(bytes / partBytes);
    if (count > MAX_PARTS) {
      throw new NetworkError('file_too_large', `${path} has more than ${MAX_PARTS} parts`);
    }
    const hash: Hash = createHash('sha256');
    return {
      bytes,
      partBytes,
      count,
      read(index) {
        const offset = index * partBytes;
        const part = new Uint8Array(Math.min(partBytes, bytes - offset));
        for (let at = 0; at < part.length; ) {
          const got = readPart(file, { path, part, at, offset });
          if (got === 0) throw new NetworkError('file_changed', `${path} became shorter`);
          at += got;
        }
        hash.update(part);
        return part;
      },
      sha256: () => new Uint8Array(hash.digest()),
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openRegular(path: string): number {
  try {
    const file = openSync(path, 'r');
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkError('file_unreadable', `cannot read ${path}: ${message}`, { cause });
  }
  throw new NetworkError('file_unreadable', `${path} is not a regular file`);
}

function readPart(
  file: number,
  { path, part, at, offset }: { path: string; part: Uint8Array; at: number; offset: number },
): number {
  try {
    return readSync(file, part, at, part.length - at, offset + at);
  } catch (cause) {
    throw new NetworkError('file_unreadable', `cannot read ${path}: ${(cause as Error).message}`, {
      cause,
    });
  }
}
