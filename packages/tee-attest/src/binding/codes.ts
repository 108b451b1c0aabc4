/** Codes of the composition of CPU evidence, GPU evidence and keys (compute-review §1). */

/**
 * - `binding_block_not_final`: the block of the challenge is not final, so it may still vanish;
 * - `binding_challenge_stale`: the block is older than the policy lets a challenge be, or younger than now;
 * - `binding_key_malformed`: a bound key has no known algorithm, a wrong length, or is no point;
 * - `binding_device_count`: not the number of devices that is expected;
 * - `binding_device_duplicate`: one device stands for two;
 * - `binding_device_order`: devices not in ascending order of their ids;
 * - `binding_gpu_nonce`: a device's report does not answer the nonce of its index in this binding;
 * - `binding_report_data`: the CPU quote's first 32 bytes are not this binding: another challenge,
 *   chain, registry, operator, policy, key, channel or set of devices;
 * - `binding_gpu_commit`: the CPU quote's last 32 bytes are not the hash of these device reports;
 * - `binding_runtime_log`: the event log does not lead to the quote's runtime register;
 * - `binding_runtime_event`: no event of the log extends the runtime register by this set of devices;
 * - `binding_possession`: the signer's signature over the binding is missing or wrong.
 */
export type BindingCode =
  | 'binding_block_not_final'
  | 'binding_challenge_stale'
  | 'binding_key_malformed'
  | 'binding_device_count'
  | 'binding_device_duplicate'
  | 'binding_device_order'
  | 'binding_gpu_nonce'
  | 'binding_report_data'
  | 'binding_gpu_commit'
  | 'binding_runtime_log'
  | 'binding_runtime_event'
  | 'binding_possession';
