/** Our coder as the rows of the erasure codes use it. */
import {
  type Codec,
  createErasure,
  createErasureSync,
  type Erasure,
  type Session,
} from '@barycenter/erasure';
import { type Backend, erasureBackendOption } from './backends.ts';
import { dataShards, digest, type ErasureShape, requireDigest } from './erasure-input.ts';
import type { Contest } from './operation.ts';

/** A coder of a shape on the chosen back end. */
export async function createOurs(
  { k, m }: Pick<ErasureShape, 'k' | 'm'>,
  { codec, backend }: { readonly codec: Codec; readonly backend: Backend },
): Promise<Erasure> {
  const chosen = erasureBackendOption(backend);
  return createErasure({ codec, dataShards: k, parityShards: m, ...chosen });
}

/** The name of the back end that `backend` gives. */
export async function erasureBackend(backend: Backend): Promise<string> {
  const coder = await createOurs({ k: 1, m: 1 }, { codec: 'gf8-cauchy', backend });
  return coder.backend().name;
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

type Options = { readonly codec: Codec; readonly backend: Backend };

/** Data shards into parity shards in the coder's own memory. */
export async function ourEncode(shape: ErasureShape, options: Options): Promise<Contest> {
  const coder = await createOurs(shape, options);
  const session = openSession(coder, shape);
  const expected = parityDigest(shape, options.codec);
  return {
    run: () => session.encode(),
    read: () => {
      const parity = range(shape.k, shape.k + shape.m).map((i) => session.slot(i));
      return isDigest(parity, expected);
    },
    close: () => coder.dispose(),
  };
}

/** The same with shards of the caller: copies in, and copies out into memory that is used again. */
export async function ourCopyingEncode(shape: ErasureShape, options: Options): Promise<Contest> {
  const coder = await createOurs(shape, options);
  const data = dataShards(shape);
  const parity = range(0, shape.m).map(() => new Uint8Array(shape.bytes));
  const expected = parityDigest(shape, options.codec);
  return {
    run: () => coder.encode(data, parity),
    read: () => isDigest(parity, expected),
    close: () => coder.dispose(),
  };
}

/** The first `lost` data shards from all others in the coder's own memory. */
export async function ourDecode(shape: ErasureShape, options: Options): Promise<Contest> {
  const { k, m, lost } = shape;
  const coder = await createOurs(shape, options);
  const session = openSession(coder, shape);
  session.encode();
  const want = range(0, lost);
  for (const i of want) session.slot(i).fill(0);
  const present = range(lost, k + m);
  const expected = digest(dataShards(shape).slice(0, lost));
  return {
    run: () => session.reconstruct({ present, want }),
    read: () =>
      isDigest(
        want.map((i) => session.slot(i)),
        expected,
      ),
    close: () => coder.dispose(),
  };
}

function openSession(coder: Erasure, shape: ErasureShape): Session {
  const session = coder.session({ shardBytes: shape.bytes });
  for (const [i, shard] of dataShards(shape).entries()) session.slot(i).set(shard);
  return session;
}

function isDigest(shards: readonly Uint8Array[], expected: number): true {
  requireDigest('ours', shards, expected);
  return true;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}
