/** BLS signatures on BLS12-381. The native backend is in `@barycenter/bls/native`. */
export type {
  BatchOptions,
  BatchResult,
  Bls,
  PossessionOptions,
  SignatureSet,
  TagOptions,
} from './bls.ts';
export { PUBLIC_KEY_SIZE, SECRET_KEY_SIZE, SIGNATURE_SIZE } from './encoding.ts';
export { BlsError, type BlsErrorCode } from './errors.ts';
export { createBls, createBlsSync } from './noble.ts';
export { possessionTag, signatureTag } from './tag.ts';
