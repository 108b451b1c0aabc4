/**
 * `pnpm wasm`: builds the WebAssembly kernels from crates/bls12-381 and embeds them in the packages.
 * `pnpm wasm --check` builds them again and fails at the first difference from what is committed.
 *
 * 1. cargo compiles the crate once per back end (wasm32-unknown-unknown, no WASI, no bindings: the
 *    interface is plain functions over linear memory).
 * 2. binaryen cuts each result into one module per package, by removing the exports that the package
 *    does not use and everything only they reach, optimises, and drops names and producers.
 * 3. Properties that speed and correctness rest on are checked in the instructions of the result.
 * 4. `packages/<name>/src/kernel/` receives, per back end, the module as text (`fma.wasm.ts`, for
 *    every engine and bundler) and as it is (`fma.wasm`, for Workers), and the loader.
 *
 * wasm-pack and wasm-bindgen have no part in it: see crates/bls12-381/README.md, "Build".
 * The bytes depend on the compiler, so crates/TOOLCHAIN records it; with another one `--check` says so
 * and fails. CARGO and RUSTC choose a toolchain (default: those on PATH).
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mustRun, ROOT, run } from './workspace.ts';

const CRATE = join(ROOT, 'crates', 'bls12-381');
const RECORD = join(ROOT, 'crates', 'TOOLCHAIN');
const TARGET = 'wasm32-unknown-unknown';

/** Budget of a module. */
const MAX_BYTES = 200_000;
const MAX_GZIP_BYTES = 70_000;

/** A build of the crate: target features, cargo features, instructions that must and must not occur. */
type Backend = {
  readonly name: string;
  readonly targetFeatures: string;
  readonly cargoFeatures: string;
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
};

const BACKENDS: readonly Backend[] = [
  {
    name: 'fma',
    targetFeatures: '+simd128,+relaxed-simd',
    cargoFeatures: 'fma',
    has: ['f64x2.relaxed_madd'],
    hasNot: ['i64.mul_wide_u'],
  },
  {
    name: 'wide',
    targetFeatures: '+wide-arithmetic',
    cargoFeatures: 'wide',
    has: ['i64.mul_wide_u', 'i64.add128'],
    hasNot: ['v128'],
  },
  {
    name: 'scalar',
    targetFeatures: '',
    cargoFeatures: '',
    has: [],
    hasNot: ['v128', 'i64.mul_wide_u'],
  },
];

/** Which exports a package's module keeps. */
const PACKAGES: Readonly<Record<string, (name: string) => boolean>> = {
  bls: (name) => /^(bls_|backend_|memory$|__heap_base$)/.test(name),
  kzg: (name) => !/^(bls_|__)/.test(name),
};

/** The loader lives here and is copied to the other packages. */
const LOADER = join(ROOT, 'packages', 'kzg', 'src', 'kernel', 'load.ts');

const check = process.argv.includes('--check');
const toolchain = findToolchain();
const record = describe();
const outputs = new Map<string, string | Uint8Array>([[RECORD, record]]);
for (const backend of BACKENDS) {
  const whole = compile(backend);
  for (const [name, keeps] of Object.entries(PACKAGES)) {
    const folder = join(ROOT, 'packages', name, 'src', 'kernel');
    const module = cut(whole, keeps, backend);
    outputs.set(join(folder, `${backend.name}.wasm`), module);
    outputs.set(join(folder, `${backend.name}.wasm.ts`), asText(backend, module));
    const gzip = gzipSync(module, { level: 9 }).length;
    console.log(`${name}/${backend.name}: ${module.length} bytes, ${gzip} gzip`);
    if (module.length > MAX_BYTES || gzip > MAX_GZIP_BYTES) {
      fail(`${name}/${backend.name} exceeds ${MAX_BYTES} bytes or ${MAX_GZIP_BYTES} gzip`);
    }
  }
}
for (const name of Object.keys(PACKAGES)) {
  if (!existsSync(LOADER)) continue;
  outputs.set(join(ROOT, 'packages', name, 'src', 'kernel', 'load.ts'), readFileSync(LOADER));
}
for (const [path, content] of outputs) {
  if (check) compare(path, content);
  else {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
}
console.log(check ? 'the committed modules are those of this source' : 'written');

/** Cargo and the environment it needs. */
function findToolchain(): {
  readonly cargo: string;
  readonly rustc: string;
  readonly env: Record<string, string>;
} {
  for (const [cargo, rustc] of [
    [process.env.CARGO ?? 'cargo', process.env.RUSTC ?? 'rustc'],
    // Debian's own, which rustup's shims may hide.
    ['/usr/bin/cargo', '/usr/bin/rustc'],
  ] as const) {
    const found = run([rustc, '--print', 'target-libdir', '--target', TARGET]);
    if (found.status !== 0 || !existsSync(found.stdout.trim())) continue;
    const env: Record<string, string> = { RUSTC: rustc };
    const sysroot = mustRun([rustc, '--print', 'sysroot']).stdout.trim();
    const host = /host: (.*)/.exec(mustRun([rustc, '-vV']).stdout)?.[1] ?? '';
    if (!existsSync(join(sysroot, 'lib', 'rustlib', host, 'bin', 'rust-lld'))) {
      // Distributions ship LLVM's linker under its own name.
      const linker = findLinker();
      if (linker !== undefined) env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER = linker;
    }
    return { cargo, rustc, env };
  }
  return fail(`no Rust compiler with the target ${TARGET}: rustup target add ${TARGET}`);
}

function findLinker(): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (!existsSync(folder)) continue;
    const name = readdirSync(folder).find((file) => /^wasm-ld(-\d+)?$/.test(file));
    if (name !== undefined) return join(folder, name);
  }
  return undefined;
}

/** Text of crates/TOOLCHAIN. */
function describe(): string {
  const version = mustRun([toolchain.rustc, '-vV']).stdout;
  const lines = version.split('\n').filter((line) => /^(rustc|release|LLVM)/.test(line));
  const manifest = JSON.parse(
    readFileSync(join(ROOT, 'node_modules', 'binaryen', 'package.json'), 'utf8'),
  ) as { version: string };
  return [
    '# What built packages/*/src/kernel (written by `pnpm wasm`, compared by `pnpm wasm --check`).',
    ...lines,
    `binaryen: ${manifest.version}`,
    ...BACKENDS.map((backend) => `${backend.name}: ${flags(backend)}`),
    '',
  ].join('\n');
}

function flags(backend: Backend): string {
  const features =
    backend.targetFeatures === '' ? [] : [`-C target-feature=${backend.targetFeatures}`];
  return [...features, '-C link-arg=--export=__heap_base'].join(' ');
}

function compile(backend: Backend): Uint8Array {
  // A folder per back end: cargo would rebuild everything at each change of flags.
  const folder = join(CRATE, 'target', backend.name);
  mustRun(
    [
      ...[toolchain.cargo, 'build', '--release', '--locked', '--lib', '--target', TARGET],
      ...['--target-dir', folder, '--no-default-features', '--features', backend.cargoFeatures],
    ],
    { folder: CRATE, env: { ...toolchain.env, RUSTFLAGS: flags(backend) } },
  );
  return readFileSync(join(folder, TARGET, 'release', 'bls12_381.wasm'));
}

/** The part of a module that the kept exports reach, optimised. */
function cut(whole: Uint8Array, keeps: (name: string) => boolean, backend: Backend): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'barycenter-wasm-'));
  const at = (name: string): string => join(folder, name);
  try {
    writeFileSync(at('whole.wasm'), whole);
    const kept = exportNames(whole).filter(keeps);
    const roots = kept.map((name) => ({ name, export: name, root: true }));
    writeFileSync(at('graph.json'), JSON.stringify(roots));
    const features = ['--all-features', '--quiet'];
    const graph = ['--graph-file', at('graph.json')];
    mustRun(['wasm-metadce', ...features, at('whole.wasm'), ...graph, '-o', at('cut.wasm')]);
    const strip = ['--strip-debug', '--strip-producers', '--strip-target-features'];
    mustRun(['wasm-opt', ...features, '-O4', ...strip, at('cut.wasm'), '-o', at('small.wasm')]);
    const { stdout: text } = mustRun(['wasm-dis', '--all-features', at('small.wasm')]);
    const absent = backend.has.filter((instruction) => !text.includes(instruction));
    const present = backend.hasNot.filter((instruction) => text.includes(instruction));
    if (absent.length + present.length > 0) {
      fail(`${backend.name}: lacks [${absent}], must not have [${present}]`);
    }
    return readFileSync(at('small.wasm'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Names in the export section. This engine need not be able to compile the module. */
function exportNames(module: Uint8Array): string[] {
  let at = 8;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] ?? 0;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < module.length) {
    const section = number();
    const end = number() + at;
    if (section === 7) {
      return Array.from({ length: number() }, () => {
        const size = number();
        const name = Buffer.from(module.subarray(at, at + size)).toString();
        at += size + 1;
        number();
        return name;
      });
    }
    at = end;
  }
  return [];
}

function asText(backend: Backend, module: Uint8Array): string {
  const lines =
    Buffer.from(module)
      .toString('base64')
      .match(/.{1,96}/g) ?? [];
  return [
    `/** The kernel's \`${backend.name}\` build as base64. Written by scripts/wasm.ts from crates/bls12-381. */`,
    'export const MODULE: string =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

/** Fails with the place of the first difference. */
function compare(path: string, content: string | Uint8Array): void {
  const name = path.slice(ROOT.length + 1);
  if (!existsSync(path)) fail(`${name} does not exist`);
  const wanted = Buffer.from(content);
  const found = readFileSync(path);
  if (wanted.equals(found)) return;
  if (path === RECORD) {
    fail(`the compiler is not the recorded one:\n${found.toString()}---\n${wanted.toString()}`);
  }
  const at = wanted.findIndex((byte, i) => byte !== found[i]);
  fail(`${name} differs at byte ${at} (${found.length} bytes committed, ${wanted.length} built)`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
