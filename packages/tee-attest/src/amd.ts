/** AMD SEV-SNP: reports, the certificates that endorse them, and their verification. */
export {
  type PreparedSnpAuthority,
  prepareSnpCollateral,
  type SnpAuthorityCollateral,
  type SnpOptions,
} from './amd/authority.ts';
export type { AmdCode } from './amd/codes.ts';
export { readEndorsement as readSnpEndorsement, type SnpEndorsement } from './amd/endorsement.ts';
export type { SnpFacts } from './amd/facts.ts';
export {
  describeTcb,
  productOfCpuid,
  readTcb,
  type SnpCpuid,
  type SnpProduct,
  type SnpTcb,
} from './amd/product.ts';
export {
  parseSnpReport,
  SNP_REPORT_BYTES,
  type SnpFirmware,
  type SnpGuestPolicy,
  type SnpPlatformInfo,
  type SnpReport,
} from './amd/report.ts';
export { type SnpCollateral, type SnpKeys, verifySnp } from './amd/verify.ts';
