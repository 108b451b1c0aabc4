/**
 * The codecs by name: which shapes each can make, and which one `auto` is.
 *
 * `auto` is frozen: a name in a manifest must mean the same bytes for ever. It is gf8-cauchy where the product
 * with a small matrix is the fastest encoder, Leopard elsewhere, in the smallest field that holds the shards.
 */
import type { Codec } from './engine.ts';
import { ErasureError } from './errors.ts';

export type { Codec };

/** The codecs of this build. */
export const CODECS: readonly [
  'gf8-vandermonde',
  'gf8-cauchy',
  'gf8-jerasure',
  'leopard-ff8',
  'leopard-ff16',
  'leopard-ff16-low',
] = [
  'gf8-vandermonde',
  'gf8-cauchy',
  'gf8-jerasure',
  'leopard-ff8',
  'leopard-ff16',
  'leopard-ff16-low',
] as const;

/** Most shards (data and parity) of one codeword of any codec: indices are elements of GF(2^16). */
export const MAX_SHARDS = 65_536;

/** Up to this many data or parity shards `auto` is a matrix code. */
const AUTO_MATRIX_SHARDS = 4;

/** k data shards and m parity shards. */
export interface Counts {
  readonly dataShards: number;
  readonly parityShards: number;
}

/**
 * The codec that `auto` stands for: `gf8-cauchy` if k + m <= 256 and k or m is at most 4; else `leopard-ff8` if
 * k + nextPow2(m) <= 256; else `leopard-ff16-low` if nextPow2(k) < nextPow2(m), which is where it is the faster
 * rate and what reed-solomon-simd makes; else `leopard-ff16`. Throws `RangeError` for counts no codec has.
 * @example
 * autoCodec({ dataShards: 1024, parityShards: 2048 }); // 'leopard-ff16-low'
 */
export function autoCodec(counts: Counts): Codec {
  requireCount(counts.dataShards, 'dataShards');
  requireCount(counts.parityShards, 'parityShards');
  const { dataShards: k, parityShards: m } = counts;
  if (k + m <= 256 && Math.min(k, m) <= AUTO_MATRIX_SHARDS) return 'gf8-cauchy';
  if (k + nextPowerOfTwo(m) <= 256) return 'leopard-ff8';
  return nextPowerOfTwo(k) < nextPowerOfTwo(m) ? 'leopard-ff16-low' : 'leopard-ff16';
}

/**
 * The codec to use, after checking that it exists and can make the shape. The name may come from a manifest,
 * hence `ErasureError` `unknown_codec`; counts throw `TypeError` or `RangeError`.
 */
export function resolveCodec(codec: unknown, counts: Counts): Codec {
  const known = codec === 'auto' || (CODECS as readonly unknown[]).includes(codec);
  if (!known) {
    // At most 40 characters of the name are repeated.
    const got = typeof codec === 'string' ? JSON.stringify(codec.slice(0, 40)) : typeof codec;
    throw new ErasureError('unknown_codec', `unknown codec ${got}: expected one of CODECS`);
  }
  const resolved = codec === 'auto' ? autoCodec(counts) : (codec as Codec);
  requireCount(counts.dataShards, 'dataShards');
  requireCount(counts.parityShards, 'parityShards');
  const { used, limit, rule } = positions(resolved, counts);
  if (used > limit) throw new RangeError(`${resolved}: ${rule} is at most ${limit}, got ${used}`);
  return resolved;
}

/** Whether shards are products with a matrix (any codec can be; these always are). */
export function isMatrixCodec(codec: Codec): boolean {
  return codec.startsWith('gf8-');
}

/** Whether a symbol is two bytes: shards are laid out in blocks of 32 low and 32 high bytes (`layout.ts`). */
export function isWideCodec(codec: Codec): boolean {
  return codec === 'leopard-ff16' || codec === 'leopard-ff16-low';
}

/** The least power of two that is not below `count` >= 1. */
export function nextPowerOfTwo(count: number): number {
  return 2 ** (32 - Math.clz32(count - 1));
}

/** Field elements that a shape occupies, and how many there are. */
function positions(
  codec: Codec,
  { dataShards, parityShards }: Counts,
): { readonly used: number; readonly limit: number; readonly rule: string } {
  if (isMatrixCodec(codec)) {
    const used = dataShards + parityShards;
    return { used, limit: 256, rule: 'dataShards + parityShards' };
  }
  if (codec === 'leopard-ff16-low') {
    const used = nextPowerOfTwo(dataShards) + parityShards;
    return { used, limit: MAX_SHARDS, rule: 'nextPow2(dataShards) + parityShards' };
  }
  const used = dataShards + nextPowerOfTwo(parityShards);
  const limit = codec === 'leopard-ff8' ? 256 : MAX_SHARDS;
  return { used, limit, rule: 'dataShards + nextPow2(parityShards)' };
}

function requireCount(count: unknown, name: string): void {
  if (typeof count !== 'number') throw new TypeError(`${name}: expected a number`);
  if (!Number.isInteger(count) || count < 1 || count >= MAX_SHARDS) {
    throw new RangeError(`${name}: expected an integer in 1..${MAX_SHARDS - 1}, got ${count}`);
  }
}
