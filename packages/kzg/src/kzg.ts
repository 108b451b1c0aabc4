/**
 * The interface of the public object: every EIP-4844 and EIP-7594 function under c-kzg-4844's name
 * and argument order, and the row scheme of the data-availability protocol.
 */
import type { BackendName } from './engine.ts';
import type { CheckedCommitments, DerivedCell, EvaluationWeights } from './rows.ts';

/**
 * EIP-4844 and EIP-7594 under the names and argument order of c-kzg-4844.
 *
 * Sizes in bytes: blob 131,072, commitment and proof 48, field element 32 (big-endian, below
 * `FIELD_MODULUS`), cell 2,048. Malformed input (length, encoding, point outside the subgroup,
 * index, list lengths) throws `KzgError`; `false` means a well-formed wrong proof. Specification:
 * consensus-specs deneb/polynomial-commitments.md and fulu/polynomial-commitments-sampling.md.
 */
export interface CKzgFunctions {
  /** Which arithmetic runs, and why. */
  backend(): { name: BackendName; reason: string };

  /** The commitment [f(tau)]_1 to a blob. One multi-scalar multiplication of 4,096 points. */
  blobToKzgCommitment(blob: Uint8Array): Uint8Array<ArrayBuffer>;

  /** The proof that f(z) = y, and y (32 bytes). Cost as a commitment. */
  computeKzgProof(
    blob: Uint8Array,
    z: Uint8Array,
  ): [proof: Uint8Array<ArrayBuffer>, y: Uint8Array<ArrayBuffer>];

  /**
   * The proof at the challenge point of (blob, commitment). The commitment is checked to be a valid
   * point but not to belong to the blob. Cost as a commitment.
   */
  computeBlobKzgProof(blob: Uint8Array, commitment: Uint8Array): Uint8Array<ArrayBuffer>;

  /** Whether `proof` shows that the committed polynomial has the value `y` at `z`. Two pairings. */
  verifyKzgProof(commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean;

  /** Whether `commitment` is the blob's, by the proof at their challenge point. Two pairings. */
  verifyBlobKzgProof(blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array): boolean;

  /** Whether all triples verify: two pairings for all. Empty lists verify. */
  verifyBlobKzgProofBatch(
    blobs: readonly Uint8Array[],
    commitments: readonly Uint8Array[],
    proofs: readonly Uint8Array[],
  ): boolean;

  /** The 128 cells of a blob; the first 64 are the blob itself. Two transforms of 4,096. */
  computeCells(blob: Uint8Array): Uint8Array<ArrayBuffer>[];

  /** The 128 cells of a blob and their 128 proofs, by FK20. Cost as ten commitments. */
  computeCellsAndKzgProofs(
    blob: Uint8Array,
  ): [cells: Uint8Array<ArrayBuffer>[], proofs: Uint8Array<ArrayBuffer>[]];

  /**
   * All cells and proofs from at least 64 cells; `indices` strictly ascending.
   * Throws `cells_missing` for fewer, and (unlike c-kzg) `cells_inconsistent` if more than 64 were
   * given and they do not lie on one polynomial of degree < 4,096.
   */
  recoverCellsAndKzgProofs(
    indices: readonly number[],
    cells: readonly Uint8Array[],
  ): [cells: Uint8Array<ArrayBuffer>[], proofs: Uint8Array<ArrayBuffer>[]];

  /**
   * Whether every cell i belongs to commitments[i] at column indices[i]. Any order, duplicates
   * allowed, empty lists verify. Two pairings; each distinct commitment is decoded once.
   */
  verifyCellKzgProofBatch(
    commitments: readonly Uint8Array[],
    indices: readonly number[],
    cells: readonly Uint8Array[],
    proofs: readonly Uint8Array[],
  ): boolean;

  /** The challenge point of (blob, commitment), 32 bytes; the point encoding is not checked. */
  computeChallenge(blob: Uint8Array, commitment: Uint8Array): Uint8Array<ArrayBuffer>;

  /**
   * The challenge r of a cell batch, 32 bytes. `commitments` are distinct; cell k belongs to
   * commitments[commitmentIndices[k]], lies in column cellIndices[k] and has the 64 values
   * cosetsEvals[k] (32 bytes each). Point encodings are not checked.
   */
  computeVerifyCellKzgProofBatchChallenge(
    commitments: readonly Uint8Array[],
    commitmentIndices: readonly number[],
    cellIndices: readonly number[],
    cosetsEvals: readonly (readonly Uint8Array[])[],
    proofs: readonly Uint8Array[],
  ): Uint8Array<ArrayBuffer>;
}

/**
 * Rows of the data-availability matrix. A row is 32 c bytes, c in 1..4,096: the first c positions of
 * an EIP-4844 blob whose other positions are zero. Field elements outside byte arrays are `bigint`
 * in [0, r). Rows throw `row_length` or `scalar_not_canonical`; scalars out of range RangeError.
 */
export interface RowKzg {
  /** The commitment to a row, equal to that of the zero-padded blob. Multiplies c points. */
  commitRow(row: Uint8Array): Uint8Array<ArrayBuffer>;

  /**
   * The `rowCount` coded rows of k = rows.length data rows (k a power of two, up to 65,536 rows);
   * the first k equal the input. O(c n log k). Throws RangeError for a bad shape.
   */
  extendRows(
    rows: readonly Uint8Array[],
    options: { readonly rowCount: number },
  ): Uint8Array<ArrayBuffer>[];

  /**
   * The `dataRows` data rows from any that many distinct coded rows (the first that many are used;
   * rows beyond are not read). `indices` strictly ascending. O(c N log N), N the power of two above.
   * Throws `rows_missing`, `index_order`, `index_range`, `list_length`, `row_length`.
   */
  recoverRows(
    indices: readonly number[],
    rows: readonly Uint8Array[],
    options: { readonly dataRows: number; readonly rowCount: number },
  ): Uint8Array<ArrayBuffer>[];

  /** The k coefficients L with coded row `index` = sum_j L_j * data row j. O(k). */
  rowCoefficients(
    index: number,
    options: { readonly dataRows: number; readonly rowCount: number },
  ): bigint[];

  /**
   * For each wanted row the coefficients M with row = sum_j M_j * given row j, for any k = `dataRows`
   * given rows, `indices` strictly ascending. O(k^2), and O(k) for each. Throws `rows_missing`,
   * `index_order`, `index_range`.
   */
  repairCoefficients(
    wanted: readonly number[],
    given: {
      readonly indices: readonly number[];
      readonly dataRows: number;
      readonly rowCount: number;
    },
  ): bigint[][];

  /**
   * Weights that evaluate any row of up to `usedElements` elements at z. One inversion for all.
   * Throws KzgError `z_in_domain` if z^4096 = 1 (probability 2^-243 for a hash).
   */
  evaluationWeights(z: bigint, usedElements: number): EvaluationWeights;

  /** The row's polynomial at the weights' z: an inner product of c elements. */
  evaluateRow(row: Uint8Array, weights: EvaluationWeights): bigint;

  /** sum_j scalars_j * row_j, for at least one row, all equally long. */
  combineRows(rows: readonly Uint8Array[], scalars: readonly bigint[]): Uint8Array<ArrayBuffer>;

  /** y = f(z) and its proof (48 bytes). Multiplies 4,096 points whatever c is. */
  openRow(row: Uint8Array, z: bigint): { proof: Uint8Array<ArrayBuffer>; y: bigint };

  /**
   * Decodes commitments and checks each to be canonical, on the curve and in the subgroup (infinity,
   * the commitment of zero, is accepted). A square root and 128 doublings each.
   * Throws `point_length`, `point_not_canonical`, `point_not_on_curve`, `point_not_in_subgroup`,
   * with the position of the first bad one as `index`.
   */
  checkCommitments(commitments: readonly Uint8Array[]): CheckedCommitments;

  /** sum_j scalars_j * C_j, 48 bytes; as many scalars as commitments. */
  combineCommitments(
    commitments: CheckedCommitments,
    scalars: readonly bigint[],
  ): Uint8Array<ArrayBuffer>;

  /**
   * Whether `proof` opens sum_j scalars_j * C_j at z to y: e(C - [y], [1]) = e(proof, [tau - z]).
   * Throws `point_*` if the proof is not a valid point.
   */
  verifyRowOpening(
    commitments: CheckedCommitments,
    scalars: readonly bigint[],
    z: bigint,
    y: bigint,
    proof: Uint8Array,
  ): boolean;

  /** Cell `cellIndex` (0..127) of a row, 2,048 bytes. Throws `index_range`. */
  computeCell(row: Uint8Array, cellIndex: number): Uint8Array<ArrayBuffer>;

  /** One cell and its proof without the other 127: a long division and a multiplication of 4,032. */
  computeCellProof(
    row: Uint8Array,
    cellIndex: number,
  ): { cell: Uint8Array<ArrayBuffer>; proof: Uint8Array<ArrayBuffer> };

  /**
   * Whether each cell belongs to the row committed by sum_j coefficients_j * C_j, all at once: two
   * pairings, one multiplication over the commitments, never one per cell. Throws `cell_length`, `scalar_not_canonical`, `point_*`, `index_range`.
   */
  verifyDerivedCells(commitments: CheckedCommitments, cells: readonly DerivedCell[]): boolean;

  /** sum_j scalars_j * proof_j, 48 bytes; each proof is checked. The proof of a combined cell. */
  combineProofs(proofs: readonly Uint8Array[], scalars: readonly bigint[]): Uint8Array<ArrayBuffer>;

  /** SHA-256 over the 4,096 compressed powers in G1, then the 65 in G2: 32 bytes. */
  setupId(): Uint8Array<ArrayBuffer>;
}

/** Memory and tables of one object. */
export interface KzgResources {
  /**
   * Builds the table for whole blobs now instead of after a few commitments (a third of a second,
   * 11 MB). Without WebAssembly there are none.
   */
  buildTables(): void;

  /**
   * That table (built if needed) as bytes, 3.9 MB, the same on every backend: to be kept, or sent to a
   * worker. Throws KzgError `tables_invalid` without WebAssembly.
   */
  exportTables(): Uint8Array<ArrayBuffer>;

  /**
   * Takes exported tables of Ethereum's ceremony; without WebAssembly they are checked and ignored.
   * Throws `tables_invalid` unless their SHA-256 is the pinned one, and for any other setup.
   */
  importTables(bytes: Uint8Array): void;

  /** Gives the memory back; any use afterwards throws KzgError `disposed`. May be called twice. */
  dispose(): void;
}

/** Everything the package computes. One object belongs to one thread; several are independent. */
export type Kzg = CKzgFunctions & RowKzg & KzgResources;
