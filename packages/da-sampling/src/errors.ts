/**
 * The one error class of this package. Untrusted bytes and messages are refused with a `DaError`
 * whose `code` is stable; wrong arguments of the caller throw `TypeError` or `RangeError`.
 */

/** Why a message, row, registration or certificate was refused. */
export type DaErrorCode =
  // wire
  | 'truncated'
  | 'trailing_bytes'
  | 'bad_form'
  // header
  | 'version_unknown'
  | 'profile_not_pinned'
  | 'geometry_mismatch'
  | 'namespace_mismatch'
  | 'epoch_unknown'
  | 'committee_mismatch'
  | 'signature_malformed'
  | 'submitter_mismatch'
  | 'submitter_refused'
  | 'equivocation'
  | 'epoch_pruned'
  | 'retention_full'
  | 'commitments_mismatch'
  | 'evaluations_mismatch'
  | 'evaluation_not_canonical'
  | 'commitment_invalid'
  | 'proof_invalid'
  | 'z_in_domain'
  | 'opening_invalid'
  // rows
  | 'row_index'
  | 'row_length'
  | 'row_branch_length'
  | 'row_not_canonical'
  | 'row_not_committed'
  | 'row_wrong'
  | 'row_not_verified'
  | 'payload_mismatch'
  | 'rows_missing'
  | 'rows_mixed'
  | 'rows_duplicate'
  // committee and registration
  | 'committee_empty'
  | 'committee_key_infinity'
  | 'key_invalid'
  | 'not_a_member'
  | 'possession_invalid'
  | 'key_reused'
  | 'account_reused'
  // attestations and certificates
  | 'validator_unknown'
  | 'validator_duplicate'
  | 'other_header'
  | 'header_mismatch'
  | 'bitmap_length'
  | 'bitmap_high_bits'
  | 'no_signers'
  | 'below_threshold'
  | 'signature_invalid'
  // cells and light client
  | 'samples_corrupt'
  | 'cells_missing'
  | 'cell_wrong'
  | 'cell_unknown'
  | 'quota_exceeded'
  // beacons
  | 'beacon_missing'
  | 'beacon_other_chain'
  | 'beacon_invalid'
  | 'freeze_not_final'
  // stake lists
  | 'csv_malformed'
  | 'stake_out_of_range';

/** Two signed headers of one (submitter, nonce): proof that the submitter equivocated. */
export type EquivocationEvidence = {
  readonly first: SignedHeader;
  readonly second: SignedHeader;
};

/** A whole encoded header (258 bytes; 178 of the hash-only scheme) with the submitter's signature (65 bytes) over its root. */
export type SignedHeader = {
  readonly header: Uint8Array;
  readonly signature: Uint8Array;
};

/** Refusal of untrusted input; `row` names the row index where the fault lies in one row. */
export class DaError extends Error {
  override readonly name = 'DaError';
  readonly code: DaErrorCode;
  readonly row: number | undefined;
  readonly evidence: EquivocationEvidence | undefined;

  constructor(
    code: DaErrorCode,
    message: string,
    details: { row?: number; evidence?: EquivocationEvidence; cause?: unknown } = {},
  ) {
    super(`${code}: ${message}`, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.row = details.row;
    this.evidence = details.evidence;
  }
}
