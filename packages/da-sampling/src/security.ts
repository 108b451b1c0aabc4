/**
 * What a committee and a sample are worth, in bits (da-review.md §2, §3).
 *
 * Failure rule: a certificate fails to imply recoverability iff the adversary holds at least
 * T - k + 1 of the n seats. With seats by apportionment and residual draws the binomial tail is an
 * upper bound (Hoeffding 1956) as long as the corrupt set is fixed before the seed; it says nothing
 * of corruption after the seed.
 */
import { binomialTailLog2, type Share } from './tails.ts';

/** Samples are bounded: 2^-80 needs 135 at most in any profile. */
export const MAX_SAMPLES = 4096;

/** Seats, data rows and threshold of a committee. */
export type CommitteeParameters = {
  readonly n: number;
  readonly k: number;
  readonly thresholdRows: number;
};

/** What is known of a committee after the draw; a `Committee` is one. */
export type DrawnCommittee = {
  readonly members: readonly { readonly stake: bigint; readonly seats: number }[];
  readonly totalStake: bigint;
};

/**
 * -log2 of the probability that one committee lets an adversary with `adversaryShare` of the stake
 * certify an unrecoverable blob, less `grindingBits` (a beacon with t biasable tail reveals loses t)
 * and less log2 of `epochs`: the bits of one committee are per epoch, not per blob. O(n).
 */
export function committeeFailureBits(
  committee: CommitteeParameters,
  options: {
    readonly adversaryShare: Share;
    readonly grindingBits?: number;
    /** Committees in the lifetime that the bits are for; default 1. */
    readonly epochs?: number;
  },
): number {
  const { n, k, thresholdRows } = committee;
  const tail = binomialTailLog2(n, {
    share: options.adversaryShare,
    from: thresholdRows - k + 1,
  });
  return -tail - (options.grindingBits ?? 0) - Math.log2(options.epochs ?? 1);
}

/**
 * -log2 of the probability that fewer than T seats answer when `silentShare` of the stake is silent:
 * such an epoch certifies nothing. O(n).
 */
export function committeeLivenessBits(
  committee: Omit<CommitteeParameters, 'k'>,
  options: { readonly silentShare: Share },
): number {
  const { n, thresholdRows } = committee;
  return -binomialTailLog2(n, { share: options.silentShare, from: n - thresholdRows + 1 });
}

/**
 * Corruption after the seed: the most seats that an adversary who picks its validators after the draw
 * can hold with `share` of the stake. An upper bound (fractional knapsack), less than one validator's
 * seats above the best subset. No draw helps when most members have one seat; show it beside the
 * static bits: T - k + 1 seats break the committee. O(V log V).
 */
export function seatsCorruptedAfterSeed(committee: DrawnCommittee, share: Share): number {
  let left = (committee.totalStake * share.numerator) / share.denominator;
  let seats = 0;
  for (const member of bySeatsPerStake(committee.members)) {
    if (member.stake > left) {
      return seats + Number((BigInt(member.seats) * left) / member.stake);
    }
    left -= member.stake;
    seats += member.seats;
  }
  return seats;
}

/**
 * The least share of the stake that holds `seats` seats if it is chosen after the draw: the number to
 * print beside the static bits, with `seats` = T - k + 1. A lower bound (fractional knapsack) by less
 * than one validator's stake. 1 if all members together hold fewer. O(V log V).
 */
export function shareCorruptedAfterSeed(committee: DrawnCommittee, seats: number): number {
  let left = seats;
  let stake = 0;
  for (const member of bySeatsPerStake(committee.members)) {
    if (left <= 0) break;
    stake += Number(member.stake) * Math.min(1, left / member.seats);
    left -= member.seats;
  }
  return left > 0 ? 1 : stake / Number(committee.totalStake);
}

/**
 * phi: the least share of cells an adversary must withhold to make the matrix undecodable. Product
 * code with n rows (any k) and 128 columns (any 64): (n - k + 1) x 65 cells of 128 n.
 */
export function undecodableShare(shape: { readonly k: number; readonly n: number }): number {
  return (65 * (shape.n - shape.k + 1)) / (128 * shape.n);
}

/** Samples that give `bits`: s = ceil(bits / -log2(1 - phi)). RangeError beyond MAX_SAMPLES. */
export function samplesFor(
  shape: { readonly k: number; readonly n: number },
  options: { readonly bits: number },
): number {
  return samplesForShare(undecodableShare(shape), options.bits);
}

/** `samplesFor` where a share phi of the samples must be withheld; at least 1. */
export function samplesForShare(phi: number, bits: number): number {
  const samples = Math.max(1, Math.ceil(bits / -Math.log2(1 - phi)));
  if (!(bits > 0) || samples > MAX_SAMPLES) {
    throw new RangeError(`bits: expected more than 0 and at most ${MAX_SAMPLES} samples`);
  }
  return samples;
}

/** Bits that one resolved sample adds: -log2(1 - phi). */
export function bitsPerSample(shape: { readonly k: number; readonly n: number }): number {
  return -Math.log2(1 - undecodableShare(shape));
}

/** Members by falling seats per stake: the order in which an adversary who saw the draw buys them. */
function bySeatsPerStake(members: DrawnCommittee['members']): DrawnCommittee['members'] {
  return [...members].sort((a, b) => {
    const difference = BigInt(b.seats) * a.stake - BigInt(a.seats) * b.stake;
    return difference > 0n ? 1 : difference < 0n ? -1 : 0;
  });
}
