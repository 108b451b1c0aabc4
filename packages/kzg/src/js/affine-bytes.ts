/** Affine points of G1 as 96 bytes: x, then y, 48 big-endian bytes each; infinity is all zeros. */
import { BYTES_PER_COORDINATE, readCoordinate, writeCoordinate } from '../base-field.ts';
import type { Point } from './g1.ts';

/** Bytes of one point. */
export const BYTES_PER_AFFINE_POINT = 96;

/** All points of a byte string whose length is a multiple of 96; nothing is checked. */
export function readAffinePoints(bytes: Uint8Array): Point[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / BYTES_PER_AFFINE_POINT }, (_, i) => ({
    x: readCoordinate(view, BYTES_PER_AFFINE_POINT * i),
    y: readCoordinate(view, BYTES_PER_AFFINE_POINT * i + BYTES_PER_COORDINATE),
  }));
}

/** The concatenation of all points. */
export function writeAffinePoints(points: readonly Point[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(points.length * BYTES_PER_AFFINE_POINT);
  const view = new DataView(out.buffer);
  points.forEach(({ x, y }, i) => {
    writeCoordinate(view, BYTES_PER_AFFINE_POINT * i, x);
    writeCoordinate(view, BYTES_PER_AFFINE_POINT * i + BYTES_PER_COORDINATE, y);
  });
  return out;
}
