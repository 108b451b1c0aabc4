import { describe, expect, it } from 'vitest';
import { EIP7594, geometry, maxPayloadBytes, type Profile } from '../src/profile.ts';
import { dispersalBytes } from '../src/wire-cost.ts';

/** Seats of `count` equal validators: n / count each, some one more. */
const equal = (count: number, n = 1024): number[] =>
  Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * n) / count) - Math.floor((i * n) / count),
  );

const cost = (byteLength: number, validators: number): number =>
  dispersalBytes(EIP7594, { byteLength, seats: equal(validators) });

/** A profile that uses `k` data rows for every payload. */
const fixed = (k: number, base: Profile): Profile => ({
  ...base,
  dataRowSteps: [{ maxElements: k * 4096, dataRows: k }],
});

describe('dispersalBytes', () => {
  it('reproduces the table of da-review.md §4: geometry and wire bytes over payload bytes', () => {
    const KIB = 1024;
    const table = [
      [1000, 1, 33, 23, 90, 282],
      [7936, 1, 256, 17, 67, 210],
      [32 * KIB, 64, 17, 19, 38, 60],
      [64 * KIB, 128, 17, 16, 24, 46],
      [256 * KIB, 256, 34, 6.7, 10.6, 21],
      [KIB ** 2, 256, 133, 4.8, 5.7, 8.4],
      [4 * KIB ** 2, 256, 529, 4.3, 4.5, 5.2],
      [31 * KIB ** 2, 256, 4096, 4.1, 4.1, 4.2],
    ] as const;
    for (const [byteLength, k, c, ...ratios] of table) {
      expect(geometry(EIP7594, byteLength)).toEqual({ k, n: 1024, c });
      [16, 64, 200].forEach((validators, i) => {
        const digits = Number.isInteger(ratios[i]!) ? 0 : 1;
        const label = `${byteLength} bytes, ${validators} validators`;
        expect(cost(byteLength, validators) / byteLength, label).toBeCloseTo(ratios[i]!, digits);
      });
    }
    expect([16, 64, 200].map((validators) => Math.round(cost(1, validators) / KIB))).toEqual([
      6, 26, 80,
    ]);
  });

  it('stays within 1.66 times the best k at every size up to 3,000 elements and every 1 % above', () => {
    for (const validators of [16, 64, 200]) {
      let worst = 0;
      for (
        let elements = 1;
        elements <= 2 ** 20;
        elements = elements < 3000 ? elements + 1 : Math.ceil(elements * 1.01)
      ) {
        const byteLength = 31 * elements;
        let best = Infinity;
        for (let k = 1; k <= 256; k *= 2) {
          if (elements > k * 4096) continue;
          const seats = equal(validators);
          best = Math.min(best, dispersalBytes(fixed(k, EIP7594), { byteLength, seats }));
        }
        worst = Math.max(worst, cost(byteLength, validators) / best);
      }
      expect(worst).toBeGreaterThan(1.4); // no rule of four steps is the best everywhere
      expect(worst).toBeLessThan(1.66);
    }
  });

  it('charges every row once: without the payload rule the bodies are the whole matrix', () => {
    const byteLength = maxPayloadBytes(EIP7594);
    const rows = 256 * (31 * 4096 + 322) + 768 * (32 * 4096 + 322);
    expect(cost(byteLength, 200)).toBeCloseTo(rows + 200 * (330 + 80 * 256), 3);
  });
});
