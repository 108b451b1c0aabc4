/**
 * Conformance of `@barycenter/kzg`: every published vector of EIP-4844 and EIP-7594 and the laws of
 * rows on every back end that this runtime can run, and the ways to get hold of one.
 */
import { compileKernel, createKzg, FIELD_MODULUS, type Kzg, KzgError } from '@barycenter/kzg';
import { createKzgPool, type WorkerLike } from '@barycenter/kzg/pool';
import { createKzgSync } from '@barycenter/kzg/sync';
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

export const kzg: Group = kzgWith({});

/** The group on a runtime whose workers must be made in its own way. */
export function kzgWith(options: { readonly createWorker?: () => WorkerLike }): Group {
  return { name: 'kzg', build: (load) => build(load, options) };
}

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

async function build(
  load: LoadVectors,
  pool: { readonly createWorker?: () => WorkerLike },
): Promise<Case[]> {
  const files = await vectorsOrSkip('kzg', load);
  const schemes: Kzg[] = [];
  for (const backend of ['fma', 'wide', 'scalar', 'js'] as const) {
    try {
      schemes.push(await createKzg({ backend }));
    } catch (error) {
      if (!(error instanceof KzgError) || error.code !== 'backend_unavailable') throw error;
    }
  }
  const names = schemes.map((scheme) => scheme.backend().name);
  console.log(`kzg: back ends that run here: ${names.join(', ')}`);
  const cases: Case[] = [
    {
      name: 'the fastest back end that runs is the one that is chosen',
      check: async () => expectEqual((await createKzg()).backend().name, names[0]),
    },
    { name: 'TypeScript is among them', check: () => expectEqual(names.includes('js'), true) },
    { name: 'a compiled kernel is taken over at once', check: takenOver },
    { name: 'workers commit as this thread does', check: () => workers(schemes[0]!, pool) },
    { name: 'exported tables are taken by every back end', check: () => tables(schemes) },
    { name: 'after dispose it refuses to work', check: disposal },
    ...schemes.flatMap((scheme) => casesOf(scheme, files)),
  ];
  if (files.length > 0) {
    cases.push({
      name: 'every function has vectors',
      check: () => {
        const folders = new Set(files.map(({ path }) => path.split('/')[0]!));
        expectEqual([...folders].sort(), Object.keys(CALLS).sort());
      },
    });
  }
  return cases;
}

/** All vectors and laws over one back end. */
function casesOf(scheme: Kzg, files: readonly VectorFile[]): Case[] {
  const laws: readonly (readonly [string, (scheme: Kzg) => void])[] = [
    ['rows: commitments are linear and openings verify', openings],
    ['rows: any k of n recover the data', recovery],
    ['rows: a derived cell verifies with its row', derivedCells],
    ['rows: bad points are refused by index', badPoints],
  ];
  return [
    ...files.map((file) => ({ name: file.path, check: () => checkVector(scheme, file) })),
    ...laws.map(([name, law]) => ({ name, check: () => law(scheme) })),
  ].map(({ name, check }) => ({ name: `${scheme.backend().name}: ${name}`, check }));
}

async function takenOver(): Promise<void> {
  const row = randomRow(seededRandom(0x4b2e), 9);
  const expected = createKzgSync().commitRow(row);
  expectEqual(createKzgSync().backend().name, 'js');
  const module = await compileKernel();
  if (module === undefined) return;
  const scheme = createKzgSync({ module });
  expectEqual(scheme.backend().name, (await createKzg()).backend().name);
  expectEqual(scheme.commitRow(row), expected);
}

async function workers(
  scheme: Kzg,
  options: { readonly createWorker?: () => WorkerLike },
): Promise<void> {
  const random = seededRandom(0x4b2f);
  const rows = [1, 64, 65, 200, 7].map((count) => randomRow(random, count));
  const isKernel = scheme.backend().name !== 'js';
  const tables = isKernel ? scheme.exportTables() : 'none';
  const pool = await createKzgPool({ workers: 2, tables, ...options });
  try {
    expectEqual([pool.workers, pool.backend], [2, scheme.backend().name]);
    expectEqual(
      await pool.commitMany(rows),
      rows.map((row) => scheme.commitRow(row)),
    );
  } finally {
    pool.dispose();
  }
}

async function tables(schemes: readonly Kzg[]): Promise<void> {
  const [first, ...others] = schemes;
  if (first!.backend().name === 'js') return;
  const bytes = first!.exportTables();
  const row = randomRow(seededRandom(0x4b30), 4096);
  const commitment = first!.commitRow(row);
  for (const scheme of others) {
    scheme.importTables(bytes);
    expectEqual(scheme.commitRow(row), commitment);
    expectError(() => scheme.importTables(bytes.subarray(1)), {
      name: 'KzgError',
      code: 'tables_invalid',
    });
  }
}

async function disposal(): Promise<void> {
  const scheme = await createKzg();
  scheme.dispose();
  scheme.dispose();
  const expected = { name: 'KzgError', code: 'disposed' };
  expectError(() => scheme.commitRow(new Uint8Array(32)), expected);
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
