/** `split`: a file into k+m shard files. */
import { type FileHandle, open } from 'node:fs/promises';
import { type Codec, commitShards, encodeStream, ROOT_BYTES } from '../src/index.ts';
import { createCoder } from './coder.ts';
import { Fault } from './fault.ts';
import type { Progress } from './progress.ts';
import {
  type Cut,
  encodeHeader,
  MAX_FILES,
  MAX_SHARD_BYTES,
  MAX_STRIPES,
  recordPlace,
  setOf,
  shardPath,
  stripeCount,
} from './shard-file.ts';
import { beginFile, type WholeFile } from './whole-file.ts';

const READ_BYTES = 2 ** 20;
const DEFAULT_SHARD_BYTES = 2 ** 16;

/** What `split` is told. */
export interface SplitOptions {
  readonly codec: Codec | 'auto';
  readonly dataShards: number;
  readonly parityShards: number;
  /** Where the shards go: `target.000.shard` and so on. */
  readonly target: string;
}

/** Writes all shards; resolves to the set's id. Rejects with `Fault`; then no shard was written. */
export async function split(
  file: string,
  { target, ...options }: SplitOptions,
  progressOf: (total: number) => Progress,
): Promise<{ readonly set: Buffer; readonly cut: Cut }> {
  if (options.dataShards + options.parityShards > MAX_FILES) {
    throw new Fault(`at most ${MAX_FILES} shards`);
  }
  const coder = await createCoder(options);
  const source = await open(file);
  const shards: WholeFile[] = [];
  try {
    const { size: byteLength } = await source.stat();
    const cut: Cut = {
      ...options,
      codec: coder.codec,
      byteLength,
      shardBytes: cutSize(options, byteLength),
    };
    for (let i = 0; i < cut.dataShards + cut.parityShards; i++) {
      shards.push(await beginFile(shardPath(target, i)));
    }
    const progress = progressOf(byteLength);
    const roots = new Uint8Array(stripeCount(cut) * ROOT_BYTES);
    let written = 0;
    const stripes = readFrom(source).pipeThrough(
      encodeStream(coder, { shardBytes: cut.shardBytes, buffers: 1 }),
    );
    for await (const stripe of stripes as unknown as AsyncIterable<Stripe>) {
      if (written + stripe.byteLength > byteLength) throw new Fault(`${file} grows`);
      const { root, proofs } = commitShards(stripe.shards);
      roots.set(root, stripe.index * ROOT_BYTES);
      const { at } = recordPlace(cut, stripe.index);
      await Promise.all(
        shards.map(({ handle }, i) => handle.writev([...proofs[i]!, stripe.shards[i]!], at)),
      );
      written += stripe.byteLength;
      progress.add(stripe.byteLength);
    }
    if (written !== byteLength) throw new Fault(`${file} was cut short while it was read`);
    const set = setOf(cut, roots);
    for (const [index, { handle }] of shards.entries()) {
      await handle.writev([encodeHeader({ ...cut, index, set }), roots], 0);
    }
    for (const shard of shards) await shard.keep();
    progress.end();
    return { set, cut };
  } finally {
    await source.close();
    for (const shard of shards) await shard.drop();
  }
}

type Stripe = { index: number; byteLength: number; shards: Uint8Array<ArrayBuffer>[] };

/** Shards of 64 KiB, and longer ones where a file would have too many stripes. */
function cutSize(
  { dataShards }: SplitOptions | Omit<SplitOptions, 'target'>,
  byteLength: number,
): number {
  let size = DEFAULT_SHARD_BYTES;
  while (byteLength > MAX_STRIPES * dataShards * size) size *= 2;
  if (size > MAX_SHARD_BYTES) throw new Fault('the file is too large for so few shards');
  return size;
}

/** The bytes of an open file, in chunks of one array that is used again. */
function readFrom(source: FileHandle): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(READ_BYTES);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { bytesRead } = await source.read(chunk, 0, chunk.length);
        if (bytesRead === 0) controller.close();
        else controller.enqueue(chunk.subarray(0, bytesRead));
      },
    },
    { highWaterMark: 0 },
  );
}
