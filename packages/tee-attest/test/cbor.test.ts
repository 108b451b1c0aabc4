import { type Random, seededRandom } from '@barycenter/testing';
import { Decoder } from 'cbor-x';
import { expect, test } from 'vitest';
import { decodeCbor } from '../src/cbor/decode.ts';
import { type CborKey, type CborValue, encodeCbor } from '../src/cbor/encode.ts';
import { TeeError } from '../src/errors.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const encoded = (value: CborValue): string => Buffer.from(encodeCbor(value)).toString('hex');

function refusal(bytes: Uint8Array): string {
  try {
    decodeCbor(bytes);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof TeeError)) throw error;
    return error.code;
  }
}

/** A random value of the subset, at most `depth` levels deep. */
function randomValue(random: Random, depth: number, options: { tags: boolean }): CborValue {
  const kind = random.integer(depth > 0 ? 8 : 5);
  if (kind === 0) return Number(random.bigint(1n << BigInt(1 + random.integer(53))));
  if (kind === 1) return -1 - Number(random.bigint(1n << BigInt(1 + random.integer(52))));
  if (kind === 2) return random.bytes(random.integer(300));
  if (kind === 3) return Buffer.from(random.bytes(random.integer(40))).toString('base64');
  if (kind === 4) return random.integer(2) === 1;
  if (kind === 5 && options.tags)
    return { tag: random.integer(1000), value: randomValue(random, depth - 1, options) };
  const items = Array.from({ length: random.integer(30) }, () =>
    randomValue(random, depth - 1, options),
  );
  if (kind === 6) return items;
  return new Map(
    items.map((item, i): [CborKey, CborValue] => [
      i % 2 ? `k${random.integer(1 << 20)}` : random.integer(1 << 30) - 500,
      item,
    ]),
  );
}

test('the examples of RFC 8949 appendix A that the subset has encode as printed there', () => {
  const examples: readonly (readonly [CborValue, string])[] = [
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [255, '18ff'],
    [256, '190100'],
    [1000, '1903e8'],
    [65536, '1a00010000'],
    [1000000, '1a000f4240'],
    [1000000000000, '1b000000e8d4a51000'],
    [18446744073709551615n, '1bffffffffffffffff'],
    [-18446744073709551616n, '3bffffffffffffffff'],
    [-1, '20'],
    [-10, '29'],
    [-100, '3863'],
    [-1000, '3903e7'],
    [false, 'f4'],
    [true, 'f5'],
    [{ tag: 1, value: 1363896240 }, 'c11a514b67b0'],
    [{ tag: 23, value: hex('01020304') }, 'd74401020304'],
    [hex(''), '40'],
    ['', '60'],
    ['ü', '62c3bc'],
    ['水', '63e6b0b4'],
    [[], '80'],
    [[1, [2, 3], [4, 5]], '8301820203820405'],
    [new Map(), 'a0'],
    [
      new Map<CborKey, CborValue>([
        [1, 2],
        [3, 4],
      ]),
      'a201020304',
    ],
    [
      new Map<CborKey, CborValue>([
        ['b', [2, 3]],
        ['a', 1],
      ]),
      'a26161016162820203',
    ],
  ];
  for (const [value, text] of examples) {
    expect(encoded(value)).toBe(text);
    expect(encoded(decodeCbor(hex(text)))).toBe(text);
  }
});

test('random values survive, and cbor-x reads the same from them', () => {
  const random = seededRandom(63);
  const peer = new Decoder({ mapsAsObjects: false, useRecords: false });
  for (let i = 0; i < 500; i++) {
    const value = randomValue(random, 3, { tags: i % 2 === 0 });
    const bytes = encodeCbor(value);
    expect(encodeCbor(decodeCbor(bytes))).toEqual(bytes);
    // cbor-x gives tags a meaning of its own, so it reads the values without them.
    if (i % 2 === 1)
      expect(Buffer.from(encodeCbor(peer.decode(bytes)))).toEqual(Buffer.from(bytes));
  }
});

test('every other encoding than the deterministic one is refused', () => {
  const bad = [
    ['', 'nothing'],
    ['1817', '23 in two bytes'],
    ['1900ff', '255 in three bytes'],
    ['1a0000ffff', 'u16 in five bytes'],
    ['1b00000000ffffffff', 'u32 in nine bytes'],
    ['5f41014102ff', 'indefinite byte string'],
    ['9fff', 'indefinite array'],
    ['bfff', 'indefinite map'],
    ['1c', 'reserved head'],
    ['f6', 'null'],
    ['f7', 'undefined'],
    ['f97e00', 'float'],
    ['f820', 'two-byte simple value'],
    ['a201000100', 'key twice'],
    ['a202000100', 'keys out of order'],
    ['a1f500', 'a truth value as key'],
    ['a1400', 'odd'],
    ['62c328', 'not UTF-8'],
    ['db000000010000000000', 'a tag beyond 32 bits'],
    ['4200', 'truncated bytes'],
    ['820', 'odd'],
    ['8201', 'truncated array'],
    ['a101', 'truncated map'],
    ['0000', 'bytes after the value'],
    ['5bffffffffffffffff', 'a length beyond everything'],
    ['9bffffffffffffffff', 'a count beyond everything'],
    ['bbffffffffffffffff', 'entries beyond everything'],
    [`${'81'.repeat(18)}00`, 'too deep'],
  ] as const;
  for (const [text, why] of bad)
    expect(`${why}: ${refusal(hex(text))}`).toBe(`${why}: cbor_malformed`);
});

test('random bytes and every truncation end in a value or a refusal', () => {
  const random = seededRandom(64);
  for (let i = 0; i < 3000; i++) refusal(random.bytes(random.integer(200)));
  const value = encodeCbor([
    1,
    'text',
    hex('0011'),
    new Map<CborKey, CborValue>([[1, [true]]]),
    { tag: 18, value: -5 },
  ]);
  for (let length = 0; length < value.length; length++) {
    expect(refusal(value.subarray(0, length))).toBe('cbor_malformed');
  }
});

test('numbers that are no integers of 64 bits cannot be encoded', () => {
  for (const value of [1.5, Number.NaN, 2 ** 53, 1n << 64n, -(1n << 64n) - 1n]) {
    expect(() => encodeCbor(value)).toThrow(RangeError);
  }
});
