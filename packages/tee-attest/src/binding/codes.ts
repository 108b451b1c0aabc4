/** Codes of the composition of CPU evidence, GPU evidence and keys. */

/**
 * - `binding_challenge_mismatch`: the evidence answers another challenge.
 */
export type BindingCode = 'binding_challenge_mismatch';
