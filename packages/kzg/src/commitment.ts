/**
 * G1 points as bytes at the boundary: decoding with the full check of EIP-4844's `validate_kzg_g1`
 * (canonical encoding, on the curve, in the subgroup, infinity allowed), many at a time.
 */
import { assertBytes, KzgError } from './errors.ts';
import { decodePoint, inSubgroupEach, type Point } from './g1.ts';
import { BYTES_PER_COMMITMENT } from './parameters.ts';

/**
 * Decodes and checks each point; about 0.7 ms a point, 1.2 ms for a single one.
 * Throws KzgError `point_length`, `point_not_canonical`, `point_not_on_curve`,
 * `point_not_in_subgroup` with the index of the first bad point.
 */
export function decodePoints(encodings: readonly Uint8Array[], name: string): Point[] {
  const points = encodings.map((bytes, index) => {
    assertBytes(bytes, { size: BYTES_PER_COMMITMENT, code: 'point_length', name, index });
    return decodePoint(bytes, name, index);
  });
  checkSubgroup(points, (index) => [`${name}: expected a point of the subgroup`, index]);
  return points;
}

/** Decodes and checks one point. */
export function decodeOnePoint(bytes: Uint8Array, name: string): Point {
  assertBytes(bytes, { size: BYTES_PER_COMMITMENT, code: 'point_length', name });
  const point = decodePoint(bytes, name);
  checkSubgroup([point], () => [`${name}: expected a point of the subgroup`]);
  return point;
}

function checkSubgroup(
  points: readonly Point[],
  describe: (index: number) => [message: string, index?: number],
): void {
  const bad = inSubgroupEach(points).indexOf(false);
  if (bad !== -1) throw new KzgError('point_not_in_subgroup', ...describe(bad));
}
