/**
 * Lets the conformance suite run the cases of `packages/tee-attest/test` against the built package: of
 * what they import from the package's sources, everything that an entry exports is taken from that built
 * entry, and the rest (readers of hexadecimal, PEM and the like) is bundled from the sources.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { publishedPackages, ROOT } from '../../scripts/workspace.ts';

const HERE = join(ROOT, 'testing', 'conformance');
const PACKAGE = join(ROOT, 'packages', 'tee-attest');
/** The class of refusals must be the built one wherever it is imported, in sources too. */
const ERRORS = join(PACKAGE, 'src', 'errors.ts');
/** The parts of `@barycenter/testing` that run in a browser. */
const TESTING: Readonly<Record<string, string>> = {
  '@barycenter/testing': 'random.ts',
  '@barycenter/testing/random': 'random.ts',
  '@barycenter/testing/der-writer': 'der-writer.ts',
  '@barycenter/testing/synthetic-ca': 'synthetic-ca.ts',
};
/** Values that a source file re-exports: names, and from which file. */
const RE_EXPORT = /^export \{([^}]*)\} from '(\.\/[^']+)';/gm;
const NAMESPACE = 'tee-built';

/** Entries by source file, and lines that re-export built values by the source file that has them. */
const { entries, built } = readEntries();

/** The plugin for both builds; it comes before whatever else resolves `@barycenter/`. */
export const teeCases: Plugin = {
  name: 'tee-cases',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^@barycenter\/testing/ }, ({ path }) => {
      const file = TESTING[path];
      return file === undefined ? undefined : { path: join(ROOT, 'testing', 'src', file) };
    });
    onResolve({ filter: /^\./, namespace: 'file' }, async ({ path, importer, kind }) => {
      const file = join(dirname(importer), path);
      const ofCases = importer.startsWith(join(PACKAGE, 'test'));
      const ofSources = importer.startsWith(join(PACKAGE, 'src')) && file === ERRORS;
      if (!ofCases && !ofSources) return undefined;
      const entry = entries.get(file);
      if (entry !== undefined) return await resolve(entry, { kind, resolveDir: HERE });
      return built.has(file) ? { path: file, namespace: NAMESPACE } : undefined;
    });
    // What a module exports by name comes before what it exports by star.
    onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
      contents: [`export * from '${path}';`, ...(built.get(path) ?? [])].join('\n'),
      resolveDir: HERE,
    }));
  },
};

function readEntries(): {
  readonly entries: ReadonlyMap<string, string>;
  readonly built: ReadonlyMap<string, readonly string[]>;
} {
  const found = publishedPackages().find(({ folder }) => folder === PACKAGE)?.entries ?? [];
  const bySource = new Map(found.map((entry) => [join(PACKAGE, entry.source), entry.specifier]));
  /** Of each file, who exports its values: two entries share one chunk, so that any will do. */
  const owners = new Map<string, Map<string, string>>();
  const trace = (file: string, outer: ReadonlyMap<string, string>): void => {
    for (const { path, name, exported } of reExports(file)) {
      const owner = outer.get(exported);
      if (owner === undefined) continue;
      const known = owners.get(path) ?? new Map<string, string>();
      owners.set(path, known.set(name, owner));
      trace(path, new Map([[name, owner]]));
    }
  };
  for (const [source, specifier] of bySource) {
    const from = (exported: string): string => `${exported} as $ } from '${specifier}'`;
    trace(source, new Map(reExports(source).map(({ exported }) => [exported, from(exported)])));
  }
  const built = [...owners].map(([file, values]): [string, string[]] => [
    file,
    [...values].map(([name, owner]) => `export { ${owner.replace('$', name)};`),
  ]);
  return { entries: bySource, built: new Map(built) };
}

/** The values that a source file re-exports, each with the file it names. */
function reExports(file: string): { path: string; name: string; exported: string }[] {
  return [...readFileSync(file, 'utf8').matchAll(RE_EXPORT)].flatMap(([, list = '', path = '']) =>
    list
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '' && !item.startsWith('type '))
      .map((item) => {
        const [name = '', exported = name] = item.split(' as ');
        return { path: join(dirname(file), path), name, exported };
      }),
  );
}
