/**
 * The multi-scalar multiplication of `@barycenter/kzg`, which is not part of its public interface:
 * the kernel's if the package has one, else the JavaScript one.
 */
import { existsSync } from 'node:fs';
import type { Backend } from './backends.ts';

/** sum_j scalars_j * points_j. */
export interface PointSum {
  readonly backend: string;
  /**
   * `points`: n times 96 bytes, affine x then y, big-endian, in the subgroup (not checked).
   * `scalars`: n times 32 bytes, big-endian, below the group order. Returns 48 bytes, compressed.
   */
  sum(points: Uint8Array, scalars: Uint8Array): Uint8Array;
}

const KERNEL = new URL('../../packages/kzg/src/point-sum.ts', import.meta.url);

/** The multiplication on a back end. */
export async function createPointSum(backend: Backend): Promise<PointSum> {
  if (!existsSync(KERNEL)) return javascript();
  const module = (await import(KERNEL.href)) as {
    createPointSum(options: { backend?: Backend }): Promise<{ sum: PointSum['sum'] }>;
  };
  const kernel = await module.createPointSum(backend === 'auto' ? {} : { backend });
  return { backend, sum: (points, scalars) => kernel.sum(points, scalars) };
}

async function javascript(): Promise<PointSum> {
  const { multiplyAndSum } = await import('../../packages/kzg/src/msm.ts');
  const { encodePoint } = await import('../../packages/kzg/src/g1.ts');
  const numbers = (bytes: Uint8Array, size: number): bigint[] => {
    const hex = Buffer.from(bytes).toString('hex');
    return Array.from({ length: bytes.length / size }, (_, i) =>
      BigInt(`0x${hex.slice(2 * size * i, 2 * size * (i + 1))}`),
    );
  };
  return {
    backend: 'js',
    sum: (points, scalars) => {
      const coordinates = numbers(points, 48);
      const affine = Array.from({ length: coordinates.length / 2 }, (_, i) => ({
        x: coordinates[2 * i]!,
        y: coordinates[2 * i + 1]!,
      }));
      return encodePoint(multiplyAndSum(affine, numbers(scalars, 32)));
    },
  };
}
