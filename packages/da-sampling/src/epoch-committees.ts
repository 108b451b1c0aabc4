/**
 * The `committeeOf` of a policy that follows an epoch schedule: a committee answers only while its
 * epoch is current or in grace, so that a header or certificate of an old epoch is `epoch_unknown`
 * without anybody having to forget it in time.
 */
import type { Committee } from './committee.ts';
import { type EpochMoment, type EpochSchedule, isAccepted } from './epochs.ts';

/**
 * `committeeOf` for `HeaderPolicy`, `Attester` and `verifyCertificate`. The default rule, `isAccepted`,
 * is for whoever judges certificates; nodes that sign pass `isSigned`. At most two epochs answer at any
 * time; `committees` is looked up at every call, so the caller may add and delete.
 */
export function committeesInTime(options: {
  readonly schedule: EpochSchedule;
  readonly committees: ReadonlyMap<bigint, Committee>;
  readonly nowSeconds: () => number;
  readonly rule?: (schedule: EpochSchedule, moment: EpochMoment) => boolean;
}): (epoch: bigint) => Committee | undefined {
  const { schedule, committees, nowSeconds, rule = isAccepted } = options;
  return (epoch) => {
    const committee = committees.get(epoch);
    if (committee === undefined) return undefined; // before any arithmetic on a stranger's number
    return rule(schedule, { epoch, seconds: nowSeconds() }) ? committee : undefined;
  };
}
