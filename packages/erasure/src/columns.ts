/**
 * Runs a step over shards of any length through a workspace of bounded size: a stretch of columns is
 * copied in, computed, and copied out. Columns do not depend on each other, so the result is the same as at once.
 */
import { isWideCodec } from './codec.ts';
import type { Engine, Shape } from './engine.ts';
import { BLOCK_BYTES, type Columns, gatherTail, loadColumns, wholeBlocks } from './layout.ts';
import type { Step } from './recovery.ts';
import { Slots } from './slots.ts';

/** Bytes of all slots together, where blocks of 64 bytes allow: less than a usual last-level cache. */
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
  readonly #isWide: boolean;
  readonly #maxSlotBytes: number;
  #slots: Slots | undefined;
  #slotBytes = 0;

  constructor(engine: Engine, shape: Omit<Shape, 'slotBytes'>) {
    const { codec, dataShards, parityShards } = shape;
    this.#engine = engine;
    this.#shape = { codec, dataShards, parityShards };
    this.#isWide = isWideCodec(codec);
    const share = SPACE_BYTES / (dataShards + parityShards);
    const blocks = Math.max(1, Math.floor(Math.min(share, MAX_SLOT_BYTES) / BLOCK_BYTES));
    this.#maxSlotBytes = blocks * BLOCK_BYTES;
  }

  /** Computes `outputs`. */
  run(job: Job, outputs: Placed): void {
    for (const columns of this.stretches(job.size)) {
      this.compute(job, columns);
      this.#store(outputs, columns);
    }
  }

  /** The stretches of columns to compute one after the other. */
  *stretches(size: number): Generator<Columns> {
    this.#reserve(size);
    for (let start = 0; start < size; start += this.#slotBytes) {
      yield { start, end: Math.min(start + this.#slotBytes, size) };
    }
  }

  /** Runs the step on one stretch; `result` gives what it left. */
  compute({ inputs, step }: Omit<Job, 'size'>, columns: Columns): void {
    const slots = this.#slots!;
    const target = { ...columns, isWide: this.#isWide };
    for (let i = 0; i < inputs.slots.length; i++) {
      loadColumns(slots.view(inputs.slots[i]!), inputs.shards[i]!, target);
    }
    step(slots.workspace, wholeBlocks(columns.end - columns.start));
  }

  /**
   * The columns of one slot in the order of a shard: a view, valid until the next `compute`, which may be asked for once.
   */
  result(index: number, { start, end }: Columns): Uint8Array {
    const slot = this.#slots!.view(index);
    if (this.#isWide) gatherTail(slot, end - start);
    return slot.subarray(0, end - start);
  }

  close(): void {
    this.#slots?.workspace.close();
    this.#slots = undefined;
    this.#slotBytes = 0;
  }

  #store({ slots, shards }: Placed, columns: Columns): void {
    for (let i = 0; i < slots.length; i++) {
      const { start, end } = columns;
      const result = this.result(slots[i]!, columns);
      // A data shard of odd length has no room for the zero byte that it counts with.
      const isShort = shards[i]!.length < end;
      shards[i]!.set(isShort ? result.subarray(0, shards[i]!.length - start) : result, start);
    }
  }

  /** Opens a workspace whose slots are long enough, or as long as they may be. */
  #reserve(size: number): void {
    const slotBytes = Math.min(wholeBlocks(size), this.#maxSlotBytes);
    if (slotBytes > this.#slotBytes) {
      this.close();
      this.#slots = new Slots(this.#engine.open({ ...this.#shape, slotBytes }));
      this.#slotBytes = slotBytes;
    }
    this.#slots!.refresh();
  }
}
