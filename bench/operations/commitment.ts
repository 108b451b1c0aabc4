/** blobToKzgCommitment of a blob of 4,096 random elements. */
import { randomBlob } from '../src/inputs.ts';
import { kzgContenders } from '../src/kzg-contenders.ts';
import { type Operation, operation } from '../src/operation.ts';

export const commitment: Operation = operation<Uint8Array>({
  name: 'kzg::blobToKzgCommitment/elements=4096',
  table: 'kzg',
  must: [
    { rule: 'faster', peer: 'ox', bound: 8 },
    { rule: 'within', peer: 'c-kzg', bound: 0.8 },
  ],
  input: async () => randomBlob(0),
  contenders: kzgContenders('blobToKzgCommitment', {
    peers: ['c-kzg', 'node-eth-kzg', 'kzg-wasm', 'ox'],
    toArguments: (blob: Uint8Array) => [blob],
  }),
});
