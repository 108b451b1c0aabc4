/** What the results file says about the machine, the code and the peers. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Machine, ModuleSize } from './results.ts';

/** The machine and the runtime of this process. */
export function describeMachine(): Machine {
  const processors = cpus();
  const { bun, node, v8 } = process.versions;
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    runtime: bun === undefined ? `Node ${node}, V8 ${v8}` : `Bun ${bun}, JavaScriptCore`,
  };
}

/** Load average over one minute. */
export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

/** The commit that is measured; with a plus sign if the working tree differs from it. */
export function commitNow(): string {
  const git = (...args: string[]): string =>
    spawnSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).stdout?.trim() ?? '';
  const commit = git('rev-parse', '--short=12', 'HEAD') || 'unknown';
  return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+`;
}

/** The version of a contender's package; `workspace` for ours. */
export function versionOf(contender: string): string {
  const packages: Readonly<Record<string, string>> = {
    'node-eth-kzg': '@crate-crypto/node-eth-kzg',
    'dcap-qvl': '@phala/dcap-qvl',
    noble: '@noble/curves',
    blst: '@chainsafe/blst',
  };
  const name = packages[contender] ?? contender;
  const path = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url));
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
  } catch {
    return 'workspace';
  }
}

/** Every `.wasm` among the sources of the packages. */
export function moduleSizes(): ModuleSize[] {
  const packages = fileURLToPath(new URL('../../packages', import.meta.url));
  return readdirSync(packages)
    .map((name) => join(name, 'src'))
    .filter((folder) => existsSync(join(packages, folder)))
    .flatMap((folder) =>
      readdirSync(join(packages, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
        join(folder, path),
      ),
    )
    .filter((path) => path.endsWith('.wasm'))
    .sort()
    .map((path) => {
      const bytes = readFileSync(join(packages, path));
      return { path, bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length };
    });
}
