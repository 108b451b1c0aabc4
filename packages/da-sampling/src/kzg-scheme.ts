/** The KZG scheme (the package's own functions, with a `Kzg` bound) behind `CommitmentScheme`. */
import type { Kzg } from '@barycenter/kzg';
import { CELL_BYTES, CELL_PROOF_BYTES, verifyCells } from './cells.ts';
import { type OpenedHeader, openHeader } from './check-header.ts';
import { encodeBlob } from './encode-blob.ts';
import { kzgHeader, kzgRowCheck } from './kzg-rows.ts';
import { recoverBlob } from './recover-blob.ts';
import type { VerifiedRow } from './row-verifier.ts';
import { CELLS_PER_ROW } from './samples.ts';
import type { CommitmentScheme, SampleCode } from './scheme.ts';
import { undecodableShare } from './security.ts';

/** Where a function takes a scheme, `{ kzg }` is short for `{ scheme: kzgScheme(kzg) }`. */
export type SchemeChoice = { readonly kzg: Kzg } | { readonly scheme: CommitmentScheme };

/** The scheme of row commitments and one opening over `kzg`. */
export function kzgScheme(kzg: Kzg): CommitmentScheme {
  return {
    name: 'kzg',
    encodeBlob: (payload, options) => encodeBlob(payload, { ...options, kzg }),
    openHeader: (header) => openHeader(header, kzg),
    rowCheck: (header) => kzgRowCheck(header, kzg),
    recoverBlob: (rows, header) => recoverBlob(rows, { kzg, header: kzgHeader(header) }),
    makeRows: (given, options) => makeRows(given, { ...options, kzg }),
    samples: kzgSamples(kzg),
  };
}

/** The scheme that a caller chose. */
export function chosenScheme(choice: SchemeChoice): CommitmentScheme {
  return 'scheme' in choice ? choice.scheme : kzgScheme(choice.kzg);
}

/** One at a time: a row is a combination of the k given. */
function* makeRows(
  given: readonly VerifiedRow[],
  options: {
    readonly kzg: Kzg;
    readonly header: OpenedHeader;
    readonly indices: ReadonlySet<number>;
  },
): Generator<{ index: number; row: Uint8Array }> {
  const { kzg, header } = options;
  const { k, n } = kzgHeader(header).geometry;
  const indices = [...options.indices];
  const coefficients = kzg.repairCoefficients(indices, {
    indices: given.map(({ index }) => index),
    dataRows: k,
    rowCount: n,
  });
  const rows = given.map(({ row }) => row);
  for (const [i, index] of indices.entries()) {
    yield { index, row: kzg.combineRows(rows, coefficients[i]!) };
  }
}

/** The cells of the KZG scheme as what a light client samples. */
function kzgSamples(kzg: Kzg): SampleCode {
  return {
    cellsPerRow: CELLS_PER_ROW,
    sizes: () => ({ cell: CELL_BYTES, proof: CELL_PROOF_BYTES }),
    undecodableShare,
    serve: ({ row }, cellIndex) => kzg.computeCellProof(row, cellIndex),
    verify: (cells, header) => verifyCells(cells, { kzg, header: kzgHeader(header) }),
  };
}
