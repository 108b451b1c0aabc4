/** The commands as processes: files in, identifiers out, the same files back. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { scratchFolder } from '../test/scratch.ts';
import { barycenter, barycenterJson, ended, startBarycenter } from './cli.ts';

const random = seededRandom(20_261_122);
const MINUTES = 60_000;

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('files of 1, 31, 32, 4,096 and 131,072 bytes come back identical, and verify holds', {
  timeout: 8 * MINUTES,
}, async () => {
  const folder = scratchFolder();
  for (const size of [1, 31, 32, 4096, 131_072]) {
    const bytes = random.bytes(size);
    writeFileSync(join(folder, 'in'), bytes);
    const stored = await barycenterJson(['put', 'in', '--nodes', '4'], folder);
    expect(stored.code, stored.stderr).toBe(0);
    expect(stored.document).toMatchObject({ ok: true, bytes: size, sha256: sha256(bytes) });
    expect(existsSync(join(folder, 'barycenter-data', 'nodes', '03', 'rows.log'))).toBe(true);
    const id = String(stored.document.id);
    const read = await barycenterJson(['get', id, '-o', 'out'], folder);
    expect(read.code, read.stderr).toBe(0);
    expect(read.document).toMatchObject({ ok: true, bytes: size, source: 'nodes', blobs: 1 });
    expect(readFileSync(join(folder, 'out')).equals(bytes)).toBe(true);
    const verified = await barycenterJson(['verify', 'in', id], folder);
    expect(verified.document).toMatchObject({ ok: true, rowsChecked: 1024 });
    expect(verified.code).toBe(0);
  }
});

test('a file above the blob limit goes behind a manifest and comes back identical', {
  timeout: 4 * MINUTES,
}, async () => {
  const folder = scratchFolder();
  const bytes = random.bytes(7001);
  writeFileSync(join(folder, 'in'), bytes);
  const args = ['put', 'in', '--nodes', '3', '--dir', 'state', '--blob-bytes', '2000'];
  const stored = await barycenterJson(args, folder);
  expect(stored.code, stored.stderr).toBe(0);
  const id = String(stored.document.id);
  expect(id).toMatch(/^manifest:[0-9a-f]{64}$/);
  const blobs = stored.document.blobs as { id: string; bytes: number }[];
  expect(blobs.map((blob) => blob.bytes)).toEqual([2000, 2000, 2000, 1001, 56 + 4 * 32]);
  const read = await barycenter(['get', id, '-o', 'out', '--dir', 'state'], folder);
  expect(read.stdout).toMatch(/^out: 7,001 bytes from the DA nodes, sha256 [0-9a-f]{64}\n$/);
  expect(read.code).toBe(0);
  expect(readFileSync(join(folder, 'out')).equals(bytes)).toBe(true);
  const verified = await barycenter(['verify', 'in', id, '--dir', 'state'], folder);
  expect(verified.code, verified.stderr).toBe(0);
  // A part by its own name is a file of its own.
  const archived = ['get', blobs[3]!.id, '-o', 'part', '--dir', 'state', '--archive'];
  const part = await barycenterJson(archived, folder);
  expect(part.document).toMatchObject({ bytes: 1001, source: 'archive' });
  expect(readFileSync(join(folder, 'part')).equals(bytes.subarray(6000))).toBe(true);
});

test('a put killed halfway loses nothing that was certified, and the next command works', {
  timeout: 4 * MINUTES,
}, async () => {
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
  await new Promise<void>((resolve) => {
    // The chain is replaced by renaming, which the watcher reports.
    const watcher = watch(state, () => {
      if (recorded().length < 2) return;
      watcher.close();
      resolve();
    });
  });
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

test('sampling reaches the confidence asked for', { timeout: 4 * MINUTES }, async () => {
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
