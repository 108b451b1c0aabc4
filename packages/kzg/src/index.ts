/** `@barycenter/kzg`: EIP-4844, EIP-7594 and row commitments. See README.md. */
export type { RandomBytes } from './batch-weights.ts';
export { compileKernel, createKzg, type KzgOptions } from './create.ts';
export type { BackendName } from './engine.ts';
export { KzgError, type KzgErrorCode } from './errors.ts';
export type { TrustedSetup } from './js/trusted-setup.ts';
export type { KernelName } from './kernel/load.ts';
export type { CKzgFunctions, Kzg, KzgResources, RowKzg } from './kzg.ts';
export {
  BYTES_PER_BLOB,
  BYTES_PER_CELL,
  BYTES_PER_COMMITMENT,
  BYTES_PER_FIELD_ELEMENT,
  BYTES_PER_PROOF,
  CELLS_PER_EXT_BLOB,
  FIELD_ELEMENTS_PER_BLOB,
  FIELD_ELEMENTS_PER_CELL,
  FIELD_ELEMENTS_PER_EXT_BLOB,
} from './parameters.ts';
export type { CheckedCommitments, DerivedCell, EvaluationWeights } from './rows.ts';
export { bytesToScalar, FIELD_MODULUS, scalarToBytes } from './scalar.ts';
export type { Tier } from './setup.ts';
export { sha256, sha256Async } from './sha256.ts';
export type { TablePolicy } from './wasm/tables.ts';
