/**
 * What the build and packaging scripts know about the repository: where it is, which packages are
 * published, and how to run a command. The package list is read from `packages/`, never repeated.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder, without a trailing separator. */
export const ROOT: string = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** Conditions of one entry in `package.json` "exports". */
export type ExportConditions = {
  readonly '@barycenter/source': string;
  readonly types: string;
  /** For Cloudflare's runtime, which takes compiled modules only as imported files. */
  readonly workerd?: string;
  readonly default: string;
};

/** The fields of `package.json` that the scripts read. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly private?: boolean;
  /** Commands: "./dist/bin/x.js" is built from "bin/x.ts". */
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, ExportConditions | string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};

/** A published package: its folder, its manifest, and its code entries. */
export type Package = {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly entries: readonly Entry[];
  /** What is built: the entries, the files that conditions put in their place, and commands. */
  readonly builds: readonly Pick<Entry, 'name' | 'source'>[];
};

/** One importable entry: `@barycenter/bls/native` is { specifier, name: 'native', source: 'src/native.ts' }. */
export type Entry = { readonly specifier: string; readonly name: string; readonly source: string };

/** Every published package under `packages/`, dependencies before dependants. */
export function publishedPackages(): Package[] {
  const found = readdirSync(join(ROOT, 'packages'))
    .sort()
    .map((name) => readPackage(join(ROOT, 'packages', name)))
    .filter((item) => item.manifest.private !== true);
  const ordered: Package[] = [];
  const add = (item: Package): void => {
    if (ordered.includes(item)) return;
    for (const other of found) {
      if (item.manifest.dependencies?.[other.manifest.name] !== undefined) add(other);
    }
    ordered.push(item);
  };
  for (const item of found) add(item);
  return ordered;
}

/** The `package.json` of a folder. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** The version of pnpm that the repository is locked to, for `npx`. */
export function pnpmVersion(): string {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  return packageManager;
}

/** What a finished command left behind. */
export type Finished = {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
};

/**
 * Runs a command with the repository's tools first on PATH and waits for it.
 * `show` passes the command's output through as it comes; otherwise it is captured.
 */
export function run(
  command: readonly string[],
  options: {
    readonly folder?: string;
    readonly show?: boolean;
    readonly env?: Readonly<Record<string, string>>;
    /** The command's standard input; default: none. */
    readonly input?: string;
  } = {},
): Finished {
  const [name, ...rest] = command;
  const child = spawnSync(name!, rest, {
    cwd: options.folder ?? ROOT,
    env: { ...process.env, ...options.env, PATH: toolsPath() },
    ...(options.input === undefined ? {} : { input: options.input }),
    stdio: [
      options.input === undefined ? 'ignore' : 'pipe',
      options.show ? 'inherit' : 'pipe',
      options.show ? 'inherit' : 'pipe',
    ],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (child.error) return { status: 1, stdout: '', stderr: `${name}: ${child.error.message}` };
  return { status: child.status ?? 1, stdout: child.stdout ?? '', stderr: child.stderr ?? '' };
}

/** Runs a command and ends the script with its output if it fails. */
export function mustRun(
  command: readonly string[],
  options: Parameters<typeof run>[1] = {},
): Finished {
  const done = run(command, options);
  if (done.status === 0) return done;
  console.error(`failed (status ${done.status}): ${command.join(' ')}`);
  console.error(`${done.stdout}${done.stderr}`.trimEnd());
  process.exit(1);
}

/** PATH with the tools of the root and of the conformance package before the system's. */
export function toolsPath(): string {
  return [
    join(ROOT, 'node_modules', '.bin'),
    join(ROOT, 'testing', 'conformance', 'node_modules', '.bin'),
    process.env.PATH ?? '',
  ].join(delimiter);
}

function readPackage(folder: string): Package {
  const manifest = readManifest(folder);
  const entries: Entry[] = [];
  const others: Pick<Entry, 'name' | 'source'>[] = [];
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === 'string') continue;
    entries.push({
      specifier: manifest.name + subpath.slice(1),
      name: builtName(target.default),
      source: target['@barycenter/source'].replace(/^\.\//, ''),
    });
    if (target.workerd === undefined) continue;
    const name = builtName(target.workerd);
    others.push({ name, source: `src/${name}.ts` });
  }
  for (const target of Object.values(manifest.bin ?? {})) {
    others.push({ name: builtName(target), source: `${builtName(target)}.ts` });
  }
  return { folder, manifest, entries, builds: [...entries, ...others] };
}

/** "./dist/native.js" is built as "native", "./dist/bin/erasure.js" as "bin/erasure". */
function builtName(path: string): string {
  return path.replace(/^\.\/dist\//, '').replace(/\.js$/, '');
}
