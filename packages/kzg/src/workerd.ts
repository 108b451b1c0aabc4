/**
 * The entry for Cloudflare's runtime (export condition `workerd`), which compiles no code at run time
 * and takes WebAssembly only as imported files. Otherwise the same as `index.ts`. There is no probe
 * for fused multiply-add, which would have to be compiled: a kernel that rounds in between fails the
 * known answer.
 */
import { compileFrom, createFrom, type KzgOptions } from './create.ts';
import fma from './kernel/fma.wasm';
import type { KernelName, KernelSource } from './kernel/load.ts';
import scalar from './kernel/scalar.wasm';
import type { Kzg } from './kzg.ts';

export type { RandomBytes } from './batch-weights.ts';
export type { KzgOptions } from './create.ts';
export type { BackendName } from './engine.ts';
export { KzgError, type KzgErrorCode } from './errors.ts';
export type { TrustedSetup } from './js/trusted-setup.ts';
export type { KernelName } from './kernel/load.ts';
export type { CKzgFunctions, Kzg, KzgResources, RowKzg } from './kzg.ts';
export {
  BYTES_PER_BLOB,
  BYTES_PER_CELL,
  BYTES_PER_COMMITMENT,
  BYTES_PER_FIELD_ELEMENT,
  BYTES_PER_PROOF,
  CELLS_PER_EXT_BLOB,
  FIELD_ELEMENTS_PER_BLOB,
  FIELD_ELEMENTS_PER_CELL,
  FIELD_ELEMENTS_PER_EXT_BLOB,
} from './parameters.ts';
export type { CheckedCommitments, DerivedCell, EvaluationWeights } from './rows.ts';
export { bytesToScalar, FIELD_MODULUS, scalarToBytes } from './scalar.ts';
export type { Tier } from './setup.ts';
export { sha256, sha256Async } from './sha256.ts';
export type { TablePolicy } from './wasm/tables.ts';

const DEPLOYED: KernelSource = {
  refuses: async (name) => (name === 'wide' ? 'no 128-bit products' : undefined),
  compile: async (name) => (name === 'fma' ? fma : scalar),
};

/** As in `index.ts`, with the kernel that was deployed. */
export function createKzg(options: KzgOptions = {}): Promise<Kzg> {
  return createFrom(DEPLOYED, options);
}

/** As in `index.ts`, with the kernel that was deployed. */
export function compileKernel(
  options: { readonly backend?: KernelName | 'auto' } = {},
): Promise<WebAssembly.Module | undefined> {
  return compileFrom(DEPLOYED, options.backend);
}
