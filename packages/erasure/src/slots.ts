/**
 * Shards in and out of a workspace. Slots lie at equal distances in one buffer, so one view of that
 * buffer serves all of them. On WebAssembly the buffer is another after memory has grown, which
 * detaches the view; `refresh` makes it again.
 */
import type { Workspace } from './engine.ts';
import { BLOCK_BYTES, type Columns, gatherTail, spreadTail } from './layout.ts';

export class Slots {
  readonly workspace: Workspace;
  readonly #isWide: boolean;
  #memory: Uint8Array;
  #start = 0;
  #stride = 0;

  constructor(workspace: Workspace, isWide: boolean) {
    this.workspace = workspace;
    this.#isWide = isWide;
    this.#memory = new Uint8Array(0);
    this.refresh();
  }

  /** To be called before slots are used in a method, not for each. */
  refresh(): void {
    const first = this.workspace.slot(0);
    if (first.buffer === this.#memory.buffer) return;
    this.#memory = new Uint8Array(first.buffer);
    this.#start = first.byteOffset;
    this.#stride = this.workspace.slot(1).byteOffset - first.byteOffset;
  }

  /** Copies columns of a shard, which may lack its last byte, into a slot. */
  load(index: number, shard: Uint8Array, { start, end }: Columns): void {
    const at = this.#start + index * this.#stride;
    const size = end - start;
    const whole = start === 0 && shard.length <= end;
    this.#memory.set(whole ? shard : shard.subarray(start, end), at);
    if (!this.#isWide || size % BLOCK_BYTES === 0) return;
    const slot = this.#memory.subarray(at, at + this.#stride);
    if (shard.length < end) slot[size - 1] = 0;
    spreadTail(slot, size);
  }

  /**
   * Columns in a slot in the order of a shard: a view, valid until memory moves. To be asked for
   * once after the slot was computed, as the tail is put in order in place.
   */
  result(index: number, { start, end }: Columns): Uint8Array {
    const at = this.#start + index * this.#stride;
    const size = end - start;
    if (this.#isWide && size % BLOCK_BYTES !== 0) {
      gatherTail(this.#memory.subarray(at, at + this.#stride), size);
    }
    return this.#memory.subarray(at, at + size);
  }

  /** Copies columns from a slot into a shard, which may lack the last byte. */
  store(shard: Uint8Array, index: number, columns: Columns): void {
    const result = this.result(index, columns);
    const { start, end } = columns;
    shard.set(shard.length < end ? result.subarray(0, shard.length - start) : result, start);
  }
}
