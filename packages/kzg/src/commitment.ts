/**
 * G1 points as bytes at the boundary: decoding with the full check of EIP-4844's `validate_kzg_g1`
 * (canonical encoding, on the curve, in the subgroup, infinity allowed), many at a time. The engine
 * decodes and says what it found; what that means for the caller is said here, once.
 */
import { type Engine, POINT_STATUS, type PointList } from './engine.ts';
import { assertBytes, KzgError, type KzgErrorCode } from './errors.ts';
import { BYTES_PER_COMMITMENT } from './parameters.ts';

const FAULTS: ReadonlyMap<number, readonly [KzgErrorCode, string]> = /* @__PURE__ */ new Map([
  [POINT_STATUS.flags, ['point_not_canonical', 'expected the flags of a compressed point']],
  [POINT_STATUS.notCanonical, ['point_not_canonical', 'expected x below the modulus']],
  [POINT_STATUS.notOnCurve, ['point_not_on_curve', 'no curve point has this x']],
  [POINT_STATUS.notInSubgroup, ['point_not_in_subgroup', 'expected a point of the subgroup']],
]);

/**
 * Decodes and checks each point.
 * Throws KzgError `point_length`, `point_not_canonical`, `point_not_on_curve`,
 * `point_not_in_subgroup` with the index of the first bad point.
 */
export function decodePoints(
  engine: Engine,
  encodings: readonly Uint8Array[],
  name: string,
): PointList {
  assertEncodings(encodings, name);
  const { points, statuses } = engine.decodePoints(encodings);
  statuses.forEach((status, index) => {
    throwFault(status, { name, index });
  });
  return points;
}

/** Decodes and checks one point. */
export function decodeOnePoint(engine: Engine, bytes: Uint8Array, name: string): PointList {
  assertBytes(bytes, { size: BYTES_PER_COMMITMENT, code: 'point_length', name });
  const { points, statuses } = engine.decodePoints([bytes]);
  throwFault(statuses[0]!, { name });
  return points;
}

/** Throws `point_length` with the index of the first byte string that is not 48 bytes long. */
export function assertEncodings(encodings: readonly Uint8Array[], name: string): void {
  encodings.forEach((bytes, index) => {
    assertBytes(bytes, { size: BYTES_PER_COMMITMENT, code: 'point_length', name, index });
  });
}

/** Throws if a status byte stands for anything but a point of the subgroup. */
export function throwFault(
  status: number,
  { name, index }: { readonly name: string; readonly index?: number },
): void {
  const fault = FAULTS.get(status);
  if (fault !== undefined) throw new KzgError(fault[0], `${name}: ${fault[1]}`, index);
}
