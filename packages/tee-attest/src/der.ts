/**
 * A reader of DER, the distinguished encoding of ASN.1 (ITU-T X.690 §8, §10, §11), strict: definite
 * lengths in the fewest bytes, single-byte tags, no bytes left over, booleans 00 or FF, integers and
 * object identifiers in their shortest form, times in the two forms of RFC 5280 §4.1.2.5.
 *
 * Values are views into the input: nothing is copied, and reading costs the bytes read.
 */
import { TeeError } from './errors.ts';

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One encoded value: its tag byte, its contents, and all of its bytes, tag and length included. */
export interface DerValue {
  readonly tag: number;
  readonly contents: Uint8Array;
  readonly whole: Uint8Array;
}

const MAX_OID_BYTES = 64;

/** Reads values one after another. Every method throws {@link TeeError} `der_malformed`. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether all bytes have been read. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The tag of the next value, or undefined at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The next value, whose tag must be `tag` where that is given. */
  next(tag?: number): DerValue {
    const bytes = this.#bytes;
    const start = this.#at;
    const found = bytes[start];
    if (found === undefined) throw malformed('a value is missing');
    if (found === 0 || (found & 0x1f) === 0x1f) throw malformed('no tag, or one of several bytes');
    if (tag !== undefined && found !== tag) throw malformed(`tag ${found} where ${tag} belongs`);
    let at = start + 1;
    let length = bytes[at++];
    if (length === undefined) throw malformed('a length is missing');
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw malformed('an indefinite or overlong length');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[at++] ?? Number.NaN);
      if (!(length >= 0x80) || length < 256 ** (count - 1))
        throw malformed('a length not in its shortest form');
    }
    const end = at + length;
    if (end > bytes.length) throw malformed('a value longer than what holds it');
    this.#at = end;
    return new LazyValue(bytes, { tag: found, start, contents: at, end });
  }

  /** The next value if its tag is `tag`. */
  optional(tag: number): DerValue | undefined {
    return this.tag === tag ? this.next(tag) : undefined;
  }

  /** A reader of the next value's contents. */
  enter(tag: number): DerReader {
    return new DerReader(this.next(tag).contents);
  }

  /** Demands that nothing follows. */
  end(): void {
    if (!this.done) throw malformed('bytes after the last value');
  }
}

/** A value that makes its views when they are asked for: of most values one is, and views are dear. */
class LazyValue implements DerValue {
  readonly tag: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #contents: number;
  readonly #end: number;

  constructor(
    bytes: Uint8Array,
    { tag, start, contents, end }: { tag: number; start: number; contents: number; end: number },
  ) {
    this.tag = tag;
    this.#bytes = bytes;
    this.#start = start;
    this.#contents = contents;
    this.#end = end;
  }

  get contents(): Uint8Array {
    return this.#bytes.subarray(this.#contents, this.#end);
  }

  get whole(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }
}

/** A reader of the contents of `bytes`, which must be exactly one value with this tag. */
export function enterOnly(bytes: Uint8Array, tag: number): DerReader {
  const outer = new DerReader(bytes);
  const inner = outer.enter(tag);
  outer.end();
  return inner;
}

/** An object identifier as dotted numbers. */
export function readOid(value: DerValue): string {
  const { contents } = value;
  if (value.tag !== TAG.oid || contents.length === 0 || contents.length > MAX_OID_BYTES) {
    throw malformed('no object identifier');
  }
  let text = '';
  let arc = 0;
  let fresh = true;
  for (const byte of contents) {
    if (fresh && byte === 0x80) throw malformed('an object identifier not in its shortest form');
    arc = arc * 128 + (byte & 0x7f);
    if (arc > 0xffffffff) throw malformed('an arc beyond 32 bits');
    fresh = byte < 0x80;
    if (!fresh) continue;
    // The first number holds two arcs.
    const root = Math.min(2, Math.floor(arc / 40));
    text += text === '' ? `${root}.${arc - 40 * root}` : `.${arc}`;
    arc = 0;
  }
  if (!fresh) throw malformed('an unfinished object identifier');
  return text;
}

/** The bytes of an integer, most significant first, in two's complement and in the shortest form. */
export function readInteger(value: DerValue): Uint8Array {
  const { contents } = value;
  const [first, second = 0] = contents;
  if (value.tag !== TAG.integer || first === undefined) throw malformed('no integer');
  const padded = (first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80);
  if (contents.length > 1 && padded) throw malformed('an integer not in its shortest form');
  return contents;
}

/** The bytes of a non-negative integer without leading zero. */
export function readUnsigned(value: DerValue): Uint8Array {
  const bytes = readInteger(value);
  if ((bytes[0] ?? 0) >= 0x80) throw malformed('a negative integer');
  return bytes.length > 1 && bytes[0] === 0 ? bytes.subarray(1) : bytes;
}

/** A non-negative integer below 2^48. */
export function readCount(value: DerValue): number {
  const bytes = readUnsigned(value);
  if (bytes.length > 6) throw malformed('an integer beyond 48 bits');
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** A truth value. */
export function readBoolean(value: DerValue): boolean {
  const [byte] = value.contents;
  if (value.tag !== TAG.boolean || value.contents.length !== 1 || (byte !== 0 && byte !== 0xff)) {
    throw malformed('no truth value');
  }
  return byte === 0xff;
}

/** The bytes of a bit string that has whole bytes. */
export function readBitString(value: DerValue): Uint8Array {
  if (value.tag !== TAG.bitString || value.contents[0] !== 0)
    throw malformed('no bit string of whole bytes');
  return value.contents.subarray(1);
}

/**
 * The numbers of the bits that are set in a bit string of named bits, at most 16. Zero bits at the end
 * are let pass, though X.690 §11.2.2 forbids them: AMD's roots carry them.
 */
export function readNamedBits(value: DerValue): ReadonlySet<number> {
  const { tag, contents } = value;
  if (tag !== TAG.bitString || contents.length > 3) throw malformed('no bit string of named bits');
  const [unused, ...bytes] = contents;
  if (unused === undefined || unused > 7) throw malformed('no bit string of named bits');
  const last = bytes.at(-1);
  if (last === undefined ? unused !== 0 : (last & (2 ** unused - 1)) !== 0) {
    throw malformed('bits set beyond the end of a bit string');
  }
  const set = new Set<number>();
  bytes.forEach((byte, at) => {
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) set.add(8 * at + bit);
  });
  return set;
}

/**
 * Milliseconds since 1970 of a UTCTime (1950 to 2049) or a GeneralizedTime (from 1950 on), both to the
 * second in UTC. A GeneralizedTime before 2050 is let pass: OCSP has no other (RFC 6960 §4.2.2.1).
 */
export function readTime({ tag, contents }: DerValue): number {
  const isShort = tag === TAG.utcTime;
  const digits = isShort ? 12 : 14;
  const isTime =
    (isShort || tag === TAG.generalizedTime) &&
    contents.length === digits + 1 &&
    contents[digits] === 0x5a && // Z
    contents.subarray(0, digits).every((byte) => byte >= 0x30 && byte <= 0x39);
  if (!isTime) throw malformed('no time in UTC to the second');
  /** Two decimal digits, counted from the last pair. */
  const pair = (fromEnd: number): number => {
    const at = digits - 2 * fromEnd;
    return 10 * ((contents[at] as number) - 0x30) + ((contents[at + 1] as number) - 0x30);
  };
  const [month, day, hour, minute, second] = [pair(5), pair(4), pair(3), pair(2), pair(1)];
  const century = isShort ? (pair(6) < 50 ? 20 : 19) : pair(7);
  const year = 100 * century + pair(6);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(time);
  const same = back.getUTCMonth() === month - 1 && back.getUTCDate() === day;
  if (!same || hour > 23 || minute > 59 || second > 59 || year < 1950)
    throw malformed('no date of the calendar');
  return time;
}

function malformed(what: string): TeeError {
  return new TeeError('der_malformed', `not DER: ${what}`);
}
