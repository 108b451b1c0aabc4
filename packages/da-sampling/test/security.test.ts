import type { Bls } from '@barycenter/bls';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { sampleCommittee } from '../src/committee.ts';
import { EIP7594 } from '../src/profile.ts';
import {
  committeeFailureBits,
  MAX_SAMPLES,
  samplesFor,
  seatsCorruptedAfterSeed,
  undecodableShare,
} from '../src/security.ts';
import { DOMAIN } from './fixture.ts';

describe('sampling bits', () => {
  it('reproduces the samples of da-review.md §2 for 2^-20, 2^-40 and 2^-80', () => {
    const table = [
      [256, 1024, 0.3814, 29, 58, 116],
      [512, 2048, 0.3811, 29, 58, 116],
      [1024, 3072, 0.3387, 34, 68, 135],
    ] as const;
    for (const [k, n, phi, ...samples] of table) {
      expect(undecodableShare({ k, n })).toBeCloseTo(phi, 4);
      expect([20, 40, 80].map((bits) => samplesFor({ k, n }, { bits }))).toEqual(samples);
    }
  });

  it('names the minimal undecodable set of a small product code, found exhaustively', () => {
    // 4 rows (any 2) x 4 columns (any 2): 3 x 3 cells, in the same formula (c + 1 - cells needed).
    const n = 4;
    const isDecodable = (withheld: number): boolean => {
      const known = Array.from({ length: n * n }, (_, i) => ((withheld >> i) & 1) === 0);
      for (let changed = true; changed; ) {
        changed = false;
        for (let line = 0; line < 2 * n; line++) {
          const cells = Array.from({ length: n }, (_, i) =>
            line < n ? line * n + i : i * n + line - n,
          );
          const have = cells.filter((cell) => known[cell]).length;
          if (have >= 2 && have < n) {
            for (const cell of cells) known[cell] = true;
            changed = true;
          }
        }
      }
      return known.every(Boolean);
    };
    let least = n * n;
    for (let withheld = 0; withheld < 2 ** (n * n); withheld++) {
      const count = withheld.toString(2).replaceAll('0', '').length;
      if (count < least && !isDecodable(withheld)) least = count;
    }
    expect(least).toBe((n - 2 + 1) * (n - 2 + 1));
  });

  it('refuses no bits and more samples than the bound', () => {
    const shape = { k: 256, n: 1024 };
    for (const bits of [0, -1, Number.NaN, MAX_SAMPLES]) {
      expect(() => samplesFor(shape, { bits })).toThrow(RangeError);
    }
  });
});

describe('bits over a lifetime', () => {
  it('are those of one committee less log2 of the committees: 28 at 1/3 for a year of 8-hour epochs', () => {
    const committee = { n: 1024, k: 256, thresholdRows: 717 };
    const adversaryShare = { numerator: 1n, denominator: 3n };
    const bits = committeeFailureBits(committee, {
      adversaryShare,
      grindingBits: 10,
      epochs: 3 * 365,
    });
    expect(bits).toBeCloseTo(48.04 - 10 - Math.log2(1095), 1.9);
  });
});

describe('corruption after the seed', () => {
  const share = { numerator: 3n, denominator: 10n };
  const random = seededRandom(0xaf7e);
  const committeeOf = (count: number, seed: number) =>
    sampleCommittee({
      bls: { aggregatePublicKeys: () => new Uint8Array(48) } as unknown as Bls,
      domain: DOMAIN,
      epoch: 1n,
      seed: seededRandom(seed).bytes(32),
      profile: EIP7594,
      validators: Array.from({ length: count }, () => ({
        account: random.bytes(20),
        publicKey: random.bytes(48),
        stake: 10n,
      })),
    });

  it('gains little over 200 equal validators: 31.6 % of the seats for 30 % of the stake', () => {
    const shares = Array.from(
      { length: 50 },
      (_, i) => seatsCorruptedAfterSeed(committeeOf(200, i + 1), share) / 1024,
    );
    const average = shares.reduce((sum, value) => sum + value, 0) / shares.length;
    expect(average).toBeGreaterThan(0.311);
    expect(average).toBeLessThan(0.321);
  });

  it('gains nothing over 16 equal validators and everything over validators with one seat each', () => {
    expect(seatsCorruptedAfterSeed(committeeOf(16, 1), share)).toBe(Math.floor(0.3 * 1024));
    const many = committeeOf(4000, 1);
    const breaking = 717 - 256 + 1;
    const cheap = { numerator: 12n, denominator: 100n }; // 462 of 4,000 validators are 11.55 %
    expect(seatsCorruptedAfterSeed(many, cheap)).toBeGreaterThanOrEqual(breaking);
  });

  it('is at least every subset that fits the budget, on a small committee', () => {
    const members = [
      { stake: 7n, seats: 3 },
      { stake: 5n, seats: 2 },
      { stake: 4n, seats: 3 },
      { stake: 3n, seats: 1 },
      { stake: 1n, seats: 1 },
    ];
    for (let percent = 0; percent <= 100; percent += 5) {
      const part = { numerator: BigInt(percent), denominator: 100n };
      const budget = (20n * part.numerator) / 100n;
      let best = 0;
      for (let set = 0; set < 32; set++) {
        const chosen = members.filter((_, i) => (set >> i) & 1);
        const stake = chosen.reduce((sum, member) => sum + member.stake, 0n);
        if (stake <= budget)
          best = Math.max(
            best,
            chosen.reduce((sum, { seats }) => sum + seats, 0),
          );
      }
      const bound = seatsCorruptedAfterSeed({ members, totalStake: 20n }, part);
      expect(bound).toBeGreaterThanOrEqual(best);
      expect(bound).toBeLessThanOrEqual(best + 3);
    }
  });
});
