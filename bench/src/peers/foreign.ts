/**
 * Libraries in other languages: builds the programs of `bench/peers` when first needed and talks to
 * them in lines of JSON (see the README there). What cannot be built here is absent.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SampledContest } from '../operation.ts';

/** A folder of `bench/peers`. */
export type ForeignName = 'isal' | 'klauspost' | 'rust' | 'rust-wasm';

/** What is asked of a program, for one shape and codec; `lost` data shards are lost in `decode`. */
export interface ForeignRequest {
  readonly op: 'encode' | 'decode';
  readonly codec: string;
  readonly k: number;
  readonly m: number;
  readonly bytes: number;
  readonly lost: number;
}

interface ForeignAnswer {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly digest: number;
  readonly version: string;
  readonly error?: string;
}

type Build = { readonly command: string; readonly args: readonly string[]; readonly env?: object };

const SOURCES = fileURLToPath(new URL('../../peers', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/peers', import.meta.url));
const WASM = 'wasm32-unknown-unknown';

/** Least duration of one sample, as for contenders in this process. */
const SAMPLE_MS = 30;
const MAX_CALLS = 100_000;

const cargo = (target: readonly string[], env: NodeJS.ProcessEnv = {}): Build => ({
  command: env.CARGO ?? process.env.CARGO ?? 'cargo',
  args: ['build', '--release', '--locked', '--target-dir', CACHE, ...target],
  env,
});

/** How each program is built (the first way that works), and where it then lies. */
const PROGRAMS: Readonly<Record<ForeignName, { ways: readonly Build[]; output: string }>> = {
  isal: {
    ways: [{ command: 'gcc', args: ['-O2', '-o', join(CACHE, 'isal'), 'main.c', '-lisal'] }],
    output: join(CACHE, 'isal'),
  },
  klauspost: {
    ways: [{ command: 'go', args: ['build', '-o', join(CACHE, 'klauspost'), '.'] }],
    output: join(CACHE, 'klauspost'),
  },
  rust: { ways: [cargo([])], output: join(CACHE, 'release', 'bench-rust') },
  'rust-wasm': {
    ways: [
      cargo(['--target', WASM]),
      // Debian's compiler, which may stand beside a rustup that lacks the target.
      cargo(['--target', WASM], {
        CARGO: '/usr/bin/cargo',
        RUSTC: '/usr/bin/rustc',
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: '/usr/bin/wasm-ld-22',
      }),
    ],
    output: join(CACHE, WASM, 'release', 'bench_rust_wasm.wasm'),
  },
};

const known = new Map<ForeignName, string | undefined>();

/** Where the built program lies, or undefined (and a printed line) if it cannot be built here. */
export function foreignProgram(name: ForeignName): string | undefined {
  if (!known.has(name)) known.set(name, build(name));
  return known.get(name);
}

/**
 * A contender in another process; undefined if it is absent or refuses the shape. The first answer's
 * digest is compared with the expected one. Throws if they differ.
 */
export async function foreignContest(
  name: Exclude<ForeignName, 'rust-wasm'>,
  request: ForeignRequest,
  expected: () => number,
): Promise<(SampledContest & { readonly version: string }) | undefined> {
  const path = foreignProgram(name);
  if (path === undefined) return undefined;
  const child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ask = conversation(child);
  const first = await ask({ ...request, calls: 1 });
  if (first.error !== undefined) {
    console.log(`peer absent, ${request.codec} refuses ${request.k}+${request.m}: ${first.error}`);
    child.kill();
    return undefined;
  }
  if (first.digest !== expected()) {
    child.kill();
    throw new Error(`${name} ${request.codec}: digest ${first.digest}, expected ${expected()}`);
  }
  const warm = await ask({ ...request, calls: 3 });
  const calls = Math.min(MAX_CALLS, Math.ceil(SAMPLE_MS / Math.max(warm.wallMs, 1e-6)));
  return {
    version: first.version,
    sample: async () => {
      const { cpuMs, wallMs, digest } = await ask({ ...request, calls });
      return { cpuMs, wallMs, result: digest === first.digest };
    },
    close: () => void child.kill(),
  };
}

/** One line out, one line back. Rejects if the program ends. */
function conversation(
  child: ChildProcess,
): (request: ForeignRequest & { readonly calls: number }) => Promise<ForeignAnswer> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return async ({ op, codec, k, m, bytes, lost, calls }) => {
    // The order of the fields is fixed: the program in C reads them in this order.
    child.stdin!.write(`${JSON.stringify({ op, codec, k, m, bytes, lost, calls })}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    return JSON.parse(value) as ForeignAnswer;
  };
}

function build(name: ForeignName): string | undefined {
  const { ways, output } = PROGRAMS[name];
  const source = join(SOURCES, name);
  if (existsSync(output) && statSync(output).mtimeMs > newest(source)) return output;
  mkdirSync(CACHE, { recursive: true });
  let reason = '';
  for (const { command, args, env } of ways) {
    const done = spawnSync(command, args, {
      cwd: source,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    if (done.status === 0 && existsSync(output)) return output;
    reason = done.error?.message ?? done.stderr.trim().split('\n').at(-1) ?? '';
  }
  console.log(`peer absent, not built: ${name} (${reason})`);
  return undefined;
}

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(folder, name)).mtimeMs,
    ),
  );
}
