/**
 * The entry for Cloudflare's runtime (export condition `workerd`), which compiles no code at run
 * time and takes WebAssembly only as imported files. Otherwise the same as `index.ts`.
 */
import { compileFrom, createFrom, type ErasureOptions } from './create.ts';
import type { Erasure } from './erasure.ts';
import type { KernelName, KernelSource } from './kernel/load.ts';
import relaxed from './kernel/relaxed.wasm';
import strict from './kernel/strict.wasm';

export { autoCodec, CODECS, type Codec, MAX_SHARDS } from './codec.ts';
export {
  type CheckedShard,
  checkShard,
  commitShards,
  ROOT_BYTES,
  type ShardCommitment,
} from './commitment.ts';
export {
  type CodeOptions,
  createErasureSync,
  type ErasureOptions,
  type ErasureSyncOptions,
} from './create.ts';
export { type DecodeStreamOptions, decodeStream, type StripeDecoder } from './decode-stream.ts';
export { type EncodeStreamOptions, encodeStream, type StripeEncoder } from './encode-stream.ts';
export type { Backend, Erasure, Session, Shards, Wanted } from './erasure.ts';
export { ErasureError, type ErasureErrorCode } from './errors.ts';
export type { KernelName } from './kernel/load.ts';
export { parityShardBytes } from './layout.ts';
export type { StreamPair } from './stream-pair.ts';
export { type PartialStripe, type Stripe, stripeShardBytes } from './stripe.ts';

const DEPLOYED: KernelSource = {
  refuses: () => undefined,
  compile: async (name) => (name === 'relaxed' ? relaxed : strict),
};

/** As in `index.ts`, with the kernel that was deployed. */
export function createErasure(options: ErasureOptions): Promise<Erasure> {
  return createFrom(DEPLOYED, options);
}

/** As in `index.ts`, with the kernel that was deployed. */
export function compileKernel(
  options: { readonly backend?: KernelName | 'auto' | undefined } = {},
): Promise<WebAssembly.Module | undefined> {
  return compileFrom(DEPLOYED, options.backend);
}
