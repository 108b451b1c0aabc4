import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claimsOf, textsOf, titlesOf } from './guarantees.ts';
import { publishedPackages, ROOT } from './workspace.ts';

/** Where a package's claims may be tested beside its own `test` folder. */
const SHARED_FOLDERS = [
  'testing/conformance/test',
  'examples/da-network/test',
  'examples/da-network/e2e',
  'examples/embed-da/test',
].map((folder) => join(ROOT, folder));

for (const { folder } of publishedPackages()) {
  const tests = [join(folder, 'test'), ...SHARED_FOLDERS].flatMap(testsIn);
  for (const path of ['README.md', 'ATTACKS.md', 'NEGATIVES.md'].map((name) =>
    join(folder, name),
  )) {
    if (!existsSync(path)) continue;
    const claims = claimsOf(readFileSync(path, 'utf8'));
    describe(relative(ROOT, path), () => {
      test('has a table of claims', () => expect(claims.length).toBeGreaterThan(0));
      test('cites only tests that exist', () => {
        const missing = claims
          .flatMap(({ citations }) => citations)
          .filter(({ file, title }) => !tests.some((one) => isCited(one, { file, title })));
        expect(missing).toEqual([]);
      });
    });
  }
}

test('every claim of da-sampling names a test by its title', () => {
  for (const name of ['README.md', 'ATTACKS.md']) {
    const path = join(ROOT, 'packages', 'da-sampling', name);
    const unnamed = claimsOf(readFileSync(path, 'utf8')).filter(
      ({ citations }) => !citations.some(({ title }) => title !== undefined),
    );
    expect(unnamed, name).toEqual([]);
  }
});

test('every group of negatives of tee-attest has its row', () => {
  const table = readFileSync(join(ROOT, 'packages', 'tee-attest', 'NEGATIVES.md'), 'utf8');
  const numbers = [...table.matchAll(/^\| (\d+[a-o]?) +\|/gm)].map(([, number]) => number);
  const parts = [...'abcdefghijklmno'].map((letter) => `72${letter}`);
  expect(numbers).toEqual([...Array.from({ length: 71 }, (_, i) => `${i + 1}`), ...parts]);
});

test('a citation is read with its file, and a title of another file does not do', () => {
  const markdown = [
    '| law | test |',
    '| --- | ---- |',
    '| a | `a.test.ts` "one", `two`; `b.test.ts` |',
    '',
    '| law | size |',
    '| --- | ---- |',
    '| a | "three" |',
  ].join('\n');
  const [claim, ...others] = claimsOf(markdown);
  expect(others).toEqual([]);
  expect(claim?.citations).toEqual([
    { line: 3, file: 'a.test.ts', title: undefined },
    { line: 3, file: 'a.test.ts', title: 'one' },
    { line: 3, file: 'a.test.ts', title: 'two' },
    { line: 3, file: 'b.test.ts', title: undefined },
  ]);
  const source = "describe(`all of it`, () => {\n  it.each(X)(\n    'the one', () => {});";
  const found = { file: 'a.test.ts', titles: titlesOf(source) };
  expect(found.titles).toEqual(['all of it', 'the one']);
  expect(isCited(found, claim!.citations[1]!)).toBe(true);
  expect(isCited({ ...found, file: 'b.test.ts' }, claim!.citations[1]!)).toBe(false);
  expect(isCited(found, claim!.citations[2]!)).toBe(false);
  expect(isCited(found, { file: undefined, title: 'all … it' })).toBe(true);
  expect(isCited(found, { file: undefined, title: 'it … all' })).toBe(false);
});

type TestFile = { readonly file: string; readonly titles: readonly string[] };

function isCited(
  { file, titles }: TestFile,
  cited: { readonly file: string | undefined; readonly title: string | undefined },
): boolean {
  if (cited.file !== undefined && cited.file !== file) return false;
  const parts = cited.title?.split('…') ?? [];
  return titles.some((title) => {
    let from = 0;
    return parts.every((part) => {
      const at = title.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  });
}

function testsIn(folder: string): TestFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      file: name.split(/[\\/]/).at(-1)!,
      titles: statedIn(name, readFileSync(join(folder, name), 'utf8')),
    }));
}

/** Titles; where they are data, any text of the file. */
function statedIn(name: string, source: string): string[] {
  const areData = !name.endsWith('.test.ts') || source.includes('.each(');
  return areData ? textsOf(source) : titlesOf(source);
}
