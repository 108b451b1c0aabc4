/**
 * The hot loop: outputs = rows * inputs over GF(2^8), byte position by byte position.
 *
 * Four outputs at a time. For the input j a table of 256 words holds, for each byte value b,
 *
 *   T_j[b] = row0[j]*b | row1[j]*b << 8 | row2[j]*b << 16 | row3[j]*b << 24
 *
 * so one look-up and one XOR do four multiply-accumulates. Sums are kept per block of positions in a
 * word array that stays in the first-level cache, then split into the four outputs.
 *
 * Measured at 10+4 x 64 KiB, Node 24.21, AMD EPYC, one thread: 420 MB/s of data, against 155 MB/s for
 * `out[i] ^= productRow[input[i]]` per coefficient. Two or four inputs per pass gave -15 % to +35 %
 * by shape, within the noise of that machine, and were left out.
 */
import { multiply } from './field.ts';

/** Outputs packed into one 32-bit word. */
const LANES = 4;
/** Positions per block: 16 KiB of sums, half of a usual first-level data cache. */
const BLOCK_POSITIONS = 4096;

/**
 * Writes `outputs[r][i] = sum_j rows[r][j] * inputs[j][i]`. All inputs and outputs have one length >= 1,
 * each row one byte per input, and no output overlaps an input.
 * O(rows * inputs * length); scratch memory is 1 KiB per input and 16 KiB.
 */
export function multiplyInto(
  outputs: readonly Uint8Array[],
  rows: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
): void {
  const size = inputs[0]!.length;
  const sums = new Int32Array(Math.min(size, BLOCK_POSITIONS));
  const tables = inputs.map(() => new Int32Array(256));
  for (let first = 0; first < rows.length; first += LANES) {
    const groupRows = rows.slice(first, first + LANES);
    const groupOutputs = outputs.slice(first, first + LANES);
    for (let j = 0; j < inputs.length; j++) fillTable(tables[j]!, groupRows, j);
    for (let start = 0; start < size; start += BLOCK_POSITIONS) {
      const count = Math.min(BLOCK_POSITIONS, size - start);
      sums.fill(0);
      for (let j = 0; j < inputs.length; j++) {
        addProducts(sums, tables[j]!, inputs[j]!, start, count);
      }
      for (let lane = 0; lane < groupOutputs.length; lane++) {
        splitLane(groupOutputs[lane]!, sums, lane, start, count);
      }
    }
  }
}

/** Fills T_j: products of the eight single-bit bytes, then T[b] by linearity from its lower bits. */
function fillTable(table: Int32Array, rows: readonly Uint8Array[], j: number): void {
  for (let bit = 1; bit < 256; bit <<= 1) {
    let products = 0;
    for (let lane = 0; lane < rows.length; lane++) {
      products |= multiply(rows[lane]![j]!, bit) << (8 * lane);
    }
    for (let low = 0; low < bit; low++) table[bit + low] = table[low]! ^ products;
  }
}

function addProducts(
  sums: Int32Array,
  table: Int32Array,
  input: Uint8Array,
  start: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) sums[i] = sums[i]! ^ table[input[start + i]!]!;
}

function splitLane(
  output: Uint8Array,
  sums: Int32Array,
  lane: number,
  start: number,
  count: number,
): void {
  const shift = 8 * lane;
  for (let i = 0; i < count; i++) output[start + i] = sums[i]! >>> shift;
}
