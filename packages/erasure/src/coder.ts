/**
 * The coder behind `Erasure`: every argument is checked here, once and fully, then columns of
 * shards go through a workspace (`columns.ts`) with the step that computes what is wanted
 * (`recovery.ts`).
 */
import { equalBytes, firstDifference } from './bytes.ts';
import { isWideCodec } from './codec.ts';
import { ColumnSpace, type Placed } from './columns.ts';
import { type CheckedShard, isCheckedShard, shardsRoot } from './commitment.ts';
import type { Codec, Engine } from './engine.ts';
import type { Backend, Erasure, Session, Shards, Wanted } from './erasure.ts';
import { ErasureError } from './errors.ts';
import { parityShardBytes } from './layout.ts';
import { locateCorruptShards } from './locate.ts';
import { Progressive } from './progressive.ts';
import { createSteps, type Steps } from './recovery.ts';
import { openSession } from './session.ts';
import { readList, readShards, requireBytes, requireIndex, targetsFor } from './shard-list.ts';

/** A checked shape. */
export interface CoderShape {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly shardBytes: number | undefined;
}

type Slots = (Uint8Array | undefined)[];

export class Coder implements Erasure {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly shardBytes: number | undefined;
  readonly #backend: Backend;
  readonly #engine: Engine;
  readonly #steps: Steps;
  readonly #space: ColumnSpace;
  readonly #sessions = new Set<Session>();
  #progressive: Progressive | undefined;
  #isDisposed = false;

  constructor(shape: CoderShape, engine: Engine, reason: string) {
    this.codec = shape.codec;
    this.dataShards = shape.dataShards;
    this.parityShards = shape.parityShards;
    this.shardBytes = shape.shardBytes;
    this.#backend = Object.freeze({ name: engine.name, reason });
    this.#engine = engine;
    this.#steps = createSteps(shape.codec, shape);
    this.#space = new ColumnSpace(engine, shape);
  }

  backend(): Backend {
    return this.#backend;
  }

  encode(data: Shards): Uint8Array<ArrayBuffer>[];
  encode(data: Shards, into: Shards): Uint8Array[];
  encode(data: Shards, into?: Shards): Uint8Array[] {
    this.#requireOpen();
    const inputs = this.#readData(data);
    const size = this.#codewordBytes(inputs[0]!.length);
    const sizes = this.#steps.parity.map(() => size);
    const targets = targetsFor(into, { sizes, inputs });
    const { data: dataSlots, parity, encode } = this.#steps;
    this.#space.run(
      { size, inputs: { slots: dataSlots, shards: inputs }, step: encode },
      { slots: parity, shards: targets },
    );
    return targets;
  }

  encodeShard(
    data: Shards,
    options: { readonly index: number; readonly into?: Uint8Array | undefined },
  ): Uint8Array {
    this.#requireOpen();
    const inputs = this.#readData(data);
    const index = requireIndex(options.index, { name: 'index', count: this.#shardCount });
    const into = options.into === undefined ? undefined : [options.into];
    const sizes = [this.#sizeOf(index, inputs[0]!.length)];
    const targets = targetsFor(into, { sizes, inputs });
    const present: Slots = [...inputs, ...this.#steps.parity.map(() => undefined)];
    this.#fill(present, { indices: [index], targets, shardBytes: inputs[0]!.length });
    return targets[0]!;
  }

  encodeAdd(index: number, shard: Uint8Array): void {
    this.#requireOpen();
    requireIndex(index, { name: 'index', count: this.dataShards });
    const expected = this.#progressive?.shardBytes ?? this.shardBytes;
    readShards([shard], { name: 'shard', count: 1, shardBytes: expected });
    this.#progressive ??= new Progressive(
      this.#engine,
      { ...this.#shape, shardBytes: shard.length },
      this.#steps,
    );
    this.#progressive.add(index, shard);
  }

  finish(into?: Shards): Uint8Array[] {
    this.#requireOpen();
    const progressive = this.#progressive;
    if (progressive === undefined) throw tooFewShards(0, this.dataShards);
    progressive.requireAll();
    const size = this.#codewordBytes(progressive.shardBytes);
    const targets = targetsFor(into, { sizes: this.#steps.parity.map(() => size), inputs: [] });
    progressive.finish(targets);
    progressive.close();
    this.#progressive = undefined;
    return targets;
  }

  update(options: {
    readonly index: number;
    readonly before: Uint8Array;
    readonly after: Uint8Array;
    readonly parity: Shards;
    readonly into?: Shards | undefined;
  }): Uint8Array[] {
    this.#requireOpen();
    const { index, before, after } = options;
    requireIndex(index, { name: 'index', count: this.dataShards });
    const { shardBytes } = this;
    readShards([before], { name: 'before', count: 1, shardBytes });
    readShards([after], { name: 'after', count: 1, shardBytes: before.length });
    const size = this.#codewordBytes(before.length);
    const parity = readShards(options.parity, {
      name: 'parity',
      count: this.parityShards,
      shardBytes: size,
    });
    // Each parity shard is read before it is written, so `into` may be `parity`, but nothing
    // between.
    const isInPlace = options.into === options.parity;
    const inputs = isInPlace ? [before, after] : [before, after, ...parity];
    const targets = targetsFor(options.into, { sizes: parity.map(() => size), inputs });
    const change = sumOf(before, after);
    const slots = [index, ...this.#steps.parity];
    this.#space.run(
      { size, inputs: { slots, shards: [change, ...parity] }, step: this.#steps.add(index) },
      { slots: this.#steps.parity, shards: targets },
    );
    return targets;
  }

  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options?: { readonly want?: Wanted | undefined },
  ): Uint8Array<ArrayBuffer>[];
  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options: { readonly want?: Wanted | undefined; readonly into?: Shards | undefined },
  ): Uint8Array[];
  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options: { readonly want?: Wanted | undefined; readonly into?: Shards | undefined } = {},
  ): Uint8Array[] {
    this.#requireOpen();
    const { slots, shardBytes } = this.#readSlots(shards);
    const { want = 'all' } = options;
    const indices = this.#readWanted(want);
    const targets = targetsFor(options.into, {
      sizes: indices.map((index) => this.#sizeOf(index, shardBytes)),
      inputs: slots.filter((shard) => shard !== undefined),
    });
    this.#fill(slots, { indices, targets, shardBytes });
    return targets;
  }

  reconstructChecked(shards: readonly CheckedShard[]): Uint8Array<ArrayBuffer>[] {
    this.#requireOpen();
    const slots: Slots = new Array(this.#shardCount).fill(undefined);
    const checked = readChecked(shards);
    for (const { root, index, shard, shardCount: committed } of checked) {
      if (committed !== this.#shardCount) {
        const message = `commitment to ${committed} shards, this coder has ${this.#shardCount}`;
        throw new ErasureError('shard_count', message);
      }
      if (!equalBytes(root, checked[0]!.root)) {
        const message = `shard ${index}: checked against another root than shard ${checked[0]!.index}`;
        throw new ErasureError('shards_mixed', message, index);
      }
      slots[index] = shard;
    }
    const have = slots.filter((shard) => shard !== undefined).length;
    if (have < this.dataShards) throw tooFewShards(have, this.dataShards);
    // Wrong lengths under one root are the committer's doing, so they get the committer's code.
    const shardBytes = this.#commonLength(slots);
    if (shardBytes === undefined) {
      throw new ErasureError(
        'not_a_codeword',
        'committed shards are not of the lengths of one call',
      );
    }
    // Keep k of them and recompute the others, present or not: a spare shard taken as it is would
    // hide from the root check that it does not belong to the codeword.
    for (let i = this.#shardCount - 1, spare = have - this.dataShards; spare > 0; i--) {
      if (slots[i] === undefined) continue;
      slots[i] = undefined;
      spare--;
    }
    const indices = this.#readWanted('all');
    const all = indices.map((index) => new Uint8Array(this.#sizeOf(index, shardBytes)));
    this.#fill(slots, { indices, targets: all, shardBytes });
    if (equalBytes(shardsRoot(all), checked[0]!.root)) return all;
    const shorter = this.#withoutPadding(slots, all);
    if (shorter && equalBytes(shardsRoot(shorter), checked[0]!.root)) return shorter;
    throw new ErasureError('not_a_codeword', 'the committed shards are not an encoding');
  }

  verify(shards: readonly Uint8Array[]): boolean {
    this.#requireOpen();
    const list = readList(shards, { name: 'shards', count: this.#shardCount });
    const all = list.map((shard, i) => requireBytes(shard, 'shards', i));
    const shardBytes = this.#commonLength(all);
    if (shardBytes === undefined) return false;
    const { data, parity, encode } = this.#steps;
    const size = this.#codewordBytes(shardBytes);
    const inputs: Placed = { slots: data, shards: all.slice(0, this.dataShards) };
    for (const columns of this.#space.stretches(size)) {
      const slots = this.#space.compute({ inputs, step: encode }, columns);
      for (const index of parity) {
        const expected = slots.result(index, columns);
        const got = all[index]!.subarray(columns.start, columns.end);
        if (firstDifference(expected, got) !== -1) return false;
      }
    }
    return true;
  }

  locateCorrupt(
    shards: readonly (Uint8Array | null | undefined)[],
    options: { readonly maxErrors?: number | undefined } = {},
  ): number[] {
    this.#requireOpen();
    const { slots, shardBytes } = this.#readSlots(shards);
    const spare = slots.filter((shard) => shard !== undefined).length - this.dataShards;
    const most = Math.floor(spare / 2);
    const maxErrors = requireIndex(options.maxErrors ?? most, {
      name: 'maxErrors',
      count: most + 1,
    });
    return locateCorruptShards({
      shards: slots,
      maxErrors,
      size: this.#codewordBytes(shardBytes),
      isWide: isWideCodec(this.codec),
      dataShards: this.dataShards,
      steps: this.#steps,
      space: this.#space,
    });
  }

  session(options: { readonly shardBytes?: number | undefined } = {}): Session {
    this.#requireOpen();
    const shardBytes = options.shardBytes ?? this.shardBytes;
    if (shardBytes === undefined) throw new TypeError('shardBytes: expected a number');
    requireShardBytes(shardBytes);
    if (this.shardBytes !== undefined && shardBytes !== this.shardBytes) {
      throw new RangeError(`shardBytes: expected ${this.shardBytes}, got ${shardBytes}`);
    }
    const session = openSession(this.#engine, {
      ...this.#shape,
      shardBytes,
      steps: this.#steps,
      onClose: (closed) => this.#sessions.delete(closed),
    });
    this.#sessions.add(session);
    return session;
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const session of [...this.#sessions]) session.close();
    this.#progressive?.close();
    this.#progressive = undefined;
    this.#space.close();
  }

  get #shape(): { codec: Codec; dataShards: number; parityShards: number } {
    const { codec, dataShards, parityShards } = this;
    return { codec, dataShards, parityShards };
  }

  get #shardCount(): number {
    return this.dataShards + this.parityShards;
  }

  #requireOpen(): void {
    if (this.#isDisposed) throw new ErasureError('disposed', 'the coder was disposed of');
  }

  #codewordBytes(shardBytes: number): number {
    return parityShardBytes(this.codec, shardBytes);
  }

  /** Bytes of shard `index`. */
  #sizeOf(index: number, shardBytes: number): number {
    return index < this.dataShards ? shardBytes : this.#codewordBytes(shardBytes);
  }

  /** Bytes per data shard that agree with the lengths of all present shards, or undefined. */
  #commonLength(slots: Slots): number | undefined {
    const size = this.shardBytes ?? this.#guessLength(slots);
    const isWrong = slots.some((shard, i) => shard && shard.length !== this.#sizeOf(i, size));
    return size === 0 || isWrong ? undefined : size;
  }

  /** From the first data shard; where only parity is present, an odd length cannot be told. */
  #guessLength(slots: Slots): number {
    return slots.find((shard) => shard !== undefined)!.length;
  }

  /** The reading with data shards of odd length, where only parity was present to tell. */
  #withoutPadding(
    slots: Slots,
    all: readonly Uint8Array<ArrayBuffer>[],
  ): Uint8Array<ArrayBuffer>[] | undefined {
    if (!isWideCodec(this.codec) || this.shardBytes !== undefined) return undefined;
    const isData = (_: unknown, i: number) => i < this.dataShards;
    const isKnown = slots.filter(isData).some((shard) => shard !== undefined);
    const isPadded = all.filter(isData).every((shard) => shard.at(-1) === 0);
    if (isKnown || !isPadded) return undefined;
    return all.map((shard, i) => (i < this.dataShards ? shard.slice(0, -1) : shard));
  }

  #readData(data: Shards): Uint8Array[] {
    return readShards(data, { name: 'data', count: this.dataShards, shardBytes: this.shardBytes });
  }

  /** Slots from outside: shape, count, lengths. */
  #readSlots(shards: unknown): { readonly slots: Slots; readonly shardBytes: number } {
    const slots = readList(shards, { name: 'shards', count: this.#shardCount }) as Slots;
    let have = 0;
    for (let i = 0; i < slots.length; i++) {
      const shard: unknown = slots[i] ?? undefined;
      if (shard !== undefined) have++;
      slots[i] = shard === undefined ? undefined : requireBytes(shard, 'shards', i);
    }
    if (have < this.dataShards) throw tooFewShards(have, this.dataShards);
    const shardBytes = this.shardBytes ?? this.#guessLength(slots);
    const codewordBytes = this.#codewordBytes(shardBytes);
    for (let i = 0; i < slots.length; i++) {
      const size = slots[i]?.length;
      const expected = i < this.dataShards ? shardBytes : codewordBytes;
      if (size === undefined || (size === expected && size > 0)) continue;
      const message = `shard ${i}: ${size} bytes, expected ${expected || 'at least 1'}`;
      throw new ErasureError('shard_length', message, i);
    }
    return { slots, shardBytes };
  }

  #readWanted(want: Wanted): readonly number[] {
    if (want === 'data') return this.#steps.data;
    if (want === 'all') return [...this.#steps.data, ...this.#steps.parity];
    if (!Array.isArray(want)) throw new TypeError(`want: expected 'all', 'data' or an array`);
    const count = this.#shardCount;
    const indices = Array.from(want, (index) => requireIndex(index, { name: 'want', count }));
    if (new Set(indices).size < indices.length) throw new RangeError('want: an index is repeated');
    return indices;
  }

  /** Writes shards to targets: copies of those present, the others computed from the first k. */
  #fill(
    slots: Slots,
    options: {
      readonly indices: readonly number[];
      readonly targets: readonly Uint8Array[];
      readonly shardBytes: number;
    },
  ): void {
    const { indices, targets, shardBytes } = options;
    const wanted: number[] = [];
    const outputs: Uint8Array[] = [];
    indices.forEach((index, i) => {
      const shard = slots[index];
      if (shard !== undefined) targets[i]!.set(shard);
      else {
        wanted.push(index);
        outputs.push(targets[i]!);
      }
    });
    if (wanted.length === 0) return;
    const sources: number[] = [];
    for (let i = 0; sources.length < this.dataShards; i++) {
      if (slots[i] !== undefined) sources.push(i);
    }
    const shards = sources.map((index) => slots[index]!);
    const size = this.#codewordBytes(shardBytes);
    const step = this.#steps.recover(sources, wanted);
    this.#space.run(
      { size, inputs: { slots: sources, shards }, step },
      { slots: wanted, shards: outputs },
    );
  }
}

/** Throws `TypeError` or `RangeError` for what is no length of a shard. */
export function requireShardBytes(shardBytes: unknown): void {
  if (typeof shardBytes !== 'number') throw new TypeError('shardBytes: expected a number');
  if (!Number.isSafeInteger(shardBytes) || shardBytes < 1) {
    throw new RangeError(`shardBytes: expected an integer >= 1, got ${shardBytes}`);
  }
}

function readChecked(shards: readonly CheckedShard[]): CheckedShard[] {
  if (!Array.isArray(shards)) throw new TypeError('shards: expected an array of CheckedShard');
  return Array.from(shards, (shard: unknown, i) => {
    if (isCheckedShard(shard)) return shard;
    throw new TypeError(`shards[${i}]: expected a CheckedShard made by checkShard`);
  });
}

function tooFewShards(have: number, need: number): ErasureError {
  return new ErasureError('too_few_shards', `too few shards: have ${have}, need ${need}`);
}

function sumOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const sum = new Uint8Array(left.length);
  for (let i = 0; i < sum.length; i++) sum[i] = left[i]! ^ right[i]!;
  return sum;
}
