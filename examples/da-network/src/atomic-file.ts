/**
 * Files that are whole or absent: write beside the target, sync, rename over it, sync the folder.
 * After a crash at any point the target holds either all of the old or all of the new bytes.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** An open temporary file that becomes `path` on `commit` and leaves no trace on `discard`. */
export interface AtomicFile {
  write(bytes: Uint8Array): void;
  commit(): void;
  /** Safe to call at any time; does nothing after `commit`. */
  discard(): void;
}

/** Starts writing `path`; throws the file system's error if its folder is not writable. */
export function createAtomicFile(path: string, mode = 0o666): AtomicFile {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = openSync(temporary, 'wx', mode);
  let open = true;
  return {
    write(bytes) {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    },
    commit() {
      fsyncSync(file);
      closeSync(file);
      open = false;
      renameSync(temporary, path);
      syncFolder(dirname(path));
    },
    discard() {
      if (!open) return;
      open = false;
      closeSync(file);
      rmSync(temporary, { force: true });
    },
  };
}

/** Replaces `path` by `bytes`, atomically and durably. */
export function writeFileAtomic(path: string, bytes: Uint8Array, mode = 0o666): void {
  const file = createAtomicFile(path, mode);
  try {
    file.write(bytes);
    file.commit();
  } finally {
    file.discard();
  }
}

/** Makes a rename or a new entry in `folder` durable; a no-op where folders cannot be synced. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
