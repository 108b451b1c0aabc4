/**
 * Points of G2 of BLS12-381, y^2 = x^3 + 4 (1 + u) over F_p[u] / (u^2 + 1): as text in the two forms
 * in which a trusted setup is published, and as 192 bytes. Arithmetic from @noble/curves.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  BASE_FIELD_MODULUS,
  BYTES_PER_COORDINATE,
  readCoordinate,
  writeCoordinate,
} from '../base-field.ts';
import { concatBytes } from '../bytes.ts';
import { encodePoint } from './g1.ts';

/** A finite point of the curve, as an object of @noble/curves. */
export type G2Point = InstanceType<typeof bls12_381.G2.Point>;

/** Bytes of an uncompressed point. */
export const BYTES_PER_G2_POINT = 192;

const HEX = '([0-9a-f]{96})';
const AFFINE = /* @__PURE__ */ new RegExp(`^0x${HEX},${HEX} ${HEX},${HEX}$`, 'i');
const COMPRESSED = /^0x[0-9a-f]{192}$/i;

/**
 * A finite point on the curve from `0x<x.c0>,<x.c1> <y.c0>,<y.c1>` (affine) or from 96 compressed
 * bytes, or undefined. Only the compressed form is checked to be in the subgroup.
 */
export function decodeG2(text: string, { affine }: { affine: boolean }): G2Point | undefined {
  const point = affine ? decodeAffine(text) : decodeCompressed(text);
  return point?.is0() ? undefined : point;
}

/** 96 bytes: flags and x.c1, then x.c0 (noble's own encoder repeats the subgroup check). */
export function encodeG2(point: G2Point): Uint8Array<ArrayBuffer> {
  const { x, y } = point.toAffine();
  // The flags of G1's encoding, with the sign of y: that of y.c1, or of y.c0 if y.c1 = 0.
  const high = encodePoint({ x: x.c1, y: y.c1 !== 0n ? y.c1 : y.c0 });
  const low = encodePoint({ x: x.c0, y: 1n });
  low[0]! &= 0x1f;
  return concatBytes([high, low]);
}

/** Uncompressed: x.c1, x.c0, y.c1, y.c0 of 48 big-endian bytes each. */
export function writeG2(point: G2Point): Uint8Array<ArrayBuffer> {
  const { x, y } = point.toAffine();
  const out = new Uint8Array(BYTES_PER_G2_POINT);
  const view = new DataView(out.buffer);
  [x.c1, x.c0, y.c1, y.c0].forEach((value, i) => {
    writeCoordinate(view, BYTES_PER_COORDINATE * i, value);
  });
  return out;
}

/** All points of a byte string whose length is a multiple of 192; nothing is checked. */
export function readG2Points(bytes: Uint8Array): G2Point[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / BYTES_PER_G2_POINT }, (_, i) => {
    const [x1, x0, y1, y0] = [0, 1, 2, 3].map((part) =>
      readCoordinate(view, BYTES_PER_G2_POINT * i + BYTES_PER_COORDINATE * part),
    );
    return bls12_381.G2.Point.fromAffine({ x: { c0: x0!, c1: x1! }, y: { c0: y0!, c1: y1! } });
  });
}

function decodeAffine(text: string): G2Point | undefined {
  const match = AFFINE.exec(text);
  if (match === null) return undefined;
  const [c0, c1, d0, d1] = match.slice(1).map((digits) => BigInt(`0x${digits}`));
  if ([c0!, c1!, d0!, d1!].some((value) => value >= BASE_FIELD_MODULUS)) return undefined;
  const x = { c0: c0!, c1: c1! };
  const y = { c0: d0!, c1: d1! };
  const { Fp2 } = bls12_381.fields;
  const right = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.fromBigTuple([4n, 4n]));
  return Fp2.eql(Fp2.sqr(y), right) ? bls12_381.G2.Point.fromAffine({ x, y }) : undefined;
}

function decodeCompressed(text: string): G2Point | undefined {
  if (!COMPRESSED.test(text)) return undefined;
  try {
    return bls12_381.G2.Point.fromHex(text.slice(2));
  } catch {
    return undefined; // not canonical, not on the curve or not in the subgroup
  }
}
