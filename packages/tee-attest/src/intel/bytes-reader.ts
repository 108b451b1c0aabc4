/** Little-endian fields read one after another from bytes of which no length is trusted. */

/** Reads within bounds; `tooShort` makes the error for a field that ends beyond the bytes. */
export class BytesReader {
  readonly #bytes: Uint8Array;
  readonly #tooShort: (wanted: number, left: number) => Error;
  #at = 0;

  constructor(bytes: Uint8Array, tooShort: (wanted: number, left: number) => Error) {
    this.#bytes = bytes;
    this.#tooShort = tooShort;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view of the next bytes. */
  take(count: number): Uint8Array {
    if (count > this.left) throw this.#tooShort(count, this.left);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  u8(): number {
    return this.take(1)[0] as number;
  }

  u16(): number {
    return this.u8() + 256 * this.u8();
  }

  u32(): number {
    return this.u16() + 65_536 * this.u16();
  }
}
