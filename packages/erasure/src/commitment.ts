/**
 * A Merkle commitment to a list of shards, so that each shard can be checked alone, before decoding.
 *
 * Own format, version 1 (frozen by the golden root in `test/commitment.test.ts`). H is SHA-256, || is
 * concatenation, u32/u64 are big-endian, P is the 30 ASCII bytes "barycenter/erasure/shard-tree1".
 *
 *   leaf(i)     = H(P || 0x00 || u32 i || u64 length of shard i || shard i)
 *   inner(l, r) = H(P || 0x01 || l || r)
 *   empty       = H(P || 0x02)
 *   root        = H(P || 0x03 || u32 shardCount || top)
 *
 * `top` is the binary tree over leaf(0..shardCount-1), filled with `empty` to the next power of two 2^d.
 * A proof for shard i is the d siblings on its path, lowest first.
 *
 * Why each part is there: the tag byte keeps a leaf from being read as an inner node or the reverse
 * (second preimage); the index binds a shard to its place even where two shards are equal; the length
 * makes leaf inputs prefix-free; `shardCount` in the root fixes d, so proofs of another depth cannot
 * exist; `empty` is no leaf of any shard.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { isBytes } from '@noble/hashes/utils.js';
import { equalBytes } from './bytes.ts';
import { MAX_SHARDS } from './codec.ts';
import { ErasureError } from './errors.ts';
import { readList, requireBytes } from './shard-list.ts';

/** Bytes of a root and of each proof node: one SHA-256 digest. */
export const ROOT_BYTES = 32;

const TAG_PREFIX = 'barycenter/erasure/shard-tree1';
const LEAF = 0;
const INNER = 1;
const EMPTY = 2;
const ROOT = 3;

/** A commitment and the proof of each shard. */
export interface ShardCommitment {
  /** 32 bytes; publish it together with the shard count. */
  readonly root: Uint8Array<ArrayBuffer>;
  /** `proofs[i]` belongs to shard i: ceil(log2(shardCount)) nodes of 32 bytes, lowest first; do not write to them. */
  readonly proofs: Uint8Array<ArrayBuffer>[][];
}

declare const CHECKED: unique symbol;

/**
 * A shard that `checkShard` has matched against a root; nothing else can make one, at compile time or
 * at run time. `shard` is a copy of what was checked; do not write to it.
 */
export interface CheckedShard {
  readonly [CHECKED]: true;
  readonly root: Uint8Array<ArrayBuffer>;
  readonly index: number;
  readonly shardCount: number;
  readonly shard: Uint8Array<ArrayBuffer>;
}

/** Every object that `checkShard` returned and that is still alive. */
const genuine: WeakSet<object> = /* @__PURE__ */ new WeakSet();

/**
 * Commits to 1..65,536 shards of at least 1 byte. Their lengths may differ: each is committed to.
 *
 * Throws `TypeError` (not byte arrays) or `RangeError` (count, an empty shard). Hashes every shard
 * once. Proofs share their nodes: 64 bytes and log2(count) references per shard.
 * @example
 * const { root, proofs } = commitShards([...data, ...parity]);
 */
export function commitShards(shards: readonly Uint8Array[]): ShardCommitment {
  const list = readList(shards, { name: 'shards' });
  const count = list.length;
  if (count < 1 || count > MAX_SHARDS) {
    throw new RangeError(`shards: expected 1..${MAX_SHARDS}, got ${count}`);
  }
  const checked = list.map((value, i) => {
    const shard = requireBytes(value, 'shards', i);
    if (shard.length > 0) return shard;
    throw new RangeError(`shards[${i}]: expected at least 1 byte, got 0`);
  });
  const levels = treeLevels(checked);
  const proofs = checked.map((_, index) =>
    levels.slice(0, -1).map((level, height) => level[(index >> height) ^ 1]!),
  );
  return { root: rootOf(levels, count), proofs };
}

/** The root alone, for shards already checked. */
export function shardsRoot(shards: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return rootOf(treeLevels(shards), shards.length);
}

/**
 * Checks one shard from an untrusted source against a root the caller trusts, and brands it.
 *
 * `root` is 32 bytes and `shardCount` the count committed to; `index`, `shard` and `proof` are the
 * peer's claim. Throws `ErasureError` with code `root_length`, `shard_count`, `shard_index`,
 * `shard_length`, `proof_length` or `proof_mismatch`, naming the index; `TypeError` for values that
 * are not numbers or byte arrays at all. Hashes the shard once and copies it.
 * @example
 * const checked = checkShard({ root, index: 3, shardCount: 14, shard, proof });
 */
export function checkShard(options: {
  readonly root: Uint8Array;
  readonly index: number;
  readonly shardCount: number;
  readonly shard: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): CheckedShard {
  const { root, index, shardCount, shard, proof } = options;
  requireClaimTypes(options);
  if (root.length !== ROOT_BYTES) {
    throw new ErasureError('root_length', `root: expected 32 bytes, got ${root.length}`);
  }
  if (!Number.isInteger(shardCount) || shardCount < 1 || shardCount > MAX_SHARDS) {
    throw new ErasureError(
      'shard_count',
      `shardCount: expected 1..${MAX_SHARDS}, got ${shardCount}`,
    );
  }
  if (!Number.isInteger(index) || index < 0 || index >= shardCount) {
    const message = `shard ${index}: index outside 0..${shardCount - 1}`;
    throw new ErasureError('shard_index', message, index);
  }
  if (shard.length === 0) throw new ErasureError('shard_length', `shard ${index}: empty`, index);
  const depth = treeDepth(shardCount);
  if (proof.length !== depth) {
    const message = `shard ${index}: proof of ${proof.length} nodes, expected ${depth}`;
    throw new ErasureError('proof_length', message, index);
  }
  for (const node of proof) {
    if (!isBytes(node)) throw new TypeError('proof: expected an array of Uint8Array');
    if (node.length !== ROOT_BYTES) {
      const message = `shard ${index}: proof node of ${node.length} bytes, expected 32`;
      throw new ErasureError('proof_length', message, index);
    }
  }
  // The copies are hashed, so nobody who holds the arguments can change what was checked.
  const ownShard = new Uint8Array(shard);
  const ownRoot = new Uint8Array(root);
  let node = hashLeaf(ownShard, index);
  for (let height = 0; height < depth; height++) {
    const sibling = proof[height]!;
    const isRight = ((index >> height) & 1) === 1;
    node = isRight ? hashInner(sibling, node) : hashInner(node, sibling);
  }
  if (!equalBytes(hashRoot(node, shardCount), ownRoot)) {
    const message = `shard ${index}: does not match the root`;
    throw new ErasureError('proof_mismatch', message, index);
  }
  const fields = { root: ownRoot, index, shardCount, shard: ownShard };
  const checked = Object.freeze(fields) as CheckedShard;
  genuine.add(checked);
  return checked;
}

/** Whether `value` came from `checkShard` of this module. */
export function isCheckedShard(value: unknown): value is CheckedShard {
  return typeof value === 'object' && value !== null && genuine.has(value);
}

function requireClaimTypes(claim: Parameters<typeof checkShard>[0]): void {
  for (const name of ['root', 'shard'] as const) {
    if (!isBytes(claim[name])) throw new TypeError(`${name}: expected a Uint8Array`);
  }
  for (const name of ['index', 'shardCount'] as const) {
    if (typeof claim[name] !== 'number') throw new TypeError(`${name}: expected a number`);
  }
  if (!Array.isArray(claim.proof)) throw new TypeError('proof: expected an array of Uint8Array');
}

/** d = ceil(log2(shardCount)). */
function treeDepth(shardCount: number): number {
  return 32 - Math.clz32(shardCount - 1);
}

/** All levels of the tree, leaves (with `empty` filling) first, `[top]` last. */
function treeLevels(shards: readonly Uint8Array[]): Uint8Array<ArrayBuffer>[][] {
  const width = 2 ** treeDepth(shards.length);
  const empty = digestOf(EMPTY, []);
  let level = Array.from({ length: width }, (_, index) =>
    index < shards.length ? hashLeaf(shards[index]!, index) : empty,
  );
  const levels = [level];
  while (level.length > 1) {
    const children = level;
    level = Array.from({ length: children.length / 2 }, (_, parent) =>
      hashInner(children[2 * parent]!, children[2 * parent + 1]!),
    );
    levels.push(level);
  }
  return levels;
}

function rootOf(levels: readonly Uint8Array[][], shardCount: number): Uint8Array<ArrayBuffer> {
  return hashRoot(levels[levels.length - 1]![0]!, shardCount);
}

function hashLeaf(shard: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(12);
  const view = new DataView(header.buffer);
  view.setUint32(0, index);
  view.setBigUint64(4, BigInt(shard.length));
  return digestOf(LEAF, [header, shard]);
}

function hashInner(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  return digestOf(INNER, [left, right]);
}

function hashRoot(top: Uint8Array, shardCount: number): Uint8Array<ArrayBuffer> {
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, shardCount);
  return digestOf(ROOT, [count, top]);
}

/** H(P || tag || parts...). */
function digestOf(tag: number, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hash = sha256.create();
  const prefix = new Uint8Array(TAG_PREFIX.length + 1);
  for (let i = 0; i < TAG_PREFIX.length; i++) prefix[i] = TAG_PREFIX.charCodeAt(i);
  prefix[TAG_PREFIX.length] = tag;
  hash.update(prefix);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}
