/** Codes of revocation answers. */

/**
 * - `ocsp_missing`: no answer was given for a certificate;
 * - `ocsp_malformed`: not an OCSP response (RFC 6960 §4.2.1);
 * - `ocsp_unsuccessful`: the responder refused to answer (its response status);
 * - `ocsp_certificate_mismatch`: answers were given, none of them about this certificate;
 * - `ocsp_responder_unauthorised`: signed by neither the certificate's issuer nor a responder that
 *   this issuer named (RFC 6960 §4.2.2.2);
 * - `ocsp_signature_invalid`: the answer's signature is not its responder's;
 * - `ocsp_not_yet_valid`, `ocsp_expired`: the given time is before the answer was made, or after its
 *   `nextUpdate`;
 * - `ocsp_nonce_mismatch`: the answer does not repeat the nonce of the request;
 * - `ocsp_unknown`: the responder does not know the certificate.
 */
export type OcspCode =
  | 'ocsp_missing'
  | 'ocsp_malformed'
  | 'ocsp_unsuccessful'
  | 'ocsp_certificate_mismatch'
  | 'ocsp_responder_unauthorised'
  | 'ocsp_signature_invalid'
  | 'ocsp_not_yet_valid'
  | 'ocsp_expired'
  | 'ocsp_nonce_mismatch'
  | 'ocsp_unknown';
