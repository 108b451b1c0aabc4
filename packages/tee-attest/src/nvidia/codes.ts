/** Codes of NVIDIA GPU and switch evidence. */
import type { RimCode } from './rim-codes.ts';

/**
 * - `gpu_report_malformed`: lengths, versions or fields of the SPDM report do not fit its format.
 */
export type NvidiaCode = RimCode | 'gpu_report_malformed';
