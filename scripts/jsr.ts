/**
 * `deno publish --dry-run` of every published package for JSR, which takes TypeScript sources: it
 * checks that public types are explicit ("slow types") and that every import resolves.
 *
 * A JSR package needs a `jsr.json` whose name, version and dependencies repeat `package.json`.
 * Instead of committing a copy that can drift, this script lays the packages out in a temporary
 * Deno workspace with a generated `jsr.json` each (members of ours resolve to one another) and
 * publishes from there.
 *
 * Usage: node scripts/jsr.ts [--publish]     (--publish is for release.yml; the default is a dry run)
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { check, finish } from './checks.ts';
import { RUNTIMES } from './runtimes.ts';
import { type Package, publishedPackages, ROOT, run } from './workspace.ts';

const { values } = parseArgs({ options: { publish: { type: 'boolean', default: false } } });
const packages = publishedPackages();
const catalog = readCatalog();
const workspace = mkdtempSync(join(tmpdir(), 'barycenter-jsr-'));
try {
  const members = packages.map(({ folder }) => `./${basename(folder)}`);
  writeJson(join(workspace, 'deno.json'), { workspace: members, nodeModulesDir: 'none' });
  for (const item of packages) layOut(item);
  for (const { folder, manifest } of packages) {
    await check(`${manifest.name}: deno publish${values.publish ? '' : ' --dry-run'}`, () => {
      const deno = RUNTIMES.find(({ name }) => name === 'deno')!.program;
      const options = values.publish ? [] : ['--dry-run'];
      const { status, stdout, stderr } = run([deno, 'publish', '--allow-dirty', ...options], {
        folder: join(workspace, basename(folder)),
        env: { NO_COLOR: '1' },
      });
      if (status !== 0) throw new Error(`status ${status}\n${stdout}${stderr}`);
    });
  }
} finally {
  rmSync(workspace, { recursive: true });
}
finish();

/** Sources, README and licence of a package, with its generated `jsr.json`. */
function layOut({ folder, manifest, entries }: Package): void {
  const target = join(workspace, basename(folder));
  mkdirSync(target);
  for (const part of ['src', 'README.md']) {
    cpSync(join(folder, part), join(target, part), { recursive: true });
  }
  for (const part of ['LICENSE', 'NOTICE']) cpSync(join(ROOT, part), join(target, part));
  const imports: Record<string, string> = {};
  const ranges = { ...manifest.peerDependencies, ...manifest.dependencies };
  for (const [name, range] of Object.entries(ranges)) {
    const ours = packages.find((other) => other.manifest.name === name);
    if (ours) imports[name] = `jsr:${name}@^${ours.manifest.version}`;
    else imports[name] = `npm:${name}@${range === 'catalog:' ? catalog.get(name) : range}`;
  }
  const exports = Object.fromEntries(
    entries.map(({ specifier, source }) => [
      `.${specifier.slice(manifest.name.length)}`,
      `./${source}`,
    ]),
  );
  const { name, version, license } = manifest;
  writeJson(join(target, 'jsr.json'), { name, version, license, exports, imports });
}

/** Exact versions by name, from the catalog of pnpm-workspace.yaml. */
function readCatalog(): Map<string, string> {
  const text = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8');
  return new Map(
    [...text.matchAll(/^ {2}"?([@\w/-]+)"?: (\d\S*)$/gm)].map((match) => [match[1]!, match[2]!]),
  );
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);
}
