/** commitMany: a batch of blobs on two workers against the same on one, by elapsed time. */
import { createKzgPool } from '@barycenter/kzg/pool';
import { kzgBackend } from '../src/backends.ts';
import { randomBlob } from '../src/inputs.ts';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import { kzgPeer } from '../src/peers/all.ts';

const BLOBS = 16;

function workers(count: number): Contender<Uint8Array[]> {
  return async (blobs, { backend }) => {
    const pool = await createKzgPool({
      workers: count,
      backend: kzgBackend(backend),
      tables: 'eager',
    });
    if (pool.workers !== count) throw new Error(`expected ${count} workers, got ${pool.workers}`);
    return { run: () => pool.commitMany(blobs), close: () => pool.dispose() };
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
