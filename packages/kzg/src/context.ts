/** What every function of one Kzg object shares. */
import type { RandomBytes } from './batch-weights.ts';
import type { Engine } from './engine.ts';
import type { PointCache } from './point-cache.ts';

export interface Context {
  readonly engine: Engine;
  readonly cache: PointCache;
  readonly random: RandomBytes;
}
