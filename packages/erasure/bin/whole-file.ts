/** A file that appears under its name only when it is complete. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** A file being written. */
export interface WholeFile {
  readonly handle: FileHandle;
  /** Gives it its name, in place of what had it. */
  keep(): Promise<void>;
  /** Deletes it, unless it was kept. */
  drop(): Promise<void>;
}

/** Begins a file; it lies beside `path` until it is kept. */
export async function beginFile(path: string): Promise<WholeFile> {
  const partial = `${path}.partial`;
  const handle = await open(partial, 'w');
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  let isKept = false;
  return {
    handle,
    async keep() {
      await handle.sync();
      await close();
      await rename(partial, path);
      isKept = true;
    },
    async drop() {
      await close();
      if (!isKept) await rm(partial, { force: true });
    },
  };
}
