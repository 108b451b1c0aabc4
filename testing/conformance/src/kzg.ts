/** Conformance of `@barycenter/kzg`: every published vector of EIP-4844 and EIP-7594, and row laws. */
import { createKzg, FIELD_MODULUS, type Kzg } from '@barycenter/kzg';
import { type Random, seededRandom } from '../../src/random.ts';
import {
  type Case,
  expectEqual,
  expectError,
  fromHex,
  type Group,
  type LoadVectors,
  type VectorFile,
  vectorsOrSkip,
} from './suite.ts';

export const kzg: Group = { name: 'kzg', build };

type Bytes = Uint8Array<ArrayBuffer>;

/** The input of one vector, byte strings already read from hex. */
type Input = {
  readonly blob: Bytes;
  readonly z: Bytes;
  readonly y: Bytes;
  readonly commitment: Bytes;
  readonly proof: Bytes;
  readonly blobs: Bytes[];
  readonly commitments: Bytes[];
  readonly proofs: Bytes[];
  readonly cells: Bytes[];
  readonly cell_indices: number[];
  readonly commitment_indices: number[];
  readonly cosets_evals: Bytes[][];
};

/** The function that each folder of vectors is for, called in c-kzg's argument order. */
const CALLS: Readonly<Record<string, (kzg: Kzg, input: Input) => unknown>> = {
  blob_to_kzg_commitment: (k, { blob }) => k.blobToKzgCommitment(blob),
  compute_kzg_proof: (k, { blob, z }) => k.computeKzgProof(blob, z),
  compute_blob_kzg_proof: (k, { blob, commitment }) => k.computeBlobKzgProof(blob, commitment),
  verify_kzg_proof: (k, { commitment, z, y, proof }) => k.verifyKzgProof(commitment, z, y, proof),
  verify_blob_kzg_proof: (k, { blob, commitment, proof }) =>
    k.verifyBlobKzgProof(blob, commitment, proof),
  verify_blob_kzg_proof_batch: (k, { blobs, commitments, proofs }) =>
    k.verifyBlobKzgProofBatch(blobs, commitments, proofs),
  compute_cells: (k, { blob }) => k.computeCells(blob),
  compute_cells_and_kzg_proofs: (k, { blob }) => k.computeCellsAndKzgProofs(blob),
  recover_cells_and_kzg_proofs: (k, { cell_indices, cells }) =>
    k.recoverCellsAndKzgProofs(cell_indices, cells),
  verify_cell_kzg_proof_batch: (k, { commitments, cell_indices, cells, proofs }) =>
    k.verifyCellKzgProofBatch(commitments, cell_indices, cells, proofs),
  compute_challenge: (k, { blob, commitment }) => k.computeChallenge(blob, commitment),
  compute_verify_cell_kzg_proof_batch_challenge: (k, input) =>
    k.computeVerifyCellKzgProofBatchChallenge(
      input.commitments,
      input.commitment_indices,
      input.cell_indices,
      input.cosets_evals,
      input.proofs,
    ),
};

async function build(load: LoadVectors): Promise<Case[]> {
  const files = await vectorsOrSkip('kzg', load);
  const scheme = await createKzg();
  const cases: Case[] = files.map((file) => ({
    name: file.path,
    check: () => checkVector(scheme, file),
  }));
  if (files.length > 0) {
    cases.push({
      name: 'every function has vectors',
      check: () => {
        const folders = new Set(files.map(({ path }) => path.split('/')[0]!));
        expectEqual([...folders].sort(), Object.keys(CALLS).sort());
      },
    });
  }
  cases.push(
    { name: 'rows: commitments are linear and openings verify', check: () => openings(scheme) },
    { name: 'rows: any k of n recover the data', check: () => recovery(scheme) },
    { name: 'rows: a derived cell verifies with its row', check: () => derivedCells(scheme) },
    { name: 'rows: bad points are refused by index', check: () => badPoints(scheme) },
  );
  return cases;
}

/** `output: null` means that the call must throw a KzgError; anything else is compared in depth. */
function checkVector(scheme: Kzg, { path, content }: VectorFile): void {
  const { input, output } = content as { input: unknown; output: unknown };
  const call = CALLS[path.split('/')[0]!];
  if (call === undefined) throw new Error('no function for this folder');
  const bytes = readBytes(input) as Input;
  if (output === null) expectError(() => call(scheme, bytes), { name: 'KzgError' });
  else expectEqual(call(scheme, bytes), readBytes(output));
}

function openings(scheme: Kzg): void {
  const random = seededRandom(0x4b2a);
  const rows = [randomRow(random, 5), randomRow(random, 5), randomRow(random, 5)];
  const commitments = scheme.checkCommitments(rows.map((row) => scheme.commitRow(row)));
  const scalars = rows.map(() => random.bigint(2n ** 128n));
  const sum = scheme.combineRows(rows, scalars);
  expectEqual(scheme.combineCommitments(commitments, scalars), scheme.commitRow(sum));

  const z = random.bigint(2n ** 250n);
  const { proof, y } = scheme.openRow(sum, z);
  const weights = scheme.evaluationWeights(z, 5);
  const values = rows.map((row) => scheme.evaluateRow(row, weights));
  expectEqual(
    y,
    values.reduce((total, value, i) => total + value * scalars[i]!, 0n) % FIELD_MODULUS,
  );
  expectEqual(scheme.verifyRowOpening(commitments, scalars, z, y, proof), true);
  const wrong = (y + 1n) % FIELD_MODULUS;
  expectEqual(scheme.verifyRowOpening(commitments, scalars, z, wrong, proof), false);
}

function recovery(scheme: Kzg): void {
  const random = seededRandom(0x4b2b);
  const shape = { dataRows: 4, rowCount: 11 };
  const data = Array.from({ length: shape.dataRows }, () => randomRow(random, 3));
  const rows = scheme.extendRows(data, { rowCount: shape.rowCount });
  expectEqual(rows.length, shape.rowCount);
  expectEqual(rows.slice(0, shape.dataRows), data);
  for (let trial = 0; trial < 8; trial++) {
    const all = rows.map((_, index) => index);
    const kept = random.shuffle(all).slice(0, shape.dataRows);
    kept.sort((a, b) => a - b);
    expectEqual(
      scheme.recoverRows(
        kept,
        kept.map((i) => rows[i]!),
        shape,
      ),
      data,
    );
  }
  const combined = scheme.combineRows(data, scheme.rowCoefficients(9, shape));
  expectEqual(combined, rows[9]);
}

function derivedCells(scheme: Kzg): void {
  const random = seededRandom(0x4b2c);
  const shape = { dataRows: 2, rowCount: 4 };
  const data = [randomRow(random, 7), randomRow(random, 7)];
  const rows = scheme.extendRows(data, { rowCount: shape.rowCount });
  const commitments = scheme.checkCommitments(data.map((row) => scheme.commitRow(row)));
  const { cell, proof } = scheme.computeCellProof(rows[3]!, 77);
  expectEqual(scheme.computeCell(rows[3]!, 77), cell);
  const claim = { coefficients: scheme.rowCoefficients(3, shape), cellIndex: 77, cell, proof };
  expectEqual(scheme.verifyDerivedCells(commitments, [claim]), true);
  expectEqual(scheme.verifyDerivedCells(commitments, [{ ...claim, cellIndex: 78 }]), false);
  const other = { ...claim, coefficients: scheme.rowCoefficients(2, shape) };
  expectEqual(scheme.verifyDerivedCells(commitments, [claim, other]), false);
}

function badPoints(scheme: Kzg): void {
  const good = scheme.commitRow(randomRow(seededRandom(0x4b2d), 2));
  const short = good.slice(1);
  const flagless = good.slice();
  flagless[0]! &= 0x7f;
  for (const bad of [short, flagless, new Uint8Array(48).fill(0xff)]) {
    expectError(() => scheme.checkCommitments([good, bad]), { name: 'KzgError' });
  }
}

/** A row of canonical elements, `elements` times 32 bytes. */
function randomRow(random: Random, elements: number): Bytes {
  const row = random.bytes(elements * 32);
  for (let i = 0; i < row.length; i += 32) row[i] = 0;
  return row;
}

/** Hex strings anywhere in a vector become bytes; everything else stays. */
function readBytes(value: unknown): unknown {
  if (typeof value === 'string') return fromHex(value);
  if (Array.isArray(value)) return value.map(readBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readBytes(item)]));
}
