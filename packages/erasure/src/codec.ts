/**
 * The codecs by name: which shapes each can make, and which one `auto` is.
 *
 * `auto` is frozen: a name in a manifest must mean the same bytes for ever. It is the codec that
 * encodes fastest on the kernel: Leopard in the smallest field that holds the shards, except for
 * few data shards under more parity, where most of Leopard's transform would be of zeros and the
 * product with a small matrix wins. Cauchy against leopard-ff8 in GB/s, 16 KiB shards, relaxed
 * SIMD, Node 24.21, Xeon: 2+2 10.8/16.6, 10+4 7.8/11.1, 16+16 1.9/5.4, 100+4 8.0/14.6; but 1+4
 * 4.8/2.7, 2+8 3.2/1.9, 4+8 3.7/3.6, 4+64 0.47/0.31.
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

/** Up to this many data shards, under more parity, `auto` is a matrix code. */
const AUTO_MATRIX_SHARDS = 4;

/** k data shards and m parity shards. */
export interface Counts {
  readonly dataShards: number;
  readonly parityShards: number;
}

/**
 * The codec that `auto` stands for: `gf8-cauchy` if k <= 4, k < m and k + m <= 256; else
 * `leopard-ff8` if k + nextPow2(m) <= 256; else `leopard-ff16-low` if nextPow2(k) < nextPow2(m),
 * which is the faster rate there and what reed-solomon-simd makes; else `leopard-ff16`. Throws
 * `TypeError` or `RangeError` for what is no count; that the codec has the shape is checked when a
 * coder is made.
 * @example
 * autoCodec({ dataShards: 1024, parityShards: 2048 }); // 'leopard-ff16-low'
 */
export function autoCodec(counts: Counts): Codec {
  requireCount(counts.dataShards, 'dataShards');
  requireCount(counts.parityShards, 'parityShards');
  const { dataShards: k, parityShards: m } = counts;
  if (k <= AUTO_MATRIX_SHARDS && k < m && k + m <= 256) return 'gf8-cauchy';
  if (k + nextPowerOfTwo(m) <= 256) return 'leopard-ff8';
  return nextPowerOfTwo(k) < nextPowerOfTwo(m) ? 'leopard-ff16-low' : 'leopard-ff16';
}

/**
 * The codec to use, after checking that it exists and can make the shape. The name may come from a
 * manifest, hence `ErasureError` `unknown_codec`; counts throw `TypeError` or `RangeError`.
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

/**
 * Whether a symbol is two bytes: shards are laid out in blocks of 32 low and 32 high bytes
 * (`layout.ts`).
 */
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
