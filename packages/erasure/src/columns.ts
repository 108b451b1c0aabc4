/**
 * Runs a step over shards of any length through a workspace of bounded size: a stretch of columns
 * is copied in, computed, and copied out. Columns do not depend on each other, so the result is the
 * same as at once.
 */
import { isWideCodec } from './codec.ts';
import type { Engine, Shape } from './engine.ts';
import { BLOCK_BYTES, type Columns, wholeBlocks } from './layout.ts';
import type { Step } from './recovery.ts';
import { Slots } from './slots.ts';

/**
 * Bytes of all slots together, where blocks of 64 bytes allow: less than a usual last-level cache.
 */
const SPACE_BYTES = 4 * 2 ** 20;
/** Most bytes of one slot. */
const MAX_SLOT_BYTES = 2 ** 17;

/** Shards with the slots that they stand in. */
export interface Placed {
  readonly slots: readonly number[];
  readonly shards: readonly Uint8Array[];
}

/** A computation over all columns. */
export interface Job {
  /** Bytes of a codeword: the longest shard. */
  readonly size: number;
  readonly inputs: Placed;
  readonly step: Step;
}

export class ColumnSpace {
  readonly #engine: Engine;
  readonly #shape: Omit<Shape, 'slotBytes'>;
  readonly #maxSlotBytes: number;
  #slots: Slots | undefined;
  #slotBytes = 0;

  constructor(engine: Engine, shape: Omit<Shape, 'slotBytes'>) {
    const { codec, dataShards, parityShards } = shape;
    this.#engine = engine;
    this.#shape = { codec, dataShards, parityShards };
    const share = Math.min(SPACE_BYTES / (dataShards + parityShards), MAX_SLOT_BYTES);
    this.#maxSlotBytes = BLOCK_BYTES * Math.max(1, Math.floor(share / BLOCK_BYTES));
  }

  /** Computes `outputs`. */
  run({ size, inputs, step }: Job, outputs: Placed): void {
    for (const columns of this.stretches(size)) {
      const slots = this.compute({ inputs, step }, columns);
      for (let i = 0; i < outputs.slots.length; i++) {
        slots.store(outputs.shards[i]!, outputs.slots[i]!, columns);
      }
    }
  }

  /** The stretches of columns to compute one after the other. */
  *stretches(size: number): Generator<Columns> {
    this.#reserve(size);
    for (let start = 0; start < size; start += this.#slotBytes) {
      yield { start, end: Math.min(start + this.#slotBytes, size) };
    }
  }

  /** Runs the step on one stretch; the slots hold what it left until the next call. */
  compute({ inputs, step }: Omit<Job, 'size'>, columns: Columns): Slots {
    const slots = this.#slots!;
    for (let i = 0; i < inputs.slots.length; i++) {
      slots.load(inputs.slots[i]!, inputs.shards[i]!, columns);
    }
    step(slots.workspace, wholeBlocks(columns.end - columns.start));
    return slots;
  }

  close(): void {
    this.#slots?.workspace.close();
    this.#slots = undefined;
    this.#slotBytes = 0;
  }

  /** Opens a workspace whose slots are long enough, or as long as they may be. */
  #reserve(size: number): void {
    const slotBytes = Math.min(wholeBlocks(size), this.#maxSlotBytes);
    if (slotBytes > this.#slotBytes) {
      this.close();
      const workspace = this.#engine.open({ ...this.#shape, slotBytes });
      this.#slots = new Slots(workspace, isWideCodec(this.#shape.codec));
      this.#slotBytes = slotBytes;
    }
    this.#slots!.refresh();
  }
}
