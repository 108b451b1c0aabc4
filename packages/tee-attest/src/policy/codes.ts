/** Codes of appraisal: the evidence is genuine and the policy does not accept it. */

/**
 * - `policy_tcb_status`: the TCB status is not among those the policy accepts.
 */
export type PolicyCode = 'policy_tcb_status';
