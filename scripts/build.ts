/**
 * `pnpm build`: builds every published package into its `dist`, from nothing, in three steps.
 *
 * 1. tsup bundles the JavaScript: ESM only, one file per entry of `package.json` "exports", shared
 *    code and dynamic imports in chunks of their own, dependencies left as imports.
 * 2. tsc emits the declarations (tsup's own declaration bundler needs the compiler API, which
 *    TypeScript 7 no longer has) and checks the types of the sources on the way.
 * 3. TypeScript rewrites `./x.ts` to `./x.js` in JavaScript but not in declarations; Deno refuses
 *    the former (TS2307), so this script rewrites them.
 *
 * `dist` (with tsc's build state inside it) is deleted first: no stale chunk survives, tsup's
 * `--clean` cannot delete declarations that tsc then believes to be there, and the same sources
 * always give the same bytes. LICENSE and NOTICE of the root are copied beside each
 * `package.json`, so that every tarball carries them (the copies are not committed).
 *
 * Usage: node scripts/build.ts
 */
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, publishedPackages, ROOT } from './workspace.ts';

const RELATIVE_TS = /(from\s+|import\s*\(\s*|import\s+)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

const TSUP_OPTIONS = [
  ...['--no-config', '--format', 'esm', '--target', 'es2022', '--platform', 'neutral'],
  ...['--splitting', '--sourcemap', '--silent', '--out-dir', 'dist'],
];

const packages = publishedPackages();
for (const { folder } of packages) {
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  for (const file of ['LICENSE', 'NOTICE']) copyFileSync(join(ROOT, file), join(folder, file));
}

for (const { folder, entries } of packages) {
  const entry = entries.flatMap(({ name, source }) => [`--entry.${name}`, source]);
  mustRun(['tsup', ...entry, ...TSUP_OPTIONS], { folder });
}
mustRun(['tsc', '-b', '--emitDeclarationOnly']);
for (const { folder } of packages) rewriteDeclarations(join(folder, 'dist'));
console.log(`built ${packages.map(({ manifest }) => manifest.name).join(', ')}`);

/** Replaces `.ts` by `.js` in the relative specifiers of every declaration under a folder. */
function rewriteDeclarations(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.d.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(RELATIVE_TS, '$1$2$3.js$2'));
  }
}
