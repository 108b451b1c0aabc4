/**
 * Reads exactly what `encode.ts` writes: any other encoding of the same value is refused, and so are
 * indefinite lengths, floating point, null, duplicate or unsorted keys, more than 16 levels, and
 * bytes after the value. Lengths are compared with the bytes there are before anything is allocated.
 */
import { bytesToHex, parseText } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import type { CborKey, CborValue } from './encode.ts';

const MAX_DEPTH = 16;
const MAX_TAG = 0xffffffffn;
/** Least argument that needs 1, 2, 4 and 8 bytes of its own. */
const LEAST_OF_SIZE = [24, 2 ** 8, 2 ** 16, 2 ** 32] as const;

/** Decodes one value. Integers below 2^53 come as `number`, others as `bigint`. @throws TeeError `cbor_malformed`. */
export function decodeCbor(bytes: Uint8Array): CborValue {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.left > 0) throw malformed('bytes after the value');
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  value(depth: number): CborValue {
    if (depth > MAX_DEPTH) throw malformed('too deep');
    const { major, argument } = this.#head();
    switch (major) {
      case 0:
        return argument;
      case 1:
        return toNumber(-1n - BigInt(argument));
      case 2:
        return Uint8Array.from(this.#take(argument));
      case 3:
        return this.#text(argument);
      case 4:
        return this.#items(argument, depth);
      case 5:
        return this.#map(argument, depth);
      case 6:
        if (argument > MAX_TAG) throw malformed('a tag beyond 32 bits');
        return { tag: Number(argument), value: this.value(depth + 1) };
      default:
        if (argument === 20 || argument === 21) return argument === 21;
        throw malformed('a simple value that is not used here');
    }
  }

  #head(): { major: number; argument: number | bigint } {
    const [initial] = this.#take(1) as unknown as [number];
    const major = initial >> 5;
    const low = initial & 0x1f;
    if (low < 24) return { major, argument: low };
    const least = LEAST_OF_SIZE[low - 24];
    if (least === undefined || major === 7)
      throw malformed('an indefinite length, float or reserved head');
    let argument: number | bigint = 0;
    if (low < 27) for (const byte of this.#take(2 ** (low - 24))) argument = argument * 256 + byte;
    else argument = toNumber(readUint64(this.#take(8)));
    if (argument < least) throw malformed('a head not in its shortest form');
    return { major, argument };
  }

  #take(count: number | bigint): Uint8Array {
    if (count > this.left) throw malformed('a value longer than the bytes there are');
    const start = this.#at;
    this.#at += Number(count);
    return this.#bytes.subarray(start, this.#at);
  }

  #text(count: number | bigint): string {
    const text = parseText(this.#take(count));
    if (text === undefined) throw malformed('text that is not UTF-8');
    return text;
  }

  #items(count: number | bigint, depth: number): CborValue[] {
    if (count > this.left) throw malformed('more items than bytes');
    return Array.from({ length: Number(count) }, () => this.value(depth + 1));
  }

  #map(count: number | bigint, depth: number): ReadonlyMap<CborKey, CborValue> {
    if (count > this.left / 2) throw malformed('more entries than bytes');
    const map = new Map<CborKey, CborValue>();
    let previous = '';
    for (let i = 0; i < Number(count); i++) {
      const start = this.#at;
      const key = this.value(depth + 1);
      // Hexadecimal text sorts as the bytes do, with the shorter prefix first.
      const encoded = bytesToHex(this.#bytes.subarray(start, this.#at));
      if (typeof key !== 'number' && typeof key !== 'bigint' && typeof key !== 'string')
        throw malformed('a map key of another kind');
      if (i > 0 && encoded <= previous) throw malformed('map keys twice or out of order');
      previous = encoded;
      map.set(key, this.value(depth + 1));
    }
    return map;
  }
}

function readUint64(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0);
}

function toNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function malformed(what: string): TeeError {
  return new TeeError('cbor_malformed', `not deterministic CBOR of the expected subset: ${what}`);
}
