/**
 * Fixed-width little-endian encoding of the protocol's messages (da-review.md §1.1). A reader never
 * allocates by a length it was told: callers bound counts from the profile before they read.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { DaError } from './errors.ts';

/** `value` as `size` little-endian bytes; RangeError if it does not fit. */
export function littleEndian(value: bigint | number, size: number): Uint8Array<ArrayBuffer> {
  let rest = BigInt(value);
  if (rest < 0n || rest >= 1n << BigInt(8 * size)) {
    throw new RangeError(`value: expected an unsigned integer of ${size} bytes, got ${value}`);
  }
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return out;
}

/** Concatenation as a freshly owned array. */
export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(concatBytes(...parts));
}

/** Whether two byte strings are equal (not constant time: nothing here is secret). */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Reads one message from front to back; every read past the end is a `truncated` error. */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next `size` bytes, copied. */
  bytes(size: number): Uint8Array<ArrayBuffer> {
    const end = this.#offset + size;
    if (end > this.#bytes.length) {
      throw new DaError('truncated', `message of ${this.#bytes.length} bytes ends before ${end}`);
    }
    const part = this.#bytes.slice(this.#offset, end);
    this.#offset = end;
    return Uint8Array.from(part);
  }

  /** The next `size` bytes as an unsigned integer, for `size` up to 6. */
  number(size: number): number {
    return Number(this.bigint(size));
  }

  /** The next `size` bytes as an unsigned integer. */
  bigint(size: number): bigint {
    let value = 0n;
    const part = this.bytes(size);
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(part[i]!);
    return value;
  }

  /** Refuses bytes after the end of the message, so that each message has one encoding. */
  end(): void {
    if (this.#offset !== this.#bytes.length) {
      const surplus = this.#bytes.length - this.#offset;
      throw new DaError('trailing_bytes', `${surplus} bytes after the end of the message`);
    }
  }
}
