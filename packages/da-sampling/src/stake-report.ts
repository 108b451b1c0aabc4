/**
 * What a committee drawn from given stakes is worth (da-review.md §2, §3): safety against an adversary
 * fixed before the seed and one that corrupts after it, liveness with silent stake, what may fail
 * whatever the seed, and what a light client asks for.
 *
 * Bits are -log2 of a probability, per committee, that is per epoch; lifetime bits take the beacon's
 * grinding bits and the epochs of a lifetime off. Everything is computed, nothing simulated, except
 * corruption after the seed, which depends on the draw: it is the worst of `draws` committees.
 */
import { apportionedTailLog2, residualSeats } from './apportioned-tail.ts';
import { apportion } from './committee.ts';
import { DaError } from './errors.ts';
import type { Profile } from './profile.ts';
import { sampleBytes, type TolerantTest, tolerantTest } from './sampling-plan.ts';
import {
  type CommitteeParameters,
  committeeFailureBits,
  committeeLivenessBits,
  samplesFor,
  seatsCorruptedAfterSeed,
  shareCorruptedAfterSeed,
} from './security.ts';
import type { Share } from './tails.ts';
import { littleEndian } from './wire.ts';

/** Shares of stake that the report has lines for. */
const ADVERSARY_SHARES: readonly Share[] = [
  fraction(1, 5),
  fraction(1, 4),
  fraction(3, 10),
  fraction(1, 3),
];
const SILENT_SHARES: readonly Share[] = [
  fraction(1, 10),
  fraction(1, 5),
  fraction(1, 4),
  fraction(3, 10),
];
const SAMPLE_BITS: readonly number[] = [20, 40, 80];
const TOLERATED_SHARES: readonly Share[] = [fraction(2, 100), fraction(5, 100), fraction(1, 10)];

/** Most committees drawn for one report. */
const MAX_DRAWS = 1024;

/** What to assume; the defaults are one epoch and a beacon that nobody can bias. */
export type ReportOptions = {
  readonly profile: Profile;
  /** Bits that the beacon loses to grinding: one per reveal in an adversary's hand. Default 0. */
  readonly grindingBits?: number;
  /** Committees in the lifetime that the bits are for. Default 1. */
  readonly epochs?: number;
  /** Committees drawn to find the worst corruption after the seed, up to 1,024. Default 16. */
  readonly draws?: number;
};

/** The report; `describeStake` prints it. */
export type StakeReport = {
  readonly profile: string;
  readonly committee: CommitteeParameters;
  readonly grindingBits: number;
  readonly epochs: number;
  readonly draws: number;
  readonly validators: number;
  readonly totalStake: bigint;
  /** Share of the largest validator. */
  readonly largestShare: number;
  /** Seats that are drawn; the others are dealt by whole shares. */
  readonly residualSeats: number;
  /** Seats that break a committee: T - k + 1. */
  readonly breakingSeats: number;
  readonly adversaries: readonly {
    readonly share: Share;
    /** Fixed before the seed, for any stakes: the binomial tail. */
    readonly bits: number;
    /** Fixed before the seed, for these stakes; Infinity if no draw can break the committee. */
    readonly apportionedBits: number;
    /** `bits` less grinding and log2 of the epochs: stakes change over a lifetime. */
    readonly lifetimeBits: number;
    /** Most seats it can hold if it chooses after the seed, over all draws. */
    readonly seatsAfterSeed: number;
  }[];
  /** Least share of the stake that breaks a committee if chosen after the seed, over all draws. */
  readonly breakingShareAfterSeed: number;
  readonly silence: readonly {
    readonly share: Share;
    /** That the committee can certify, for any stakes. */
    readonly bits: number;
    /** That it can with these stakes; Infinity if no draw can stop it. */
    readonly apportionedBits: number;
  }[];
  /** How many of the largest validators may fail for certain, whatever the seed. */
  readonly certain: { readonly corrupt: number; readonly silent: number };
  readonly sampling: readonly {
    readonly bits: number;
    readonly samples: number;
    readonly bytes: number;
  }[];
  /** Sampling without column repair at 2^-40, rejecting falsely at most once in 1,024. */
  readonly tolerant: readonly (TolerantTest & { readonly share: Share })[];
};

/**
 * The report for one validator per entry of `stakes` and a blob of the profile's largest k. Throws
 * DaError `committee_empty` if nobody has stake; RangeError for options out of range.
 * O(draws V log V).
 */
export function reportStake(stakes: readonly bigint[], options: ReportOptions): StakeReport {
  const { profile, grindingBits = 0, epochs = 1, draws = 16 } = options;
  expectRange('grindingBits', grindingBits, { from: 0, to: 1024 });
  expectRange('epochs', epochs, { from: 1, to: 1e9 });
  expectRange('draws', draws, { from: 1, to: MAX_DRAWS });
  const totalStake = stakes.reduce((sum, stake) => sum + stake, 0n);
  if (totalStake === 0n) throw new DaError('committee_empty', 'nobody has stake');
  const committee = parametersOf(profile);
  const { n, k, thresholdRows } = committee;
  const breakingSeats = thresholdRows - k + 1;
  const residual = residualSeats(stakes, n);
  const apportionedBits = (share: Share, from: number) =>
    -apportionedTailLog2(n, { residual, share, from });
  const drawn = Array.from({ length: draws }, (_, i) => draw(stakes, { totalStake, n, number: i }));
  return {
    profile: profile.name,
    committee,
    grindingBits,
    epochs,
    draws,
    validators: stakes.length,
    totalStake,
    largestShare: Number(stakes.reduce(larger)) / Number(totalStake),
    residualSeats: residual,
    breakingSeats,
    adversaries: ADVERSARY_SHARES.map((share) => ({
      share,
      bits: committeeFailureBits(committee, { adversaryShare: share }),
      apportionedBits: apportionedBits(share, breakingSeats),
      lifetimeBits: committeeFailureBits(committee, {
        adversaryShare: share,
        grindingBits,
        epochs,
      }),
      seatsAfterSeed: Math.max(...drawn.map((one) => seatsCorruptedAfterSeed(one, share))),
    })),
    breakingShareAfterSeed: Math.min(
      ...drawn.map((one) => shareCorruptedAfterSeed(one, breakingSeats)),
    ),
    silence: SILENT_SHARES.map((share) => ({
      share,
      bits: committeeLivenessBits(committee, { silentShare: share }),
      apportionedBits: apportionedBits(share, n - thresholdRows + 1),
    })),
    certain: {
      corrupt: certainly(stakes, { totalStake, n, seats: breakingSeats - 1 }),
      silent: certainly(stakes, { totalStake, n, seats: n - thresholdRows }),
    },
    sampling: SAMPLE_BITS.map((bits) => {
      const samples = samplesFor(committee, { bits });
      return { bits, samples, bytes: sampleBytes(committee, samples) };
    }),
    tolerant: TOLERATED_SHARES.map((share) => ({
      share,
      ...tolerantTest(committee, { bits: 40, rejectionBits: 10, silentShare: share }),
    })),
  };
}

/** The report as lines of text, with what each number assumes. */
export function describeStake(report: StakeReport): string {
  const { committee, adversaries, certain } = report;
  const epochs = `${times(report.epochs)} ${report.epochs === 1 ? 'epoch' : 'epochs'}`;
  return [
    `${report.validators} validators, total stake ${report.totalStake}, the largest holds ${percent(report.largestShare)}`,
    `profile ${report.profile}: ${committee.n} seats, ${report.residualSeats} of them drawn, any ${committee.k} rows decode, ${committee.thresholdRows} sign`,
    `A committee certifies an undecodable blob once ${report.breakingSeats} seats lie.`,
    '',
    'Safety, adversary fixed before the seed: epochs in which it can certify an undecodable blob,',
    `with these stakes; with any; over ${epochs} with ${report.grindingBits} bits of grinding`,
    ...adversaries.map(
      ({ share, bits, apportionedBits, lifetimeBits }) =>
        `  ${percent(share)} of stake: ${rarity(apportionedBits)}; ${rarity(bits)}; ${rarity(lifetimeBits)}`,
    ),
    '',
    `Safety, adversary chosen after the seed (worst of ${report.draws} draws): no bits, only seats`,
    ...adversaries.map(
      ({ share, seatsAfterSeed }) =>
        `  ${percent(share)} of stake: up to ${seatsAfterSeed} seats${seatsAfterSeed >= report.breakingSeats ? ', which breaks it' : ''}`,
    ),
    `  ${percent(report.breakingShareAfterSeed)} of stake is enough to break it`,
    '',
    'Liveness, silence fixed before the seed: epochs that certify nothing, with these stakes; with any',
    ...report.silence.map(
      ({ share, bits, apportionedBits }) =>
        `  ${percent(share)} of stake: ${rarity(apportionedBits)}; ${rarity(bits)}`,
    ),
    '',
    `Whatever the seed, the ${certain.corrupt} largest validators may lie, or the ${certain.silent} largest be silent.`,
    '',
    'Light client, every sample resolved by an answer or by column repair',
    ...report.sampling.map(
      ({ bits, samples, bytes }) =>
        `  2^-${bits}: ${samples} cells, ${(bytes / 1024).toFixed(1)} KiB`,
    ),
    'Light client without repair, 2^-40, false rejection at most 2^-10',
    ...report.tolerant.map(
      ({ share, samples, unanswered }) =>
        `  ${percent(share)} of rows silent: ${samples} cells, ${unanswered} may stay unanswered`,
    ),
    '',
  ].join('\n');
}

/** k of the profile's largest payload: the weakest, since smaller k lowers the rate. */
function parametersOf({ rowCount, thresholdRows, dataRowSteps }: Profile): CommitteeParameters {
  const k = Math.max(...dataRowSteps.map(({ dataRows }) => dataRows));
  return { n: rowCount, k, thresholdRows };
}

function draw(
  stakes: readonly bigint[],
  options: { totalStake: bigint; n: number; number: number },
) {
  const { totalStake, n, number } = options;
  const validators = stakes.map((stake) => ({ stake }));
  const context = littleEndian(number, 32);
  const seats = apportion(validators, { total: totalStake, seats: n, context });
  const members = stakes
    .map((stake, i) => ({ stake, seats: seats[i]! }))
    .filter((member) => member.seats > 0);
  return { members, totalStake };
}

/**
 * How many of the largest validators together get at most `seats` seats whatever the seed: their whole
 * shares, and all residual draws that can fall to anybody.
 */
function certainly(
  stakes: readonly bigint[],
  options: { totalStake: bigint; n: number; seats: number },
): number {
  const { totalStake, n, seats } = options;
  const whole = stakes.map((stake) => Number((BigInt(n) * stake) / totalStake));
  const residual = n - whole.reduce((sum, count) => sum + count, 0);
  whole.sort((a, b) => b - a);
  let held = residual;
  let count = 0;
  while (count < whole.length && held + whole[count]! <= seats) held += whole[count++]!;
  return count;
}

function expectRange(name: string, value: number, range: { from: number; to: number }): void {
  if (!(value >= range.from && value <= range.to)) {
    throw new RangeError(`${name}: expected ${range.from} to ${range.to}, got ${value}`);
  }
}

function fraction(numerator: number, denominator: number): Share {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function percent(share: Share | number): string {
  const value =
    typeof share === 'number' ? share : Number(share.numerator) / Number(share.denominator);
  return `${(100 * value).toFixed(1)} %`;
}

/** 2^-bits in words. */
function rarity(bits: number): string {
  if (bits === Infinity) return 'never';
  return bits > 0 ? `2^-${bits.toFixed(1)}` : 'to be expected';
}

function times(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
