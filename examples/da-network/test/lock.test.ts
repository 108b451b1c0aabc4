import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock } from '../src/lock.ts';
import { codeThrown, scratchFolder } from './scratch.ts';

/** The id of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('a second holder is refused until the first lets go', () => {
  const folder = scratchFolder();
  const lock = acquireLock(folder);
  expect(codeThrown(() => acquireLock(folder))).toBe('state_locked');
  lock.release();
  acquireLock(folder).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a process that is dead is taken over', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'lock'), `${deadProcess()} - 0011223344556677\n`);
  const lock = acquireLock(folder);
  expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
  lock.release();
});

test('a lock of an earlier process with our own id is taken over, where start times are known', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'lock'), `${process.pid} 1 0011223344556677\n`);
  if (existsSync('/proc/self/stat')) acquireLock(folder).release();
  else expect(codeThrown(() => acquireLock(folder))).toBe('state_locked');
  writeFileSync(join(folder, 'lock'), `${process.pid} - 0011223344556677\n`);
  expect(codeThrown(() => acquireLock(folder))).toBe('state_locked');
});

test('a lock without a readable owner is taken over', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'lock'), '');
  acquireLock(folder).release();
});

test('while somebody takes a dead lock over, nobody else can', () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'lock'), `${deadProcess()} - 0011223344556677\n`);
  writeFileSync(join(folder, 'lock.takeover'), `${process.pid} - aa\n`);
  expect(codeThrown(() => acquireLock(folder))).toBe('state_locked');
});

test('releasing removes our own lock only, and only once', () => {
  const folder = scratchFolder();
  const lock = acquireLock(folder);
  writeFileSync(join(folder, 'lock'), '1 other\n');
  lock.release();
  lock.release();
  expect(existsSync(join(folder, 'lock'))).toBe(true);
});
