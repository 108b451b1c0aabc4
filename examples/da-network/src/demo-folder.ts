/**
 * The demo's own state folder. Each run starts from an empty one, so the demo may delete it, but only
 * if a demo made it: a marker file says so. A running demo's folder is locked and stays.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from './errors.ts';
import { acquireLock } from './lock.ts';

const MARKER = 'made-by-the-demo';

/** Empties (or creates) the folder; throws `NetworkError` 'state_unwritable' or 'state_locked'. */
export function prepareDemoFolder(folder: string): void {
  try {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      if (!existsSync(join(folder, MARKER))) {
        throw new NetworkError('state_unwritable', `${folder} was not made by a demo: left alone`);
      }
      const lock = acquireLock(folder);
      try {
        for (const name of readdirSync(folder)) {
          if (name !== 'lock' && name !== MARKER) rmSync(join(folder, name), { recursive: true });
        }
      } finally {
        lock.release();
      }
      return;
    }
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, MARKER), 'The demo empties this folder whenever it starts.\n');
  } catch (cause) {
    if (cause instanceof NetworkError) throw cause;
    throw new NetworkError('state_unwritable', `${folder}: ${(cause as Error).message}`, { cause });
  }
}
