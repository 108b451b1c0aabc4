/**
 * Chooses and compiles a WebAssembly kernel. This file is the template for every package with a
 * kernel: `scripts/wasm.ts` copies it from packages/kzg, unchanged, beside the generated modules.
 *
 * A kernel is built three times: `fma` (relaxed SIMD with fused multiply-add), `wide` (128-bit
 * products) and `scalar` (plain 64-bit integers, runs everywhere). Validation alone must not choose
 * one: JavaScriptCore validates relaxed SIMD and rounds the product before it adds, which makes
 * every result of `fma` wrong without any error. So `fma` also needs a probe that says "fused", and
 * each candidate must give a known answer, cold and hot, before it is used.
 *
 * Nothing happens on import. Modules are base64 text in chunks of their own, so no bundler plug-in,
 * `fetch` or path is needed. Each is compiled once per realm. Where WebAssembly is forbidden
 * (Content-Security-Policy without 'wasm-unsafe-eval', Workers) the answer is a reason, not an error.
 */

/** The builds of a kernel in order of preference: V8's fused multiply-add beats 128-bit products. */
const KERNEL_NAMES = ['fma', 'wide', 'scalar'] as const;

export type KernelName = (typeof KERNEL_NAMES)[number];

/** A compiled kernel; `module` may be sent to workers. */
export type Kernel = {
  readonly name: KernelName;
  readonly reason: string;
  readonly module: WebAssembly.Module;
};

/** Why there is none. */
export type NoKernel = { readonly name: undefined; readonly reason: string };

/** Whether a fresh instance gives the package's known answer, cold and hot. May throw instead. */
export type Accepts = (instance: WebAssembly.Instance) => boolean;

/** Where compiled modules come from. */
export type KernelSource = {
  /** Why this engine cannot run that build, or undefined if it can. */
  refuses(name: KernelName): Promise<string | undefined>;
  compile(name: KernelName): Promise<WebAssembly.Module>;
};

/**
 * (f64x2.relaxed_madd x y z) over four vectors, `rounds` times: memory `m` holds x, y, z and the
 * result, 64 bytes each; function `f` takes `rounds`.
 */
const PROBE =
  'AGFzbQEAAAABBQFgAX8AAwIBAAUDAQABBwkCAW0CAAFmAAAKQwFBAQF/A0BBACEBA0AgASAB/QAEACAB/QAEQCAB/QAE' +
  'gAH9hwL9CwTAASABQRBqIgFBwABJDQALIABBAWsiAA0ACws=';

/** (func (param i64 i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 1))) */
const WIDE_PROBE = 'AGFzbQEAAAABCAFgAn5+An5+AwIBAAoKAQgAIAAgAfwWCw==';

/** The header of a module, and nothing else. */
const EMPTY_MODULE = 'AGFzbQEAAAA=';

/** Calls of the hot probe: enough for an optimising compiler to take over; under a millisecond. */
const HOT_ROUNDS = 20_000;

/** x, y, z whose fused result differs from the rounded one: x * y + z is exact, x * y is not. */
const PROBE_CASES: readonly (readonly [x: number, y: number, z: number])[] = [
  [1 + 2 ** -30, 1 + 2 ** -30, -(1 + 2 ** -29)],
  [1 - 2 ** -30, 1 + 2 ** -30, -1],
  [2 ** 49 - 1, 2 ** 49 - 1, -(2 ** 98 - 2 ** 50)],
  [2 ** 49 - 3, -(2 ** 48 + 5), 2 ** 97],
  [562_949_953_421_309, 281_474_976_710_597, -(2 ** 97)],
  [-(2 ** 50 - 27), 2 ** 47 + 33, 2 ** 97],
  [2 ** 27 + 1, 2 ** 27 + 1, -(2 ** 54 + 2 ** 28)],
  [3 ** 31, 3 ** 31, -(3 ** 31 * 3 ** 31)],
];

/** The modules embedded in the package as text. */
export const EMBEDDED: KernelSource = {
  refuses: async (name) => refusal(name),
  compile: async (name) => {
    const { MODULE } = await importModule(name);
    return await WebAssembly.compile(decodeBase64(MODULE));
  },
};

// Per source at most one promise per build, and 'auto'.
const loading = /* @__PURE__ */ new WeakMap<
  KernelSource,
  Map<string, Promise<Kernel | NoKernel>>
>();

/**
 * The kernel named, or with 'auto' the first that this engine runs correctly. Compiled once per
 * realm and source; a failure is not remembered. About 10 ms the first time.
 */
export function loadKernel(
  backend: 'auto' | KernelName,
  options: { readonly accepts: Accepts; readonly source?: KernelSource },
): Promise<Kernel | NoKernel> {
  const { source = EMBEDDED } = options;
  const promises = loading.get(source) ?? new Map<string, Promise<Kernel | NoKernel>>();
  loading.set(source, promises);
  const known = promises.get(backend);
  if (known !== undefined) return known;
  const promise = chooseKernel(backend, { ...options, source });
  promises.set(backend, promise);
  promise.then(
    ({ name }) => name === undefined && promises.delete(backend),
    () => promises.delete(backend),
  );
  return promise;
}

/**
 * Checks a compiled module, for creation without waiting. Where nothing may be compiled (Workers) the
 * probe cannot run, and the known answer alone finds out what the engine does.
 */
export function checkKernel(module: WebAssembly.Module, accepts: Accepts): Kernel | NoKernel {
  const name = kernelName(module);
  if (name === undefined) return { name, reason: 'the module is not a kernel of this package' };
  const reason = mayCompile() ? refusal(name) : undefined;
  if (reason !== undefined) return { name: undefined, reason };
  const fault = findFault(() => new WebAssembly.Instance(module), accepts);
  if (fault !== undefined) return { name: undefined, reason: `${name}: ${fault}` };
  return { name, reason: `${describe(name)}, compiled by the caller`, module };
}

function mayCompile(): boolean {
  try {
    return new WebAssembly.Module(decodeBase64(EMPTY_MODULE)) !== undefined;
  } catch {
    return false;
  }
}

/** Which build a module is, by the marker function that it exports. */
export function kernelName(module: WebAssembly.Module): KernelName | undefined {
  const exported = new Set(WebAssembly.Module.exports(module).map((item) => item.name));
  return KERNEL_NAMES.find((name) => exported.has(`backend_${name}`));
}

async function chooseKernel(
  backend: 'auto' | KernelName,
  { accepts, source }: { readonly accepts: Accepts; readonly source: KernelSource },
): Promise<Kernel | NoKernel> {
  const reasons: string[] = [];
  for (const name of backend === 'auto' ? KERNEL_NAMES : [backend]) {
    const refused = await source.refuses(name);
    if (refused !== undefined) {
      reasons.push(refused);
      continue;
    }
    let module: WebAssembly.Module;
    try {
      module = await source.compile(name);
    } catch (error) {
      // CompileError where generating code is forbidden; anything else is not ours to hide.
      if (!(error instanceof WebAssembly.CompileError)) throw error;
      reasons.push(`${name}: ${error.message}`);
      continue;
    }
    const instance = await WebAssembly.instantiate(module);
    const fault = findFault(() => instance, accepts);
    if (fault === undefined) {
      return { name, reason: [describe(name), ...reasons].join('; '), module };
    }
    reasons.push(`${name}: ${fault}`);
  }
  return { name: undefined, reason: reasons.join('; ') };
}

function findFault(make: () => WebAssembly.Instance, accepts: Accepts): string | undefined {
  try {
    return accepts(make()) ? undefined : 'wrong answer to a known question';
  } catch (error) {
    return `failed on a known question (${error})`;
  }
}

function describe(name: KernelName): string {
  return {
    fma: 'relaxed SIMD with fused multiply-add',
    wide: '128-bit integer products',
    scalar: '64-bit integers',
  }[name];
}

/** Why this engine cannot run a build, as far as can be told without compiling it. */
function refusal(name: KernelName): string | undefined {
  if (typeof WebAssembly !== 'object') return 'no WebAssembly in this engine';
  if (name === 'wide') {
    const valid = WebAssembly.validate(decodeBase64(WIDE_PROBE));
    return valid ? undefined : 'no 128-bit products';
  }
  return name === 'fma' ? fmaRefusal() : undefined;
}

function fmaRefusal(): string | undefined {
  const bytes = decodeBase64(PROBE);
  if (!WebAssembly.validate(bytes)) return 'no relaxed SIMD';
  try {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    return isFused(instance) ? undefined : 'multiply-add is not fused';
  } catch (error) {
    return `WebAssembly is forbidden (${error})`;
  }
}

/** Runs the probe cold and hot; every result must be the exact one. */
export function isFused(probe: WebAssembly.Instance): boolean {
  const { m, f } = probe.exports as { m: WebAssembly.Memory; f: (rounds: number) => void };
  const values = new Float64Array(m.buffer, 0, 32);
  PROBE_CASES.forEach(([x, y, z], i) => {
    values[i] = x;
    values[8 + i] = y;
    values[16 + i] = z;
  });
  return [1, HOT_ROUNDS, 1].every((rounds) => {
    values.fill(0, 24);
    f(rounds);
    return PROBE_CASES.every((values3, i) => values[24 + i] === exactSum(values3));
  });
}

/** x * y + z in integers; all three are multiples of 2^-60. */
function exactSum([x, y, z]: readonly [number, number, number]): number {
  const scale = 2 ** 30;
  const sum = BigInt(x * scale) * BigInt(y * scale) + BigInt(z * scale) * BigInt(scale);
  return Number(sum) / scale ** 2;
}

/** Dynamic imports with constant arguments, so that bundlers find the chunks. */
function importModule(name: KernelName): Promise<{ readonly MODULE: string }> {
  if (name === 'fma') return import('./fma.wasm.ts');
  return name === 'wide' ? import('./wide.wasm.ts') : import('./scalar.wasm.ts');
}

/** Bytes of base64 text; `Uint8Array.fromBase64` where it exists. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> })
    .fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
