/** Codes of NVIDIA GPU and switch evidence. */
import type { NvidiaDeviceCode, NvidiaFleetCode } from './device-codes.ts';
import type { OcspCode } from './ocsp-codes.ts';

/** Codes of device reports, of several devices together, and of revocation answers. */
export type NvidiaCode = NvidiaDeviceCode | NvidiaFleetCode | OcspCode;
