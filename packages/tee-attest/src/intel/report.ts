/** Bodies of Intel quotes. */
export interface SgxReport {
  readonly kind: 'sgx';
}
export interface TdReport {
  readonly kind: 'td10' | 'td15';
}
