/**
 * A row with c used elements costs c: commitRow beside native c-kzg's commitment of the same row
 * padded with zeros to a blob, which is what everybody else can offer.
 */
import { randomElements } from '../src/inputs.ts';
import { type Operation, operation } from '../src/operation.ts';
import { kzgPeer } from '../src/peers/all.ts';

const BLOB_SIZE = 131_072;

function sparse(count: number): Operation {
  return operation<Uint8Array>({
    name: `kzg::commitRow/c=${count}`,
    table: 'sparse',
    must: [],
    budgetMs: 1500,
    input: async () => randomElements(count, count),
    contenders: {
      ours: async (row, bench) => {
        const kzg = await bench.kzg();
        return { run: () => kzg.commitRow(row) };
      },
      'c-kzg': async (row) => {
        const padded = new Uint8Array(BLOB_SIZE);
        padded.set(row);
        return (await kzgPeer('c-kzg'))?.bind('blobToKzgCommitment', [padded]);
      },
    },
  });
}

export const sparseRows: readonly Operation[] = [1, 4, 16, 64, 256, 1024, 4096].map(sparse);
