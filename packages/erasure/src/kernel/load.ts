/**
 * Chooses and compiles a WebAssembly kernel.
 *
 * A kernel is built twice: `relaxed`, whose table lookups are `i8x16.relaxed_swizzle`, a third faster in
 * V8, and `strict` with `i8x16.swizzle`, for engines without relaxed SIMD. Indices are always
 * below 16, where both are the same function by definition, so validation of a module with the one
 * instruction decides. A known answer is asked for all the same before a kernel is used.
 *
 * Nothing happens on import. Modules are base64 text in chunks of their own, so no bundler plug-in,
 * `fetch` or path is needed. Each is compiled once per realm. Where WebAssembly is forbidden
 * (Content-Security-Policy without 'wasm-unsafe-eval', Workers) the answer is a reason, not an error.
 */

/** The builds of the kernel in order of preference. */
const KERNEL_NAMES = ['relaxed', 'strict'] as const;

export type KernelName = (typeof KERNEL_NAMES)[number];

/** A compiled kernel; `module` may be sent to workers. */
export type Kernel = {
  readonly name: KernelName;
  readonly reason: string;
  readonly module: WebAssembly.Module;
};

/** Why there is none. */
export type NoKernel = { readonly name: undefined; readonly reason: string };

/** Whether a fresh instance gives the known answer. May throw instead. */
export type Accepts = (instance: WebAssembly.Instance) => boolean;

/** Where compiled modules come from. */
export type KernelSource = {
  /** Why this engine cannot run that build, or undefined if it can. */
  refuses(name: KernelName): string | undefined;
  compile(name: KernelName): Promise<WebAssembly.Module>;
};

/** Modules whose one function applies the instruction to its two arguments. */
const PROBES: Readonly<Record<KernelName, string>> = {
  relaxed: 'AGFzbQEAAAABBwFgAnt7AXsDAgEACgsBCQAgACAB/YACCw==',
  strict: 'AGFzbQEAAAABBwFgAnt7AXsDAgEACgoBCAAgACAB/Q4L',
};

/** The modules embedded in the package as text. */
export const EMBEDDED: KernelSource = {
  refuses: refusal,
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
 * The kernel named, or with 'auto' the first that this engine runs. Compiled once per realm and
 * source; a failure is not remembered. A few milliseconds the first time.
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

/** Checks a compiled module, for creation without waiting. */
export function checkKernel(module: WebAssembly.Module, accepts: Accepts): Kernel | NoKernel {
  const name = kernelName(module);
  if (name === undefined) return { name, reason: 'the module is not a kernel of this package' };
  const fault = findFault(() => new WebAssembly.Instance(module), accepts);
  if (fault !== undefined) return { name: undefined, reason: `${name}: ${fault}` };
  return { name, reason: `${describe(name)}, compiled by the caller`, module };
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
    const refused = source.refuses(name);
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
  return { relaxed: 'relaxed SIMD', strict: 'SIMD' }[name];
}

/** Why this engine cannot run a build, as far as can be told without compiling it. */
function refusal(name: KernelName): string | undefined {
  if (typeof WebAssembly !== 'object') return 'no WebAssembly in this engine';
  return WebAssembly.validate(decodeBase64(PROBES[name])) ? undefined : `no ${describe(name)}`;
}

/** Dynamic imports with constant arguments, so that bundlers find the chunks. */
function importModule(name: KernelName): Promise<{ readonly MODULE: string }> {
  return name === 'relaxed' ? import('./relaxed.wasm.ts') : import('./strict.wasm.ts');
}

/** Bytes of base64 text; `Uint8Array.fromBase64` where it exists. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> })
    .fromBase64;
  if (native !== undefined) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let start = 0; start < bytes.length; start += STRETCH) copyCodes(bytes, binary, start);
  return bytes;
}

/** Characters per call of `copyCodes`. */
const STRETCH = 256;

/**
 * A function called often is compiled soon, which a long loop is not: 0.5 ms for a module, not 1.3 to 3
 * (Node 24.21, Xeon).
 */
function copyCodes(bytes: Uint8Array, binary: string, start: number): void {
  const end = Math.min(start + STRETCH, bytes.length);
  for (let i = start; i < end; i++) bytes[i] = binary.charCodeAt(i);
}
