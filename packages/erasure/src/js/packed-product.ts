/**
 * The hot loop: outputs += rows * inputs over GF(2^8), byte position by byte position.
 *
 * Four outputs at a time. For the input j a table of 256 words holds, for each byte value b,
 *
 *   T_j[b] = row0[j]*b | row1[j]*b << 8 | row2[j]*b << 16 | row3[j]*b << 24
 *
 * so one look-up and one XOR do four multiply-accumulates. Sums are kept per block of positions in
 * a word array that stays in the first-level cache, then split into the four outputs.
 *
 * Two inputs are added per pass over the sums. Kernel alone, Node 24.21, AMD EPYC, one thread, MB/s
 * of data (best of three runs, of a stand-alone copy of these loops; the other core was busy):
 *
 *   shape          one product row per coefficient   packed, 1 input   2 inputs   4 inputs per pass
 *   10+4 x 64 KiB  155                               438               477        492
 *   16+16 x 64 KiB  38                               120               185        197
 *   128+128 x 4 KiB  7                                23                23         25
 *
 * Four inputs per pass were left out: about 10 % more at most, for more code.
 */
import { type Field, multiply } from '../field.ts';

/** Outputs packed into one 32-bit word. */
const LANES = 4;
/** Positions per block: 16 KiB of sums, half of a usual first-level data cache. */
const BLOCK_POSITIONS = 4096;

/**
 * Adds `sum_j coefficients[r * inputs.length + j] * inputs[j][i]` to `outputs[r][i]`. All inputs
 * and outputs have one length >= 1, and no output overlaps an input. O(outputs * inputs * length);
 * scratch memory is 1 KiB per input and 16 KiB.
 */
export function addPackedProducts(
  outputs: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
  options: { readonly coefficients: Uint16Array; readonly field: Field },
): void {
  const { coefficients, field } = options;
  const size = inputs[0]!.length;
  const sums = new Int32Array(Math.min(size, BLOCK_POSITIONS));
  const tables = inputs.map(() => new Int32Array(256));
  const zeroTable = new Int32Array(256);
  for (let first = 0; first < outputs.length; first += LANES) {
    const group = outputs.slice(first, first + LANES);
    for (let j = 0; j < inputs.length; j++) {
      const column = group.map((_, lane) => coefficients[(first + lane) * inputs.length + j]!);
      fillTable(tables[j]!, field, column);
    }
    for (let start = 0; start < size; start += BLOCK_POSITIONS) {
      const count = Math.min(BLOCK_POSITIONS, size - start);
      sums.fill(0);
      for (let j = 0; j < inputs.length; j += 2) {
        // An odd last input is paired with itself under the zero table.
        const partner = inputs[j + 1] ?? inputs[j]!;
        const partnerTable = tables[j + 1] ?? zeroTable;
        addProducts(sums, tables[j]!, inputs[j]!, partnerTable, partner, start, count);
      }
      for (let lane = 0; lane < group.length; lane++) {
        addLane(group[lane]!, sums, lane, start, count);
      }
    }
  }
}

/**
 * Fills T_j: products of the eight single-bit bytes, then T[b] by linearity from its lower bits.
 */
function fillTable(table: Int32Array, field: Field, column: readonly number[]): void {
  for (let bit = 1; bit < 256; bit <<= 1) {
    let products = 0;
    for (let lane = 0; lane < column.length; lane++) {
      products |= multiply(field, column[lane]!, bit) << (8 * lane);
    }
    for (let low = 0; low < bit; low++) table[bit + low] = table[low]! ^ products;
  }
}

/** Positional arguments, because this is the loop that the time goes into. */
function addProducts(
  sums: Int32Array,
  tableA: Int32Array,
  inputA: Uint8Array,
  tableB: Int32Array,
  inputB: Uint8Array,
  start: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    sums[i] = sums[i]! ^ tableA[inputA[start + i]!]! ^ tableB[inputB[start + i]!]!;
  }
}

function addLane(
  output: Uint8Array,
  sums: Int32Array,
  lane: number,
  start: number,
  count: number,
): void {
  const shift = 8 * lane;
  for (let i = 0; i < count; i++) {
    output[start + i] = output[start + i]! ^ (sums[i]! >>> shift);
  }
}
