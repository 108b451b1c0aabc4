/** The coder of a set. */
import { type Codec, createErasure, type Erasure } from '../src/index.ts';

/** Without a fixed shard length: the last stripe has a shorter one. */
export function createCoder(options: {
  readonly codec: Codec | 'auto';
  readonly dataShards: number;
  readonly parityShards: number;
}): Promise<Erasure> {
  const { codec, dataShards, parityShards } = options;
  return createErasure({ codec, dataShards, parityShards });
}
