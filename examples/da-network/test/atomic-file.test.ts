import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAtomicFile, writeFileAtomic } from '../src/atomic-file.ts';
import { scratchFolder } from './scratch.ts';

test('until commit the target is untouched, afterwards it is whole', () => {
  const path = join(scratchFolder(), 'target');
  writeFileSync(path, 'old');
  const file = createAtomicFile(path);
  file.write(Buffer.from('new '));
  file.write(Buffer.from('bytes'));
  expect(readFileSync(path, 'utf8')).toBe('old');
  file.commit();
  file.discard();
  expect(readFileSync(path, 'utf8')).toBe('new bytes');
});

test('a discarded file leaves no trace', () => {
  const folder = scratchFolder();
  const file = createAtomicFile(join(folder, 'target'));
  file.write(Buffer.from('half'));
  file.discard();
  file.discard();
  expect(readdirSync(folder)).toEqual([]);
});

test('a target in a missing folder is refused by the file system', () => {
  const path = join(scratchFolder(), 'missing', 'target');
  expect(() => writeFileAtomic(path, Buffer.from('x'))).toThrow(/ENOENT/);
  expect(existsSync(path)).toBe(false);
});

test('the mode of a key file is kept', () => {
  const path = join(scratchFolder(), 'key');
  writeFileAtomic(path, Buffer.from('x'), 0o600);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
