/** Codes of Intel quotes, their collateral and the event logs of trust domains. */

/**
 * The quote:
 * - `quote_malformed`: lengths or fields of the quote do not fit its format, or it is too long;
 * - `quote_trailing_bytes`: bytes after the quote, and the caller did not ask to trim them;
 * - `quote_version_unsupported`: not version 3, 4 or 5;
 * - `quote_tee_mismatch`: of another technology than the caller or the version demands;
 * - `quote_key_type_unsupported`: the attestation key is not ECDSA on P-256;
 * - `quote_vendor_unknown`: not made by Intel's quoting enclave;
 * - `quote_certification_unsupported`: certified otherwise than by a chain of certificates (type 5);
 * - `quote_signature_invalid`: not signed by the attestation key;
 * - `qe_report_signature_invalid`: the quoting enclave's report is not signed by the PCK key;
 * - `qe_report_data_mismatch`: the quoting enclave's report names another attestation key;
 * - `pck_malformed`: the PCK certificate lacks Intel's extension, or it is not in order.
 *
 * The collateral:
 * - `collateral_malformed`: not the fields, texts and sizes of collateral;
 * - `tcb_info_malformed`, `qe_identity_malformed`: not the strict JSON that Intel publishes, or of an
 *   unknown version, or with a status this package does not know;
 * - `tcb_info_signature_invalid`, `qe_identity_signature_invalid`: not signed by the signer, byte for byte;
 * - `tcb_info_not_yet_valid`, `qe_identity_not_yet_valid`: the given time is before `issueDate`;
 * - `tcb_info_expired`, `qe_identity_expired`: the given time is after `nextUpdate`;
 * - `tcb_info_mismatch`: TCB info of the other technology, another FMSPC or another PCE;
 * - `qe_identity_mismatch`: the identity of another quoting enclave, or the enclave in the quote is not
 *   the one it describes;
 * - `tdx_module_missing`: the TCB info does not know the TDX module's major version;
 * - `tdx_module_mismatch`: signer or attributes of the TDX module are not what the TCB info demands;
 * - `tcb_not_supported`: the platform, the module or the quoting enclave is below every level.
 *
 * The event log:
 * - `event_log_malformed`: not an event log, too long, or an event whose digest is not that of its content;
 * - `event_log_mismatch`: replaying the log does not give the registers of the report.
 */
export type IntelCode =
  | 'quote_malformed'
  | 'quote_trailing_bytes'
  | 'quote_version_unsupported'
  | 'quote_tee_mismatch'
  | 'quote_key_type_unsupported'
  | 'quote_vendor_unknown'
  | 'quote_certification_unsupported'
  | 'quote_signature_invalid'
  | 'qe_report_signature_invalid'
  | 'qe_report_data_mismatch'
  | 'pck_malformed'
  | 'collateral_malformed'
  | 'tcb_info_malformed'
  | 'tcb_info_signature_invalid'
  | 'tcb_info_not_yet_valid'
  | 'tcb_info_expired'
  | 'tcb_info_mismatch'
  | 'qe_identity_malformed'
  | 'qe_identity_signature_invalid'
  | 'qe_identity_not_yet_valid'
  | 'qe_identity_expired'
  | 'qe_identity_mismatch'
  | 'tdx_module_missing'
  | 'tdx_module_mismatch'
  | 'tcb_not_supported'
  | 'event_log_malformed'
  | 'event_log_mismatch';
