/**
 * The hash-only scheme: no curve, no trusted setup. Rows over a 31-bit prime field, a Merkle tree over
 * them, and a random checksum (`checksum.ts`) instead of commitments and an opening:
 *
 *   rows       = the payload's k rows, extended to n          (`row-code.ts`)
 *   core       = as in header.ts, without commitmentsRoot; rowsRoot fixes the rows
 *   H          from TH(ZODA, core)
 *   Z          = data rows H                                  "evaluations": k times t elements
 *   headerRoot = TH(HEADER, core | TH(EVALS, k u16 | Z))
 *
 * Row i belongs to the header iff its Merkle path holds and U_i H = (G Z)_i. What that is worth, and
 * the bound in bits, stands in `checksum.ts`: all rows that are ever accepted are one codeword, so any
 * k of them give every reader the same payload or the same INVALID, as with KZG.
 *
 * A light client samples whole rows with their paths: a part of a row cannot be checked.
 */
import type { PlacedCell } from './cells.ts';
import {
  type AuthenticatedHeader,
  assertAuthenticated,
  assertChecked,
  type OpenedHeader,
  sealHeader,
} from './check-header.ts';
import { type ChecksumKey, checksum, checksumKey, checksumWidth } from './checksum.ts';
import { assembleBlob, type BlobOptions, type EncodedBlob, shapeOf } from './encode-blob.ts';
import { DaError } from './errors.ts';
import { encodeCore, type HeaderCore, ZODA_HEADER_VERSION } from './header.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { UnpackedPayload } from './payload.ts';
import { rowTreeDepth } from './profile.ts';
import { NOT_CANONICAL, type RowCheck } from './row-check.ts';
import { extendWords, recoverWords } from './row-code.ts';
import { sortedRows } from './row-set.ts';
import type { VerifiedRow } from './row-verifier.ts';
import { isRowCommitted, rowLeaf } from './rows.ts';
import type { CommitmentScheme, SampleCode } from './scheme.ts';
import { TAGS, taggedHash } from './tagged-hash.ts';
import {
  bytesOfWords,
  GROUP_ELEMENTS,
  packWords,
  unpackWords,
  wordsOfBytes,
} from './zoda-payload.ts';

/** What opening a header gives. */
type Opening = {
  /** H. */
  readonly key: ChecksumKey;
  /** G Z: n checksums. */
  readonly rowChecksums: readonly Int32Array[];
};

/** Openings by header: made here, read here. */
const openings = new WeakMap<OpenedHeader, Opening>();

/** The hash-only scheme. Throws where words are not little-endian (no known JavaScript engine). */
export function createZoda(): CommitmentScheme {
  if (new Uint8Array(Uint32Array.of(1).buffer)[0] !== 1) {
    throw new Error('createZoda: a little-endian machine is needed');
  }
  return { name: 'zoda', encodeBlob, openHeader, rowCheck, recoverBlob, makeRows, samples };
}

/** The memory that rows are coded in: made once, used by one call at a time. */
let rowLanes: Lanes | undefined;

function lanes(): Lanes {
  rowLanes ??= createLanes();
  return rowLanes;
}

function encodeBlob(payload: Uint8Array, options: BlobOptions): EncodedBlob {
  const shape = shapeOf(payload, { ...options, scheme: 'zoda' });
  const dataRows = packWords(payload, shape);
  const coded = {
    version: ZODA_HEADER_VERSION,
    byteLength: payload.length,
    shape,
    rows: extendWords(lanes(), { data: dataRows, rowCount: shape.n }).map(bytesOfWords),
    commitments: [],
    commitmentsRoot: new Uint8Array(0),
    open: (core: HeaderCore) => {
      const key = keyOf(core);
      const evaluations = dataRows.map((row) => bytesOfWords(checksum(row, key)));
      return { evaluations, proof: new Uint8Array(0) };
    },
  };
  return assembleBlob(coded, options);
}

/** Checks that Z is canonical and extends it to all rows. Cost: m hashes' worth of H, little else. */
function openHeader(header: AuthenticatedHeader): OpenedHeader {
  assertAuthenticated(header, 'zoda');
  const checksums = header.message.evaluations.map((bytes) => {
    const words = wordsOfBytes(bytes);
    if (words === undefined) {
      throw new DaError('evaluation_not_canonical', 'a checksum has a word of p or more');
    }
    return words;
  });
  const result = sealHeader(header, {});
  openings.set(result, {
    key: keyOf(header.header),
    rowChecksums: extendWords(lanes(), { data: checksums, rowCount: header.geometry.n }),
  });
  return result;
}

function rowCheck(header: OpenedHeader): RowCheck {
  const { key, rowChecksums } = openingOf(header);
  return {
    holds: ({ index, row }) => {
      const words = wordsOfBytes(row);
      if (words === undefined) {
        throw new DaError('row_not_canonical', NOT_CANONICAL, { row: index });
      }
      const expected = rowChecksums[index]!;
      return checksum(words, key).every((word, j) => word === expected[j]);
    },
    encodePayload: (payload) =>
      extendWords(lanes(), {
        data: packWords(payload, header.geometry),
        rowCount: header.geometry.n,
      }).map(bytesOfWords),
  };
}

function recoverBlob(rows: readonly VerifiedRow[], header: OpenedHeader): UnpackedPayload {
  assertChecked(header, 'zoda');
  const given = sortedRows(rows, header).slice(0, header.geometry.k);
  const data = wordsOfRows(given, {
    header,
    wanted: Array.from({ length: header.geometry.k }, (_, index) => index),
  });
  const { byteLength } = header.header;
  return unpackWords(data, { shape: header.geometry, byteLength });
}

function makeRows(
  given: readonly VerifiedRow[],
  { header, indices }: { header: OpenedHeader; indices: ReadonlySet<number> },
): { index: number; row: Uint8Array }[] {
  assertChecked(header, 'zoda');
  const wanted = [...indices];
  const made = wordsOfRows(given, { header, wanted });
  return wanted.map((index, i) => ({ index, row: bytesOfWords(made[i]!) }));
}

/** The wanted rows from exactly k others. */
function wordsOfRows(
  rows: readonly VerifiedRow[],
  { header, wanted }: { header: OpenedHeader; wanted: readonly number[] },
): Int32Array[] {
  const { k, n } = header.geometry;
  return recoverWords(lanes(), {
    given: rows.map(({ index, row }) => ({ index, words: wordsOfBytes(row)! })), // verified: canonical
    code: { dataRows: k, rowCount: n },
    wanted,
  });
}

/** Whole rows: the proof of a sample is the row's Merkle path, its hashes one after the other. */
const samples: SampleCode = {
  cellsPerRow: 1,
  sizes: (shape) => ({ cell: 32 * shape.c, proof: 32 * rowTreeDepth(shape.n) }),
  undecodableShare: ({ k, n }) => (n - k + 1) / n,
  serve: ({ row, branch }) => {
    const proof = new Uint8Array(32 * branch.length);
    branch.forEach((hash, i) => {
      proof.set(hash, 32 * i);
    });
    return { cell: row.slice(), proof };
  },
  verify: (cells, header) => {
    const check = rowCheck(header);
    return cells.every((cell) => isSampleOf(cell, { check, header }));
  },
};

function isSampleOf(
  { row: index, cellIndex, cell: row, proof }: PlacedCell,
  { check, header }: { check: RowCheck; header: OpenedHeader },
): boolean {
  const sizes = samples.sizes(header.geometry);
  if (cellIndex !== 0 || row.length !== sizes.cell || proof.length !== sizes.proof) return false;
  const branch = Array.from({ length: proof.length / 32 }, (_, i) =>
    proof.subarray(32 * i, 32 * (i + 1)),
  );
  const place = { leaf: rowLeaf(row, index), rowsRoot: header.header.rowsRoot };
  if (!isRowCommitted({ index, row, branch }, place)) return false;
  return wordsOfBytes(row) !== undefined && check.holds({ index, row });
}

/** H of a header: it rests on the core, and so on rowsRoot. */
function keyOf(core: HeaderCore): ChecksumKey {
  const { geometry } = core;
  return checksumKey(taggedHash(TAGS.zodaChallenge, encodeCore(core)), {
    length: GROUP_ELEMENTS * geometry.c,
    width: checksumWidth(geometry),
  });
}

function openingOf(header: OpenedHeader): Opening {
  const opening = openings.get(header);
  if (opening === undefined) throw new TypeError('header: expected one that createZoda() opened');
  return opening;
}
