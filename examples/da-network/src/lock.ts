/**
 * One writer at a time for a folder: a file `lock` that names the process holding it. It is created
 * exclusively, so of two contenders one fails. A lock whose process is dead (a crash, a kill -9) is
 * taken over; the takeover itself is guarded by a second exclusive file, so two contenders that both
 * see the dead owner cannot both win.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError } from './errors.ts';

/** A held lock. */
export interface Lock {
  /** Gives the lock back; does nothing the second time. */
  release(): void;
}

/** Takes the lock of `folder`; throws `NetworkError` 'state_locked' if a live process holds it. */
export function acquireLock(folder: string): Lock {
  const path = join(folder, 'lock');
  const mark = `${process.pid} ${randomBytes(8).toString('hex')}\n`;
  if (!createExclusive(path, mark)) takeOver(path, mark);
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      // Only our own lock: the folder may have been replaced under us.
      if (readIfThere(path) === mark) rmSync(path, { force: true });
    },
  };
}

/** Replaces the lock of a dead process by our own. */
function takeOver(path: string, mark: string): void {
  const stale = readIfThere(path);
  if (stale !== undefined && ownerIsAlive(stale)) throw locked(path, stale);
  const guard = `${path}.takeover`;
  if (!createExclusive(guard, mark)) throw locked(guard, readIfThere(guard) ?? '');
  try {
    // Under the guard nobody else removes a lock, so what is still stale may go.
    if (readIfThere(path) === stale) rmSync(path, { force: true });
    if (!createExclusive(path, mark)) throw locked(path, readIfThere(path) ?? '');
  } finally {
    rmSync(guard, { force: true });
  }
}

function locked(path: string, owner: string): NetworkError {
  const who = owner.split(' ')[0] || 'unknown';
  return new NetworkError(
    'state_locked',
    `${path} is held by process ${who}; wait for it, or remove the file if no such process runs`,
  );
}

/** Whether the process named in a lock runs. A lock without a readable owner counts as dead. */
function ownerIsAlive(content: string): boolean {
  const pid = Number.parseInt(content, 10);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Creates `path` with its content in one step (a hard link), so nobody ever reads half a lock. */
function createExclusive(path: string, content: string): boolean {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  writeFileSync(temporary, content, { flag: 'wx' });
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
