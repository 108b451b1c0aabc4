/**
 * The erasure coder: k data shards in, m parity shards out, any k of the k+m give all of them back.
 * The codes are in `codec.ts`, the arithmetic in `kernel.ts`; this file is the checked boundary.
 *
 * Two ways in for decoding. `reconstruct` believes every byte it is given. `reconstructChecked` takes
 * only shards that `checkShard` accepted and then recomputes the root over all k+m shards, so that a
 * committer who did not commit to a codeword is found out, by everyone alike.
 */
import { isBytes } from '@noble/hashes/utils.js';
import { CODECS, type Codec, MAX_SHARDS, recoveryRows } from './codec.ts';
import { type CheckedShard, equalBytes, isCheckedShard, shardsRoot } from './commitment.ts';
import { ErasureError } from './errors.ts';
import { multiplyInto } from './kernel.ts';
import { requireEqualLengths, requireShardBytes } from './shard-list.ts';

/** What to build. */
export interface ErasureOptions {
  /** Fixes the parity bytes; see `CODECS`. */
  readonly codec: Codec;
  /** k, 1..255. */
  readonly dataShards: number;
  /** m, 1..255, with k + m <= 256. */
  readonly parityShards: number;
  /** If given, every shard must have exactly this many bytes (>= 1). */
  readonly shardBytes?: number | undefined;
}

/** An erasure coder for one codec and shape. It holds no state: calls are independent. */
export interface Erasure {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly shardBytes: number | undefined;

  /**
   * The m parity shards of k data shards of one length (>= 1 byte).
   * Throws `TypeError` or `RangeError` (count, lengths). O(k * m * length).
   */
  encode(data: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[];

  /**
   * All k+m shards from a list of k+m slots in index order, `null` where one is missing; at least k
   * must be present. Present shards are copied and NOT checked: a wrong one silently gives wrong
   * output. Use `reconstructChecked` for bytes from others. The first k present ones are used.
   * Throws `ErasureError` `too_few_shards` or `shard_length`; `TypeError`/`RangeError` for a list of
   * another shape. O(k^2 + k * missing * length).
   */
  reconstruct(shards: readonly (Uint8Array | null | undefined)[]): Uint8Array<ArrayBuffer>[];

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
   * say which shard is wrong (`checkShard` can). Throws `TypeError`/`RangeError` if `shards` is not
   * k+m byte arrays. O(k * m * length).
   */
  verify(shards: readonly Uint8Array[]): boolean;
}

/**
 * Creates a coder. A promise, because kernels of later versions compile while it is pending.
 *
 * Rejects with `ErasureError` `unknown_codec`, or `TypeError`/`RangeError` for counts. O(k * m + k^2).
 * @example
 * const coder = await createErasure({ codec: 'gf8-vandermonde', dataShards: 10, parityShards: 4 });
 */
export async function createErasure(options: ErasureOptions): Promise<Erasure> {
  return createErasureSync(options);
}

/**
 * Creates a coder at once; same bytes, same checks as `createErasure`, thrown instead of rejected.
 * @example
 * const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 4, parityShards: 2 });
 */
export function createErasureSync(options: ErasureOptions): Erasure {
  const { codec, dataShards, parityShards, shardBytes } = options;
  requireCodec(codec);
  requireCount(dataShards, 'dataShards');
  requireCount(parityShards, 'parityShards');
  const shardCount = dataShards + parityShards;
  if (shardCount > MAX_SHARDS) {
    throw new RangeError(`dataShards + parityShards: at most ${MAX_SHARDS}, got ${shardCount}`);
  }
  if (shardBytes !== undefined) requireShardBytes(shardBytes);
  const shape: Shape = { codec, dataShards, shardCount, shardBytes };
  const dataIndices = range(0, dataShards);
  const parityIndices = range(dataShards, shardCount);
  const parityRows = recoveryRows({ codec, present: dataIndices, wanted: parityIndices });

  return Object.freeze<Erasure>({
    codec,
    dataShards,
    parityShards,
    shardBytes,
    encode(data) {
      requireSlots(data, dataShards, 'data');
      requireEqualLengths(data, 'data', shardBytes);
      return combine(parityRows, data);
    },
    reconstruct(shards) {
      return fillMissing(shape, requireEnoughShards(shape, shards));
    },
    reconstructChecked(shards) {
      return reconstructCommitted(shape, shards);
    },
    verify(shards) {
      requireSlots(shards, shardCount, 'shards');
      requireBytes(shards);
      const size = shardBytes ?? shards[0]!.length;
      if (size === 0 || shards.some((shard) => shard.length !== size)) return false;
      const parity = combine(parityRows, shards.slice(0, dataShards));
      return parity.every((shard, i) => equalBytes(shard, shards[dataShards + i]!));
    },
  });
}

interface Shape {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly shardCount: number;
  readonly shardBytes: number | undefined;
}

type Slots = readonly (Uint8Array | null | undefined)[];

/** Fresh outputs = rows * inputs. */
function combine(
  rows: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
): Uint8Array<ArrayBuffer>[] {
  const outputs = rows.map(() => new Uint8Array(inputs[0]!.length));
  multiplyInto(outputs, rows, inputs);
  return outputs;
}

/** All shards from slots that are known to hold enough shards of one length. */
function fillMissing(shape: Shape, slots: Slots): Uint8Array<ArrayBuffer>[] {
  const { codec, dataShards, shardCount } = shape;
  const indices = range(0, shardCount);
  const present = indices.filter((i) => isPresent(slots[i])).slice(0, dataShards);
  const missing = indices.filter((i) => !isPresent(slots[i]));
  const rows = recoveryRows({ codec, present, wanted: missing });
  const recovered = combine(
    rows,
    present.map((i) => slots[i]!),
  );
  // `new Uint8Array`, not `slice`: a Node Buffer's `slice` shares memory.
  const all = slots.map((shard) => (isPresent(shard) ? new Uint8Array(shard) : undefined));
  missing.forEach((index, position) => {
    all[index] = recovered[position];
  });
  return all as Uint8Array<ArrayBuffer>[];
}

function reconstructCommitted(
  shape: Shape,
  shards: readonly CheckedShard[],
): Uint8Array<ArrayBuffer>[] {
  const { dataShards, shardCount, shardBytes } = shape;
  requireChecked(shards);
  const slots: (Uint8Array | null)[] = new Array(shardCount).fill(null);
  for (const { root, index, shard, shardCount: committed } of shards) {
    if (committed !== shardCount) {
      const message = `commitment to ${committed} shards, this coder has ${shardCount}`;
      throw new ErasureError('shard_count', message);
    }
    if (!equalBytes(root, shards[0]!.root)) {
      const message = `shard ${index}: checked against another root than shard ${shards[0]!.index}`;
      throw new ErasureError('shards_mixed', message, index);
    }
    slots[index] = shard;
  }
  const present = slots.filter(isPresent);
  requireAtLeast(dataShards, present.length);
  const size = shardBytes ?? present[0]!.length;
  // Wrong lengths under one root are the committer's doing, so they get the committer's code.
  if (present.some((shard) => shard.length !== size)) {
    throw new ErasureError('not_a_codeword', `committed shards are not all ${size} bytes long`);
  }
  // Keep k of them and recompute the others, present or not: a spare shard taken as it is would hide
  // from the root check that it does not belong to the codeword.
  let spare = present.length - dataShards;
  for (let i = shardCount - 1; spare > 0; i--) {
    if (!isPresent(slots[i])) continue;
    slots[i] = null;
    spare--;
  }
  const all = fillMissing(shape, slots);
  if (!equalBytes(shardsRoot(all), shards[0]!.root)) {
    throw new ErasureError('not_a_codeword', 'the committed shards are not an encoding');
  }
  return all;
}

function requireChecked(shards: unknown): void {
  if (!Array.isArray(shards)) throw new TypeError('shards: expected an array of CheckedShard');
  for (let i = 0; i < shards.length; i++) {
    if (!isCheckedShard(shards[i])) {
      throw new TypeError(`shards[${i}]: expected a CheckedShard made by checkShard`);
    }
  }
}

/** Checks slots from outside: shape, count, lengths. */
function requireEnoughShards(shape: Shape, slots: Slots): Slots {
  const { dataShards, shardCount, shardBytes } = shape;
  requireSlots(slots, shardCount, 'shards');
  let expected = shardBytes;
  let have = 0;
  for (let i = 0; i < shardCount; i++) {
    const shard: unknown = slots[i];
    if (shard === null || shard === undefined) continue;
    if (!isBytes(shard)) throw new TypeError(`shards[${i}]: expected a Uint8Array or null`);
    expected ??= shard.length;
    if (shard.length === 0 || shard.length !== expected) {
      const message = `shard ${i}: ${shard.length} bytes, expected ${expected || 'at least 1'}`;
      throw new ErasureError('shard_length', message, i);
    }
    have++;
  }
  requireAtLeast(dataShards, have);
  return slots;
}

function requireAtLeast(need: number, have: number): void {
  if (have >= need) return;
  throw new ErasureError('too_few_shards', `too few shards: have ${have}, need ${need}`);
}

function requireSlots(shards: readonly unknown[], count: number, name: string): void {
  if (!Array.isArray(shards)) throw new TypeError(`${name}: expected an array of Uint8Array`);
  if (shards.length !== count) {
    throw new RangeError(`${name}: expected ${count} entries, got ${shards.length}`);
  }
}

function requireBytes(shards: readonly unknown[]): void {
  for (let i = 0; i < shards.length; i++) {
    if (!isBytes(shards[i])) throw new TypeError(`shards[${i}]: expected a Uint8Array`);
  }
}

/** The name may come from a manifest, hence `ErasureError`; at most 40 characters are repeated. */
function requireCodec(codec: unknown): void {
  if ((CODECS as readonly unknown[]).includes(codec)) return;
  const got = typeof codec === 'string' ? JSON.stringify(codec.slice(0, 40)) : typeof codec;
  throw new ErasureError('unknown_codec', `unknown codec ${got}: expected ${CODECS.join(' or ')}`);
}

function requireCount(count: unknown, name: string): void {
  if (typeof count !== 'number') throw new TypeError(`${name}: expected a number`);
  if (!Number.isInteger(count) || count < 1 || count >= MAX_SHARDS) {
    throw new RangeError(`${name}: expected an integer in 1..${MAX_SHARDS - 1}, got ${count}`);
  }
}

function isPresent(shard: Uint8Array | null | undefined): shard is Uint8Array {
  return shard !== null && shard !== undefined;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
