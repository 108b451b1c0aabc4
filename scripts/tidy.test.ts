import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Files, findProblems } from './tidy.ts';
import { ROOT } from './workspace.ts';

test('the suite runs on Node 24', () => {
  expect(process.versions.node).toMatch(/^24\./);
});

test('the repository keeps its rules', () => {
  expect(findProblems(repositoryFiles())).toEqual([]);
});

/** One file that breaks one rule, and the problem it must give. */
const BROKEN: readonly [string, string, string][] = [
  ['packages/kzg/src/index.ts', "import '@barycenter/bls';", 'kzg must not import @barycenter/bls'],
  ['packages/kzg/src/index.ts', "import { x } from 'node:fs';", 'Node built-in node:fs'],
  ['packages/kzg/src/index.ts', "import {\n  x,\n} from 'fs';", 'Node built-in fs'],
  ['packages/kzg/src/index.ts', "await import('left-pad');", 'left-pad is not a dependency'],
  ['packages/kzg/src/index.ts', "export { x } from './x.js';", 'does not end in .ts'],
  ['packages/kzg/src/index.ts', "export { x } from './x.ts';", 'does not exist'],
  ['packages/kzg/src/index.ts', "import type { F } from '../test/f.ts';", 'leaves the package'],
  ['packages/kzg/src/index.ts', "export * from './index.ts';", 're-exports by *'],
  ['packages/kzg/src/index.ts', "import './index.ts';", 'import cycle'],
  ['packages/kzg/src/worker-port.ts', 'export {};', 'differs from its copy'],
  ['packages/kzg/src/lost.ts', 'export {};', 'reached by no entry and no test'],
  ['packages/kzg/src/utils.ts', 'export {};', 'a name that says nothing'],
  ['packages/kzg/README.md', `TO${''}DO: write`, `README.md:1: TO${''}DO`],
  ['packages/kzg/test/a.test.ts', `test.sk${''}ip('x', () => {});`, `test.sk${''}ip`],
  ['packages/kzg/test/data.bin', 'x'.repeat(400_000), '400000 bytes'],
  ['examples/a/package.json', '{"dependencies":{"a":"^1.0.0"}}', 'not pinned by the catalog'],
  ['packages/a/package.json', '{"name":"a","version":"0.0.0"}', 'without a changeset'],
  ['.github/workflows/a.yml', '  - uses: actions/checkout@v4', 'is not pinned'],
];

test.each(BROKEN)('%s with %j is refused', (path, text, problem) => {
  const files = new Map([...SOUND, [path, text] as const]);
  expect(findProblems(SOUND)).toEqual([]);
  expect(findProblems(files).join('\n')).toContain(problem);
});

test('a dependency that no source imports is refused', () => {
  const manifest = '{"exports":{".":"./src/index.ts"},"dependencies":{"@noble/curves":"catalog:"}}';
  const files = new Map([...SOUND, ['packages/kzg/package.json', manifest] as const]);
  expect(findProblems(files)).toEqual([
    'packages/kzg/package.json: dependency @noble/curves is not used',
  ]);
});

test('specifiers in comments are not imports', () => {
  const text = "/** import 'node:fs'; */\n// import 'node:fs';\nexport const url = 'https://x';";
  expect(findProblems(new Map([...SOUND, ['packages/kzg/src/index.ts', text]]))).toEqual([]);
});

const SOUND: Files = new Map([
  ['packages/kzg/package.json', '{"exports":{".":"./src/index.ts"}}'],
  ['packages/kzg/src/index.ts', 'export {};'],
  ['packages/kzg/test/f.ts', 'export type F = 1;'],
]);

/** Files that git knows or would add, as text (binary ones too: only their size matters). */
function repositoryFiles(): Files {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0');
  const present = paths.filter(
    (path) => path !== '' && statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile(),
  );
  return new Map(present.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}
