/** The commands as processes: files in, identifiers out, the same files back. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { get } from '../src/get.ts';
import { put } from '../src/put.ts';
import type { Session } from '../src/session.ts';
import { verify } from '../src/verify.ts';
import { scratchFolder } from '../test/scratch.ts';
import { barycenter, barycenterJson, ended, startBarycenter, useCompileCache } from './cli.ts';
import { inSession } from './prepared.ts';

const random = seededRandom(20_261_122);

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('a file comes back identical through put, get and verify', async () => {
  const folder = scratchFolder();
  const bytes = random.bytes(131_072);
  writeFileSync(join(folder, 'in'), bytes);
  const stored = await barycenterJson(['put', 'in', '--nodes', '4'], folder);
  expect(stored.code, stored.stderr).toBe(0);
  expect(stored.document).toMatchObject({ ok: true, bytes: 131_072, sha256: sha256(bytes) });
  expect(existsSync(join(folder, 'barycenter-data', 'nodes', '03', 'rows.log'))).toBe(true);
  const id = String(stored.document.id);
  const read = await barycenterJson(['get', id, '-o', 'out'], folder);
  expect(read.code, read.stderr).toBe(0);
  expect(read.document).toMatchObject({ ok: true, bytes: 131_072, source: 'nodes', blobs: 1 });
  expect(readFileSync(join(folder, 'out')).equals(bytes)).toBe(true);
  const verified = await barycenterJson(['verify', 'in', id], folder);
  expect(verified.document).toMatchObject({ ok: true, rowsChecked: 1024 });
  expect(verified.code).toBe(0);
});

test('files of 1, 31, 32 and 4,096 bytes come back identical, and verify holds', async () => {
  const folder = scratchFolder();
  useCompileCache();
  const work = async (session: Session): Promise<void> => {
    for (const size of [1, 31, 32, 4096]) {
      const file = join(folder, 'in');
      const bytes = random.bytes(size);
      writeFileSync(file, bytes);
      const { id } = await put(file, { session, partBytes: 1_000_000 });
      const output = join(folder, 'out');
      const read = await get(id, { session, output, options: {} });
      expect(read).toMatchObject({ bytes: size, sha256: sha256(bytes), source: 'nodes' });
      expect(readFileSync(output).equals(bytes)).toBe(true);
      expect(await verify(file, { session, id })).toMatchObject({ rowsChecked: 1024 });
    }
  };
  await inSession(join(folder, 'state'), work, { create: true, nodes: 2 });
});

test('a file above the blob limit goes behind a manifest and comes back identical', async () => {
  const folder = scratchFolder();
  const bytes = random.bytes(3001);
  writeFileSync(join(folder, 'in'), bytes);
  const args = ['put', 'in', '--nodes', '3', '--dir', 'state', '--blob-bytes', '2000'];
  const stored = await barycenterJson(args, folder);
  expect(stored.code, stored.stderr).toBe(0);
  const id = String(stored.document.id);
  expect(id).toMatch(/^manifest:[0-9a-f]{64}$/);
  const blobs = stored.document.blobs as { id: string; bytes: number }[];
  expect(blobs.map((blob) => blob.bytes)).toEqual([2000, 1001, 56 + 2 * 32]);
  const read = await barycenter(['get', id, '-o', 'out', '--dir', 'state'], folder);
  expect(read.stdout).toMatch(/^out: 3,001 bytes from the DA nodes, sha256 [0-9a-f]{64}\n$/);
  expect(read.code).toBe(0);
  expect(readFileSync(join(folder, 'out')).equals(bytes)).toBe(true);
  const verified = await barycenter(['verify', 'in', id, '--dir', 'state'], folder);
  expect(verified.code, verified.stderr).toBe(0);
  // A part by its own name is a file of its own.
  const archived = ['get', blobs[1]!.id, '-o', 'part', '--dir', 'state', '--archive'];
  const part = await barycenterJson(archived, folder);
  expect(part.document).toMatchObject({ bytes: 1001, source: 'archive' });
  expect(readFileSync(join(folder, 'part')).equals(bytes.subarray(2000))).toBe(true);
});

test('a put killed halfway loses nothing that was certified, and the next command works', async () => {
  const folder = scratchFolder();
  const state = join(folder, 'barycenter-data');
  const bytes = random.bytes(3000);
  writeFileSync(join(folder, 'in'), bytes);
  mkdirSync(state);
  const recorded = (): string[] => {
    const path = join(state, 'chain.json');
    if (!existsSync(path)) return [];
    const text = readFileSync(path, 'utf8');
    return [...text.matchAll(/"headerRoot":"([0-9a-f]{64})"/g)].map(([, root]) => root!);
  };
  const child = startBarycenter(['put', 'in', '--nodes', '2', '--blob-bytes', '100'], folder);
  const end = ended(child);
  // The chain is replaced by renaming, which the watcher reports.
  const watcher = watch(state);
  const twoRecorded = new Promise<void>((resolve) => {
    watcher.on('change', () => {
      if (recorded().length >= 2) resolve();
    });
  });
  const early = end.then(({ stderr }) => {
    throw new Error(`put ended before it was killed: ${stderr}`);
  });
  await Promise.race([twoRecorded, early]).finally(() => watcher.close());
  child.kill('SIGKILL');
  expect((await end).code).toBe(null);
  for (const [part, root] of recorded().entries()) {
    const read = await barycenter(['get', `blob:${root}`, '-o', 'out'], folder);
    expect(read.code, read.stderr).toBe(0);
    const expected = bytes.subarray(100 * part, 100 * (part + 1));
    expect(readFileSync(join(folder, 'out')).equals(expected)).toBe(true);
  }
  writeFileSync(join(folder, 'in'), 'again');
  expect((await barycenter(['put', 'in'], folder)).code).toBe(0);
});

test('sampling reaches the confidence asked for', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'in'), random.bytes(100));
  const stored = await barycenter(['put', 'in', '--nodes', '2'], folder);
  expect(stored.code, stored.stderr).toBe(0);
  const id = stored.stdout.split('\n')[0]!;
  const sampled = await barycenterJson(['sample', id, '--confidence', '0.99'], folder);
  expect(sampled.code, sampled.stderr).toBe(0);
  expect(sampled.document).toMatchObject({ ok: true, command: 'sample', status: 'available' });
  expect(sampled.document.confidence).toBeGreaterThanOrEqual(0.99);
});

test('wrong usage ends with 2, a refusal with 1, both with a code, and help with 0', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'empty'), '');
  const unknown = `blob:${'00'.repeat(32)}`;
  const usage = await barycenter(['frobnicate'], folder);
  expect(usage).toMatchObject({ code: 2, stdout: '' });
  expect(usage.stderr).toMatch(/^barycenter: usage: unknown command/);
  const malformed = await barycenterJson(['get', 'blob:12', '-o', 'out'], folder);
  expect(malformed.code).toBe(2);
  expect(malformed.document).toMatchObject({ ok: false, code: 'identifier_malformed' });
  const missing = await barycenterJson(['get', unknown, '-o', 'out'], folder);
  expect(missing.code).toBe(1);
  expect(missing.document).toMatchObject({ ok: false, code: 'state_missing' });
  // A command that only reads creates nothing.
  expect(existsSync(join(folder, 'barycenter-data'))).toBe(false);
  const empty = await barycenterJson(['demo', 'empty'], folder);
  expect(empty.code).toBe(1);
  expect(empty.document).toMatchObject({ ok: false, code: 'file_empty' });
  expect(empty.stderr).toMatch(/^barycenter: file_empty: /);
  const help = await barycenter(['--help'], folder);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/^usage: barycenter/);
});
