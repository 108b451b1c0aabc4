/**
 * The scalars of step 3 of FK20 (see `js/fk20.ts`): what the fixed points are multiplied with.
 */
import { evaluateInPlace } from './domain.ts';
import { CELLS_PER_EXT_BLOB, FIELD_ELEMENTS_PER_CELL } from './parameters.ts';
import { invert, reduce } from './scalar.ts';

const SIZE = CELLS_PER_EXT_BLOB;
const STRIDE = FIELD_ELEMENTS_PER_CELL;
const LAST = SIZE / 2 - 1;

/** Entry [v][c] of 4,096 coefficients, times 1/128 for the unscaled inverse transform of points. */
export function transformOffsets(coefficients: readonly bigint[]): bigint[][] {
  const scale = invert(BigInt(SIZE));
  const columns = Array.from({ length: SIZE }, () => new Array<bigint>(STRIDE));
  for (let c = 0; c < STRIDE; c++) {
    const rotated = new Array<bigint>(SIZE).fill(0n);
    for (let t = 0; t <= LAST; t++) {
      rotated[(t - LAST + SIZE) % SIZE] = reduce(coefficients[c + STRIDE * t]! * scale);
    }
    evaluateInPlace(rotated);
    for (let v = 0; v < SIZE; v++) columns[v]![c] = rotated[v]!;
  }
  return columns;
}
