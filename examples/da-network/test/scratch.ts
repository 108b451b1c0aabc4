/** A fresh folder per test, removed afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Creates a folder that lives as long as the running test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'barycenter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The code of the error that `work` throws; fails the test if it does not throw. */
export function codeThrown(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  throw new Error('nothing was thrown');
}

/** The code of the error that `work` rejects with. */
export async function codeRejected(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  throw new Error('nothing was thrown');
}
