/**
 * What a policy says of the TCB status of an Intel platform (Intel PCS API v4, `tcbStatus`), with days
 * of grace counted as in Intel's Quote Appraisal Library: from the date of the matched TCB level.
 */
import type { Findings } from '../appraisal/findings.ts';
import { CLAIM, type TrustVector } from '../appraisal/vector.ts';
import type { IntelFacts, TcbStatus } from '../intel/facts.ts';
import type { AcceptableStatus, TcbPolicy } from './policy-shape.ts';

/** The TCB of a platform, how far it is behind, and what would satisfy the policy. */
export interface TcbReport {
  readonly status: TcbStatus;
  /** Date of the oldest matched level. */
  readonly date: Date;
  readonly advisories: readonly string[];
  readonly evaluationDataNumber: number;
  readonly distance: IntelFacts['tcb']['distance'];
  /** Until when days of grace make up for an old level; undefined if none are needed or left. */
  readonly graceUntil: Date | undefined;
  /** What would satisfy the policy: updates, or (`or …`) changes of the policy; empty if it is satisfied. */
  readonly toPass: readonly string[];
}

const DAY_MS = 86_400_000;

/** What a status would be if the platform's level were not out of date. */
const WITHOUT_AGE: Partial<Record<TcbStatus, AcceptableStatus>> = {
  OutOfDate: 'UpToDate',
  OutOfDateConfigurationNeeded: 'ConfigurationNeeded',
};

/** Claims of a status that a policy accepts beyond those that say nothing bad. */
const RESERVATIONS: Partial<Record<TcbStatus, Partial<TrustVector>>> = {
  ConfigurationNeeded: { configuration: CLAIM.unsafe },
  ConfigurationAndSWHardeningNeeded: { configuration: CLAIM.unsafe },
  OutOfDate: { hardware: CLAIM.unsafe },
  OutOfDateConfigurationNeeded: { hardware: CLAIM.unsafe, configuration: CLAIM.unsafe },
  TDRelaunchAdvised: { hardware: CLAIM.unsafe },
  TDRelaunchAdvisedConfigurationNeeded: { hardware: CLAIM.unsafe, configuration: CLAIM.unsafe },
};

const REFUSED = { hardware: CLAIM.contraindicated };

/** Judges the TCB of a platform at `now` (milliseconds). */
export function judgeTcb(
  { status, date, advisories, evaluationDataNumber, distance }: IntelFacts['tcb'],
  { policy, findings, now }: { policy: TcbPolicy; findings: Findings; now: number },
): TcbReport {
  const graceUntil = new Date(date.getTime() + policy.graceDays * DAY_MS);
  const aged = WITHOUT_AGE[status];
  const inGrace = aged !== undefined && policy.graceDays > 0 && now <= graceUntil.getTime();
  const accepts = (each: TcbStatus): boolean =>
    policy.statuses.some((accepted) => accepted === each);
  // A policy that accepts the status as it is needs no grace for it.
  const graced = inGrace && !accepts(status);
  const accepted = graced ? accepts(aged) : accepts(status);
  const toPass: string[] = [];

  findings.demand({
    ok: accepted,
    id: 'intel.tcb.status',
    code: 'policy_tcb_status',
    expected: policy.statuses.join(', '),
    actual: status,
    claims: REFUSED,
  });
  if (accepted) findings.claim(RESERVATIONS[status] ?? {});
  else toPass.push(...updates(distance), `or accept status ${status}`);
  if (graced && accepted) {
    findings.demand({
      ok: false,
      id: 'intel.tcb.grace',
      code: 'policy_grace',
      expected: `an update until ${graceUntil.toISOString()}`,
      actual: status,
      claims: { hardware: CLAIM.unsafe },
    });
    toPass.push(...updates(distance));
  }
  const unlisted = graced ? [] : advisories.filter((each) => !policy.advisories.includes(each));
  findings.demand({
    ok: unlisted.length === 0,
    id: 'intel.tcb.advisories',
    code: 'policy_advisory',
    expected: policy.advisories.length === 0 ? 'none' : policy.advisories.join(', '),
    actual: advisories.length === 0 ? 'none' : advisories.join(', '),
    claims: REFUSED,
  });
  if (unlisted.length > 0) toPass.push(`or accept ${unlisted.join(', ')}`);

  const { minDate, minEvaluationDataNumber: minNumber } = policy;
  if (minDate !== undefined) {
    const ok = date.getTime() >= Date.parse(minDate);
    const actual = date.toISOString();
    const what = { id: 'intel.tcb.date', code: 'policy_tcb_date', claims: REFUSED } as const;
    findings.demand({ ok, ...what, expected: `${minDate} or later`, actual });
    if (!ok) toPass.push(`a TCB level of ${minDate} or later`);
  }
  if (minNumber !== undefined) {
    const ok = evaluationDataNumber >= minNumber;
    findings.demand({
      ok,
      id: 'intel.tcb.evaluation',
      code: 'policy_tcb_evaluation',
      expected: `${minNumber} or more`,
      actual: String(evaluationDataNumber),
      claims: REFUSED,
    });
    if (!ok) toPass.push(`collateral of evaluation ${minNumber} or later`);
  }
  return {
    status,
    date,
    advisories,
    evaluationDataNumber,
    distance,
    graceUntil: graced ? graceUntil : undefined,
    toPass,
  };
}

function updates({ components }: IntelFacts['tcb']['distance']): string[] {
  return components.map(({ name, actual, newest }) => `update ${name} from ${actual} to ${newest}`);
}
