/**
 * outputs += or = rows * inputs over GF(2^16), on shards in blocks of 32 low and 32 high bytes: one
 * table of 512 words per coefficient (`product-table.ts`), so a shard should be long beside 1 KiB
 * for this to be quick.
 */
import type { Field } from '../field.ts';
import { fillProductTable, TABLE_WORDS } from './product-table.ts';

/** Bytes of the low, and of the high, halves of a block's symbols. */
const PLANE_BYTES = 32;

/** `target += factor * source` on `bytes` bytes, a multiple of 64. */
export function addSplitProducts(
  outputs: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
  options: { readonly coefficients: Uint16Array; readonly field: Field; readonly bytes: number },
): void {
  const { coefficients, field, bytes } = options;
  const table = new Uint16Array(TABLE_WORDS);
  outputs.forEach((output, r) => {
    inputs.forEach((input, c) => {
      const factor = coefficients[r * inputs.length + c]!;
      if (factor === 0) return;
      fillProductTable(table, field, field.log[factor]!);
      addProduct(output, input, table, bytes);
    });
  });
}

function addProduct(
  target: Uint8Array,
  source: Uint8Array,
  table: Uint16Array,
  bytes: number,
): void {
  for (let block = 0; block < bytes; block += 2 * PLANE_BYTES) {
    for (let low = block, high = block + PLANE_BYTES; low < block + PLANE_BYTES; low++, high++) {
      const product = table[source[low]!]! ^ table[256 + source[high]!]!;
      target[low] = target[low]! ^ product;
      target[high] = target[high]! ^ (product >> 8);
    }
  }
}
