/** The codeword whose data shards arrive one by one: `encodeAdd` and `finish`. */
import { isMatrixCodec, isWideCodec } from './codec.ts';
import type { Engine } from './engine.ts';
import { ErasureError } from './errors.ts';
import { parityShardBytes, wholeBlocks } from './layout.ts';
import type { Steps } from './recovery.ts';
import type { SessionShape } from './session.ts';
import { Slots } from './slots.ts';

export class Progressive {
  readonly shardBytes: number;
  readonly #shape: SessionShape;
  readonly #steps: Steps;
  readonly #slots: Slots;
  readonly #size: number;
  readonly #taken = new Set<number>();

  constructor(engine: Engine, shape: SessionShape, steps: Steps) {
    const { codec, dataShards, parityShards, shardBytes } = shape;
    this.shardBytes = shardBytes;
    this.#shape = shape;
    this.#steps = steps;
    this.#size = parityShardBytes(codec, shardBytes);
    const slotBytes = wholeBlocks(this.#size);
    const workspace = engine.open({ codec, dataShards, parityShards, slotBytes });
    for (const index of steps.parity) workspace.slot(index).fill(0);
    this.#slots = new Slots(workspace, isWideCodec(codec));
  }

  /** Takes a shard that was checked, except for having come before. */
  add(index: number, shard: Uint8Array): void {
    if (this.#taken.has(index)) throw new RangeError(`index: shard ${index} was added before`);
    this.#slots.refresh();
    this.#slots.load(index, shard, { start: 0, end: this.#size });
    if (isMatrixCodec(this.#shape.codec)) {
      this.#steps.add(index)(this.#slots.workspace, wholeBlocks(this.#size));
    }
    this.#taken.add(index);
  }

  requireAll(): void {
    const { dataShards } = this.#shape;
    if (this.#taken.size === dataShards) return;
    const message = `too few shards: have ${this.#taken.size}, need ${dataShards}`;
    throw new ErasureError('too_few_shards', message);
  }

  finish(targets: readonly Uint8Array[]): void {
    this.#slots.refresh();
    if (!isMatrixCodec(this.#shape.codec)) {
      this.#steps.encode(this.#slots.workspace, wholeBlocks(this.#size));
    }
    this.#steps.parity.forEach((index, i) => {
      this.#slots.store(targets[i]!, index, { start: 0, end: this.#size });
    });
  }

  close(): void {
    this.#slots.workspace.close();
  }
}
