/**
 * Variable-base multi-scalar multiplication in G1 under one interface: n points (affine, 96 bytes
 * big-endian each) and n scalars (32 bytes big-endian), to 48 compressed bytes.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import type { PointSum } from '../../../packages/kzg/src/point-sum.ts';
import type { Call } from './kzg.ts';

/** The terms of one sum. */
export interface Terms {
  readonly points: Uint8Array;
  readonly scalars: Uint8Array;
}

/** Our own multiplication as a contender. */
export function ourSum(ours: PointSum, { points, scalars }: Terms): Call {
  return { run: () => ours.sum(points, scalars) };
}

/**
 * npm `montgomery`, WebAssembly. It takes each coordinate and scalar as its own little-endian array;
 * making them is not timed, its conversion to Montgomery form is, as ours is.
 */
export async function montgomerySum({ points, scalars }: Terms): Promise<Call> {
  const { msm } = (await import('montgomery')) as {
    msm(scalars: Uint8Array[], points: [Uint8Array, Uint8Array, boolean][]): { result: Affine };
  };
  const size = 48;
  const count = points.length / (2 * size);
  const littleEndian = (bytes: Uint8Array, i: number, width: number): Uint8Array =>
    bytes.slice(i * width, (i + 1) * width).reverse();
  const pairs = Array.from({ length: count }, (_, i): [Uint8Array, Uint8Array, boolean] => [
    littleEndian(points, 2 * i, size),
    littleEndian(points, 2 * i + 1, size),
    false,
  ]);
  const factors = Array.from({ length: count }, (_, i) => littleEndian(scalars, i, 32));
  return {
    run: () => msm(factors, pairs),
    read: (answer) => {
      const [x, y, infinite] = (answer as { result: Affine }).result;
      if (infinite) return bls12_381.G1.Point.ZERO.toBytes(true);
      return bls12_381.G1.Point.fromAffine({ x: number(x), y: number(y) }).toBytes(true);
    },
  };
}

type Affine = readonly [x: Uint8Array, y: Uint8Array, infinite: boolean];

function number(littleEndian: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`);
}
