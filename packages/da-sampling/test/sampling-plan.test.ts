import { describe, expect, it } from 'vitest';
import {
  clientsToDecode,
  fooledClients,
  repairBytes,
  sampleBytes,
  tolerantTest,
} from '../src/sampling-plan.ts';
import { samplesFor, undecodableShare } from '../src/security.ts';
import type { Share } from '../src/tails.ts';
import { exactTailLog2 } from './exact-tail.ts';

const EIP7594_SHAPE = { k: 256, n: 1024 };

/** da-review.md §2: silent percent, samples, tolerated; 2^-40 soundness, 2^-10 false rejection. */
const SILENT_TABLE = [
  [2, 100, 7],
  [5, 142, 16],
  [10, 230, 38],
  [15, 372, 78],
  [20, 645, 161],
  [25, 1294, 372],
] as const;

const percent = (value: number): Share => ({ numerator: BigInt(value), denominator: 100n });

describe('bytes of a confidence', () => {
  it('are 130.7, 142.7 and 187.2 KiB at 2^-40, with the commitments, as in da-review.md §2', () => {
    const table = [
      [256, 1024, 130.7],
      [512, 2048, 142.7],
      [1024, 3072, 187.2],
    ] as const;
    for (const [k, n, kib] of table) {
      const samples = samplesFor({ k, n }, { bits: 40 });
      expect(sampleBytes({ k, n }, samples) / 1024).toBeCloseTo(kib, 1);
    }
    expect(repairBytes(EIP7594_SHAPE) / 1024).toBe(524);
  });

  it('need more samples when only signed rows are sampled: 70, 71, 84 and 95', () => {
    const table = [
      [256, 717, 0.3272, 70],
      [512, 1434, 0.3269, 71],
      [1024, 2304, 0.2823, 84],
      [1024, 2048, 0.2542, 95],
    ] as const;
    for (const [k, n, phi, samples] of table) {
      expect(undecodableShare({ k, n })).toBeCloseTo(phi, 4);
      expect(samplesFor({ k, n }, { bits: 40 })).toBe(samples);
    }
  });
});

describe('tolerantTest', () => {
  it('reproduces the table of da-review.md §2', () => {
    for (const [silent, samples, unanswered] of SILENT_TABLE) {
      const options = { bits: 40, rejectionBits: 10, silentShare: percent(silent) };
      expect(tolerantTest(EIP7594_SHAPE, options)).toEqual({ samples, unanswered });
    }
  });

  it('holds both bounds in exact rationals, and no test with one sample less does', () => {
    const answered = { numerator: 128n * 1024n - 65n * 769n, denominator: 128n * 1024n };
    for (const [silent, samples, unanswered] of SILENT_TABLE.slice(0, 4)) {
      const accepts = (count: number, most: number) =>
        exactTailLog2(count, { share: answered, from: count - most }) <= -40;
      const serves = (count: number, most: number) =>
        exactTailLog2(count, { share: percent(silent), from: most + 1 }) <= -10;
      expect(accepts(samples, unanswered) && serves(samples, unanswered)).toBe(true);
      // One sample less: what serves accepts too much, and what accepts too little serves too little.
      const least = [unanswered - 1, unanswered].find((most) => serves(samples - 1, most))!;
      expect(serves(samples - 1, least - 1)).toBe(false);
      expect(accepts(samples - 1, least)).toBe(false);
    }
  });

  it('needs the plain samples if nobody is silent, and refuses what no test can tell apart', () => {
    const options = { bits: 40, rejectionBits: 10, silentShare: percent(0) };
    expect(tolerantTest(EIP7594_SHAPE, options)).toEqual({ samples: 58, unanswered: 0 });
    const silent = { ...options, silentShare: percent(37) };
    expect(() => tolerantTest(EIP7594_SHAPE, silent)).toThrow(RangeError);
  });
});

describe('selective servers', () => {
  it('fool at most the clients of da-review.md §2: 3,358 of 10,000 and 3,697 of 100,000', () => {
    const fooled = (clients: number) =>
      fooledClients(EIP7594_SHAPE, { clients, samples: 58, bits: 40 });
    expect(fooled(10_000)).toBe(3358);
    expect(fooled(100_000)).toBe(3697);
    expect(fooled(1000)).toBe(1000); // too few clients for the bound to say anything
  });

  it('cannot be outvoted below about 2,200 clients: their pooled cells do not decode', () => {
    const clients = clientsToDecode(EIP7594_SHAPE, 58);
    expect(clients).toBe(2179);
    // Coverage by definition, one cell at a time.
    const cells = 128 * 1024;
    let missing = 1;
    for (let i = 0; i < 58 * clients; i++) missing *= 1 - 1 / cells;
    expect(missing).toBeLessThan(undecodableShare(EIP7594_SHAPE));
    expect(missing / (1 - 1 / cells) ** 58).toBeGreaterThan(undecodableShare(EIP7594_SHAPE));
  });
});
