/**
 * Leopard's encoder and decoder on slots of shards, a block of columns at a time. Where shards
 * stand among the points is told in `../evaluation-code.ts`; the transforms in `transform.ts`.
 *
 * Encoding, high rate: the parity's polynomial is the sum of those of the data blocks. Low rate: it
 * is that of the data.
 *
 * Decoding. P is the word's polynomial over n points, E the points not known, L(x) the product of
 * (x + e) over e in E. P L has degree below n and is known everywhere: P(x) L(x) where P is known,
 * 0 on E. Interpolate it, differentiate, evaluate: (P L)' = P' L + P L', which is P L' on E; and
 * L'(e) is the product over E without e. So P(e) = (P L)'(e) / P_E(e), in the notation of
 * `../log-products.ts`.
 */
import { nextPowerOfTwo } from '../codec.ts';
import type { Shape } from '../engine.ts';
import { leopardPoints, leopardZeros } from '../evaluation-code.ts';
import { type Field, fieldOf } from '../field.ts';
import { logProducts } from '../log-products.ts';
import { fillProductTable, TABLE_WORDS } from './product-table.ts';
import { differentiate, evaluate, interpolate, type Rows } from './transform.ts';

/** Words of work space per transform, a stretch of columns of all rows: 512 KiB. */
const WORK_WORDS = 2 ** 18;
/** Words per block of 64 bytes. */
const BLOCK_WORDS = 32;

/** The transforms of one shape. */
export interface Leopard {
  encode(slots: readonly Uint8Array[], bytes: number): void;
  recover(
    slots: readonly Uint8Array[],
    options: {
      readonly present: Uint8Array;
      readonly wanted: readonly number[];
      readonly bytes: number;
    },
  ): void;
}

export function createLeopard(shape: Shape): Leopard {
  const { codec, dataShards: k, parityShards: m } = shape;
  const isLow = codec === 'leopard-ff16-low';
  const field = fieldOf(codec);
  const rowsPerBlock = nextPowerOfTwo(isLow ? k : m);
  const points = leopardPoints(codec, shape);
  const [zeroStart, zeroEnd] = leopardZeros(codec, shape);
  const size = nextPowerOfTwo(rowsPerBlock + (isLow ? m : k));

  return {
    encode(slots, bytes) {
      forColumns(bytes, rowsPerBlock, (columns) => {
        const sum = blockOf(field, rowsPerBlock, columns);
        const block = blockOf(field, rowsPerBlock, columns);
        if (isLow) {
          load(sum, slots.slice(0, k), columns);
          interpolate(sum);
          for (let first = 0; first < m; first += rowsPerBlock) {
            block.words.set(sum.words);
            evaluate({ ...block, first: rowsPerBlock + first });
            store(block, slots.slice(k + first, k + first + rowsPerBlock), columns);
          }
          return;
        }
        for (let first = 0; first < k; first += rowsPerBlock) {
          load(block, slots.slice(first, Math.min(k, first + rowsPerBlock)), columns);
          interpolate({ ...block, first: rowsPerBlock + first });
          for (let i = 0; i < sum.words.length; i++) sum.words[i] = sum.words[i]! ^ block.words[i]!;
        }
        evaluate(sum);
        store(sum, slots.slice(k), columns);
      });
    },

    recover(slots, { present, wanted, bytes }) {
      const indexAt = new Int32Array(size).fill(-1);
      points.forEach((point, index) => {
        if (present[index] === 1) indexAt[point] = index;
      });
      const all = Uint16Array.from({ length: size }, (_, point) => point);
      const erased = all.filter((x) => indexAt[x] === -1 && (x < zeroStart || x >= zeroEnd));
      const locator = logProducts(field, erased, all);
      forColumns(bytes, size, (columns) => {
        const work = blockOf(field, size, columns);
        const { words, width } = work;
        const table = new Uint16Array(TABLE_WORDS);
        for (let point = 0; point < size; point++) {
          if (indexAt[point] === -1) continue;
          const row = words.subarray(point * width, (point + 1) * width);
          readRow(row, slots[indexAt[point]!]!, columns);
          fillProductTable(table, field, locator[point]!);
          multiplyRow(row, table);
        }
        interpolate(work);
        differentiate(work);
        evaluate(work);
        for (const index of wanted) {
          const point = points[index]!;
          const row = words.subarray(point * width, (point + 1) * width);
          fillProductTable(table, field, field.order - locator[point]!);
          multiplyRow(row, table);
          writeRow(slots[index]!, row, columns);
        }
      });
    },
  };

  function readRow(row: Uint16Array, slot: Uint8Array, { start }: Columns): void {
    if (field.bits === 16) joinPlanes(row, slot, start);
    else row.set(new Uint16Array(slot.buffer, slot.byteOffset + start, row.length));
  }

  function writeRow(slot: Uint8Array, row: Uint16Array, { start }: Columns): void {
    if (field.bits === 16) splitPlanes(slot, row, start);
    else new Uint16Array(slot.buffer, slot.byteOffset + start, row.length).set(row);
  }

  /** The first rows from slots, zeros in the others. */
  function load({ words, width }: Rows, slots: readonly Uint8Array[], columns: Columns): void {
    slots.forEach((slot, i) => {
      readRow(words.subarray(i * width, (i + 1) * width), slot, columns);
    });
    words.fill(0, slots.length * width);
  }

  function store({ words, width }: Rows, slots: readonly Uint8Array[], columns: Columns): void {
    slots.forEach((slot, i) => {
      writeRow(slot, words.subarray(i * width, (i + 1) * width), columns);
    });
  }
}

/** A stretch of bytes of every slot; both are multiples of 64. */
interface Columns {
  readonly start: number;
  readonly size: number;
}

function forColumns(bytes: number, rows: number, work: (columns: Columns) => void): void {
  const step = 2 * BLOCK_WORDS * Math.max(1, Math.floor(WORK_WORDS / rows / BLOCK_WORDS));
  for (let start = 0; start < bytes; start += step) {
    work({ start, size: Math.min(step, bytes - start) });
  }
}

function blockOf(field: Field, count: number, { size }: Columns): Rows {
  const width = size / 2;
  return { field, words: new Uint16Array(count * width), count, width, first: 0 };
}

function multiplyRow(row: Uint16Array, table: Uint16Array): void {
  for (let i = 0; i < row.length; i++) {
    const x = row[i]!;
    row[i] = table[x & 255]! ^ table[256 + (x >> 8)]!;
  }
}

/** Blocks of 32 low and 32 high bytes to symbols. */
function joinPlanes(row: Uint16Array, slot: Uint8Array, start: number): void {
  for (let block = 0, at = start; block < row.length; block += BLOCK_WORDS, at += 64) {
    for (let i = 0; i < BLOCK_WORDS; i++) {
      row[block + i] = slot[at + i]! | (slot[at + BLOCK_WORDS + i]! << 8);
    }
  }
}

function splitPlanes(slot: Uint8Array, row: Uint16Array, start: number): void {
  for (let block = 0, at = start; block < row.length; block += BLOCK_WORDS, at += 64) {
    for (let i = 0; i < BLOCK_WORDS; i++) {
      slot[at + i] = row[block + i]!;
      slot[at + BLOCK_WORDS + i] = row[block + i]! >> 8;
    }
  }
}
