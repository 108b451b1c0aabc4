/** Makes coders: resolves the codec, chooses the machine that computes. */
import { resolveCodec } from './codec.ts';
import { Coder, type CoderShape, requireShardBytes } from './coder.ts';
import type { Codec } from './engine.ts';
import type { Backend, Erasure } from './erasure.ts';
import { ErasureError } from './errors.ts';
import { createJsEngine } from './js/engine.ts';
import {
  checkKernel,
  EMBEDDED,
  type Kernel,
  type KernelName,
  type KernelSource,
  loadKernel,
  type NoKernel,
} from './kernel/load.ts';
import { createWasmEngine } from './wasm/engine.ts';
import { acceptsKernel } from './wasm/known-answer.ts';

const KERNELS: readonly string[] = ['auto', 'relaxed', 'strict'];
const BACKENDS: readonly string[] = [...KERNELS, 'js'];

/** The code to make. */
export interface CodeOptions {
  /** Fixes the parity bytes; see `CODECS`. 'auto' is a function of the counts; see `autoCodec`. */
  readonly codec: Codec | 'auto';
  /** k >= 1. */
  readonly dataShards: number;
  /** m >= 1. How many there may be together depends on the codec: README, "Limits". */
  readonly parityShards: number;
  /** If given, every data shard must have exactly this many bytes (>= 1). */
  readonly shardBytes?: number | undefined;
}

/** What `createErasure` takes. */
export interface ErasureOptions extends CodeOptions {
  /** `auto` (if absent): the fastest that runs here, JavaScript where WebAssembly is forbidden. */
  readonly backend?: Backend['name'] | 'auto' | undefined;
}

/** What `createErasureSync` takes. */
export interface ErasureSyncOptions extends CodeOptions {
  /** A kernel from `compileKernel`; JavaScript runs if absent. */
  readonly module?: WebAssembly.Module | undefined;
}

/**
 * Creates a coder. The kernel is compiled once per realm, in a few milliseconds.
 *
 * Rejects with `ErasureError` `unknown_codec`, or `backend_unavailable` if a backend was named that
 * cannot run; `TypeError`/`RangeError` for other options.
 * @example
 * const coder = await createErasure({ codec: 'auto', dataShards: 10, parityShards: 4 });
 */
export function createErasure(options: ErasureOptions): Promise<Erasure> {
  return createFrom(EMBEDDED, options);
}

/**
 * Creates a coder at once; same bytes, same checks as `createErasure`, thrown instead of rejected.
 * The module is tried on a known question first.
 * @example
 * const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 4, parityShards: 2 });
 */
export function createErasureSync(options: ErasureSyncOptions): Erasure {
  const shape = readShape(options);
  if (options.module === undefined) {
    return coderOn({ name: undefined, reason: 'no compiled kernel was given' }, shape);
  }
  const kernel = checkKernel(options.module, acceptsKernel);
  if (kernel.name === undefined) throw unavailable(kernel.reason);
  return coderOn(kernel, shape);
}

/**
 * The compiled kernel that `createErasure` would use, to be sent to workers and given to
 * `createErasureSync`; undefined where none can run. Compiled once per realm.
 */
export function compileKernel(
  options: { readonly backend?: KernelName | 'auto' | undefined } = {},
): Promise<WebAssembly.Module | undefined> {
  return compileFrom(EMBEDDED, options.backend);
}

/** `createErasure` with kernels from a source of the entry. */
export async function createFrom(source: KernelSource, options: ErasureOptions): Promise<Erasure> {
  const shape = readShape(options);
  const { backend = 'auto' } = options;
  requireChoice(backend, BACKENDS);
  if (backend === 'js') return coderOn({ name: undefined, reason: 'asked for' }, shape);
  const kernel = await loadKernel(backend, { accepts: acceptsKernel, source });
  if (kernel.name === undefined && backend !== 'auto') throw unavailable(kernel.reason);
  return coderOn(kernel, shape);
}

/** `compileKernel` with kernels from a source of the entry. */
export async function compileFrom(
  source: KernelSource,
  backend: KernelName | 'auto' = 'auto',
): Promise<WebAssembly.Module | undefined> {
  requireChoice(backend, KERNELS);
  const kernel = await loadKernel(backend, { accepts: acceptsKernel, source });
  return kernel.name === undefined ? undefined : kernel.module;
}

function coderOn(kernel: Kernel | NoKernel, shape: CoderShape): Erasure {
  const engine =
    kernel.name === undefined ? createJsEngine() : createWasmEngine(kernel.module, kernel.name);
  return new Coder(shape, engine, kernel.reason);
}

function readShape(options: CodeOptions): CoderShape {
  const { dataShards, parityShards, shardBytes } = options;
  const codec = resolveCodec(options.codec, options);
  if (shardBytes !== undefined) requireShardBytes(shardBytes);
  return { codec, dataShards, parityShards, shardBytes };
}

function requireChoice(value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  throw new RangeError(`backend: expected one of ${choices.join(', ')}, got ${String(value)}`);
}

function unavailable(reason: string): ErasureError {
  return new ErasureError('backend_unavailable', `backend: ${reason}`);
}
