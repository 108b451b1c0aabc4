/** The SPDM report of a GPU or switch. */
export interface GpuReport {
  readonly nonce: Uint8Array;
}
