export { CODECS, type Codec, MAX_SHARDS } from './codec.ts';
export {
  type CheckedShard,
  checkShard,
  commitShards,
  ROOT_BYTES,
  type ShardCommitment,
} from './commitment.ts';
export {
  createErasure,
  createErasureSync,
  type Erasure,
  type ErasureOptions,
} from './erasure.ts';
export { ErasureError, type ErasureErrorCode } from './errors.ts';
