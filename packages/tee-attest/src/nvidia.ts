/**
 * Evidence of NVIDIA GPUs and NVSwitches, verified here and not by a service: SPDM report, chain to the
 * device root, revocation, measurements against reference manifests, several devices of one host.
 */
export type { Check, Verified } from './checks.ts';
export { type CryptoProvider, portableCrypto } from './crypto.ts';
export { type TeeCode, TeeError } from './errors.ts';
export {
  createNvidiaChainCache,
  type DeviceIdentity,
  type NvidiaChainCache,
  type NvidiaChainOptions,
  type PreparedNvidiaChain,
  prepareNvidiaChain,
} from './nvidia/chain.ts';
export { type NvidiaCollateral, type NvidiaOptions, verifyNvidiaDevice } from './nvidia/device.ts';
export { type NvidiaEvidence, parseNvidiaEvidence } from './nvidia/evidence.ts';
export type { NvidiaFacts } from './nvidia/facts.ts';
export {
  type NvidiaFleetDevice,
  type NvidiaFleetFacts,
  type NvidiaFleetOptions,
  verifyNvidiaFleet,
} from './nvidia/fleet.ts';
export { type OcspRequestOptions, ocspRequests } from './nvidia/ocsp-request.ts';
export { type OcspResponse, type OcspStatus, parseOcspResponse } from './nvidia/ocsp-response.ts';
export type { OpaqueFields } from './nvidia/opaque.ts';
export type { ReferenceManifest } from './nvidia/reference-manifest.ts';
export { type GpuReport, type MeasurementBlock, parseGpuReport } from './nvidia/report.ts';
export type { OcspAnswer } from './nvidia/revocation.ts';
export {
  type ManifestOptions,
  manifestOcspRequests,
  verifyReferenceManifest,
} from './nvidia/rim.ts';
export { createManifestCache, type ManifestCache } from './nvidia/rim-cache.ts';
export {
  driverManifestId,
  LS10_PLATFORM,
  type PlatformNames,
  switchManifestId,
  vbiosManifestId,
} from './nvidia/rim-id.ts';
export { PRODUCTION_TRUST, type TrustAnchors } from './trust.ts';
