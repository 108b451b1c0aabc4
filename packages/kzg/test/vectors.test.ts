import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KzgError } from '@barycenter/kzg';
import { listVectors, readVector, vectorsFolder } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { onEveryBackend } from './every-backend.ts';

onEveryBackend((kzg) => {
  // consensus-spec vectors of EIP-4844 and EIP-7594: see the README of the folder for the format.

  type Value = null | boolean | string | number | readonly Value[];
  type Input = Readonly<Record<string, Value>>;

  const folder = vectorsFolder('kzg');

  const bytes = (value: Value | undefined): Uint8Array =>
    Uint8Array.from(Buffer.from(String(value).slice(2), 'hex'));
  const list = (value: Value | undefined): Uint8Array[] => (value as Value[]).map(bytes);
  const numbers = (value: Value | undefined): number[] => value as number[];
  const hex = (value: unknown): Value => {
    if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
    return Array.isArray(value) ? value.map(hex) : (value as Value);
  };

  const functions: Readonly<Record<string, (input: Input) => unknown>> = {
    blob_to_kzg_commitment: (i) => kzg.blobToKzgCommitment(bytes(i.blob)),
    compute_kzg_proof: (i) => kzg.computeKzgProof(bytes(i.blob), bytes(i.z)),
    compute_blob_kzg_proof: (i) => kzg.computeBlobKzgProof(bytes(i.blob), bytes(i.commitment)),
    verify_kzg_proof: (i) =>
      kzg.verifyKzgProof(bytes(i.commitment), bytes(i.z), bytes(i.y), bytes(i.proof)),
    verify_blob_kzg_proof: (i) =>
      kzg.verifyBlobKzgProof(bytes(i.blob), bytes(i.commitment), bytes(i.proof)),
    verify_blob_kzg_proof_batch: (i) =>
      kzg.verifyBlobKzgProofBatch(list(i.blobs), list(i.commitments), list(i.proofs)),
    compute_cells: (i) => kzg.computeCells(bytes(i.blob)),
    compute_cells_and_kzg_proofs: (i) => kzg.computeCellsAndKzgProofs(bytes(i.blob)),
    recover_cells_and_kzg_proofs: (i) =>
      kzg.recoverCellsAndKzgProofs(numbers(i.cell_indices), list(i.cells)),
    verify_cell_kzg_proof_batch: (i) =>
      kzg.verifyCellKzgProofBatch(
        list(i.commitments),
        numbers(i.cell_indices),
        list(i.cells),
        list(i.proofs),
      ),
    compute_challenge: (i) => kzg.computeChallenge(bytes(i.blob), bytes(i.commitment)),
    compute_verify_cell_kzg_proof_batch_challenge: (i) =>
      kzg.computeVerifyCellKzgProofBatchChallenge(
        list(i.commitments),
        numbers(i.commitment_indices),
        numbers(i.cell_indices),
        (i.cosets_evals as Value[]).map(list),
        list(i.proofs),
      ),
  };

  if (folder !== undefined) {
    test('every function of the vector set is covered', () => {
      const names = readdirSync(folder).filter((name) => name !== 'README.md');
      expect(Object.keys(functions).sort()).toEqual(names.sort());
    });

    describe.each(Object.keys(functions))('%s', (name) => {
      test.each(listVectors(join(folder, name)).map((path) => path.slice(folder.length + 1)))(
        'agrees with %s',
        (path) => {
          const { input, output } = readVector(join(folder, path)) as {
            input: Input;
            output: Value;
          };
          const run = functions[name]!;
          if (output === null) expect(() => run(input)).toThrow(KzgError);
          else expect(hex(run(input))).toEqual(output);
        },
      );
    });
  }
});
