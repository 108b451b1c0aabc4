import { createHash } from 'node:crypto';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { MAX_PARTS } from '../src/manifest.ts';
import { openParts } from '../src/parts.ts';
import { codeThrown, scratchFolder } from './scratch.ts';

function fileOf(bytes: Uint8Array): string {
  const path = join(scratchFolder(), 'file');
  writeFileSync(path, bytes);
  return path;
}

test('the parts joined are the file, and the hash is of all of it', () => {
  const bytes = seededRandom(1).bytes(1000);
  for (const size of [1, 7, 250, 999, 1000, 1001]) {
    const parts = openParts(fileOf(bytes), size);
    const read = Array.from({ length: parts.count }, (_, i) => parts.read(i));
    expect(parts.count).toBe(Math.ceil(1000 / size));
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
    expect(Buffer.from(parts.sha256()).equals(createHash('sha256').update(bytes).digest())).toBe(
      true,
    );
    parts.close();
  }
});

test('an empty file is refused', () => {
  expect(codeThrown(() => openParts(fileOf(new Uint8Array())))).toBe('file_empty');
});

test('a file that is missing, or is a folder, is unreadable', () => {
  const folder = scratchFolder();
  expect(codeThrown(() => openParts(join(folder, 'missing')))).toBe('file_unreadable');
  mkdirSync(join(folder, 'folder'));
  expect(codeThrown(() => openParts(join(folder, 'folder')))).toBe('file_unreadable');
});

test('a file of more parts than a manifest lists is refused before it is read', () => {
  const path = fileOf(new Uint8Array(1));
  truncateSync(path, MAX_PARTS + 1);
  expect(codeThrown(() => openParts(path, 1))).toBe('file_too_large');
});

test('a file that shrinks while it is read is refused', () => {
  const path = fileOf(new Uint8Array(100));
  const parts = openParts(path, 60);
  parts.read(0);
  truncateSync(path, 70);
  expect(codeThrown(() => parts.read(1))).toBe('file_changed');
  parts.close();
});
