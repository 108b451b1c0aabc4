import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tsBlocks } from './readme.ts';
import { publishedPackages, ROOT } from './workspace.ts';

/** Blocks run as files in here: every package of ours resolves, as it would from a reader's project. */
const MODULES_FOLDER = join(ROOT, 'testing', 'conformance', 'dist');

const packages = publishedPackages();
const readmes = [ROOT, ...packages.map(({ folder }) => folder)].map((folder) =>
  join(folder, 'README.md'),
);
const documents = packages
  .map(({ folder }) => join(folder, 'docs'))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));

for (const path of [...readmes, ...documents]) {
  describe(relative(ROOT, path), () => {
    test('exists and shows runnable code', () => {
      expect(existsSync(path), `${path} exists`).toBe(true);
      expect(tsBlocks(readFileSync(path, 'utf8')).length).toBeGreaterThan(0);
    });
    if (!existsSync(path)) return;
    for (const { line, code } of tsBlocks(readFileSync(path, 'utf8'))) {
      test(`the code at line ${line} runs as it stands`, () => expect(runModule(code)).toBe(''));
    }
  });
}

test('a block that throws, or does not compile, is seen to fail', () => {
  expect(runModule("throw new Error('broken example');")).toContain('broken example');
  expect(runModule("import { nothing } from '@barycenter/erasure';")).toContain('nothing');
  expect(runModule('const x: number = 1;')).toBe('');
});

test('only closed blocks fenced as ts are taken, with their line', () => {
  const markdown = '# A\n```ts\nlet a;\n```\n```sh\nls\n```\n````md\n```ts\nlet b;\n```\n````\n';
  expect(tsBlocks(markdown)).toEqual([{ line: 3, code: 'let a;' }]);
  expect(() => tsBlocks('```ts\nlet a;')).toThrow('never closed');
});

/** Runs TypeScript as an ESM module against the sources; what went wrong, or an empty string. */
function runModule(code: string): string {
  mkdirSync(MODULES_FOLDER, { recursive: true });
  const folder = mkdtempSync(join(MODULES_FOLDER, 'readme-'));
  try {
    const path = join(folder, 'block.mts');
    writeFileSync(path, code);
    const options = ['--conditions=@barycenter/source', path];
    const { status, stderr, error } = spawnSync(process.execPath, options, {
      timeout: 100_000,
      encoding: 'utf8',
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    return status === 0 ? '' : `status ${status}: ${error?.message ?? ''}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
