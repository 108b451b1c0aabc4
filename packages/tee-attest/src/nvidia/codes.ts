/** Codes of NVIDIA GPU and switch evidence. */

/**
 * - `gpu_report_malformed`: lengths, versions or fields of the SPDM report do not fit its format.
 */
export type NvidiaCode = 'gpu_report_malformed';
