/** verifyBlobKzgProof, and verifyBlobKzgProofBatch of 6 and 64 distinct blobs. */
import { type CommittedBlob, committedBlobs } from '../src/inputs.ts';
import { kzgContenders } from '../src/kzg-contenders.ts';
import { type Operation, operation } from '../src/operation.ts';

export const verifyBlob: Operation = operation<CommittedBlob>({
  name: 'kzg::verifyBlobKzgProof/n=1',
  table: 'kzg',
  must: [{ rule: 'faster', peer: 'kzg-wasm', bound: 5.5 }],
  input: async (bench) => (await committedBlobs(1, bench))[0]!,
  wrong: (input) => ({ ...input, proof: input.commitment }),
  contenders: kzgContenders('verifyBlobKzgProof', {
    peers: ['c-kzg', 'node-eth-kzg', 'kzg-wasm'],
    toArguments: ({ blob, commitment, proof }: CommittedBlob) => [blob, commitment, proof],
  }),
});

/** The batch of `count` blobs. */
function batch(count: number, times: number): Operation {
  return operation<CommittedBlob[]>({
    name: `kzg::verifyBlobKzgProofBatch/n=${count}`,
    table: 'kzg',
    must: [{ rule: 'faster', peer: 'kzg-wasm', bound: times }],
    slow: count > 6,
    input: (bench) => committedBlobs(count, bench),
    wrong: (input) =>
      input.map((item, i) => (i === count - 1 ? { ...item, proof: input[0]!.proof } : item)),
    contenders: kzgContenders('verifyBlobKzgProofBatch', {
      peers: ['c-kzg', 'node-eth-kzg', 'kzg-wasm'],
      toArguments: (input: CommittedBlob[]) => [
        input.map(({ blob }) => blob),
        input.map(({ commitment }) => commitment),
        input.map(({ proof }) => proof),
      ],
    }),
  });
}

export const verifyBlobBatches: readonly Operation[] = [batch(6, 7), batch(64, 8.5)];
