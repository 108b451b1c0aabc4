import { describe, expect, it } from 'vitest';
import {
  beaconSeconds,
  type EpochSchedule,
  epochAt,
  epochStart,
  isAccepted,
  isSigned,
  lockedUntil,
} from '../src/epochs.ts';

const SCHEDULE: EpochSchedule = {
  genesisSeconds: 1000,
  epochSeconds: 100,
  graceSeconds: 30,
  signMarginSeconds: 10,
  beaconLeadSeconds: 20,
  retentionSeconds: 500,
};

describe('epochs', () => {
  it('follow one another without a gap from genesis on', () => {
    expect(epochAt(SCHEDULE, 999)).toBeUndefined();
    for (const [seconds, epoch] of [
      [1000, 0n],
      [1099, 0n],
      [1100, 1n],
      [1_000_000, 9990n],
    ] as const) {
      expect(epochAt(SCHEDULE, seconds)).toBe(epoch);
      expect(epochStart(SCHEDULE, epoch)).toBeLessThanOrEqual(seconds);
      expect(epochStart(SCHEDULE, epoch + 1n)).toBeGreaterThan(seconds);
    }
    expect(beaconSeconds(SCHEDULE, 3n)).toBe(1280);
    expect(lockedUntil(SCHEDULE, 3n)).toBe(1400 + 30 + 500);
  });

  it('are accepted through grace and signed until a margin before its end, never early', () => {
    for (let seconds = 1050; seconds < 1300; seconds++) {
      const accepted = seconds >= 1100 && seconds < 1230;
      const signed = seconds >= 1100 && seconds < 1220;
      expect(isAccepted(SCHEDULE, { epoch: 1n, seconds }), `${seconds}`).toBe(accepted);
      expect(isSigned(SCHEDULE, { epoch: 1n, seconds }), `${seconds}`).toBe(signed);
    }
  });

  it('are never more than two at a time', () => {
    for (let seconds = 1000; seconds < 1500; seconds++) {
      const accepted = [0n, 1n, 2n, 3n, 4n].filter((epoch) =>
        isAccepted(SCHEDULE, { epoch, seconds }),
      );
      const current = epochAt(SCHEDULE, seconds)!;
      expect(accepted.every((epoch) => epoch === current || epoch === current - 1n)).toBe(true);
      expect(accepted).toContain(current);
    }
  });

  it('need a schedule of whole seconds with grace within an epoch and margin within grace', () => {
    for (const bad of [
      { epochSeconds: 0 },
      { graceSeconds: 101 },
      { signMarginSeconds: 31 },
      { genesisSeconds: 0.5 },
      { retentionSeconds: -1 },
    ]) {
      expect(() => epochAt({ ...SCHEDULE, ...bad }, 2000)).toThrow(RangeError);
    }
    expect(() => epochStart(SCHEDULE, -1n)).toThrow(RangeError);
    expect(() => epochStart(SCHEDULE, 1n << 60n)).toThrow(RangeError);
  });
});
