/**
 * The one error class of this package and the codes by which a refusal is known. Codes of one
 * vendor stand in that vendor's folder; here are those of what every vendor uses: DER, X.509,
 * certificate chains, revocation lists, signatures.
 *
 * Bad evidence never throws out of a `verify*` or `appraise` call: it ends in a result with such a
 * code. `parse*` functions throw {@link TeeError}. Misuse (no clock, no policy, wrong type) throws
 * `TypeError` or `RangeError`.
 */
import type { AmdCode } from './amd/codes.ts';
import type { AttestedKeyCode } from './attested-key/codes.ts';
import type { BindingCode } from './binding/codes.ts';
import type { FetchCode } from './fetch/codes.ts';
import type { IntelCode } from './intel/codes.ts';
import type { NrasCode } from './nras/codes.ts';
import type { NvidiaCode } from './nvidia/codes.ts';
import type { PolicyCode } from './policy/codes.ts';
import type { XmlCode } from './xml/codes.ts';

/**
 * Codes of the parts that all vendors share:
 * - `der_malformed`: not the distinguished encoding of what stands here (X.690 §10), or too deep;
 * - `pem_malformed`: not PEM text of certificates (RFC 7468), or more than the declared bound;
 * - `certificate_malformed`: DER, but no X.509 v3 certificate this package can judge (RFC 5280 §4.1):
 *   wrong version, unknown key or signature algorithm, negative or overlong serial, duplicate or
 *   malformed extension;
 * - `chain_length`: the chain has not the number of certificates its vendor issues;
 * - `chain_issuer_mismatch`: a certificate's issuer is not the next certificate's subject;
 * - `chain_signature_invalid`: a certificate's signature is not its issuer's;
 * - `chain_not_yet_valid`, `chain_expired`: a certificate's validity does not include the given time;
 * - `chain_not_ca`: an issuer is not a certification authority, or may not sign certificates;
 * - `chain_path_length`: more certificates below an authority than it may have;
 * - `chain_critical_extension`: a critical extension this package does not know;
 * - `chain_untrusted_root`: the chain does not end in a pinned root certificate;
 * - `chain_wrong_role`: a certificate of another role (its common name) stands here;
 * - `certificate_revoked`: its serial number is in its issuer's revocation list;
 * - `crl_missing`: no revocation list was given for an issuer;
 * - `crl_malformed`: not a revocation list (RFC 5280 §5.1);
 * - `crl_issuer_mismatch`: the revocation list of another authority;
 * - `crl_signature_invalid`: the list's signature is not its issuer's;
 * - `crl_not_yet_valid`, `crl_expired`: the given time is before `thisUpdate` or after `nextUpdate`;
 * - `public_key_invalid`: bytes that are no public key of the curve;
 * - `crypto_unavailable`: this platform offers no algorithm that is needed.
 */
export type CoreCode =
  | 'der_malformed'
  | 'pem_malformed'
  | 'certificate_malformed'
  | 'chain_length'
  | 'chain_issuer_mismatch'
  | 'chain_signature_invalid'
  | 'chain_not_yet_valid'
  | 'chain_expired'
  | 'chain_not_ca'
  | 'chain_path_length'
  | 'chain_critical_extension'
  | 'chain_untrusted_root'
  | 'chain_wrong_role'
  | 'certificate_revoked'
  | 'crl_missing'
  | 'crl_malformed'
  | 'crl_issuer_mismatch'
  | 'crl_signature_invalid'
  | 'crl_not_yet_valid'
  | 'crl_expired'
  | 'public_key_invalid'
  | 'crypto_unavailable';

/** Every code with which evidence, collateral or a statement is refused. Stable across versions. */
export type TeeCode =
  | CoreCode
  | IntelCode
  | AmdCode
  | NvidiaCode
  | NrasCode
  | XmlCode
  | FetchCode
  | BindingCode
  | PolicyCode
  | AttestedKeyCode;

/** What was asked for and what was found, as short text for a report. */
export interface Difference {
  readonly expected?: string | undefined;
  readonly actual?: string | undefined;
}

/** Bytes from outside were refused; `code` says why. */
export class TeeError extends Error {
  override readonly name = 'TeeError';
  readonly code: TeeCode;
  readonly expected: string | undefined;
  readonly actual: string | undefined;

  constructor(code: TeeCode, message: string, options: Difference & { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.expected = options.expected;
    this.actual = options.actual;
  }
}
