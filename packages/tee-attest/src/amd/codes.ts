/** Codes of AMD SEV-SNP reports and of the certificates that endorse their keys. */

/**
 * - `snp_malformed`: not 1184 bytes, or a field with a value that the format does not have;
 * - `snp_version`: a report of another version than 2, 3 and 5;
 * - `snp_reserved`: a bit that must be zero is set, or the policy's bit 17, which must be one, is not;
 * - `snp_signature_algorithm`: another algorithm than ECDSA over P-384 with SHA-384;
 * - `snp_signature_encoding`: r or s of the report's signature has more than 48 bytes, or bytes follow;
 * - `snp_signature_invalid`: the report's signature is not the endorsed key's;
 * - `snp_not_signed`: the report says that no key signed it;
 * - `snp_endorsement_missing`: no certificate was given for the key that the report names;
 * - `snp_endorsement_malformed`: the certificate lacks what AMD certifies, or says it in another form;
 * - `snp_product_mismatch`: chain, certificate and the report's processor are not one product;
 * - `snp_tcb_mismatch`: the certificate is for another TCB than the one the report states as reported;
 * - `snp_chip_mismatch`: the certificate is for another chip, or a masked chip identity is not zero.
 */
export type AmdCode =
  | 'snp_malformed'
  | 'snp_version'
  | 'snp_reserved'
  | 'snp_signature_algorithm'
  | 'snp_signature_encoding'
  | 'snp_signature_invalid'
  | 'snp_not_signed'
  | 'snp_endorsement_missing'
  | 'snp_endorsement_malformed'
  | 'snp_product_mismatch'
  | 'snp_tcb_mismatch'
  | 'snp_chip_mismatch';
