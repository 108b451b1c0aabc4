/** computeKzgProof at a random point, and computeBlobKzgProof. */
import { type CommittedBlob, committedBlobs, randomBlob, randomElements } from '../src/inputs.ts';
import { kzgContenders } from '../src/kzg-contenders.ts';
import { type Operation, operation } from '../src/operation.ts';

interface Opening {
  readonly blob: Uint8Array;
  readonly z: Uint8Array;
}

/** kzg-wasm does not offer computeKzgProof; its time is that of a blob proof. */
export const kzgProof: Operation = operation<Opening>({
  name: 'kzg::computeKzgProof/elements=4096',
  table: 'kzg',
  must: [{ rule: 'within', peer: 'c-kzg', bound: 0.95 }],
  input: async () => ({ blob: randomBlob(0), z: randomElements(1, 77) }),
  contenders: kzgContenders('computeKzgProof', {
    peers: ['c-kzg', 'node-eth-kzg'],
    toArguments: ({ blob, z }: Opening) => [blob, z],
  }),
});

export const blobProof: Operation = operation<CommittedBlob>({
  name: 'kzg::computeBlobKzgProof/elements=4096',
  table: 'kzg',
  must: [
    { rule: 'faster', peer: 'kzg-wasm', bound: 7 },
    { rule: 'within', peer: 'c-kzg', bound: 0.95 },
  ],
  input: async (bench) => (await committedBlobs(1, bench))[0]!,
  contenders: kzgContenders('computeBlobKzgProof', {
    peers: ['c-kzg', 'node-eth-kzg', 'kzg-wasm'],
    toArguments: ({ blob, commitment }: CommittedBlob) => [blob, commitment],
  }),
});
