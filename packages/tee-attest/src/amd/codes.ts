/** Codes of AMD SEV-SNP reports. */

/**
 * - `snp_malformed`: lengths, versions or reserved fields of the report do not fit its format.
 */
export type AmdCode = 'snp_malformed';
