/**
 * What a coder can do. k data shards in, m parity shards out, any k of the k+m give all of them back.
 *
 * Two ways in for decoding. `reconstruct` believes every byte it is given. `reconstructChecked` takes
 * only shards that `checkShard` accepted and then recomputes the root over all k+m shards, so that a
 * committer who did not commit to a codeword is found out, by everyone alike.
 */
import type { CheckedShard } from './commitment.ts';
import type { Codec } from './engine.ts';
import type { Shards } from './shard-list.ts';

export type { Shards };

/** What computes, and why. */
export interface Backend {
  /** WebAssembly with relaxed SIMD, WebAssembly with SIMD, or JavaScript. */
  readonly name: 'relaxed' | 'strict' | 'js';
  readonly reason: string;
}

/** Which shards `reconstruct` gives: all k+m, the k data shards, or those of a list, in its order. */
export type Wanted = 'all' | 'data' | readonly number[];

/**
 * A coder for one codec and shape. Calls are independent of each other, except for the round of
 * `encodeAdd` and `finish`. Data shards of one call have one length of at least 1 byte; parity shards
 * have `parityShardBytes` of it, which is the same except for odd lengths over GF(2^16).
 *
 * Wherever `into` is given, results are written there and the returned arrays are views of it; else
 * they are newly allocated. All methods throw `ErasureError` 'disposed' after `dispose`.
 */
export interface Erasure {
  /** The codec in use; what `auto` stood for. */
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly shardBytes: number | undefined;

  /** What computes here, and why. */
  backend(): Backend;

  /**
   * The m parity shards of k data shards.
   * Throws `TypeError` or `RangeError` (count, lengths, overlap of `into` with anything).
   * O(k * m * length), or O((k + m) log(k + m) * length) for Leopard.
   */
  encode(data: Shards): Uint8Array<ArrayBuffer>[];
  encode(data: Shards, into: Shards): Uint8Array[];

  /** One shard of the codeword, `index` in 0..k+m-1, from the k data shards. O(k * length). */
  encodeShard(
    data: Shards,
    options: { readonly index: number; readonly into?: Uint8Array | undefined },
  ): Uint8Array;

  /**
   * Takes data shard `index` of a codeword whose shards arrive one by one, each once, in any order.
   * Matrix codes add it to the parity at once; Leopard keeps it until `finish`. Memory for
   * k + m shards stays in use until `dispose`. Throws `RangeError` for an index taken before.
   */
  encodeAdd(index: number, shard: Uint8Array): void;

  /**
   * The parity of the shards given to `encodeAdd`; the next round may begin. Throws `ErasureError`
   * 'too_few_shards' while some are missing.
   */
  finish(into?: Shards): Uint8Array[];

  /**
   * The parity after data shard `index` was replaced: from its bytes before and after and the m
   * parity shards as they were. `into` may be `parity` itself. O(m * length).
   */
  update(options: {
    readonly index: number;
    readonly before: Uint8Array;
    readonly after: Uint8Array;
    readonly parity: Shards;
    readonly into?: Shards | undefined;
  }): Uint8Array[];

  /**
   * Shards from a list of k+m slots in index order, `null` where one is missing; at least k must be
   * present. Present shards are copied and NOT checked: a wrong one silently gives wrong output.
   * Use `reconstructChecked` for bytes from others.
   * Throws `ErasureError` `too_few_shards` or `shard_length`; `TypeError`/`RangeError` for a list of
   * another shape, for `want` and for `into`. Only wanted shards are computed: O(k * length) each, or
   * O(n log n * length) for any number of them, whichever is less (`decoding-path.ts`).
   */
  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options?: { readonly want?: Wanted | undefined },
  ): Uint8Array<ArrayBuffer>[];
  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options: { readonly want?: Wanted | undefined; readonly into?: Shards | undefined },
  ): Uint8Array[];

  /**
   * All k+m shards from at least k checked shards of one commitment, in any order (repeats are
   * ignored). The result hashes to the commitment's root, or it throws `ErasureError`:
   * `too_few_shards`, `shards_mixed`, `shard_count`, or `not_a_codeword` if the committed shards are
   * no encoding by this coder. Whichever k checked shards two parties hold, both get the same shards
   * or both get `not_a_codeword`. Costs `reconstruct` plus hashing all k+m shards.
   */
  reconstructChecked(shards: readonly CheckedShard[]): Uint8Array<ArrayBuffer>[];

  /**
   * Whether k+m shards are one codeword; false also for unequal, empty or wrong lengths. It cannot
   * say which shard is wrong (`checkShard` and `locateCorrupt` can). Throws `TypeError`/`RangeError`
   * if `shards` is not k+m byte arrays. Costs `encode`.
   */
  verify(shards: readonly Uint8Array[]): boolean;

  /**
   * The indices of wrong shards in a list as for `reconstruct`, ascending; empty if all are right.
   * Needs no hashes: with s shards present beyond k, up to floor(s / 2) wrong ones are found for
   * certain, whatever is in them. Throws `ErasureError` 'too_many_errors' if no set of at most
   * `maxErrors` (if absent, floor(s / 2)) explains the shards; where more than floor(s / 2) are wrong,
   * others may be blamed instead. Costs a few `verify`s and O(n * maxErrors).
   */
  locateCorrupt(
    shards: readonly (Uint8Array | null | undefined)[],
    options?: { readonly maxErrors?: number | undefined },
  ): number[];

  /**
   * Memory for one codeword that the caller fills and reads in place, without copies.
   * `shardBytes` may be left out if the coder has it.
   */
  session(options?: { readonly shardBytes?: number | undefined }): Session;

  /** Gives all memory back, sessions' too. Idempotent. */
  dispose(): void;
}

/**
 * One codeword in the engine's own memory. That memory moves when it grows (a session or coder opened
 * later may make it grow), which detaches every view handed out before: they read as empty, and what
 * is written to them is lost. So views are kept for short, and the methods refuse to work with
 * `ErasureError` 'stale_view' while a slot's newest view is detached; `slot(index)` gives a fresh
 * one with the contents that it had.
 */
export interface Session {
  /** Bytes per data shard. */
  readonly shardBytes: number;
  /** A view of shard `index`, 0..k+m-1, as long as that shard. */
  slot(index: number): Uint8Array;
  /** Fills the parity slots from the data slots. */
  encode(): void;
  /** Fills the slots `want` from the slots `present`, of which there must be at least k. */
  reconstruct(options: {
    readonly present: readonly number[];
    readonly want: readonly number[];
  }): void;
  /** Gives the memory back. Idempotent; afterwards the methods throw 'disposed'. */
  close(): void;
}
