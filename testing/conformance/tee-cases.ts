/**
 * Lets the conformance suite run the cases of `packages/tee-attest/test` against the built package:
 * what they import from the package's sources is taken from its built entries, and only what no entry
 * exports (readers of hexadecimal and PEM) is bundled.
 */
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { ROOT } from '../../scripts/workspace.ts';

const PACKAGE = join(ROOT, 'packages', 'tee-attest');
const NAME = '@barycenter/tee-attest';
/** Folders and files of the sources, and an entry that exports what the cases take from them. */
const ENTRIES: readonly (readonly [string, string])[] = [
  ['intel', `${NAME}/intel`],
  ['amd', `${NAME}/amd`],
  ['nvidia', `${NAME}/nvidia`],
  ['nras', `${NAME}/nras`],
  ['attested-key', `${NAME}/attested-key`],
  ['errors', `${NAME}/attested-key`],
];
/** The class of refusals must be the package's own wherever it is imported. */
const ERRORS = /\/errors\.ts$/;
/** The parts of `@barycenter/testing` that run in a browser. */
const TESTING: Readonly<Record<string, string>> = {
  '@barycenter/testing': 'random.ts',
  '@barycenter/testing/random': 'random.ts',
  '@barycenter/testing/der-writer': 'der-writer.ts',
  '@barycenter/testing/synthetic-ca': 'synthetic-ca.ts',
};

/** The plugin for both builds; it comes before whatever else resolves `@barycenter/`. */
export const teeCases: Plugin = {
  name: 'tee-cases',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@barycenter\/testing/ }, ({ path }) => {
      const file = TESTING[path];
      return file === undefined ? undefined : { path: join(ROOT, 'testing', 'src', file) };
    });
    onResolve({ filter: /^\./ }, async ({ path, importer, resolveDir, kind }) => {
      const ofCases = importer.startsWith(join(PACKAGE, 'test'));
      const ofSources = importer.startsWith(join(PACKAGE, 'src'));
      if (!ofCases && !(ofSources && ERRORS.test(path))) return undefined;
      const [part = ''] = relative(join(PACKAGE, 'src'), join(resolveDir, path)).split(/[/.]/);
      const entry = ENTRIES.find(([folder]) => folder === part)?.[1];
      if (entry === undefined) return undefined;
      return await resolve(entry, { kind, resolveDir: join(ROOT, 'testing', 'conformance') });
    });
  },
};
