/** Makes Kzg objects: chooses the backend, loads the setup, puts both together. */
import { type RandomBytes, systemRandom } from './batch-weights.ts';
import { importCeremony, openCeremony } from './ceremony.ts';
import type { BackendName } from './engine.ts';
import { KzgError } from './errors.ts';
import type { TrustedSetup } from './js/trusted-setup.ts';
import {
  EMBEDDED,
  type Kernel,
  type KernelName,
  type KernelSource,
  loadKernel,
  type NoKernel,
} from './kernel/load.ts';
import type { Kzg } from './kzg.ts';
import { createScheme } from './scheme.ts';
import type { OpenSetup, Tier } from './setup.ts';
import { createWasmEngine } from './wasm/engine.ts';
import { acceptsKernel } from './wasm/known-answer.ts';
import type { TablePolicy } from './wasm/tables.ts';

const BACKENDS: readonly string[] = ['auto', 'fma', 'wide', 'scalar', 'js'];
export const TABLE_POLICIES: readonly string[] = ['lazy', 'eager', 'none'];
const TIERS: readonly string[] = ['verify', 'commit', 'full'];

/** What `createKzg` takes. */
export interface KzgOptions {
  /** A trusted setup of your own; Ethereum's ceremony if absent. */
  readonly setup?: TrustedSetup;
  /** How much of the ceremony to load: `full` if absent. */
  readonly tier?: Tier;
  /** `auto` (if absent): the fastest that is right here, TypeScript where WebAssembly is forbidden. */
  readonly backend?: BackendName | 'auto';
  /** When tables for commitments are built: `lazy` (if absent), `eager` or `none`. */
  readonly tables?: TablePolicy;
  /** Source of the weights of batches: `crypto.getRandomValues` if absent. */
  readonly random?: RandomBytes;
}

/**
 * A Kzg over Ethereum's ceremony, or over `options.setup`. Ready in tens of milliseconds; sections of
 * points are decoded when first needed, and those of the ceremony refused unless they match a pinned
 * SHA-256. A setup of your own is accepted after checking that every point is in the subgroup
 * (a second on first use, ten without WebAssembly); that the points are powers of one number is then your trust.
 * Throws KzgError `setup_invalid`, and `backend_unavailable` if a backend was named that cannot run.
 *
 * @example
 * const kzg = await createKzg();
 * const commitment = kzg.blobToKzgCommitment(new Uint8Array(BYTES_PER_BLOB));
 */
export function createKzg(options: KzgOptions = {}): Promise<Kzg> {
  return createFrom(EMBEDDED, options);
}

/** The object on a kernel, or on TypeScript for the reason why there is none. */
export async function assemble(
  kernel: Kernel | NoKernel,
  openSetup: OpenSetup,
  { tables = 'lazy', random = systemRandom }: Pick<KzgOptions, 'tables' | 'random'>,
): Promise<Kzg> {
  assertChoice(tables, { name: 'tables', choices: TABLE_POLICIES });
  if (kernel.name !== undefined) {
    return createScheme(createWasmEngine(kernel, { openSetup, tables }), random);
  }
  const { createJsEngine } = await import('./js/engine.ts');
  return createScheme(createJsEngine(openSetup, kernel.reason), random);
}

/**
 * The compiled kernel that `createKzg` would use, to be sent to workers and given to `createKzgSync`;
 * undefined where none can run. Compiled once per realm.
 */
export function compileKernel(
  options: { readonly backend?: KernelName | 'auto' } = {},
): Promise<WebAssembly.Module | undefined> {
  return compileFrom(EMBEDDED, options.backend);
}

/** `createKzg` with kernels from a source of the entry. */
export async function createFrom(source: KernelSource, options: KzgOptions): Promise<Kzg> {
  const { backend = 'auto' } = options;
  const [openSetup, kernel] = await Promise.all([
    chooseSetup(options),
    chooseKernel(backend, source),
  ]);
  return assemble(kernel, openSetup, options);
}

/** `compileKernel` with kernels from a source of the entry. */
export async function compileFrom(
  source: KernelSource,
  backend: KernelName | 'auto' = 'auto',
): Promise<WebAssembly.Module | undefined> {
  assertChoice(backend, { name: 'backend', choices: BACKENDS.filter((name) => name !== 'js') });
  const kernel = await loadKernel(backend, { accepts: acceptsKernel, source });
  return kernel.name === undefined ? undefined : kernel.module;
}

/**
 * The kernel of a backend, or none for `js` and for `auto` where none runs. Throws RangeError for
 * another name, KzgError `backend_unavailable` for one that cannot run.
 */
export async function chooseKernel(
  backend: BackendName | 'auto',
  source: KernelSource = EMBEDDED,
): Promise<Kernel | NoKernel> {
  assertChoice(backend, { name: 'backend', choices: BACKENDS });
  if (backend === 'js') return { name: undefined, reason: 'asked for' };
  const kernel = await loadKernel(backend, { accepts: acceptsKernel, source });
  if (kernel.name === undefined && backend !== 'auto') throw unavailable(kernel.reason);
  return kernel;
}

/** Throws unless a value is one of a few strings. */
export function assertChoice(
  value: string,
  { name, choices }: { readonly name: string; readonly choices: readonly string[] },
): void {
  if (!choices.includes(value)) {
    throw new RangeError(`${name}: expected one of ${choices.join(', ')}, got ${value}`);
  }
}

/** The error for a backend that cannot run. */
export function unavailable(reason: string): KzgError {
  return new KzgError('backend_unavailable', `backend: ${reason}`);
}

/** Imports what the setup needs. */
export async function chooseSetup({
  setup,
  tier = 'full',
}: Pick<KzgOptions, 'setup' | 'tier'>): Promise<OpenSetup> {
  if (setup !== undefined) {
    const { readTrustedSetup } = await import('./js/trusted-setup.ts');
    return (tools) => readTrustedSetup(setup, tools);
  }
  assertChoice(tier, { name: 'tier', choices: TIERS });
  const text = await importCeremony(tier);
  return (tools) => openCeremony(text, tools);
}
