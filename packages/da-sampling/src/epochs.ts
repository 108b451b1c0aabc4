/**
 * Epochs in time (da-review.md §3, §5.7): which is current, which are still accepted, until when nodes
 * sign, how long stake stays locked. Pure arithmetic on Unix seconds; the caller brings the clock, and
 * a contract its block time.
 *
 *   ... | freeze of e | ........ | beacon of e | ... | epoch e ............... | grace of e |
 *
 * Nodes stop signing for e a margin before contracts stop accepting it, so that a certificate still
 * gets on chain.
 */

/** All in whole seconds. */
export type EpochSchedule = {
  /** Start of epoch 0, Unix time. */
  readonly genesisSeconds: number;
  readonly epochSeconds: number;
  /** How long after its end certificates of an epoch are accepted. At most epochSeconds. */
  readonly graceSeconds: number;
  /** How long before the end of grace nodes stop signing. At most graceSeconds. */
  readonly signMarginSeconds: number;
  /** How long before its start the beacon of an epoch is read. */
  readonly beaconLeadSeconds: number;
  /** How long after grace rows are kept and stake stays locked. */
  readonly retentionSeconds: number;
};

/** RangeError unless the schedule is one: whole seconds, grace within an epoch, margin within grace. */
export function expectSchedule(schedule: EpochSchedule): void {
  for (const [name, value] of Object.entries(schedule)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`${name}: expected whole seconds, got ${value}`);
    }
  }
  const { epochSeconds, graceSeconds, signMarginSeconds } = schedule;
  if (epochSeconds === 0) throw new RangeError('epochSeconds: expected more than 0');
  if (graceSeconds > epochSeconds) throw new RangeError('graceSeconds: longer than an epoch');
  if (signMarginSeconds > graceSeconds) throw new RangeError('signMarginSeconds: beyond grace');
}

/** The epoch that `seconds` lies in; undefined before epoch 0. */
export function epochAt(schedule: EpochSchedule, seconds: number): bigint | undefined {
  expectSchedule(schedule);
  const passed = Math.floor((seconds - schedule.genesisSeconds) / schedule.epochSeconds);
  return passed < 0 ? undefined : BigInt(passed);
}

/** Start of an epoch, Unix time. RangeError if `epoch` is negative or its time is beyond 2^53. */
export function epochStart(schedule: EpochSchedule, epoch: bigint): number {
  expectSchedule(schedule);
  const start = BigInt(schedule.genesisSeconds) + epoch * BigInt(schedule.epochSeconds);
  if (epoch < 0n || start > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`epoch: got ${epoch}`);
  }
  return Number(start);
}

/** When the beacon of an epoch is read, Unix time: its value must not be known before the freeze. */
export function beaconSeconds(schedule: EpochSchedule, epoch: bigint): number {
  return epochStart(schedule, epoch) - schedule.beaconLeadSeconds;
}

/** An epoch and the Unix time at which it is judged. */
export type EpochMoment = { readonly epoch: bigint; readonly seconds: number };

/** Whether certificates of an epoch are accepted: in the epoch and its grace. */
export function isAccepted(schedule: EpochSchedule, { epoch, seconds }: EpochMoment): boolean {
  const start = epochStart(schedule, epoch);
  return seconds >= start && seconds < start + schedule.epochSeconds + schedule.graceSeconds;
}

/** Whether a node signs for an epoch: it stops a margin before `isAccepted` does. */
export function isSigned(schedule: EpochSchedule, { epoch, seconds }: EpochMoment): boolean {
  const later = seconds + schedule.signMarginSeconds;
  return (
    isAccepted(schedule, { epoch, seconds }) && isAccepted(schedule, { epoch, seconds: later })
  );
}

/** Until when the stake behind `epoch` stays locked, Unix time. */
export function lockedUntil(schedule: EpochSchedule, epoch: bigint): number {
  const { epochSeconds, graceSeconds, retentionSeconds } = schedule;
  return epochStart(schedule, epoch) + epochSeconds + graceSeconds + retentionSeconds;
}
