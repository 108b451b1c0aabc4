/**
 * Which of two ways recovers shards of a Leopard code: a product with rows of Lagrange
 * coefficients, k multiplications per wanted shard and symbol; or the transform, the same for any
 * number of them. Matrix codes have only the first.
 *
 * The product goes from registers to registers, the transform through memory; so the wanted shards
 * w may cost more multiplications, w k, than the n log2 n of interpolating and evaluating over n
 * points. Where both take the same time, w k / (n log2 n) was measured (relaxed SIMD, Node 24.21,
 * Xeon) as
 *
 *   leopard-ff8    16+16 1.4   30+30 1.1   64+64 1.0   128+128 0.94   200+32 1.1
 *   leopard-ff16   128+128 0.54   1000+1000 0.5 to 0.6   1024+2048 0.42   8000+8000 0.31
 *                  20000+300 0.26   32768+32768 0.15; the last three on shards of 64 to 256
 *                  bytes, where preparing the coefficients outweighs the products
 *
 * One lost shard of 1000+1000 x 1 KiB comes back 9 times as fast as by transform, one of 16+16 or
 * 128+128 x 4 KiB 7 to 9 times.
 */
import { type Counts, isMatrixCodec, nextPowerOfTwo } from './codec.ts';
import type { Codec } from './engine.ts';

/** w k / (n log2 n) up to which the product is taken. */
const LIMIT_FF8 = 1;
const LIMIT_FF16 = 0.5;
/** The same beyond `LARGE_POINTS` points, where slots are short. */
const LIMIT_LARGE = 0.25;
const LARGE_POINTS = 4096;

/** Whether `wanted` shards are computed as products rather than by transform. */
export function isProductFaster(
  codec: Codec,
  counts: Counts & { readonly wanted: number },
): boolean {
  if (isMatrixCodec(codec)) return true;
  const { dataShards: k, parityShards: m, wanted } = counts;
  const isLow = codec === 'leopard-ff16-low';
  const points = nextPowerOfTwo(isLow ? nextPowerOfTwo(k) + m : k + nextPowerOfTwo(m));
  const limit = codec === 'leopard-ff8' ? LIMIT_FF8 : LIMIT_FF16;
  const multiplications = points * Math.log2(points);
  return wanted * k <= (points > LARGE_POINTS ? LIMIT_LARGE : limit) * multiplications;
}
