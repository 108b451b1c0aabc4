/**
 * Fetching collateral from Intel, AMD and NVIDIA, with caching, retry and offline bundles. The only
 * part of this package that uses a network; the verifiers take what it fetches as arguments.
 */
export { collectGpu, collectIntel, collectSnp } from './collect-collateral.ts';
export {
  AMD_KDS_URL,
  fetchSnpAuthority,
  fetchVcek,
  type KdsProduct,
  type KdsTcb,
  type SnpAuthorityAnswers,
  type SnpAuthorityRequest,
  type VcekRequest,
} from './fetch/amd.ts';
export type {
  Answer,
  AnswerRequest,
  CollateralClient,
  Fetched,
  ServedAnswer,
} from './fetch/answer.ts';
export type { FetchFunction } from './fetch/attempt.ts';
export {
  type Bundle,
  bundleHash,
  decodeBundle,
  encodeBundle,
  MAX_BUNDLE_BYTES,
  MAX_BUNDLE_ENTRIES,
  offlineClient,
  recordAnswers,
} from './fetch/bundle.ts';
export { type CollateralCache, type MemoryCacheBounds, memoryCache } from './fetch/cache.ts';
export { type ClientOptions, createClient, MAX_WAITING_REQUESTS } from './fetch/client.ts';
export { type FetchClock, SYSTEM_CLOCK } from './fetch/clock.ts';
export type { FetchCode } from './fetch/codes.ts';
export {
  fetchIntelCollateral,
  INTEL_PCS_URL,
  INTEL_ROOT_CRL_URL,
  type IntelAnswers,
  type IntelRequest,
  type IntelStatement,
} from './fetch/intel.ts';
export {
  fetchManifest,
  fetchNrasKeys,
  fetchOcsp,
  NVIDIA_NRAS_URL,
  NVIDIA_OCSP_URL,
  NVIDIA_RIM_URL,
} from './fetch/nvidia.ts';
