/** Memory for the results of a stream: new for each, or blocks that are used in turn. */

/** Most blocks that are used in turn. */
const MAX_BUFFERS = 1024;

/** Gives blocks, each zeroed only the first time. */
export class BlockRing {
  readonly #blocks: Uint8Array<ArrayBuffer>[] = [];
  readonly #count: number;
  #next = 0;

  /**
   * `buffers` results stay valid, and `held` more are made before they are asked for; without
   * `buffers` all stay valid. Throws `RangeError`.
   */
  constructor(buffers: number | undefined, held: number) {
    if (buffers !== undefined && !(Number.isInteger(buffers) && buffers >= 1)) {
      throw new RangeError(`buffers: expected an integer >= 1, got ${buffers}`);
    }
    if (buffers !== undefined && buffers > MAX_BUFFERS) {
      throw new RangeError(`buffers: at most ${MAX_BUFFERS}, got ${buffers}`);
    }
    this.#count = buffers === undefined ? 0 : buffers + held;
  }

  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#count === 0) return new Uint8Array(bytes);
    const at = this.#next++ % this.#count;
    const known = this.#blocks[at];
    if (known !== undefined && known.length >= bytes) return known.subarray(0, bytes);
    const block = new Uint8Array(bytes);
    this.#blocks[at] = block;
    return block;
  }
}
