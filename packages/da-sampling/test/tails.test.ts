import { describe, expect, it } from 'vitest';
import { committeeFailureBits, committeeLivenessBits } from '../src/security.ts';
import { binomialTailLog2, hypergeometricTailLog2, type Share } from '../src/tails.ts';
import { exactDrawTailLog2, exactTailLog2 } from './exact-tail.ts';

const QUARTER: Share = { numerator: 1n, denominator: 4n };
const THREE_TENTHS: Share = { numerator: 3n, denominator: 10n };
const THIRD: Share = { numerator: 1n, denominator: 3n };
const FIFTH: Share = { numerator: 1n, denominator: 5n };

/** da-review.md §3: n, k, T, then log2 failure at p = 1/4, 3/10, 1/3 and silent at 1/5, 1/4, 3/10. */
const FIXED_N = [
  [1024, 256, 717, -144.88, -78.99, -48.04, -46.2, -12.88, -1.03],
  [2048, 512, 1434, -284.38, -153.27, -91.87, -88.14, -22.71, -1.01],
  [3072, 1024, 2304, -299.89, -140.8, -71.74, -37.08, -1.03, -0.0],
  [3072, 1024, 2048, -82.04, -15.03, -1.02, -222.0, -82.04, -15.03],
] as const;

/** da-review.md §3: rate, tau, then minimal n for 2^-40 and 2^-80 at p = 1/5, 1/4, 3/10, 1/3. */
const MINIMAL_N = [
  [[1, 3], [2, 3], [506, 1067], [1424, 2999], [9563, 20114], undefined],
  [
    [1, 4],
    [5, 8],
    [300, 636],
    [647, 1364],
    [1922, 4058],
    [6466, 13610],
  ],
  [
    [1, 4],
    [2, 3],
    [202, 430],
    [374, 790],
    [814, 1714],
    [1642, 3466],
  ],
  [
    [1, 3],
    [3, 4],
    [201, 425],
    [374, 785],
    [809, 1709],
    [1649, 3461],
  ],
  [
    [1, 4],
    [7, 10],
    [155, 326],
    [262, 551],
    [498, 1042],
    [842, 1782],
  ],
  [
    [1, 8],
    [9, 16],
    [171, 358],
    [294, 626],
    [587, 1236],
    [1058, 2226],
  ],
  [
    [1, 8],
    [2, 3],
    [85, 181],
    [130, 268],
    [196, 418],
    [274, 571],
  ],
  [
    [0, 1],
    [1, 2],
    [107, 231],
    [169, 359],
    [279, 593],
    [415, 879],
  ],
] as const;

describe('binomialTailLog2', () => {
  it('agrees with exact rationals to 1e-6 bits for every cell of the fixed-n table', () => {
    for (const [n, k, threshold] of FIXED_N) {
      for (const share of [QUARTER, THREE_TENTHS, THIRD]) {
        const from = threshold - k + 1;
        const exact = exactTailLog2(n, { share, from });
        expect(Math.abs(binomialTailLog2(n, { share, from }) - exact)).toBeLessThan(1e-6);
      }
      for (const share of [FIFTH, QUARTER, THREE_TENTHS]) {
        const from = n - threshold + 1;
        const exact = exactTailLog2(n, { share, from });
        expect(Math.abs(binomialTailLog2(n, { share, from }) - exact)).toBeLessThan(1e-6);
      }
    }
  });

  it('agrees with exact rationals on both sides of the mean for small n', () => {
    for (const n of [0, 1, 2, 7, 40]) {
      for (const share of [FIFTH, THIRD, { numerator: 9n, denominator: 10n }]) {
        for (let from = 0; from <= n; from++) {
          const exact = exactTailLog2(n, { share, from });
          const got = binomialTailLog2(n, { share, from });
          expect(Math.abs(got - exact), `n ${n} from ${from}`).toBeLessThan(1e-9);
        }
      }
    }
  });

  it('is certain at or below 0 and impossible above n', () => {
    expect(binomialTailLog2(10, { share: THIRD, from: 0 })).toBe(0);
    expect(binomialTailLog2(10, { share: THIRD, from: -5 })).toBe(0);
    expect(binomialTailLog2(10, { share: THIRD, from: 11 })).toBe(-Infinity);
    expect(binomialTailLog2(10, { share: { numerator: 0n, denominator: 1n }, from: 1 })).toBe(
      -Infinity,
    );
    expect(binomialTailLog2(10, { share: { numerator: 1n, denominator: 1n }, from: 10 })).toBe(0);
  });

  it('refuses a share outside 0 to 1 and a broken count', () => {
    const outside = { numerator: 3n, denominator: 2n };
    expect(() => binomialTailLog2(10, { share: outside, from: 1 })).toThrow(RangeError);
    expect(() => binomialTailLog2(-1, { share: THIRD, from: 1 })).toThrow(RangeError);
    expect(() => binomialTailLog2(1.5, { share: THIRD, from: 1 })).toThrow(RangeError);
  });
});

describe('hypergeometricTailLog2', () => {
  it('agrees with exact rationals for every small draw, on both sides of the mode', () => {
    for (const population of [0, 1, 5, 24]) {
      for (let marked = 0; marked <= population; marked++) {
        for (let draws = 0; draws <= population; draws += 3) {
          for (let from = 0; from <= draws + 1; from++) {
            const draw = { population, marked, draws };
            const exact = exactDrawTailLog2(draw, from);
            const got = hypergeometricTailLog2(draw, from);
            const label = `${marked} of ${population}, ${draws} drawn, from ${from}`;
            if (exact === -Infinity) expect(got, label).toBe(-Infinity);
            else expect(Math.abs(got - exact), label).toBeLessThan(1e-9);
          }
        }
      }
    }
  });

  it('agrees with exact rationals to 1e-6 bits down to 2^-300 and beyond', () => {
    const deep = [
      [{ population: 4096, marked: 1024, draws: 1024 }, 462],
      [{ population: 4096, marked: 1365, draws: 1024 }, 462],
      [{ population: 6000, marked: 1500, draws: 3072 }, 1281],
      [{ population: 3000, marked: 600, draws: 1500 }, 600],
    ] as const;
    const bits = deep.map(([draw, from]) => {
      const exact = exactDrawTailLog2(draw, from);
      expect(Math.abs(hypergeometricTailLog2(draw, from) - exact)).toBeLessThan(1e-6);
      return -exact;
    });
    expect(Math.max(...bits)).toBeGreaterThan(300);
  });

  it('never exceeds the binomial tail above the mean: draws without replacement are no worse', () => {
    for (const population of [1024, 2048, 16_384]) {
      const marked = population / 4;
      for (let from = 257; from < 400; from += 13) {
        const draw = { population, marked, draws: 1024 };
        expect(hypergeometricTailLog2(draw, from)).toBeLessThanOrEqual(
          binomialTailLog2(1024, { share: QUARTER, from }),
        );
      }
    }
  });

  it('gives the sampled cells of da-review.md §2: without replacement the same integers', () => {
    for (const [k, n, ...samples] of [
      [256, 1024, 29, 58, 116],
      [512, 2048, 29, 58, 116],
      [1024, 3072, 34, 68, 135],
    ] as const) {
      const population = 128 * n;
      const marked = 65 * (n - k + 1);
      [20, 40, 80].forEach((bits, i) => {
        // All draws hit cells that are there: at least `draws` of the rest.
        const passes = (draws: number) =>
          hypergeometricTailLog2({ population, marked: population - marked, draws }, draws);
        expect(passes(samples[i]!)).toBeLessThanOrEqual(-bits);
        expect(passes(samples[i]! - 1)).toBeGreaterThan(-bits);
      });
    }
  });

  it('refuses counts that are none and draws from more than there is', () => {
    const draw = { population: 10, marked: 3, draws: 4 };
    for (const bad of [{ population: -1 }, { marked: 11 }, { draws: 11 }, { draws: 1.5 }]) {
      expect(() => hypergeometricTailLog2({ ...draw, ...bad }, 1)).toThrow(RangeError);
    }
  });
});

describe('committee bits', () => {
  it('reproduces the fixed-n table of da-review.md §3', () => {
    for (const [
      n,
      k,
      thresholdRows,
      quarter,
      tenths,
      third,
      fifthSilent,
      quarterSilent,
      tenthsSilent,
    ] of FIXED_N) {
      const committee = { n, k, thresholdRows };
      const fails = (adversaryShare: Share) => -committeeFailureBits(committee, { adversaryShare });
      const stalls = (silentShare: Share) => -committeeLivenessBits(committee, { silentShare });
      expect(fails(QUARTER)).toBeCloseTo(quarter, 1.9);
      expect(fails(THREE_TENTHS)).toBeCloseTo(tenths, 1.9);
      expect(fails(THIRD)).toBeCloseTo(third, 1.9);
      expect(stalls(FIFTH)).toBeCloseTo(fifthSilent, 1.9);
      expect(stalls(QUARTER)).toBeCloseTo(quarterSilent, 1.9);
      expect(stalls(THREE_TENTHS)).toBeCloseTo(tenthsSilent, 1.9);
    }
  });

  it('reproduces the minimal-n table: n - 1 misses the bound, n and the next 60 hold it', () => {
    const shares = [FIFTH, QUARTER, THREE_TENTHS, THIRD];
    for (const [rate, tau, ...cells] of MINIMAL_N) {
      cells.forEach((cell, column) => {
        cell?.forEach((minimal, i) => {
          const bits = (n: number) =>
            committeeFailureBits(
              {
                n,
                k: Math.ceil((rate[0] * n) / rate[1]),
                thresholdRows: Math.ceil((tau[0] * n) / tau[1]),
              },
              { adversaryShare: shares[column]! },
            );
          const wanted = i === 0 ? 40 : 80;
          const label = `rate ${rate} tau ${tau} column ${column} n ${minimal}`;
          expect(bits(minimal - 1), label).toBeLessThan(wanted);
          for (let n = minimal; n <= minimal + 60; n += 1) {
            expect(bits(n), `${label} + ${n - minimal}`).toBeGreaterThanOrEqual(wanted);
          }
        });
      });
    }
  });

  it('has its minimal n confirmed by exact rationals wherever n stays below 700', () => {
    const shares = [FIFTH, QUARTER, THREE_TENTHS, THIRD];
    for (const [rate, tau, ...cells] of MINIMAL_N) {
      cells.forEach((cell, column) => {
        cell?.forEach((minimal, i) => {
          if (minimal > 700) return;
          const bits = (n: number) =>
            -exactTailLog2(n, {
              share: shares[column]!,
              from: Math.ceil((tau[0] * n) / tau[1]) - Math.ceil((rate[0] * n) / rate[1]) + 1,
            });
          expect(bits(minimal - 1)).toBeLessThan(i === 0 ? 40 : 80);
          expect(bits(minimal)).toBeGreaterThanOrEqual(i === 0 ? 40 : 80);
        });
      });
    }
  });

  it('loses one bit for each bit the beacon can be ground', () => {
    const committee = { n: 1024, k: 256, thresholdRows: 717 };
    const plain = committeeFailureBits(committee, { adversaryShare: QUARTER });
    const ground = committeeFailureBits(committee, { adversaryShare: QUARTER, grindingBits: 10 });
    expect(plain - ground).toBeCloseTo(10, 12);
  });
});
