/**
 * A small network with two stored files, built once per test file and copied for each test, so that a
 * test may damage its copy as it likes.
 */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { createProgress, type Progress } from '../src/progress.ts';
import { put } from '../src/put.ts';
import { type Session, withSession } from '../src/session.ts';
import { useCompileCache } from './cli.ts';

export const NODES = 4;

/** The stored files: one whose rows are all alike (k = 1), one with k = 64. */
export interface Prepared {
  readonly folder: string;
  readonly small: { readonly file: string; readonly id: string; readonly root: Uint8Array };
  readonly large: { readonly file: string; readonly id: string; readonly root: Uint8Array };
}

const SMALL_BYTES = 1000;
const LARGE_BYTES = 9000;
const silent = createProgress({ write: () => true });

/** Starts the nodes of a folder in one worker thread and runs `work`. */
export function inSession<T>(
  folder: string,
  work: (session: Session) => Promise<T>,
  options: {
    readonly create?: boolean;
    readonly nodes?: number;
    readonly profile?: Profile;
    readonly progress?: Progress;
  } = {},
): Promise<T> {
  const { create = false, nodes, profile, progress = silent } = options;
  return withSession({ folder, nodes, profile, create, workers: 1, progress }, work);
}

/** Prepares the network before the tests of the file; returns how a test gets its copy. */
export function prepareNetwork(): () => Prepared {
  let base: string;
  let ids: readonly string[];
  beforeAll(async () => {
    useCompileCache();
    base = mkdtempSync(join(tmpdir(), 'barycenter-base-'));
    const random = seededRandom(20_261_120);
    writeFileSync(join(base, 'small.bin'), random.bytes(SMALL_BYTES));
    writeFileSync(join(base, 'large.bin'), random.bytes(LARGE_BYTES));
    ids = await inSession(
      join(base, 'state'),
      async (session) => {
        const store = async (name: string): Promise<string> =>
          (await put(join(base, name), { session, partBytes: 1_000_000 })).id;
        return [await store('small.bin'), await store('large.bin')];
      },
      { create: true, nodes: NODES },
    );
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  return () => {
    const copy = mkdtempSync(join(tmpdir(), 'barycenter-copy-'));
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    cpSync(base, copy, { recursive: true });
    const stored = (name: string, id: string) => ({
      file: join(copy, name),
      id,
      root: new Uint8Array(Buffer.from(id.split(':')[1]!, 'hex')),
    });
    return {
      folder: join(copy, 'state'),
      small: stored('small.bin', ids[0]!),
      large: stored('large.bin', ids[1]!),
    };
  };
}
