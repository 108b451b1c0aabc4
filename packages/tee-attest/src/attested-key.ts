/** Attested keys: what others check instead of a quote. */
export {
  type Appraisers,
  type CoseAppraiser,
  type CoseAppraisers,
  MAX_APPRAISERS,
} from './attested-key/appraisers.ts';
export type { AttestedKeyCode } from './attested-key/codes.ts';
export {
  coseToSign,
  decodeStatement,
  encodeCose,
  encodeStatement,
  MAX_COSE_BYTES,
  verifyAttestedKeyCose,
} from './attested-key/cose.ts';
export {
  findWrongDigests,
  recoverAddress,
  type SignedDigest,
  verifyDigests,
} from './attested-key/ecdsa.ts';
export {
  type RevocationReason,
  revocationDigest,
  type SignedRevocation,
  type VerifiedRevocation,
  verifyRevocation,
} from './attested-key/revocation.ts';
export {
  type AppraisedKey,
  checkProposal,
  MAX_VALIDITY_SECONDS,
  orderSignatures,
  signAttestedKey,
  signDigest,
} from './attested-key/sign.ts';
export {
  type AttestedKey,
  attestedKeyDigest,
  attestedKeyId,
  attestedKeyTypedData,
  type TypedData,
} from './attested-key/statement.ts';
export type { Domain } from './attested-key/typed-data.ts';
export {
  type AttestedKeyFacts,
  type AttestedKeyRequest,
  type SignedAttestedKey,
  verifyAttestedKey,
} from './attested-key/verify.ts';
export {
  MAX_BATCH_SIGNATURES,
  type NamedAttestedKey,
  verifyAttestedKeys,
} from './attested-key/verify-batch.ts';
export type { Check, Verified } from './checks.ts';
export { type TeeCode, TeeError } from './errors.ts';
