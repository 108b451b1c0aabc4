/** `join`: the file back from any k of its shards. */
import { decodeStream, type PartialStripe } from '../src/index.ts';
import { createCoder } from './coder.ts';
import { Fault } from './fault.ts';
import type { Progress } from './progress.ts';
import { stripeBytes } from './shard-file.ts';
import type { ShardSet } from './shard-set.ts';
import { beginFile } from './whole-file.ts';

/** Writes the file. Rejects with `Fault` if a stripe has fewer than k right shards. */
export async function join(
  set: ShardSet,
  { target, progress }: { readonly target: string; readonly progress: Progress },
): Promise<void> {
  const { cut } = set;
  const coder = await createCoder(cut);
  const file = await beginFile(target);
  try {
    const sink = new WritableStream<Uint8Array>({
      async write(bytes) {
        await file.handle.writeFile(bytes);
        progress.add(bytes.length);
      },
    });
    await checkedStripes(set)
      .pipeThrough(decodeStream(coder, { byteLength: cut.byteLength, buffers: 1 }))
      .pipeTo(sink);
    await file.keep();
    progress.end();
  } finally {
    await file.drop();
  }
}

function checkedStripes(set: ShardSet): ReadableStream<PartialStripe> {
  const { cut, stripeCount } = set;
  let index = 0;
  return new ReadableStream<PartialStripe>(
    {
      async pull(controller) {
        if (index === stripeCount) return controller.close();
        const shards = await set.readStripe(index, cut.dataShards);
        requireEnough(set, { stripe: index, shards });
        controller.enqueue({ index, byteLength: stripeBytes(cut, index), shards });
        index++;
      },
    },
    { highWaterMark: 0 },
  );
}

/** Refuses a stripe that is lost. */
export function requireEnough(
  { cut }: ShardSet,
  { stripe, shards }: { readonly stripe: number; readonly shards: PartialStripe['shards'] },
): void {
  const have = shards.filter(Boolean).length;
  if (have >= cut.dataShards) return;
  throw new Fault(`stripe ${stripe} is lost: ${have} right shards of ${cut.dataShards} needed`);
}
