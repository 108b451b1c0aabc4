/** `npm run demo` and `npm test` on a bare machine: scripts/launch.mjs. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { scratchFolder } from './scratch.ts';

const LAUNCH = fileURLToPath(new URL('../../../scripts/launch.mjs', import.meta.url));

test('a job that does not exist is wrong usage, also if every object has its name', () => {
  for (const job of [[], ['demos'], ['toString'], ['constructor'], ['__proto__']]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCH, ...job], {
      encoding: 'utf8',
    });
    expect(stderr, job[0]!).toBe('usage: node scripts/launch.mjs test|demo [arguments]\n');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  }
});

test('before an install it says that compiler errors of c-kzg are harmless', () => {
  const root = scratchFolder();
  for (const folder of ['scripts', 'bin']) mkdirSync(join(root, folder));
  copyFileSync(LAUNCH, join(root, 'scripts', 'launch.mjs'));
  writeFileSync(join(root, 'package.json'), '{"packageManager":"pnpm@0.0.0"}');
  writeFileSync(join(root, 'pnpm-lock.yaml'), '');
  // An npx that installs nothing: what is said, and in which order, is all that is seen.
  const npx = join(root, 'bin', 'npx');
  writeFileSync(npx, '#!/bin/sh\necho "npx $*" >&2\nexit 3\n');
  chmodSync(npx, 0o755);
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'launch.mjs'), 'demo'],
    { encoding: 'utf8', env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin` } },
  );
  expect(stderr.split('\n')).toEqual([
    'installing dependencies with pnpm@0.0.0 ...',
    expect.stringMatching(/c-kzg.*compiler errors are harmless/),
    'npx -y pnpm@0.0.0 install --frozen-lockfile',
    'installation failed (status 3)',
    '',
  ]);
  expect(status).toBe(1);
});
