/** Making coders: which codec, which machine. */
import { resolveCodec } from './codec.ts';
import { Coder, requireShardBytes } from './coder.ts';
import type { Codec } from './engine.ts';
import type { Erasure } from './erasure.ts';
import { createJsEngine } from './js/engine.ts';

/** What to build. */
export interface ErasureOptions {
  /** Fixes the parity bytes; see `CODECS`. 'auto' is a function of the counts; see `autoCodec`. */
  readonly codec: Codec | 'auto';
  /** k >= 1. */
  readonly dataShards: number;
  /** m >= 1; together at most 256, or 65,536 over GF(2^16), counted as README "Limits" says. */
  readonly parityShards: number;
  /** If given, every data shard must have exactly this many bytes (>= 1). */
  readonly shardBytes?: number | undefined;
}

/**
 * Creates a coder. Rejects with `ErasureError` `unknown_codec`, or `TypeError`/`RangeError` for counts.
 * @example
 * const coder = await createErasure({ codec: 'auto', dataShards: 10, parityShards: 4 });
 */
export async function createErasure(options: ErasureOptions): Promise<Erasure> {
  return createErasureSync(options);
}

/**
 * Creates a coder at once; same bytes, same checks as `createErasure`, thrown instead of rejected.
 * @example
 * const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 4, parityShards: 2 });
 */
export function createErasureSync(options: ErasureOptions): Erasure {
  const { dataShards, parityShards, shardBytes } = options;
  const codec = resolveCodec(options.codec, options);
  if (shardBytes !== undefined) requireShardBytes(shardBytes);
  const shape = { codec, dataShards, parityShards, shardBytes };
  return new Coder(shape, createJsEngine(), 'no WebAssembly in this version');
}
