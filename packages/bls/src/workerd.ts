/**
 * The entry for Cloudflare's runtime (export condition `workerd`), which compiles no code at run time
 * and takes WebAssembly only as imported files. Otherwise the same as `index.ts`. There is no probe
 * for fused multiply-add, which would have to be compiled: a kernel that rounds in between fails the
 * known answer.
 */
import type { Bls } from './bls.ts';
import { type BackendChoice, compileFrom, createEngine } from './create.ts';
import fma from './kernel/fma.wasm';
import type { KernelSource } from './kernel/load.ts';
import scalar from './kernel/scalar.wasm';
import { createScheme } from './scheme.ts';

export type {
  BackendName,
  BatchOptions,
  BatchResult,
  Bls,
  PossessionOptions,
  SignatureSet,
  TagOptions,
} from './bls.ts';
export { type BackendChoice, createBlsSync } from './create.ts';
export { PUBLIC_KEY_SIZE, SECRET_KEY_SIZE, SIGNATURE_SIZE } from './encoding.ts';
export { BlsError, type BlsErrorCode } from './errors.ts';
export { possessionTag, signatureTag } from './tag.ts';

const DEPLOYED: KernelSource = {
  refuses: async (name) => (name === 'wide' ? 'no 128-bit products' : undefined),
  compile: async (name) => (name === 'fma' ? fma : scalar),
};

/** As in `index.ts`, with the kernel that was deployed. */
export async function createBls(options: { readonly backend?: BackendChoice } = {}): Promise<Bls> {
  return createScheme(await createEngine(options.backend ?? 'auto', DEPLOYED));
}

/** As in `index.ts`, with the kernel that was deployed. */
export function compileKernel(
  options: { readonly backend?: Exclude<BackendChoice, 'js'> } = {},
): Promise<WebAssembly.Module | undefined> {
  return compileFrom(DEPLOYED, options.backend ?? 'auto');
}
