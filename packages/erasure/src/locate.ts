/**
 * Which shards are wrong. Columns are checked for being codewords; in the first one that is not,
 * the wrong symbols are located (`wrong-symbols.ts`), their shards are set aside, and the check
 * goes on from there with the rest. Every step sets at least one wrong shard aside: with s spare
 * shards of which e are wrong, 2e <= s, each column has at most e wrong symbols, which is what can
 * be located; then s - 1 are spare of which e - 1 are wrong.
 */

import { firstDifference } from './bytes.ts';
import type { ColumnSpace } from './columns.ts';
import { ErasureError } from './errors.ts';
import { BLOCK_BYTES, type Columns } from './layout.ts';
import type { Steps } from './recovery.ts';
import type { Slots } from './slots.ts';
import { findWrongSymbols } from './wrong-symbols.ts';

export interface Suspects {
  /** k+m shards, undefined where missing; at least k present. */
  readonly shards: readonly (Uint8Array | undefined)[];
  readonly maxErrors: number;
  /** Bytes of a codeword. */
  readonly size: number;
  readonly isWide: boolean;
  readonly dataShards: number;
  readonly steps: Steps;
  readonly space: ColumnSpace;
}

/** The wrong shards, ascending, or `ErasureError` 'too_many_errors'. */
export function locateCorruptShards(suspects: Suspects): number[] {
  const { shards, maxErrors, size, space, steps, dataShards } = suspects;
  const wrong: number[] = [];
  let trusted = shards.flatMap((shard, index) => (shard === undefined ? [] : [index]));
  for (const columns of space.stretches(size)) {
    for (;;) {
      const sources = trusted.slice(0, dataShards);
      const others = trusted.slice(dataShards);
      if (others.length === 0) break;
      const inputs = { slots: sources, shards: sources.map((index) => shards[index]!) };
      const slots = space.compute({ inputs, step: steps.recover(sources, others) }, columns);
      const at = firstWrongColumn(shards, { slots, others, columns });
      if (at === undefined) break;
      const most = Math.min(maxErrors - wrong.length, Math.floor(others.length / 2));
      const symbols = trusted.map((index) => symbolAt(suspects, { index, at }));
      const found =
        most > 0
          ? findWrongSymbols(steps.code(), { indices: trusted, symbols, maxErrors: most })
          : undefined;
      if (found === undefined || found.length === 0) {
        throw new ErasureError('too_many_errors', `more than ${maxErrors} shards are wrong`);
      }
      for (const position of found) wrong.push(trusted[position]!);
      trusted = trusted.filter((_, position) => !found.includes(position));
    }
  }
  return wrong.sort((a, b) => a - b);
}

/** The first byte at which a computed shard is not the one at hand. */
function firstWrongColumn(
  shards: Suspects['shards'],
  computed: {
    readonly slots: Slots;
    readonly others: readonly number[];
    readonly columns: Columns;
  },
): number | undefined {
  const { slots, others, columns } = computed;
  let first: number | undefined;
  for (const index of others) {
    const expected = slots.result(index, columns);
    const got = shards[index]!.subarray(columns.start, columns.end);
    let at = firstDifference(got, expected);
    // The zero byte that a data shard of odd length counts with.
    if (at === -1 && got.length < expected.length && expected[got.length] !== 0) at = got.length;
    if (at !== -1) first = Math.min(first ?? at, at);
  }
  return first === undefined ? undefined : columns.start + first;
}

/** The symbol of shard `index` that byte `at` belongs to. */
function symbolAt(
  { shards, size, isWide }: Suspects,
  { index, at }: { readonly index: number; readonly at: number },
): number {
  const shard = shards[index]!;
  if (!isWide) return shard[at]!;
  const base = at - (at % BLOCK_BYTES);
  const half = Math.min(BLOCK_BYTES, size - base) / 2;
  const low = base + ((at - base) % half);
  return shard[low]! | ((shard[low + half] ?? 0) << 8);
}
