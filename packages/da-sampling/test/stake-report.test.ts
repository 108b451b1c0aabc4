import { describe, expect, it } from 'vitest';
import { EIP7594, type Profile } from '../src/profile.ts';
import { describeStake, reportStake } from '../src/stake-report.ts';
import { codeOf } from './fixture.ts';

const equal = (count: number): bigint[] => Array.from({ length: count }, () => 32n);
const report = (stakes: readonly bigint[], more = {}) =>
  reportStake(stakes, { profile: EIP7594, ...more });

describe('reportStake', () => {
  it('has the static bits of da-review.md §3, and 28 bits over a year at 1/3', () => {
    const { adversaries, silence, breakingSeats } = report(equal(200), {
      grindingBits: 10,
      epochs: 3 * 365,
    });
    expect(breakingSeats).toBe(462);
    const rounded = adversaries.map(({ bits }) => Number(bits.toFixed(2)));
    expect(rounded.slice(1)).toEqual([144.88, 78.99, 48.04]);
    expect(adversaries[3]!.lifetimeBits).toBeCloseTo(28, 0);
    expect(silence.map(({ bits }) => Number(bits.toFixed(2))).slice(1)).toEqual([
      46.2, 12.88, 1.03,
    ]);
    expect(2 ** silence[2]!.bits).toBeGreaterThan(7400); // one epoch in 7,500 is dead
    expect(2 ** silence[2]!.bits).toBeLessThan(7600);
  });

  it('says what equal validators tolerate for certain: 7 liars or 4 silent of 16, 56 silent of 200', () => {
    expect(report(equal(16)).certain).toEqual({ corrupt: 7, silent: 4 });
    expect(report(equal(200)).certain.silent).toBe(56);
    expect(report(equal(10_000)).certain).toEqual({ corrupt: 0, silent: 0 });
  });

  it('prints corruption after the seed: near nothing among 200, 4.6 % of stake among 10,000', () => {
    const few = report(equal(200));
    const worst = Math.max(...few.adversaries.map(({ seatsAfterSeed }) => seatsAfterSeed));
    expect(few.adversaries[2]!.seatsAfterSeed).toBe(324); // 60 validators: 300 and all 24 residual
    expect(worst).toBeLessThan(few.breakingSeats);
    expect(few.breakingShareAfterSeed).toBeGreaterThan(0.43);
    const many = report(equal(10_000));
    // 462 validators with a seat each are 4.6 %; some fifty of them hold two.
    expect(many.breakingShareAfterSeed).toBeGreaterThan(0.039);
    expect(many.breakingShareAfterSeed).toBeLessThanOrEqual(0.0462);
    expect(describeStake(many)).toMatch(/25\.0 % of stake: up to \d+ seats, which breaks it/);
  });

  it('has better bits for stakes in few hands than for any stakes, and the same where every seat is drawn', () => {
    for (const { apportionedBits } of report(equal(200)).adversaries) {
      expect(apportionedBits).toBe(Infinity);
    }
    for (const { apportionedBits, bits } of report(equal(2000)).adversaries) {
      expect(apportionedBits).toBeCloseTo(bits, 6);
    }
    const some = report(equal(150)); // 124 residual seats
    expect(some.residualSeats).toBe(124);
    expect(some.adversaries[3]!.apportionedBits).toBeGreaterThan(some.adversaries[3]!.bits);
    // 30 % of 200 equal validators are 300 seats and some of 24: 308 stop the committee.
    const { silence } = report(equal(200));
    expect(silence[2]!.apportionedBits).toBe(Infinity);
    expect(silence[3]!.apportionedBits).toBeLessThan(2);
  });

  it('counts lumpy stake by its largest holders', () => {
    const stakes = [1000n, 10n, 10n, 10n, 10n, 10n, 10n];
    const { largestShare, certain, validators, totalStake } = report(stakes);
    expect(largestShare).toBeCloseTo(1000 / 1060, 12);
    expect(certain).toEqual({ corrupt: 0, silent: 0 });
    expect([validators, totalStake]).toEqual([7, 1060n]);
  });

  it('plans samples: 58 for 2^-40, and the tolerant tests of da-review.md §2', () => {
    const { sampling, tolerant } = report(equal(4));
    expect(sampling.map(({ samples }) => samples)).toEqual([29, 58, 116]);
    expect(tolerant.map(({ samples, unanswered }) => [samples, unanswered])).toEqual([
      [100, 7],
      [142, 16],
      [230, 38],
    ]);
  });

  it('uses the profile it is given', () => {
    const strong: Profile = {
      ...EIP7594,
      name: 'double',
      rowCount: 2048,
      thresholdRows: 1434,
      dataRowSteps: [{ maxElements: 512 * 2048, dataRows: 512 }],
    };
    const { adversaries, committee } = reportStake(equal(50), { profile: strong });
    expect(committee).toEqual({ n: 2048, k: 512, thresholdRows: 1434 });
    expect(adversaries[3]!.bits).toBeCloseTo(91.87, 2);
  });

  it('refuses nobody with stake, and options out of range', () => {
    expect(codeOf(() => report([]))).toBe('committee_empty');
    expect(codeOf(() => report([0n]))).toBe('committee_empty');
    for (const bad of [{ draws: 0 }, { draws: 1025 }, { epochs: 0 }, { grindingBits: -1 }]) {
      expect(() => report(equal(4), bad)).toThrow(RangeError);
    }
  });
});

describe('describeStake', () => {
  it('prints every number of the report with what it assumes', () => {
    const text = describeStake(report(equal(200), { grindingBits: 10, epochs: 1095 }));
    for (const line of [
      '200 validators, total stake 6400, the largest holds 0.5 %',
      '1024 seats, 24 of them drawn, any 256 rows decode, 717 sign',
      'A committee certifies an undecodable blob once 462 seats lie.',
      'with these stakes; with any; over 1,095 epochs with 10 bits of grinding',
      '  33.3 % of stake: never; 2^-48.0; 2^-27.9',
      '  30.0 % of stake: up to 324 seats\n',
      '  25.0 % of stake: never; 2^-12.9',
      '  30.0 % of stake: 2^-1.1; 2^-1.0',
      'or the 56 largest be silent',
      '  2^-40: 58 cells, 130.7 KiB',
      '  10.0 % of rows silent: 230 cells, 38 may stay unanswered',
    ]) {
      expect(text).toContain(line);
    }
  });
});
