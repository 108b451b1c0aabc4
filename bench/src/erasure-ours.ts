/** Our coder as the rows of the erasure codes use it. */
import { type Codec, createErasure, createErasureSync, type Erasure } from '@barycenter/erasure';
import type { Backend } from './backends.ts';
import { dataShards, digest, type ErasureShape, requireDigest } from './erasure-input.ts';
import type { Contest } from './operation.ts';

/** A coder of a shape on the chosen back end. */
export async function createOurs(
  { k, m }: Pick<ErasureShape, 'k' | 'm'>,
  { codec, backend }: { readonly codec: Codec; readonly backend: Backend },
): Promise<Erasure> {
  const chosen = backend === 'auto' ? {} : { backend };
  return createErasure({ codec, dataShards: k, parityShards: m, ...chosen });
}

/** The name of the back end that `backend` gives. */
export async function erasureBackend(_backend: Backend): Promise<string> {
  return 'js';
}

const parityDigests = new Map<string, number>();

/** CRC-32 of the parity that a codec gives for a shape; computed once for all peers of the code. */
export function parityDigest(shape: ErasureShape, codec: Codec): number {
  const { k, m, bytes } = shape;
  const key = `${codec} ${k} ${m} ${bytes}`;
  const known = parityDigests.get(key);
  if (known !== undefined) return known;
  const coder = createErasureSync({ codec, dataShards: k, parityShards: m });
  const computed = digest(coder.encode(dataShards(shape)));
  parityDigests.set(key, computed);
  return computed;
}

/** Data shards into parity shards, copies into and out of the kernel included. */
export async function ourEncode(
  shape: ErasureShape,
  options: { readonly codec: Codec; readonly backend: Backend },
): Promise<Contest> {
  const coder = await createOurs(shape, options);
  const data = dataShards(shape);
  const expected = parityDigest(shape, options.codec);
  return {
    run: () => coder.encode(data),
    read: (parity) => isDigest(parity as Uint8Array[], expected),
  };
}

/** The same through `encode` with shards of the caller: copies in, copies out. */
export const ourCopyingEncode = ourEncode;

/** The first `lost` data shards from all others, copies included. */
export async function ourDecode(
  shape: ErasureShape,
  options: { readonly codec: Codec; readonly backend: Backend },
): Promise<Contest> {
  const coder = await createOurs(shape, options);
  const data = dataShards(shape);
  const slots = [...data, ...coder.encode(data)].map((shard, i) => (i < shape.lost ? null : shard));
  const expected = digest(data.slice(0, shape.lost));
  return {
    run: () => coder.reconstruct(slots),
    read: (all) => isDigest((all as Uint8Array[]).slice(0, shape.lost), expected),
  };
}

function isDigest(shards: readonly Uint8Array[], expected: number): true {
  requireDigest('ours', shards, expected);
  return true;
}
