/** Codes of appraisal: the evidence is genuine and the policy does not accept it. */

/**
 * - `policy_malformed`: a text that is no policy;
 * - `policy_cpu_missing`, `policy_cpu_kind`: no evidence of a CPU, or of a kind not accepted;
 * - `policy_report_data`: the report data is not what was asked for;
 * - `policy_tcb_status`: the TCB status is not among those accepted;
 * - `policy_advisory`: the platform is affected by an advisory that is not listed;
 * - `policy_tcb_date`, `policy_tcb_evaluation`: an older TCB level or evaluation than accepted;
 * - `policy_grace`: accepted only because of the days of grace (a warning);
 * - `policy_debug`: its owner's host can read and change it;
 * - `policy_identity_denied`, `policy_identity_unknown`: the device is on the list of those denied, or
 *   not on that of those allowed;
 * - `policy_platform_flag`: multithreading, platform changes or cached keys differ from what is asked;
 * - `policy_measurement`: a measurement, signer or configuration digest is not on its list;
 * - `policy_product_id`, `policy_svn`: an enclave's or guest's product id or security version;
 * - `policy_attributes`, `policy_xfam`, `policy_sept_ve_disable`, `policy_service_td`: a trust
 *   domain's bits, or a service TD, are not as asked;
 * - `policy_event_log`: the event log is missing, or does not replay to the runtime registers;
 * - `policy_vmpl`: the report was asked for at a less privileged level than accepted;
 * - `policy_product`: another processor product or GPU architecture than accepted;
 * - `policy_firmware`: firmware below a floor, or not committed;
 * - `policy_guest_policy`, `policy_platform_info`: bits of an SEV-SNP report are not as asked;
 * - `policy_vlek`: signed by a cloud provider's key that is not accepted;
 * - `policy_device_count`: too few or too many GPUs or switches;
 * - `policy_device_duplicate`: one device answers more than once;
 * - `policy_nonce`: a GPU's nonce is not the one it was asked with, or is a constant;
 * - `policy_manifests`: a GPU's measurements were not compared with reference manifests, or some
 *   have no reference value;
 * - `policy_revocation`: a GPU's certificates were not all reported good;
 * - `policy_version`: a driver or VBIOS version that is not on its list;
 * - `policy_gpu_mode`: another mode, or another state of the video decoder, than accepted;
 * - `policy_nras`: NVIDIA's verdict is missing, refused or about another device;
 * - `policy_binding`: a binding was asked for and part of the evidence was refused.
 */
export type PolicyCode =
  | 'policy_malformed'
  | 'policy_cpu_missing'
  | 'policy_cpu_kind'
  | 'policy_report_data'
  | 'policy_tcb_status'
  | 'policy_advisory'
  | 'policy_tcb_date'
  | 'policy_tcb_evaluation'
  | 'policy_grace'
  | 'policy_debug'
  | 'policy_identity_denied'
  | 'policy_identity_unknown'
  | 'policy_platform_flag'
  | 'policy_measurement'
  | 'policy_product_id'
  | 'policy_svn'
  | 'policy_attributes'
  | 'policy_xfam'
  | 'policy_sept_ve_disable'
  | 'policy_service_td'
  | 'policy_event_log'
  | 'policy_vmpl'
  | 'policy_product'
  | 'policy_firmware'
  | 'policy_guest_policy'
  | 'policy_platform_info'
  | 'policy_vlek'
  | 'policy_device_count'
  | 'policy_device_duplicate'
  | 'policy_nonce'
  | 'policy_manifests'
  | 'policy_revocation'
  | 'policy_version'
  | 'policy_gpu_mode'
  | 'policy_nras'
  | 'policy_binding';
