/**
 * Creates the backends that need no addon: this package's kernel in WebAssembly, and @noble/curves
 * where WebAssembly is forbidden. All give the same bytes and the same answers.
 */
import type { Bls } from './bls.ts';
import type { Engine } from './engine.ts';
import { BlsError } from './errors.ts';
import {
  checkKernel,
  EMBEDDED,
  type Kernel,
  type KernelSource,
  loadKernel,
} from './kernel/load.ts';
import { createKernelMemory } from './kernel-memory.ts';
import { givesKnownAnswer } from './known-answer.ts';
import { createNobleEngine } from './noble-engine.ts';
import { createScheme } from './scheme.ts';
import { createWasmEngine } from './wasm-engine.ts';

/**
 * Which implementation to use: `auto` takes the fastest that runs here, `js` if none does; a build of
 * the kernel by name takes that or fails; `js` is @noble/curves.
 */
export type BackendChoice = 'auto' | 'fma' | 'wide' | 'scalar' | 'js';

const CHOICES: readonly BackendChoice[] = ['auto', 'fma', 'wide', 'scalar', 'js'];

/** A backend over some representation of points. */
export type AnyEngine = Engine<unknown, unknown>;

/**
 * BLS signatures in the fastest backend that runs here: WebAssembly, or JavaScript where that is
 * forbidden (`backend()` says which, and why). The kernel is loaded, compiled and asked a known
 * question on the first call in a realm; nothing happens on import.
 *
 * @param options.backend A backend by name instead: rejects with BlsError `backend_unavailable` if it
 *   does not run here. RangeError for other names.
 *
 * @example
 * const bls = await createBls();
 * const secretKey = bls.keyGen(crypto.getRandomValues(new Uint8Array(32)));
 * const signature = bls.sign(secretKey, new TextEncoder().encode('hello'));
 */
export async function createBls(options: { readonly backend?: BackendChoice } = {}): Promise<Bls> {
  return createScheme(await createEngine(options.backend ?? 'auto', EMBEDDED));
}

/**
 * The same without a promise. With a `module` from `compileKernel`, such as one that a worker was
 * sent, it runs in WebAssembly; BlsError `backend_unavailable` if that is another module or computes
 * wrongly here. Without one it is JavaScript.
 */
export function createBlsSync(options: { readonly module?: WebAssembly.Module } = {}): Bls {
  if (options.module === undefined) {
    return createScheme(createNobleEngine('created at once, without a compiled kernel'));
  }
  const kernel = checkKernel(options.module, acceptsKernel);
  if (kernel.name === undefined) throw unavailable(kernel.reason);
  return createScheme(engineOf(kernel));
}

/**
 * The compiled kernel, to be sent to workers for `createBlsSync({ module })`, or undefined where none
 * runs. Compiled once per realm.
 */
export async function compileKernel(
  options: { readonly backend?: Exclude<BackendChoice, 'js'> } = {},
): Promise<WebAssembly.Module | undefined> {
  return compileFrom(EMBEDDED, options.backend ?? 'auto');
}

/** The compiled kernel for a choice from `source`, or undefined where none runs. */
export async function compileFrom(
  source: KernelSource,
  backend: BackendChoice,
): Promise<WebAssembly.Module | undefined> {
  const choice = checkChoice(backend);
  if (choice === 'js') throw new RangeError('backend: js is not a kernel');
  const kernel = await loadKernel(choice, { accepts: acceptsKernel, source });
  return kernel.name === undefined ? undefined : kernel.module;
}

/** The engine for a choice, with modules from `source`. */
export async function createEngine(
  backend: BackendChoice,
  source: KernelSource,
): Promise<AnyEngine> {
  const choice = checkChoice(backend);
  if (choice === 'js') return createNobleEngine('asked for by name');
  const kernel = await loadKernel(choice, { accepts: acceptsKernel, source });
  if (kernel.name !== undefined) return engineOf(kernel);
  if (choice !== 'auto') throw unavailable(kernel.reason);
  return createNobleEngine(`portable JavaScript (@noble/curves), because: ${kernel.reason}`);
}

function engineOf({ name, reason, module }: Kernel): AnyEngine {
  const memory = createKernelMemory(() => new WebAssembly.Instance(module));
  return createWasmEngine(memory, { name, reason });
}

/** Whether a fresh instance computes rightly. */
function acceptsKernel(instance: WebAssembly.Instance): boolean {
  const memory = createKernelMemory(() => instance);
  return givesKnownAnswer(createWasmEngine(memory, { name: 'scalar', reason: 'on trial' }));
}

function checkChoice(backend: BackendChoice): BackendChoice {
  if (CHOICES.includes(backend)) return backend;
  throw new RangeError(`backend: expected one of ${CHOICES.join(', ')}`);
}

function unavailable(reason: string): BlsError {
  return new BlsError('backend_unavailable', reason);
}
