import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { apportionedTailLog2, residualSeats } from '../src/apportioned-tail.ts';
import { apportion } from '../src/committee.ts';
import { binomialTailLog2, type Share } from '../src/tails.ts';
import { exactTailLog2 } from './exact-tail.ts';

const random = seededRandom(0xa9);
const THIRD: Share = { numerator: 1n, denominator: 3n };

describe('residualSeats', () => {
  it('are the seats beyond everybody’s whole share: 0 of 16 equal validators, 24 of 200', () => {
    expect(residualSeats(Array(16).fill(5n), 1024)).toBe(0);
    expect(residualSeats(Array(200).fill(5n), 1024)).toBe(24);
    expect(residualSeats(Array(2000).fill(5n), 1024)).toBe(1024);
    expect(residualSeats([], 1024)).toBe(0);
  });
});

describe('apportionedTailLog2', () => {
  it('is the binomial tail if every seat is drawn', () => {
    for (const from of [343, 400, 462]) {
      const bound = apportionedTailLog2(1024, { residual: 1024, share: THIRD, from });
      // Beyond the mean, leaving nothing for certain is the adversary's best.
      expect(bound).toBeCloseTo(binomialTailLog2(1024, { share: THIRD, from }), 9);
    }
  });

  it('is never above the binomial tail beyond the mean, and impossible where no draw reaches', () => {
    for (const residual of [0, 1, 24, 100, 500]) {
      for (let from = 343; from < 480; from += 17) {
        const options = { share: THIRD, from };
        const bound = apportionedTailLog2(1024, { ...options, residual });
        expect(bound).toBeLessThanOrEqual(binomialTailLog2(1024, options) + 1e-9);
        if (from > 342 + residual) expect(bound).toBe(-Infinity);
      }
    }
    // 200 equal validators: a third of the stake cannot break a committee, whatever the seed.
    expect(apportionedTailLog2(1024, { residual: 24, share: THIRD, from: 462 })).toBe(-Infinity);
  });

  it('bounds every coalition of a small committee exactly, and one of them meets it', () => {
    const n = 8;
    const stakes = [13n, 9n, 7n, 5n, 5n, 3n];
    const total = 42n;
    const residual = residualSeats(stakes, n);
    for (let from = 1; from <= n; from++) {
      for (let set = 1; set < 1 << stakes.length; set++) {
        const chosen = stakes.filter((_, i) => (set >> i) & 1);
        const held = chosen.reduce((sum, stake) => sum + stake, 0n);
        const certain = chosen.reduce((sum, stake) => sum + (8n * stake) / total, 0n);
        const share = {
          numerator: 8n * held - certain * total,
          denominator: total * BigInt(residual),
        };
        const exact = exactTailLog2(residual, { share, from: from - Number(certain) });
        const options = { residual, share: { numerator: held, denominator: total }, from };
        expect(apportionedTailLog2(n, options)).toBeGreaterThanOrEqual(exact - 1e-9);
      }
    }
    // The two of 5 have no whole seat: 80 / 42 seats, all by chance.
    const pair = { residual, share: { numerator: 10n, denominator: total }, from: 2 };
    const exact = exactTailLog2(residual, {
      share: { numerator: 80n, denominator: total * BigInt(residual) },
      from: 2,
    });
    expect(apportionedTailLog2(n, pair)).toBeCloseTo(exact, 9);
  });

  it('is what draws show: the worst coalition of 60 validators stays below it', () => {
    const stakes = Array.from({ length: 60 }, (_, i) => 50n + BigInt(i));
    const total = stakes.reduce((sum, stake) => sum + stake, 0n);
    const held = stakes.slice(0, 20).reduce((sum, stake) => sum + stake, 0n);
    const trials = 1000;
    const seen = Array.from({ length: trials }, () => {
      const context = random.bytes(32);
      const validators = stakes.map((stake) => ({ stake }));
      const seats = apportion(validators, { total, seats: 100, context });
      return seats.slice(0, 20).reduce((sum, count) => sum + count, 0);
    });
    const residual = residualSeats(stakes, 100);
    const share = { numerator: held, denominator: total };
    for (const from of [26, 28, 30, 32, 34]) {
      const bound = 2 ** apportionedTailLog2(100, { residual, share, from });
      const rate = seen.filter((count) => count >= from).length / trials;
      expect(rate, `from ${from}`).toBeLessThanOrEqual(bound + 5 * Math.sqrt(bound / trials));
    }
  });

  it('refuses more residual seats than there are', () => {
    for (const residual of [-1, 0.5, 9]) {
      expect(() => apportionedTailLog2(8, { residual, share: THIRD, from: 4 })).toThrow(RangeError);
    }
  });
});
