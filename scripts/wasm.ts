/**
 * `pnpm wasm`: builds the WebAssembly kernels from the crates and embeds them in the packages.
 * `pnpm wasm --check` builds them again and fails at the first difference from what is committed.
 *
 * 1. cargo compiles each crate once per back end (wasm32-unknown-unknown, no WASI, no bindings: the
 *    interface is plain functions over linear memory).
 * 2. binaryen cuts each result into one module per package, by removing the exports that the package
 *    does not use and everything only they reach, optimises, and drops names and producers.
 * 3. Properties that speed and correctness rest on are checked in the instructions of the result.
 * 4. `packages/<name>/src/kernel/` receives, per back end, the module as text (`fma.wasm.ts`, for
 *    every engine and bundler) and as it is (`fma.wasm`, for Workers), and the loader.
 *
 * wasm-pack and wasm-bindgen have no part in it: see crates/bls12-381/README.md, "Build".
 * The bytes depend on the compiler, so crates/TOOLCHAIN records it; with another one `--check` cannot
 * compare and runs the harnesses of the crates on what it has built instead. CARGO and RUSTC choose
 * a toolchain (default: those on PATH).
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
import { checkOutputs } from './kernel-check.ts';
import { mustRun, ROOT, run } from './workspace.ts';

const RECORD = join('crates', 'TOOLCHAIN');
const TARGET = 'wasm32-unknown-unknown';

/** A build of a crate: target features, cargo features, instructions that must and must not occur. */
type Backend = {
  readonly name: string;
  readonly targetFeatures: string;
  readonly cargoFeatures: string;
  readonly has: readonly string[];
  readonly hasNot: readonly string[];
};

/** A folder below crates/ and what is made of it. */
type Crate = {
  readonly name: string;
  readonly backends: readonly Backend[];
  readonly linkArguments: readonly string[];
  /** Which exports the module of each package keeps. */
  readonly packages: Readonly<Record<string, (name: string) => boolean>>;
  /** Packages that receive the loader of packages/kzg. */
  readonly loaderFor: readonly string[];
  /** Budget of a module. */
  readonly maxBytes: number;
  readonly maxGzipBytes: number;
  /** Programs in harness/ that test a module with all exports, given its path. */
  readonly harnesses: readonly string[];
};

const CRATES: readonly Crate[] = [
  {
    name: 'bls12-381',
    backends: [
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
    ],
    linkArguments: ['--export=__heap_base'],
    packages: {
      bls: (name) => /^(bls_|backend_|memory$|__heap_base$)/.test(name),
      kzg: (name) => !/^(bls_|__)/.test(name),
    },
    loaderFor: ['bls', 'kzg'],
    maxBytes: 200_000,
    maxGzipBytes: 70_000,
    harnesses: ['kernel.ts', 'bls.ts'],
  },
  {
    name: 'erasure',
    backends: [
      {
        name: 'relaxed',
        targetFeatures: '+simd128,+relaxed-simd',
        cargoFeatures: 'relaxed',
        has: ['i8x16.relaxed_swizzle'],
        hasNot: ['i8x16.swizzle', 'i8x16.shr_u'],
      },
      {
        name: 'strict',
        targetFeatures: '+simd128',
        cargoFeatures: '',
        has: ['i8x16.swizzle'],
        hasNot: ['relaxed', 'i8x16.shr_u'],
      },
    ],
    linkArguments: ['--export=__heap_base', '-zstack-size=65536'],
    packages: { erasure: () => true },
    loaderFor: [],
    maxBytes: 60_000,
    maxGzipBytes: 30_000,
    harnesses: ['kernel.ts'],
  },
];

/** The loader lives here and is copied to the other packages with a kernel of three builds. */
const LOADER = join('packages', 'kzg', 'src', 'kernel', 'load.ts');

const check = process.argv.includes('--check');
const toolchain = findToolchain();
const record = describe();
const outputs = new Map<string, string | Uint8Array>([[RECORD, record]]);
const wholes: (readonly [crate: Crate, backend: Backend, whole: Uint8Array])[] = [];
for (const crate of CRATES) {
  for (const backend of crate.backends) build(crate, backend);
  for (const name of crate.loaderFor) {
    outputs.set(join(kernelFolder(name), 'load.ts'), readFileSync(join(ROOT, LOADER)));
  }
}
if (check) {
  const read = (path: string): Uint8Array | undefined =>
    existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path)) : undefined;
  try {
    console.log(checkOutputs(outputs, { record: RECORD, read, test: testBuilds }));
  } catch (error) {
    fail(String(error));
  }
} else {
  for (const [path, content] of outputs) {
    mkdirSync(join(ROOT, path, '..'), { recursive: true });
    writeFileSync(join(ROOT, path), content);
  }
  console.log('written');
}

function kernelFolder(packageName: string): string {
  return join('packages', packageName, 'src', 'kernel');
}

/** Adds what one build of a crate gives to the outputs. */
function build(crate: Crate, backend: Backend): void {
  const whole = compile(crate, backend);
  wholes.push([crate, backend, whole]);
  for (const [name, keeps] of Object.entries(crate.packages)) {
    const module = cut(whole, keeps, backend);
    outputs.set(join(kernelFolder(name), `${backend.name}.wasm`), module);
    outputs.set(
      join(kernelFolder(name), `${backend.name}.wasm.ts`),
      asText(crate, backend, module),
    );
    const gzip = gzipSync(module, { level: 9 }).length;
    console.log(`${name}/${backend.name}: ${module.length} bytes, ${gzip} gzip`);
    if (module.length > crate.maxBytes || gzip > crate.maxGzipBytes) {
      fail(`${name}/${backend.name} exceeds ${crate.maxBytes} bytes or ${crate.maxGzipBytes} gzip`);
    }
  }
}

/** Runs the harnesses on all that was built, but for modules that this engine cannot compile. */
function testBuilds(): void {
  const folder = mkdtempSync(join(tmpdir(), 'barycenter-wasm-'));
  const path = join(folder, 'kernel.wasm');
  try {
    for (const [crate, backend, whole] of wholes) {
      const module = cut(whole, () => true, backend);
      if (!WebAssembly.validate(new Uint8Array(module))) continue;
      writeFileSync(path, module);
      for (const name of crate.harnesses) {
        const script = join(ROOT, 'crates', crate.name, 'harness', name);
        const { stdout } = mustRun(['node', '--conditions=@barycenter/source', script, path]);
        console.log(`${crate.name}/${backend.name}, ${name}:\n${stdout}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

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
    ...CRATES.flatMap((crate) =>
      crate.backends.map((backend) => `${crate.name}/${backend.name}: ${flags(crate, backend)}`),
    ),
    '',
  ].join('\n');
}

function flags(crate: Crate, backend: Backend): string {
  const features =
    backend.targetFeatures === '' ? [] : [`-C target-feature=${backend.targetFeatures}`];
  return [...features, ...crate.linkArguments.map((text) => `-C link-arg=${text}`)].join(' ');
}

function compile(crate: Crate, backend: Backend): Uint8Array {
  const source = join(ROOT, 'crates', crate.name);
  // A folder per back end: cargo would rebuild everything at each change of flags.
  const folder = join(source, 'target', backend.name);
  mustRun(
    [
      ...[toolchain.cargo, 'build', '--release', '--locked', '--lib', '--target', TARGET],
      ...['--target-dir', folder, '--no-default-features', '--features', backend.cargoFeatures],
    ],
    { folder: source, env: { ...toolchain.env, RUSTFLAGS: flags(crate, backend) } },
  );
  const file = `${crate.name.replaceAll('-', '_')}.wasm`;
  return readFileSync(join(folder, TARGET, 'release', file));
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

function asText(crate: Crate, backend: Backend, module: Uint8Array): string {
  const lines =
    Buffer.from(module)
      .toString('base64')
      .match(/.{1,96}/g) ?? [];
  return [
    `/** The kernel's \`${backend.name}\` build as base64. Written by scripts/wasm.ts from crates/${crate.name}. */`,
    'export const MODULE: string =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
