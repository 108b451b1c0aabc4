import { describe, expect, it } from 'vitest';
import {
  geometry,
  MAX_BLOB_BYTES,
  maxPayloadBytes,
  PROFILES,
  type Profile,
} from '../src/profile.ts';
import {
  committeeFailureBits,
  committeeLivenessBits,
  samplesFor,
  undecodableShare,
} from '../src/security.ts';

const [EIP7594, STRONG, ZG] = PROFILES as readonly [Profile, Profile, Profile];

describe('geometry', () => {
  it('reproduces k and c of da-review.md §4 for profile eip7594', () => {
    const table = [
      [1, 1, 1],
      [1_000, 1, 33],
      [7_936, 1, 256],
      [32 * 1024, 64, 17],
      [64 * 1024, 128, 17],
      [256 * 1024, 256, 34],
      [1024 * 1024, 256, 133],
      [4 * 1024 * 1024, 256, 529],
      [31 * 1024 * 1024, 256, 4096],
    ] as const;
    for (const [byteLength, k, c] of table) {
      expect(geometry(EIP7594, byteLength), `${byteLength}`).toEqual({ k, n: 1024, c });
    }
  });

  it('has the steps of da-review.md §4 in profiles strong and zg, with the step of 256 in zg', () => {
    const k = (profile: Profile, elements: number) => geometry(profile, 31 * elements).k;
    const steps = [
      [STRONG, [512, 1], [4096, 128], [16_384, 256], [2 ** 20, 512]],
      [ZG, [768, 1], [6144, 128], [12_288, 256], [24_576, 512], [2 ** 20, 1024]],
    ] as const;
    for (const [profile, ...rule] of steps) {
      rule.forEach(([most, rows], i) => {
        expect(k(profile, most), `${profile.name} ${most}`).toBe(rows);
        if (i + 1 < rule.length) expect(k(profile, most + 1)).toBe(rule[i + 1]![1]);
      });
    }
    expect(geometry(STRONG, MAX_BLOB_BYTES)).toEqual({ k: 512, n: 2048, c: 2048 });
    expect(geometry(ZG, MAX_BLOB_BYTES)).toEqual({ k: 1024, n: 3072, c: 1024 });
  });

  it('has room for every payload and no unused column, for lengths around each step', () => {
    for (const profile of PROFILES) {
      for (const { maxElements } of profile.dataRowSteps) {
        for (const byteLength of [31 * maxElements - 1, 31 * maxElements, 31 * maxElements + 1]) {
          if (byteLength > MAX_BLOB_BYTES) continue;
          const { k, c } = geometry(profile, byteLength);
          expect(c).toBeLessThanOrEqual(4096);
          expect(31 * k * c).toBeGreaterThanOrEqual(byteLength);
          expect(31 * k * (c - 1)).toBeLessThan(byteLength);
        }
      }
    }
  });

  it('accepts 1 and 31 k c bytes and refuses 0, one more, fractions and NaN', () => {
    for (const profile of PROFILES) expect(maxPayloadBytes(profile)).toBe(MAX_BLOB_BYTES);
    expect(MAX_BLOB_BYTES).toBe(31 * 256 * 4096);
    expect(geometry(EIP7594, MAX_BLOB_BYTES)).toEqual({ k: 256, n: 1024, c: 4096 });
    for (const byteLength of [0, -1, 1.5, Number.NaN, MAX_BLOB_BYTES + 1, Infinity]) {
      expect(() => geometry(EIP7594, byteLength)).toThrow(RangeError);
    }
  });
});

describe('what each profile is worth', () => {
  const third = { numerator: 1n, denominator: 3n };
  const percent = (numerator: bigint) => ({ numerator, denominator: 100n });
  const top = (profile: Profile) => ({
    n: profile.rowCount,
    k: geometry(profile, MAX_BLOB_BYTES).k,
    thresholdRows: profile.thresholdRows,
  });

  it('is the row of da-review.md §3: failure at 25 %, 30 % and 1/3, liveness at 20, 25 and 30 % silent', () => {
    const table = [
      [EIP7594, [144.88, 78.99, 48.04], [46.2, 12.88, 1.03]],
      [STRONG, [284.38, 153.27, 91.87], [88.14, 22.71, 1.01]],
      [ZG, [299.89, 140.8, 71.74], [37.08, 1.03, 0]],
    ] as const;
    for (const [profile, failure, liveness] of table) {
      [percent(25n), percent(30n), third].forEach((adversaryShare, i) => {
        expect(committeeFailureBits(top(profile), { adversaryShare })).toBeCloseTo(failure[i]!, 1);
      });
      [20n, 25n, 30n].forEach((share, i) => {
        const bits = committeeLivenessBits(top(profile), { silentShare: percent(share) });
        expect(bits).toBeCloseTo(liveness[i]!, 1);
      });
    }
  });

  it('is the row of da-review.md §2: samples for 2^-20, 2^-40 and 2^-80, and bytes at 2^-40', () => {
    const table = [
      [EIP7594, 0.3814, [29, 58, 116], 130.7],
      [STRONG, 0.3811, [29, 58, 116], 142.7],
      [ZG, 0.3387, [34, 68, 135], 187.2],
    ] as const;
    for (const [profile, phi, samples, kib] of table) {
      const shape = top(profile);
      expect(undecodableShare(shape)).toBeCloseTo(phi, 4);
      expect([20, 40, 80].map((bits) => samplesFor(shape, { bits }))).toEqual(samples);
      expect((samples[1] * 2096 + 48 * shape.k) / 1024).toBeCloseTo(kib, 1);
    }
  });

  it('only gains from the smaller k of small blobs', () => {
    for (const profile of PROFILES) {
      const steps = profile.dataRowSteps.map(({ dataRows }) => ({ ...top(profile), k: dataRows }));
      const bits = steps.map((step) => committeeFailureBits(step, { adversaryShare: third }));
      expect(bits).toEqual([...bits].sort((a, b) => b - a));
      const shares = steps.map((step) => undecodableShare(step));
      expect(shares).toEqual([...shares].sort((a, b) => b - a));
    }
  });
});
