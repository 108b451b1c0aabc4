/** Policies, and appraisal of evidence under them. */
export type { Appraisal, Submodule } from './appraisal/appraisal.ts';
export { type EarClaims, type EarSubmodule, earClaims } from './appraisal/ear.ts';
export {
  type CpuEvidence,
  type Evidence,
  evidenceHash,
  type GpuEvidence,
  type IntelEvidence,
  type SnpEvidence,
} from './appraisal/evidence.ts';
export { type AllFacts, factsHash, type Plain } from './appraisal/facts-hash.ts';
export type { AppraisalCheck } from './appraisal/findings.ts';
export {
  type AppraisalReport,
  appraisalReport,
  describeAppraisal,
  type SubmoduleReport,
} from './appraisal/report.ts';
export {
  CLAIM_NAMES,
  type ClaimName,
  TIER_VALUES,
  type Tier,
  type TrustVector,
  tierOf,
} from './appraisal/vector.ts';
export { type AppraiseOptions, appraise, type NrasVerifier } from './appraise.ts';
export type { PolicyCode } from './policy/codes.ts';
export {
  definePolicy,
  MAX_POLICY_CHARACTERS,
  type PolicyInput,
  parsePolicy,
  policyId,
  policyText,
} from './policy/policy.ts';
export type {
  AcceptableStatus,
  Bits,
  CpuKind,
  GpuPolicy,
  GuestPolicyBit,
  Identities,
  IntelPolicy,
  PlatformBit,
  Policy,
  SgxPolicy,
  SnpPolicy,
  SnpTcbFloor,
  TcbPolicy,
  TdxPolicy,
} from './policy/policy-shape.ts';
export type { TcbReport } from './policy/tcb.ts';
export { type PrepareOptions, prepareCollateral } from './prepare-collateral.ts';
