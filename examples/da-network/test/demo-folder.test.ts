import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareDemoFolder } from '../src/demo-folder.ts';
import { acquireLock } from '../src/lock.ts';
import { codeThrown, scratchFolder } from './scratch.ts';

test('the demo empties only a folder that a demo made', () => {
  const folder = join(scratchFolder(), 'demo');
  prepareDemoFolder(folder);
  mkdirSync(join(folder, 'nodes', '00'), { recursive: true });
  prepareDemoFolder(folder);
  expect(readdirSync(folder)).toEqual(['made-by-the-demo']);
});

test('a folder with files of others is left alone', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'precious'), 'x');
  expect(codeThrown(() => prepareDemoFolder(folder))).toBe('state_unwritable');
  expect(existsSync(join(folder, 'precious'))).toBe(true);
});

test('the folder of a running demo is left alone', () => {
  const folder = join(scratchFolder(), 'demo');
  prepareDemoFolder(folder);
  writeFileSync(join(folder, 'chain.json'), '{}');
  const lock = acquireLock(folder);
  expect(codeThrown(() => prepareDemoFolder(folder))).toBe('state_locked');
  expect(existsSync(join(folder, 'chain.json'))).toBe(true);
  lock.release();
});

test('a place that cannot be written has a code', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'file'), 'x');
  expect(codeThrown(() => prepareDemoFolder(join(folder, 'file', 'demo')))).toBe(
    'state_unwritable',
  );
});
