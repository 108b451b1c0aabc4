/**
 * Answers of the NVIDIA Remote Attestation Service. An entry of its own, because it needs jose.
 */
export type { NrasCode } from './nras/codes.ts';
export type { NrasDevice, NrasFacts } from './nras/facts.ts';
export { MAX_KEYS, MAX_TOKEN_CHARACTERS } from './nras/token.ts';
export {
  MAX_NRAS_BYTES,
  MAX_NRAS_DEVICES,
  NRAS_PRODUCTION_ISSUER,
  type NrasOptions,
  verifyNras,
} from './nras/verify.ts';
