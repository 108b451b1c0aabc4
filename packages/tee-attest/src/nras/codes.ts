/** Codes of NVIDIA Remote Attestation Service tokens. */

/**
 * - `nras_malformed`: not a detached EAT of the service, or claims of other types, or too long;
 * - `nras_algorithm`: a token signed by another algorithm than ES384;
 * - `nras_key_unknown`: the key set has no P-384 key with the token's `kid`, or several;
 * - `nras_signature_invalid`: the token's signature is not that key's;
 * - `nras_issuer_mismatch`: the token of another service (staging, someone else's);
 * - `nras_not_yet_valid`, `nras_expired`: the given time is before `nbf` or `iat`, or not before `exp`;
 * - `nras_nonce_mismatch`: the token answers another nonce;
 * - `nras_devices_mismatch`: the tokens are not those the overall token lists, or not as many devices
 *   as expected;
 * - `nras_digest_mismatch`: a device's token is not the one the overall token was issued for;
 * - `nras_result_negative`: the service did not find the evidence good.
 */
export type NrasCode =
  | 'nras_malformed'
  | 'nras_algorithm'
  | 'nras_key_unknown'
  | 'nras_signature_invalid'
  | 'nras_issuer_mismatch'
  | 'nras_not_yet_valid'
  | 'nras_expired'
  | 'nras_nonce_mismatch'
  | 'nras_devices_mismatch'
  | 'nras_digest_mismatch'
  | 'nras_result_negative';
