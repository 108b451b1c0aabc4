/** Codes of NVIDIA GPU and switch evidence, its revocation answers and its reference manifests. */
import type { NvidiaDeviceCode, NvidiaFleetCode } from './device-codes.ts';
import type { OcspCode } from './ocsp-codes.ts';
import type { RimCode } from './rim-codes.ts';

/** Codes of device reports, of several devices together, of revocation answers, and of manifests. */
export type NvidiaCode = NvidiaDeviceCode | NvidiaFleetCode | OcspCode | RimCode;
