/** `@barycenter/erasure`: Reed-Solomon codes and committed shards. See README.md. */
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
  compileKernel,
  createErasure,
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
