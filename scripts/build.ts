/**
 * `pnpm build`: builds every published package into its `dist`, from nothing, in three steps.
 *
 * 1. tsup bundles the JavaScript: ESM only, one file per entry of `package.json` "exports" and "bin", shared
 *    code and dynamic imports in chunks of their own, dependencies left as imports. WebAssembly that
 *    is imported as a file (condition `workerd`) is copied and stays an import.
 *    Chunks of embedded data lose their source maps.
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
 * Usage: node scripts/build.ts [--compare]
 * --compare fails unless the build gives exactly the bytes that were there before.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { mustRun, publishedPackages, ROOT } from './workspace.ts';

const RELATIVE_TS = /(from\s+|import\s*\(\s*|import\s+)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

const DATA_SOURCE = /\/src\/(?:ceremony\/[\w-]+|kernel\/[\w-]+\.wasm)\.ts$/;

const TSUP_OPTIONS = [
  ...['--no-config', '--format', 'esm', '--target', 'es2022', '--platform', 'neutral'],
  ...['--splitting', '--sourcemap', '--silent', '--out-dir', 'dist', '--loader', '.wasm=copy'],
];

const packages = publishedPackages();
const compare = process.argv.includes('--compare');
const before = compare ? fingerprints() : new Map<string, string>();
for (const { folder } of packages) {
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  for (const file of ['LICENSE', 'NOTICE']) copyFileSync(join(ROOT, file), join(folder, file));
}

for (const { folder, builds } of packages) {
  const entry = builds.flatMap(({ name, source }) => [`--entry.${name}`, source]);
  mustRun(['tsup', ...entry, ...TSUP_OPTIONS], { folder });
}
for (const { folder } of packages) dropMapsOfData(join(folder, 'dist'));
mustRun(['tsc', '-b', '--emitDeclarationOnly']);
for (const { folder } of packages) rewriteDeclarations(join(folder, 'dist'));
console.log(`built ${packages.map(({ manifest }) => manifest.name).join(', ')}`);

if (compare) {
  const after = fingerprints();
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  if (differing.length > 0) {
    console.error(`not the same bytes as before:\n${differing.join('\n')}`);
    process.exit(1);
  }
  console.log(`${after.size} files with the same bytes as before`);
}

/** SHA-256 of every file in every `dist` but tsc's own state. */
function fingerprints(): Map<string, string> {
  const found = new Map<string, string>();
  for (const { folder } of packages) {
    const dist = join(folder, 'dist');
    if (!existsSync(dist)) continue;
    for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name === '.tsbuildinfo') continue;
      const path = join(entry.parentPath, entry.name);
      found.set(path, createHash('sha256').update(readFileSync(path)).digest('hex'));
    }
  }
  return found;
}

/**
 * Deletes the source maps of chunks that are nothing but embedded data (`src/ceremony/*`,
 * `src/kernel/*.wasm.ts`), which would double a tarball and show nobody anything.
 */
function dropMapsOfData(dist: string): void {
  for (const file of readdirSync(dist)) {
    if (!file.endsWith('.js.map')) continue;
    const { sources } = JSON.parse(readFileSync(join(dist, file), 'utf8')) as { sources: string[] };
    if (sources.length === 0 || !sources.every((source) => DATA_SOURCE.test(source))) continue;
    rmSync(join(dist, file));
    const path = join(dist, file.slice(0, -'.map'.length));
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(/\/\/# sourceMappingURL=.*\n?$/, ''));
  }
}

/** Replaces `.ts` by `.js` in the relative specifiers of every declaration under a folder. */
function rewriteDeclarations(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.d.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace(RELATIVE_TS, '$1$2$3.js$2'));
  }
}
