/** BLS signatures on BLS12-381. The native backend is in `@barycenter/bls/native`. */
export type {
  BackendName,
  BatchOptions,
  BatchResult,
  Bls,
  PossessionOptions,
  SignatureSet,
  TagOptions,
} from './bls.ts';
export { type BackendChoice, compileKernel, createBls, createBlsSync } from './create.ts';
export { PUBLIC_KEY_SIZE, SECRET_KEY_SIZE, SIGNATURE_SIZE } from './encoding.ts';
export { BlsError, type BlsErrorCode } from './errors.ts';
export { possessionTag, signatureTag } from './tag.ts';
