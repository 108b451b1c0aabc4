/**
 * computeCells, and verifyCellKzgProofBatch of the batches that occur: 48 cells are 8 columns of 6
 * blobs (a column sampler), 128 one whole blob, 768 six whole blobs.
 */
import { type BlobCells, blobCells, randomBlob } from '../src/inputs.ts';
import { kzgContenders } from '../src/kzg-contenders.ts';
import { type Operation, operation } from '../src/operation.ts';

export const computeCells: Operation = operation<Uint8Array>({
  name: 'kzg::computeCells/cells=128',
  table: 'kzg',
  must: [{ rule: 'faster', peer: 'ox', bound: 2.5 }],
  input: async () => randomBlob(0),
  contenders: kzgContenders('computeCells', {
    peers: ['c-kzg', 'node-eth-kzg', 'kzg-wasm', 'ox'],
    toArguments: (blob: Uint8Array) => [blob],
  }),
});

/** The arguments of verifyCellKzgProofBatch. */
interface Batch {
  readonly commitments: Uint8Array[];
  readonly indices: number[];
  readonly cells: Uint8Array[];
  readonly proofs: Uint8Array[];
}

/** Columns `indices` of the first `blobs` blobs. */
function batchOf(list: readonly BlobCells[], indices: readonly number[]): Batch {
  const places = list.flatMap((blob) => indices.map((index) => ({ blob, index })));
  return {
    commitments: places.map(({ blob }) => blob.commitment),
    indices: places.map(({ index }) => index),
    cells: places.map(({ blob, index }) => blob.cells[index]!),
    proofs: places.map(({ blob, index }) => blob.proofs[index]!),
  };
}

const ALL_COLUMNS: readonly number[] = Array.from({ length: 128 }, (_, i) => i);

function verifyCells(options: { blobs: number; columns: readonly number[] }): Operation {
  const { blobs, columns } = options;
  return operation<Batch>({
    name: `kzg::verifyCellKzgProofBatch/cells=${blobs * columns.length} blobs=${blobs}`,
    table: 'kzg',
    must: [{ rule: 'faster', peer: 'ox', bound: 4 }],
    slow: blobs * columns.length > 128,
    input: async (bench) => batchOf(await blobCells(blobs, bench), columns),
    wrong: (batch) => ({ ...batch, proofs: [...batch.proofs.slice(1), batch.proofs[0]!] }),
    contenders: kzgContenders('verifyCellKzgProofBatch', {
      peers: ['c-kzg', 'node-eth-kzg', 'kzg-wasm', 'ox'],
      toArguments: ({ commitments, indices, cells, proofs }: Batch) => [
        commitments,
        indices,
        cells,
        proofs,
      ],
    }),
  });
}

export const verifyCellBatches: readonly Operation[] = [
  verifyCells({ blobs: 6, columns: [0, 17, 34, 51, 68, 85, 102, 119] }),
  verifyCells({ blobs: 1, columns: ALL_COLUMNS }),
  verifyCells({ blobs: 6, columns: ALL_COLUMNS }),
];
