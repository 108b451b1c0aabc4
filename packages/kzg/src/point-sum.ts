/**
 * Multi-scalar multiplication on points and scalars as bytes, for measurements: what commitments are
 * made of, without a setup in between. Not part of the public interface.
 */
import { importCeremony, openCeremony } from './ceremony.ts';
import type { BackendName, Engine } from './engine.ts';
import { createJsEngine } from './js/engine.ts';
import { loadKernel } from './kernel/load.ts';
import { createWasmEngine } from './wasm/engine.ts';
import { acceptsKernel } from './wasm/known-answer.ts';

/** sum_j scalars_j * points_j. */
export interface PointSum {
  readonly backend: BackendName;
  /**
   * `points`: n times 96 bytes (x, y, big-endian), in the subgroup, which is not checked; `scalars`: n
   * times 32 bytes, below the group order. Returns 48 bytes.
   */
  sum(points: Uint8Array, scalars: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** The multiplication on a backend; throws where it cannot run. */
export async function createPointSum(
  options: { readonly backend?: BackendName | 'auto' } = {},
): Promise<PointSum> {
  const { name, sumAffine } = await createEngine(options.backend ?? 'auto');
  return { backend: name, sum: sumAffine };
}

async function createEngine(backend: BackendName | 'auto'): Promise<Engine> {
  const text = await importCeremony('verify');
  const openSetup: Parameters<typeof createJsEngine>[0] = (tools) => openCeremony(text, tools);
  if (backend === 'js') return createJsEngine(openSetup, 'asked for');
  const kernel = await loadKernel(backend, { accepts: acceptsKernel });
  if (kernel.name === undefined) throw new Error(`${backend} cannot run: ${kernel.reason}`);
  return createWasmEngine(kernel, { openSetup, tables: 'none' });
}
