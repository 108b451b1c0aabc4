/** verifyKzgProof: one opening at a random point. */
import { firstOpening, type Opening, randomElements } from '../src/inputs.ts';
import { kzgContenders } from '../src/kzg-contenders.ts';
import { type Operation, operation } from '../src/operation.ts';

export const verifyProof: Operation = operation<Opening>({
  name: 'kzg::verifyKzgProof/n=1',
  table: 'kzg',
  must: [{ rule: 'faster', peer: 'kzg-wasm', bound: 5 }],
  input: firstOpening,
  wrong: (opening) => ({ ...opening, y: randomElements(1, 78) }),
  contenders: kzgContenders('verifyKzgProof', {
    peers: ['c-kzg', 'node-eth-kzg', 'kzg-wasm'],
    toArguments: ({ commitment, z, y, proof }: Opening) => [commitment, z, y, proof],
  }),
});
