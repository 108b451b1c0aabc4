/** commitMany: a batch of blobs on two workers against the same on one, by elapsed time. */
import { randomBlob } from '../src/inputs.ts';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import { kzgPeer } from '../src/peers/all.ts';

/** What this row expects of the package; absent in versions without a worker pool. */
interface CommitMany {
  commitMany?(
    blobs: readonly Uint8Array[],
    options: { readonly workers: number },
  ): Promise<readonly Uint8Array[]>;
}

const BLOBS = 16;

function workers(count: number): Contender<Uint8Array[]> {
  return async (blobs, bench) => {
    const kzg = (await bench.kzg()) as CommitMany;
    if (kzg.commitMany === undefined) return undefined;
    return { run: () => kzg.commitMany!(blobs, { workers: count }) };
  };
}

export const commitMany: Operation = operation<Uint8Array[]>({
  name: `kzg::commitMany/blobs=${BLOBS} workers=2`,
  table: 'workers',
  must: [{ rule: 'faster', peer: 'one worker', bound: 1.7, by: 'wall' }],
  input: async ({ quick }) => Array.from({ length: quick ? 4 : BLOBS }, (_, i) => randomBlob(i)),
  contenders: {
    ours: workers(2),
    'one worker': workers(1),
    'c-kzg': async (blobs) => {
      const peer = await kzgPeer('c-kzg');
      const calls = blobs.map((blob) => peer?.bind('blobToKzgCommitment', [blob]));
      return peer && { run: () => calls.map((call) => call!.run()) };
    },
  },
});
