/**
 * Checks what a stranger would install: packs every published package, looks into each tarball,
 * installs the tarballs into an empty project outside the workspace, imports every entry and runs a
 * known answer per package on Node 20.19, Node 24, Bun and Deno, and type-checks a consumer.
 *
 * The project has no development dependency of ours and pnpm's strict layout, so an undeclared
 * dependency, a `workspace:` or `catalog:` version, a missing file or a wrong "exports" entry fails
 * here. The optional peer @chainsafe/blst is absent at first and added at the end.
 *
 * Usage: node scripts/pack-check.ts [--project FOLDER] [--runtime NAME]...
 * FOLDER (default: a new temporary folder) is made anew; the tarballs stay in FOLDER/tarballs.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addCounts, check, finish } from './checks.ts';
import { chooseRuntimes, type Runtime } from './runtimes.ts';
import {
  type Manifest,
  type Package,
  pnpmVersion,
  publishedPackages,
  ROOT,
  run,
} from './workspace.ts';

/** kzg carries the ceremony three times: as source, as output and in source maps. */
const MAX_TARBALL_BYTES = 4_000_000;

/** Entries that a program starts as a worker and never imports. */
const WORKER_ENTRY = /\/pool-worker$/;
const PEER = '@chainsafe/blst';
/** Besides `contracts`, `dist` and `src`, which must hold nothing but code, maps and kernels. */
const TOP_FILES = ['CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md', 'package.json'];
const CODE =
  /^(dist\/[\w./-]+\.(js|js\.map|d\.ts|d\.ts\.map|wasm)|src\/[\w./-]+\.(ts|wasm)|contracts\/\w+\.sol)$/;
const TEST = /(^|\/)(test|tests|bench|fixtures)\/|\.(test|bench)\.|tsbuildinfo/;

type Packed = {
  readonly filename: string;
  readonly size: number;
  readonly files: { path: string }[];
};

const { values } = parseArgs({
  options: {
    project: { type: 'string' },
    runtime: { type: 'string', multiple: true, default: [] },
  },
});
const project = resolve(values.project ?? mkdtempSync(join(tmpdir(), 'barycenter-consumer-')));
const tarballs = join(project, 'tarballs');
const packages = publishedPackages();
const runtimes = chooseRuntimes(values.runtime);

if (existsSync(project) && readdirSync(project).length > 0 && !existsSync(tarballs)) {
  throw new Error(`${project} has files that are not from a run of this script`);
}
rmSync(project, { recursive: true, force: true });
mkdirSync(tarballs, { recursive: true });

const files = new Map<string, string>();
for (const item of packages) {
  const { name } = item.manifest;
  await check(`${name}: packs, with all it needs and nothing else`, () => {
    const packed = pack(item);
    files.set(name, packed.filename);
    checkContents(item, packed);
  });
  const tarball = files.get(name);
  if (tarball === undefined) continue;
  await check(`${name}: publint`, () => expectSuccess(['publint', 'run', '--strict', tarball]));
  await check(`${name}: attw`, () => expectSuccess(['attw', '--profile', 'esm-only', tarball]));
}

await check('the tarballs install into an empty project, without the optional peer', () => {
  writeProject();
  expectSuccess([...pnpm(), 'install', '--prefer-offline', '--no-frozen-lockfile'], project);
  const installed = readdirSync(join(project, 'node_modules', '.pnpm'));
  if (installed.some((name) => name.startsWith(`${PEER.replace('/', '+')}@`))) {
    throw new Error(`${PEER} was installed, but nobody asked for it`);
  }
});

await check('every command is installed and answers --help', () => {
  for (const { manifest } of packages) {
    for (const name of Object.keys(manifest.bin ?? {})) {
      expectSuccess([join(project, 'node_modules', '.bin', name), '--help'], project);
    }
  }
});

writeConsumer();
for (const runtime of runtimes) await tryRuntime(runtime, 'no-native');
await check('deno check: the declarations satisfy a consumer', () => {
  const deno = runtimes.find(({ name }) => name === 'deno')?.program ?? 'deno';
  expectSuccess([deno, 'check', '--node-modules-dir=manual', 'known-answers.ts'], project);
});
for (const resolution of ['nodenext', 'bundler']) {
  await check(`tsc: the declarations satisfy a consumer (${resolution})`, () => {
    const module = resolution === 'bundler' ? 'preserve' : 'nodenext';
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'];
    const target = ['--target', 'es2022', '--module', module, '--moduleResolution', resolution];
    expectSuccess(['tsc', '--noEmit', ...strict, ...target, 'known-answers.ts'], project);
  });
}

await check(`the optional peer ${PEER} installs beside them`, () => {
  const version = resolvedVersion(PEER);
  expectSuccess([...pnpm(), 'add', '--prefer-offline', `${PEER}@${version}`], project);
});
for (const runtime of runtimes) await tryRuntime(runtime, 'native');

finish();

/** `pnpm pack` of one package; the manifest in the tarball has real versions. */
function pack({ folder }: Package): Packed {
  const output = expectSuccess(
    [...pnpm(), 'pack', '--json', '--pack-destination', tarballs],
    folder,
  );
  return JSON.parse(output.slice(output.indexOf('{'))) as Packed;
}

/** Every file expected is there, no other kind of file is, and no workspace version leaked. */
function checkContents({ manifest, entries }: Package, packed: Packed): void {
  const paths = packed.files.map(({ path }) => path);
  const outputs = entries.flatMap(({ name }) => [`dist/${name}.js`, `dist/${name}.d.ts`]);
  const needed = ['README.md', 'LICENSE', 'NOTICE', ...outputs, ...entries.map((e) => e.source)];
  const missing = needed.filter((path) => !paths.includes(path));
  const unwanted = paths.filter(
    (path) => TEST.test(path) || !(TOP_FILES.includes(path) || CODE.test(path)),
  );
  const leaked = Object.entries({
    ...packedManifest(packed).dependencies,
    ...packedManifest(packed).peerDependencies,
  }).filter(([, version]) => /^(workspace|catalog|file|link):/.test(version));
  const problems = [
    ...missing.map((path) => `missing: ${path}`),
    ...unwanted.map((path) => `unwanted: ${path}`),
    ...leaked.map(([name, version]) => `not a published version: ${name} ${version}`),
  ];
  if (packed.size > MAX_TARBALL_BYTES) {
    problems.push(`${packed.size} bytes, more than ${MAX_TARBALL_BYTES}`);
  }
  if (problems.length > 0) throw new Error(`${manifest.name}\n${problems.join('\n')}`);
  console.log(`        ${manifest.name}: ${paths.length} files, ${packed.size} bytes`);
}

function packedManifest({ filename }: Packed): Manifest {
  const text = expectSuccess(['tar', '-xzOf', filename, 'package/package.json']);
  return JSON.parse(text) as Manifest;
}

/** An empty project that depends on the tarballs, and takes siblings from the tarballs too. */
function writeProject(): void {
  const sources = Object.fromEntries([...files].map(([name, path]) => [name, `file:${path}`]));
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies: sources };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest, undefined, 2));
  const overrides = [...files].map(([name, path]) => `  "${name}": "file:${path}"\n`).join('');
  // `packages: []` makes this folder a workspace of its own, wherever it lies; without hoisting, a
  // package finds only what it declares.
  const settings = `packages: []\nhoist: false\noverrides:\n${overrides}`;
  writeFileSync(join(project, 'pnpm-workspace.yaml'), settings);
}

/** The consumer as it is (for the type checkers) and without types (Node 20 cannot strip them). */
function writeConsumer(): void {
  const folder = join(ROOT, 'testing', 'conformance', 'consumer');
  for (const file of ['known-answers.ts', 'try.mjs']) {
    copyFileSync(join(folder, file), join(project, file));
  }
  const source = readFileSync(join(folder, 'known-answers.ts'), 'utf8');
  writeFileSync(join(project, 'known-answers.mjs'), stripTypeScriptTypes(source));
}

/** Imports every entry and computes the known answers on one runtime, and adds what it counted. */
async function tryRuntime(runtime: Runtime, peer: 'native' | 'no-native'): Promise<void> {
  await check(`${runtime.name}: every entry imports, known answers hold (${peer})`, () => {
    const specifiers = packages
      .flatMap(({ entries }) => entries.map((entry) => entry.specifier))
      .filter((specifier) => !WORKER_ENTRY.test(specifier));
    const { program, options, nativeOptions } = runtime;
    const more = peer === 'native' ? nativeOptions : [];
    const command = [program, ...options, ...more, 'try.mjs', peer, ...specifiers];
    const { status, stdout, stderr } = run(command, { folder: project });
    const counts = /^(\d+) passed, 0 failed\s*$/m.exec(stdout);
    if (counts === null || status !== 0) throw new Error(`status ${status}\n${stdout}${stderr}`);
    addCounts({ passed: Number(counts[1]), failed: 0 });
  });
}

/** The version of a dependency that this repository works with. */
function resolvedVersion(name: string): string {
  const catalog = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8');
  const version = new RegExp(`^ {2}"?${name}"?: (\\S+)$`, 'm').exec(catalog)?.[1];
  if (version === undefined) throw new Error(`${name} is not in the catalog`);
  return version;
}

function pnpm(): string[] {
  return ['npx', '-y', pnpmVersion()];
}

/** The standard output of a command, or an error with all of its output. */
function expectSuccess(command: readonly string[], folder: string = ROOT): string {
  const { status, stdout, stderr } = run(command, { folder, env: { CI: '1', NO_COLOR: '1' } });
  if (status !== 0) throw new Error(`${command.join(' ')}: status ${status}\n${stdout}${stderr}`);
  return stdout;
}
