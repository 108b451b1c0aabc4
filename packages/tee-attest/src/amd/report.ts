/** The SEV-SNP report. */
export interface SnpReport {
  readonly version: number;
}
