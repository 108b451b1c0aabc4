/** Checks of shards given by the caller. Each list is read once, so that a list that changes cannot pass. */
import { isBytes } from '@noble/hashes/utils.js';

/**
 * Several shards: a list of byte arrays, or one byte array that holds them one after the other.
 * Written to, a list must not overlap itself or what is read.
 */
export type Shards = Uint8Array | readonly Uint8Array[];

/** What a parameter is called, and how many shards of how many bytes it must hold. */
export interface Expected {
  readonly name: string;
  readonly count: number;
  /** Bytes of each shard, or undefined for any one length of at least 1. */
  readonly shardBytes?: number | undefined;
}

/**
 * The shards of an argument: `TypeError` for an entry that is no `Uint8Array`, `RangeError` for a count or a length, both
 * naming the place.
 */
export function readShards(shards: Shards, { name, count, shardBytes }: Expected): Uint8Array[] {
  if (isBytes(shards)) {
    const size = shardBytes ?? Math.floor(shards.length / count);
    if (size === 0 || shards.length !== count * size) {
      const expected = shardBytes === undefined ? `a multiple of ${count}` : count * size;
      throw new RangeError(`${name}: expected ${expected} bytes, got ${shards.length}`);
    }
    return Array.from({ length: count }, (_, i) => shards.subarray(i * size, (i + 1) * size));
  }
  const list = readList(shards, { name, count });
  let expected = shardBytes;
  for (let i = 0; i < count; i++) {
    const shard = requireBytes(list[i], name, i);
    if (shard.length === 0) throw new RangeError(`${name}[${i}]: expected at least 1 byte, got 0`);
    expected ??= shard.length;
    if (shard.length !== expected) {
      throw new RangeError(`${name}[${i}]: expected ${expected} bytes, got ${shard.length}`);
    }
  }
  return list as Uint8Array[];
}

/** An array, of `count` entries if that is given, copied. */
export function readList(
  shards: unknown,
  { name, count }: { readonly name: string; readonly count?: number },
): unknown[] {
  if (!Array.isArray(shards)) throw new TypeError(`${name}: expected an array of Uint8Array`);
  if (count !== undefined && shards.length !== count) {
    throw new RangeError(`${name}: expected ${count} entries, got ${shards.length}`);
  }
  return Array.from(shards);
}

/** An entry of the list `name`, which must be a byte array. */
export function requireBytes(value: unknown, name: string, index: number): Uint8Array {
  if (!isBytes(value)) throw new TypeError(`${name}[${index}]: expected a Uint8Array`);
  return value;
}

/** Where results go: given memory of the right sizes that shares none with `inputs`, or new memory. */
export function targetsFor(
  into: Shards | undefined,
  options: { readonly sizes: readonly number[]; readonly inputs: readonly Uint8Array[] },
): Uint8Array[] {
  const { sizes, inputs } = options;
  if (into === undefined) return sizes.map((size) => new Uint8Array(size));
  if (isBytes(into)) {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (into.length !== total) {
      throw new RangeError(`into: expected ${total} bytes, got ${into.length}`);
    }
    requireDisjoint([into], inputs);
    let end = 0;
    return sizes.map((size) => {
      end += size;
      return into.subarray(end - size, end);
    });
  }
  const list = readList(into, { name: 'into', count: sizes.length });
  const targets = list.map((value, i) => {
    const target = requireBytes(value, 'into', i);
    if (target.length === sizes[i]) return target;
    throw new RangeError(`into[${i}]: expected ${sizes[i]} bytes, got ${target.length}`);
  });
  requireDisjoint(targets, inputs);
  return targets;
}

/** A stretch of memory; `place` is its index in `into`, or -1 for an input. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly place: number;
}

/**
 * Refuses outputs that share memory with an input or with each other: results are written while
 * inputs are still read. O(n), or O(n log n) if an output shares its buffer.
 */
function requireDisjoint(outputs: readonly Uint8Array[], inputs: readonly Uint8Array[]): void {
  // The usual case, without an object per shard: every output has a buffer of its own.
  const buffers = new Set(outputs.map((output) => output.buffer));
  const isApart = buffers.size === outputs.length;
  if (isApart && inputs.every((input) => !buffers.has(input.buffer))) return;
  const byBuffer = new Map<ArrayBufferLike, Stretch[]>();
  const add = (bytes: Uint8Array, place: number): void => {
    const stretch = { start: bytes.byteOffset, end: bytes.byteOffset + bytes.length, place };
    const stretches = byBuffer.get(bytes.buffer);
    if (stretches !== undefined) stretches.push(stretch);
    else if (place !== -1) byBuffer.set(bytes.buffer, [stretch]);
  };
  outputs.forEach(add);
  for (const input of inputs) add(input, -1);
  for (const stretches of byBuffer.values()) {
    if (stretches.length === 1) continue;
    stretches.sort((a, b) => a.start - b.start);
    let last = stretches[0]!;
    for (const next of stretches.slice(1)) {
      const isOutput = next.place !== -1 || last.place !== -1;
      if (isOutput && next.start < last.end) {
        const place = next.place === -1 ? last.place : next.place;
        throw new RangeError(`into: shard ${place} shares memory with another argument`);
      }
      // Of overlapping inputs the one that reaches further counts.
      if (next.end > last.end || isOutput) last = next;
    }
  }
}

/** An integer in 0..count-1. */
export function requireIndex(
  index: unknown,
  { name, count }: { readonly name: string; readonly count: number },
): number {
  if (typeof index !== 'number') throw new TypeError(`${name}: expected a number`);
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`${name}: expected an integer in 0..${count - 1}, got ${index}`);
  }
  return index;
}
