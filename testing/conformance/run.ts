/**
 * Runs the conformance suite against the BUILT packages on Node 20.19, Node 24, Bun, Deno, and in
 * headless Chromium where that is installed.
 *
 * The suite is bundled to one module with `@barycenter/*` left as imports, so that each runtime
 * resolves the packages itself: from a project in which their tarballs are installed (--project,
 * see scripts/pack-check.ts), or else from this workspace's `dist` folders. Vectors are parsed once
 * here and handed over as JSON, because YAML parsing on four runtimes would cost more than the
 * cryptography.
 *
 * Usage: node testing/conformance/run.ts [--project FOLDER] [--runtime NAME]... [GROUP]...
 * NAME is one of scripts/runtimes.ts or chromium.
 * Prints each runtime's log as it ends and, last, `N passed, N failed` over all of them.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { chooseRuntimes, type Runtime } from '../../scripts/runtimes.ts';
import { findVectors, readVector, readVectorBytes } from '../src/vectors.ts';
import { chromiumVersion, runChromium } from './chromium.ts';
import { readmeBlocks } from './readme-blocks.ts';
import { README_ENTRIES, readmeCode } from './readme-code.ts';
import type { VectorFile } from './src/suite.ts';
import { teeCases } from './tee-cases.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const SETS = ['kzg', 'bls', 'erasure', 'tee'];
/** Sets whose files are evidence: every byte of each counts, none is parsed here. */
const RAW_SETS: readonly string[] = ['tee'];
/** Two cores, two runtimes at a time. */
const PARALLEL_RUNTIMES = Math.min(2, availableParallelism());
const RUNTIME_TIMEOUT_MS = 20 * 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    project: { type: 'string', default: HERE },
    runtime: { type: 'string', multiple: true, default: [] },
  },
});

const CHROMIUM = 'chromium';
const named = values.runtime.filter((name) => name !== CHROMIUM);
const inBrowser = values.runtime.length === 0 || values.runtime.includes(CHROMIUM);
const runtimes =
  inBrowser && named.length === 0 && values.runtime.length > 0 ? [] : chooseRuntimes(named);
const output = join(values.project, 'dist');
rmSync(output, { recursive: true, force: true });
mkdirSync(join(output, 'vectors'), { recursive: true });
for (const set of SETS) writeVectors(set);
await build({
  entryPoints: { conformance: join(HERE, 'src', 'main.ts'), ...README_ENTRIES },
  outdir: output,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  external: ['@barycenter/*', 'node:*'],
  plugins: [teeCases, readmeCode(values.project), readmeBlocks],
  logLevel: 'warning',
});

let passed = 0;
let failed = 0;
const queue = [...runtimes];
const work = async (): Promise<void> => {
  for (let runtime = queue.shift(); runtime !== undefined; runtime = queue.shift()) {
    await tryRuntime(runtime);
  }
};
await Promise.all(Array.from({ length: PARALLEL_RUNTIMES }, work));
if (inBrowser) await tryChromium();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs both pages, or prints the line by which `.ci/run` knows that a check was not made. */
async function tryChromium(): Promise<void> {
  const version = chromiumVersion();
  if (version === undefined) {
    if (values.runtime.includes(CHROMIUM)) throw new Error('chromium is not installed');
    console.log('chromium absent, skipped: browser (conformance)');
    return;
  }
  const started = performance.now();
  try {
    for (const log of await runChromium(output, { project: values.project, groups: positionals })) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`--- ${version}, ${seconds} s\n${log.replace(/^/gm, '  ')}`);
      const counts = /^(\d+) passed, (\d+) failed\s*$/m.exec(log);
      passed += Number(counts?.[1] ?? 0);
      failed += Number(counts?.[2] ?? 1);
    }
  } catch (error) {
    console.log(`--- ${version}\n  ${error}`);
    failed++;
  }
}

/** Runs the bundle on one runtime and adds its counts; a run without counts is one failure. */
async function tryRuntime({ name, program, options }: Runtime): Promise<void> {
  const started = performance.now();
  const args = [...options, join(output, 'conformance.mjs'), join(output, 'vectors')];
  const { status, log } = await finish(program, [...args, ...positionals]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const counts = /^(\d+) passed, (\d+) failed\s*$/m.exec(log);
  console.log(
    `--- ${name}, ${seconds} s, exit status ${status}\n${log.trimEnd().replace(/^/gm, '  ')}`,
  );
  passed += Number(counts?.[1] ?? 0);
  failed += counts === null || (status !== 0 && counts[2] === '0') ? 1 : Number(counts[2]);
}

function finish(
  program: string,
  args: string[],
): Promise<{ status: number | string; log: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: values.project,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUNTIME_TIMEOUT_MS,
    });
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    child.on('error', (error) => resolve({ status: error.message, log }));
    child.on('close', (code, signal) => resolve({ status: code ?? signal ?? 'unknown', log }));
  });
}

/**
 * Writes one set as JSON: YAML and JSON parsed, text as it is, binary files as hex. Files of raw sets
 * are written in base64, under their full names.
 */
function writeVectors(set: string): void {
  const folder = findVectors(set);
  if (folder === undefined) return;
  const raw = RAW_SETS.includes(set);
  const files: VectorFile[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'README.md') continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).replaceAll('\\', '/').replace(/\.gz$/, '');
    files.push(
      raw
        ? { path: name, content: Buffer.from(readVectorBytes(path)).toString('base64') }
        : { path: name.replace(/\.(ya?ml|json|txt|dat)$/, ''), content: readContent(path) },
    );
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  writeFileSync(join(output, 'vectors', `${set}.json`), JSON.stringify(files));
}

function readContent(path: string): unknown {
  if (/\.(ya?ml|json)(\.gz)?$/.test(path)) return readVector(path);
  const bytes = Buffer.from(readVectorBytes(path));
  return bytes.toString(/\.dat(\.gz)?$/.test(path) ? 'hex' : 'utf8');
}
