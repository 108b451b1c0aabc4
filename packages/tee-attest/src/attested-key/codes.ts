/** Codes of attested keys: statements of appraisers, their signatures, revocations. */

/**
 * - `cbor_malformed`: not deterministic CBOR of the subset in use (RFC 8949 §4.2.1);
 * - `statement_malformed`: a field of the statement has a wrong type, length or range;
 * - `statement_key_id`: the key id is not the hash of chain, registry, operator, signer and challenge;
 * - `statement_wrong_domain`: made for another chain or registry;
 * - `statement_wrong_set`: made under another set of appraisers than the one now in force;
 * - `statement_wrong_policy`: about another policy than the one asked for;
 * - `statement_not_yet_valid`, `statement_expired`: the given time is outside `notBefore` to `notAfter`;
 * - `statement_too_long`: valid longer than the evidence, or than 24 hours from when it is signed;
 * - `statement_not_affirmed`: the appraisal does not affirm the evidence, or is about other evidence;
 * - `appraisers_too_few`: fewer signatures than the threshold;
 * - `appraisers_not_ascending`: signers out of order, or one of them twice;
 * - `appraiser_unknown`: a signer that is not in the set;
 * - `appraiser_signature_invalid`: a signature that is malformed, has a high s, or is not the signer's;
 * - `key_revoked_by_operator`: the operator gave the key up: its open tasks end as no-shows;
 * - `key_revoked_by_appraisers`: appraisers withdrew it: its open tasks are refunded.
 */
export type AttestedKeyCode =
  | 'cbor_malformed'
  | 'statement_malformed'
  | 'statement_key_id'
  | 'statement_wrong_domain'
  | 'statement_wrong_set'
  | 'statement_wrong_policy'
  | 'statement_not_yet_valid'
  | 'statement_expired'
  | 'statement_too_long'
  | 'statement_not_affirmed'
  | 'appraisers_too_few'
  | 'appraisers_not_ascending'
  | 'appraiser_unknown'
  | 'appraiser_signature_invalid'
  | 'key_revoked_by_operator'
  | 'key_revoked_by_appraisers';
