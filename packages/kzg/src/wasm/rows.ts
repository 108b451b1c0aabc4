/**
 * Matrices of rows through the kernel. The kernel wants rows one after the other in its memory; wide
 * matrices are cut into blocks of columns, so that `BLOCK_BYTES` bound the memory whatever the size.
 */
import { domainSize, log2 } from '../domain.ts';
import * as js from '../js/column-code.ts';
import { BYTES_PER_FIELD_ELEMENT } from '../parameters.ts';
import { assertOk, type KernelMemory } from './kernel-memory.ts';

/** Bytes of input and output of one block: 1,024 rows of 128 elements. */
const BLOCK_BYTES = 1 << 22;

/** The kernel's transforms end here; the domain of longer codes is left to the TypeScript. */
const MAX_EXTENDED_ROWS = 8192;
const MAX_RECOVERED_DOMAIN = 4096;

type Bytes = Uint8Array<ArrayBuffer>;

/** Rows k..n-1. */
export function extendRows(
  memory: KernelMemory,
  rows: readonly Uint8Array[],
  rowCount: number,
): Bytes[] {
  if (domainSize(rowCount) > MAX_EXTENDED_ROWS) return js.extendRows(rows, rowCount);
  const out = emptyRows(rowCount - rows.length, rows[0]!.length);
  eachBlock(memory, { from: rows, to: out }, ({ data, columns, result }) => {
    const log = log2(rows.length);
    return memory.exports.extend_rows(data, columns, log, rowCount, result);
  });
  return out;
}

/** The k data rows from any k. */
export function recoverRows(
  memory: KernelMemory,
  { indices, rows }: { readonly indices: readonly number[]; readonly rows: readonly Uint8Array[] },
  rowCount: number,
): Bytes[] {
  if (domainSize(rowCount) > MAX_RECOVERED_DOMAIN) return js.recoverRows(indices, rows, rowCount);
  const out = emptyRows(rows.length, rows[0]!.length);
  memory.scoped(() => {
    const numbers = memory.writeNumbers(indices);
    eachBlock(memory, { from: rows, to: out }, ({ data, columns, result }) => {
      const log = log2(rows.length);
      return memory.exports.recover_rows(numbers, data, columns, log, rowCount, result);
    });
  });
  return out;
}

/** sum_j scalars_j * row_j. */
export function combineRows(
  memory: KernelMemory,
  rows: readonly Uint8Array[],
  scalars: readonly bigint[],
): Bytes {
  const out = emptyRows(1, rows[0]!.length);
  memory.scoped(() => {
    const factors = memory.writeScalars(scalars);
    eachBlock(memory, { from: rows, to: out }, ({ data, columns, result }) =>
      memory.exports.combine_rows(data, columns, factors, rows.length, result),
    );
  });
  return out[0]!;
}

/** Runs over blocks of columns: copies the rows' parts in, calls, copies the results' parts out. */
function eachBlock(
  memory: KernelMemory,
  { from, to }: { readonly from: readonly Uint8Array[]; readonly to: readonly Bytes[] },
  call: (block: { data: number; columns: number; result: number }) => number,
): void {
  const rowBytes = from[0]!.length;
  const perColumn = (from.length + to.length) * BYTES_PER_FIELD_ELEMENT;
  const most = Math.max(16, 16 * Math.floor(BLOCK_BYTES / perColumn / 16));
  const blockBytes = Math.min(rowBytes, most * BYTES_PER_FIELD_ELEMENT);
  memory.scoped(() => {
    const data = memory.allocate(from.length * blockBytes);
    const result = memory.allocate(to.length * blockBytes);
    for (let start = 0; start < rowBytes; start += blockBytes) {
      const size = Math.min(blockBytes, rowBytes - start);
      const input = memory.bytes;
      from.forEach((row, j) => {
        input.set(row.subarray(start, start + size), data + j * size);
      });
      assertOk(call({ data, columns: size / BYTES_PER_FIELD_ELEMENT, result }));
      const output = memory.bytes;
      to.forEach((row, j) => {
        row.set(output.subarray(result + j * size, result + (j + 1) * size), start);
      });
    }
  });
}

function emptyRows(count: number, size: number): Bytes[] {
  return Array.from({ length: count }, () => new Uint8Array(size));
}
