/**
 * Generators of inputs at and beyond the borders: scalars, compressed points, blobs. Each says in a
 * word what it made. About half of what they give is acceptable, so that both sides are tried.
 */
import { FIELD_MODULUS } from '@barycenter/kzg';
import type { Random } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  bigEndian,
  curvePoint,
  encodeG1,
  encodeG2,
  SMALL_ORDERS_G1,
  SMALL_ORDERS_G2,
  smallG1,
  smallG2,
  twistPoint,
} from './curve-points.ts';

/** Bytes with a word about them. */
export interface Made {
  readonly what: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const P = bls12_381.fields.Fp.ORDER;
const Z = 0xd201000000010000n;
const OUTSIDE_POINTS = 8;

/** Scalars where arithmetic changes its way: ends of the range, limb borders, eigenvalues, roots. */
const SPECIAL_SCALARS: readonly bigint[] = [
  0n,
  1n,
  2n,
  FIELD_MODULUS - 1n,
  FIELD_MODULUS - 2n,
  (FIELD_MODULUS - 1n) / 2n,
  (FIELD_MODULUS + 1n) / 2n,
  Z * Z - 1n, // lambda: phi(P) = lambda P
  FIELD_MODULUS - Z * Z + 1n,
  Z * Z,
  Z,
  FIELD_MODULUS - Z,
  ...[16n, 29n, 30n, 49n, 51n, 52n, 64n, 127n, 128n, 129n, 192n, 254n].flatMap((bits) => [
    1n << bits,
    (1n << bits) - 1n,
  ]),
];

/** A scalar in [0, r), often a special one. */
export function scalar(random: Random): bigint {
  if (random.integer(3) > 0) return random.bigint(FIELD_MODULUS);
  const special = pick(random, SPECIAL_SCALARS);
  return (special + BigInt(random.integer(3)) - 1n + FIELD_MODULUS) % FIELD_MODULUS;
}

/** A scalar that multiplies cheaply, or now and then any. */
export function shortScalar(random: Random): bigint {
  return random.integer(8) === 0 ? scalar(random) : BigInt(random.integer(1 << 16));
}

/** A number in 32 bytes, also beyond r. */
export function element(value: bigint): Uint8Array<ArrayBuffer> {
  return bigEndian(value).slice(16);
}

/** 32 bytes that are mostly a field element; sometimes r and more, or of another length. */
export function elementBytes(random: Random): Made {
  switch (random.integer(16)) {
    case 0:
      return { what: 'r', bytes: element(FIELD_MODULUS) };
    case 1:
      return { what: 'r + 1', bytes: element(FIELD_MODULUS + 1n) };
    case 2:
      return { what: 'all ones', bytes: element((1n << 256n) - 1n) };
    case 3:
      return { what: 'random bytes', bytes: random.bytes(32) };
    case 4:
      return { what: 'wrong length', bytes: random.bytes(pick(random, [0, 1, 31, 33, 48])) };
    default:
      return { what: 'element', bytes: element(scalar(random)) };
  }
}

/** 48 bytes in place of the valid point `valid`. */
export function hostileG1(random: Random, valid: Uint8Array): Made {
  const strange = strangeEncoding(random, valid);
  if (strange !== undefined) return strange;
  const material = outsideG1();
  switch (random.integer(6)) {
    case 0: {
      const { order, point } = pick(random, material.small);
      return { what: `order ${order}`, bytes: encodeG1(point) };
    }
    case 1: {
      const { order, point } = pick(random, material.small);
      const sum = bls12_381.G1.Point.fromBytes(new Uint8Array(valid)).add(point);
      return { what: `plus order ${order}`, bytes: encodeG1(sum) };
    }
    case 2:
      return { what: 'outside the subgroup', bytes: encodeG1(pick(random, material.outside)) };
    case 3:
      return { what: 'x + p', bytes: plusModulus(valid, 0) };
    case 4:
      return { what: 'x = p', bytes: withFlags(bigEndian(P + BigInt(random.integer(3)))) };
    default:
      return { what: 'random x', bytes: withFlags(random.bytes(48)) };
  }
}

/** 96 bytes in place of the valid point `valid`. */
export function hostileG2(random: Random, valid: Uint8Array): Made {
  const strange = strangeEncoding(random, valid);
  if (strange !== undefined) return strange;
  const material = outsideG2();
  const half = random.integer(2) * 48;
  switch (random.integer(6)) {
    case 0: {
      const { order, point } = pick(random, material.small);
      return { what: `order ${order}`, bytes: encodeG2(point) };
    }
    case 1: {
      const { order, point } = pick(random, material.small);
      const sum = bls12_381.G2.Point.fromBytes(new Uint8Array(valid)).add(point);
      return { what: `plus order ${order}`, bytes: encodeG2(sum) };
    }
    case 2:
      return { what: 'outside the subgroup', bytes: encodeG2(pick(random, material.outside)) };
    case 3:
      return { what: 'a coordinate + p', bytes: plusModulus(valid, half) };
    case 4: {
      const bytes = new Uint8Array(valid);
      bytes.fill(0, half, half + 48);
      return { what: 'a coordinate of zero', bytes: withFlags(bytes) };
    }
    default:
      return { what: 'random x', bytes: withFlags(random.bytes(96)) };
  }
}

/** A blob with a change that mostly leaves it canonical. */
export function changedBlob(random: Random, blob: Uint8Array): Made {
  const bytes = new Uint8Array(blob);
  const at = 32 * random.integer(bytes.length / 32);
  switch (random.integer(6)) {
    case 0:
      bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
      return { what: 'one bit', bytes };
    case 1:
      bytes.set(element(FIELD_MODULUS + BigInt(random.integer(2))), at);
      return { what: 'an element of r and more', bytes };
    case 2:
      return {
        what: 'wrong length',
        bytes: bytes.slice(0, pick(random, [0, 32, 131_071, 131_040])),
      };
    case 3:
      bytes.copyWithin(0, 32, 32 + 32 * random.integer(64));
      return { what: 'elements moved', bytes };
    default:
      bytes.set(element(scalar(random)), at);
      return { what: 'one element', bytes };
  }
}

/** One of a list. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(items.length)]!;
}

/** Encodings that need no arithmetic, of either group; undefined in half of the cases. */
function strangeEncoding(random: Random, valid: Uint8Array): Made | undefined {
  const bytes = new Uint8Array(valid);
  const infinity = new Uint8Array(valid.length).fill(0xc0, 0, 1);
  switch (random.integer(18)) {
    case 0:
      return { what: 'infinity', bytes: infinity };
    case 1:
      bytes[0]! ^= 0x20;
      return { what: 'negated', bytes };
    case 2:
    case 3:
      bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
      return { what: 'one bit', bytes };
    case 4:
      bytes[0]! &= 0x7f;
      return { what: 'not flagged compressed', bytes };
    case 5:
      bytes[0]! |= 0x40;
      return { what: 'a point flagged infinite', bytes };
    case 6:
      infinity[0] = pick(random, [0x40, 0xe0, 0xc1]);
      return { what: 'infinity with other flags', bytes: infinity };
    case 7:
      infinity[valid.length - 1] = 1;
      return { what: 'infinity with a coordinate', bytes: infinity };
    case 8: {
      const size = pick(random, [0, 1, 47, 49, 95, 97, 192]);
      return { what: 'wrong length', bytes: random.bytes(size === valid.length ? 0 : size) };
    }
    default:
      return undefined;
  }
}

/** Sets the flag of a compressed finite point and keeps the sign bit. */
function withFlags(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  bytes[0] = (bytes[0]! & 0x3f) | 0x80;
  return bytes;
}

/**
 * The same point with p added to the coordinate at `offset`, where 381 bits hold that (for 23 % of
 * coordinates); else the coordinate p.
 */
function plusModulus(valid: Uint8Array, offset: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(valid);
  const flags = bytes[0]! & 0xe0;
  bytes[0]! &= 0x1f;
  const coordinate = BigInt(`0x${Buffer.from(bytes.slice(offset, offset + 48)).toString('hex')}`);
  const moved = coordinate + P < 1n << 381n ? coordinate + P : P;
  bytes.set(bigEndian(moved), offset);
  bytes[0]! |= flags;
  return bytes;
}

interface Outside<Point> {
  readonly small: readonly { readonly order: bigint; readonly point: Point }[];
  readonly outside: readonly Point[];
}

type Memo<Point> = Outside<Point> | undefined;
let g1: Memo<ReturnType<typeof curvePoint>>;
let g2: Memo<ReturnType<typeof twistPoint>>;

function outsideG1(): Outside<ReturnType<typeof curvePoint>> {
  g1 ??= {
    small: SMALL_ORDERS_G1.map((order) => ({ order, point: smallG1(order) })),
    outside: Array.from({ length: OUTSIDE_POINTS }, (_, i) => curvePoint(BigInt(i) * 97n)),
  };
  return g1;
}

function outsideG2(): Outside<ReturnType<typeof twistPoint>> {
  g2 ??= {
    small: SMALL_ORDERS_G2.map((order) => ({ order, point: smallG2(order) })),
    outside: Array.from({ length: OUTSIDE_POINTS }, (_, i) => twistPoint(BigInt(i) * 97n)),
  };
  return g2;
}
