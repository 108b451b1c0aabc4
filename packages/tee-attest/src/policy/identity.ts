/** Lists of devices: those a policy allows, and those it denies. */

import type { Findings } from '../appraisal/findings.ts';
import { CLAIM } from '../appraisal/vector.ts';
import { bytesToHex } from '../bytes.ts';
import type { Identities } from './policy-shape.ts';

/**
 * Judges a device's identity. One that is not told is on no list of allowed ones; where the host can
 * hide it, a list of denied ones cannot be kept either.
 */
export function judgeIdentity(
  id: string,
  identity: Uint8Array | undefined,
  {
    policy,
    findings,
    canHide = false,
  }: { policy: Identities; findings: Findings; canHide?: boolean },
): void {
  const actual = identity === undefined ? 'not told' : bytesToHex(identity);
  const { allow, deny } = policy;
  if (deny.length > 0) {
    findings.demand({
      ok: !deny.includes(actual) && !(canHide && identity === undefined),
      id: `${id}.deny`,
      code: 'policy_identity_denied',
      actual,
      claims: { 'instance-identity': CLAIM.contraindicated },
    });
  }
  if (allow === undefined) return;
  const ok = allow.includes(actual);
  findings.demand({
    ok,
    id: `${id}.allow`,
    code: 'policy_identity_unknown',
    expected: `one of ${allow.length}`,
    actual,
    claims: { 'instance-identity': CLAIM.unrecognized },
  });
  if (ok) findings.claim({ 'instance-identity': CLAIM.affirmed });
}
