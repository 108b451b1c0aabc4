/**
 * Which tests a document cites for its claims, and which tests there are. In a table whose last column
 * is headed "test", a cell names files as `x.test.ts` (or `x.ts` of laws as data) and titles, or parts of
 * titles, in "quotes" or `code`, with … for what is left out; a title belongs to the file before it, or to
 * any file if there is none.
 */

/** A file and, if one is named, a part of a title in it. */
export type Citation = {
  readonly line: number;
  readonly file: string | undefined;
  readonly title: string | undefined;
};

/** A row of a table that claims something. */
export type Claim = { readonly line: number; readonly citations: readonly Citation[] };

const CITED = /`([\w./-]+\.ts)`|`([^`]+)`|"([^"]+)"/g;
const TITLE =
  /\b(?:it|test|describe)(?:\.\w+(?:\([^()]*\))?)?\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g;

const TEXT = /'((?:\\.|[^'\\\n])+)'|"((?:\\.|[^"\\\n])+)"|`((?:\\.|[^`\\])+)`/g;

/** The rows of every table of `markdown` whose last column is "test". */
export function claimsOf(markdown: string): Claim[] {
  const claims: Claim[] = [];
  let inTable = false;
  markdown.split('\n').forEach((text, i) => {
    const cells = text.startsWith('|') ? text.split(/(?<!\\)\|/).slice(1, -1) : [];
    const last = cells.at(-1)?.trim();
    if (last === undefined) inTable = false;
    else if (last === 'test') inTable = true;
    else if (inTable && !/^-+$/.test(last)) {
      claims.push({ line: i + 1, citations: citationsOf(last, i + 1) });
    }
  });
  return claims;
}

/** Every text in a source file: titles of tests that are data are among them. */
export function textsOf(source: string): string[] {
  return [...source.matchAll(TEXT)].map(([, single, double, template]) =>
    (single ?? double ?? template)!.replace(/\\(['"`])/g, '$1'),
  );
}

/** The titles of the tests in a source file, as written. */
export function titlesOf(source: string): string[] {
  return [...source.matchAll(TITLE)].map(([, single, double, template]) =>
    (single ?? double ?? template)!.replace(/\\(['"`])/g, '$1'),
  );
}

function citationsOf(cell: string, line: number): Citation[] {
  let file: string | undefined;
  return [...cell.matchAll(CITED)].map(([, path, code, quoted]) => {
    if (path !== undefined) file = path.split('/').at(-1)!;
    return { line, file, title: code ?? quoted };
  });
}
