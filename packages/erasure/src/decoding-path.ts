/**
 * Which of two ways recovers shards of a Leopard code: a product with rows of Lagrange coefficients, k
 * multiplications per wanted shard and symbol; or the transform, the same for any number of them.
 * Matrix codes have only the first.
 */
import { type Counts, isMatrixCodec, nextPowerOfTwo } from './codec.ts';
import type { Codec } from './engine.ts';

/**
 * Multiplications of the product that take as long as one multiplication of the transform, which
 * goes through memory where the product stays in registers.
 */
const PRODUCTS_PER_BUTTERFLY = { 'leopard-ff8': 4, 'leopard-ff16': 2 } as const;

/** Whether `wanted` shards are computed as products rather than by transform. */
export function isProductFaster(
  codec: Codec,
  counts: Counts & { readonly wanted: number },
): boolean {
  if (isMatrixCodec(codec)) return true;
  const { dataShards: k, parityShards: m, wanted } = counts;
  const isLow = codec === 'leopard-ff16-low';
  const size = nextPowerOfTwo(isLow ? nextPowerOfTwo(k) + m : k + nextPowerOfTwo(m));
  // Interpolation and evaluation: size / 2 butterflies in each of log2(size) layers, twice.
  const butterflies = size * Math.log2(size);
  const factor = PRODUCTS_PER_BUTTERFLY[codec === 'leopard-ff8' ? codec : 'leopard-ff16'];
  return wanted * k <= factor * butterflies;
}
