/** Codes of device evidence, of one device and of several together. */

/**
 * - `gpu_report_malformed`: lengths, versions or fields of the SPDM report do not fit its format;
 * - `gpu_opaque_malformed`: an opaque field is unknown, stands twice, or has a length or value that
 *   its kind does not have;
 * - `gpu_evidence_malformed`: the evidence file is not the JSON that NVIDIA's tools write;
 * - `gpu_report_signature_invalid`: the report's signature is not the leaf certificate's;
 * - `gpu_nonce_mismatch`: the report answers another request, or the evidence file names another;
 * - `gpu_nonce_constant`: the nonce is one that anybody can know beforehand;
 * - `gpu_architecture_mismatch`: report, evidence file and chain speak of different architectures;
 * - `gpu_fwid_mismatch`: the leaf certificate was issued for other firmware than the report names, or
 *   for another device key;
 * - `gpu_manifest_missing`: no reference manifest was given for the driver or the VBIOS;
 * - `gpu_manifest_mismatch`: the manifest of something else (kind, board);
 * - `gpu_manifest_version_mismatch`: the manifest of another driver or VBIOS version;
 * - `gpu_manifest_expired`: the manifest's signer is no longer valid;
 * - `gpu_manifest_conflict`: two reference values for one index;
 * - `gpu_measurement_mismatch`: a measurement equals none of its reference values.
 */
export type NvidiaDeviceCode =
  | 'gpu_report_malformed'
  | 'gpu_opaque_malformed'
  | 'gpu_evidence_malformed'
  | 'gpu_report_signature_invalid'
  | 'gpu_nonce_mismatch'
  | 'gpu_nonce_constant'
  | 'gpu_architecture_mismatch'
  | 'gpu_fwid_mismatch'
  | 'gpu_manifest_missing'
  | 'gpu_manifest_mismatch'
  | 'gpu_manifest_version_mismatch'
  | 'gpu_manifest_expired'
  | 'gpu_manifest_conflict'
  | 'gpu_measurement_mismatch';

/**
 * - `gpu_fleet_duplicate`: one device stands twice among the devices of a host;
 * - `gpu_fleet_count`: more or fewer GPUs or switches than expected;
 * - `gpu_fleet_topology`: the switches that GPUs report are not those that were attested.
 */
export type NvidiaFleetCode = 'gpu_fleet_duplicate' | 'gpu_fleet_count' | 'gpu_fleet_topology';
