/**
 * The one error class of this package, for data that came from elsewhere (a peer, a file, a manifest).
 * Wrong calls (types, ranges, counts) throw `TypeError` or `RangeError` instead.
 */

/**
 * Why data was refused.
 * - `unknown_codec`: the codec name is not one of this build.
 * - `too_few_shards`: fewer than `dataShards` distinct shards are present.
 * - `shard_length`: a shard is empty or its length differs from the others' (or from `shardBytes`).
 * - `shard_count`: the commitment's shard count is outside 1..65,536 or not that of the codec.
 * - `shard_index`: the index is not an integer in 0..shardCount-1.
 * - `root_length`: the root is not 32 bytes.
 * - `proof_length`: the proof has the wrong number of nodes, or a node is not 32 bytes.
 * - `proof_mismatch`: shard, index and proof do not hash to the root.
 * - `shards_mixed`: checked shards belong to different commitments.
 * - `not_a_codeword`: the committed shards are not an encoding by this codec; their maker lied.
 * - `too_many_errors`: more shards are wrong than can be located.
 * - `stale_view`: memory has moved since a session handed out a slot's view.
 * - `stripe_order`: a stripe of a stream is missing or comes twice.
 * - `stream_length`: a stream has fewer or more bytes than was said.
 * - `backend_unavailable`: the backend named cannot run here, or the module is not its kernel.
 * - `disposed`: the coder, session or pool was closed.
 */
export type ErasureErrorCode =
  | 'unknown_codec'
  | 'too_few_shards'
  | 'shard_length'
  | 'shard_count'
  | 'shard_index'
  | 'root_length'
  | 'proof_length'
  | 'proof_mismatch'
  | 'shards_mixed'
  | 'not_a_codeword'
  | 'too_many_errors'
  | 'stale_view'
  | 'stripe_order'
  | 'stream_length'
  | 'backend_unavailable'
  | 'disposed';

/** Untrusted data was refused: `code` says why, `index` names the shard where there is one. */
export class ErasureError extends Error {
  override readonly name: string = 'ErasureError';
  /** Stable reason, for `switch`. */
  readonly code: ErasureErrorCode;
  /** The shard at fault (its index as claimed), or undefined if no single one is. */
  readonly index: number | undefined;

  constructor(code: ErasureErrorCode, message: string, index?: number) {
    super(message);
    this.code = code;
    this.index = index;
  }
}
