import { describe, expect, it } from 'vitest';
import { MAX_SAMPLES, samplesFor, undecodableShare } from '../src/security.ts';

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
