/**
 * The committee of an epoch: seats by apportionment and residual draws (da-review.md §3), bound into
 * one committeeRoot (§5.2).
 *
 *   seats_i = floor(n w_i / S); each of the remaining R < V seats is drawn with probability
 *   (n w_i mod S) / (R S).
 *
 * Means are exactly n w_i / S, splitting stake gains nothing on average, and the binomial tail stays
 * an upper bound. Against corruption after the seed apportionment is far better than n independent
 * draws: an adversary of 30 % of stake gets 31.6 % of seats instead of 45.6 % (200 equal validators).
 *
 * The seed must come from a beacon whose value could not be known when the stake snapshot was final.
 */
import { type Bls, BlsError } from '@barycenter/bls';
import { type Domain, encodeDomain, expectLength } from './domain.ts';
import { drawStream } from './draw.ts';
import { DaError } from './errors.ts';
import type { Profile } from './profile.ts';
import { TAGS, taggedHash } from './tagged-hash.ts';
import { join, littleEndian } from './wire.ts';

/** Most validators in a snapshot; the u32 count on the wire would allow more. */
export const MAX_VALIDATORS = 1_000_000;

/** Stake is below 2^128 in total. */
const STAKE_BYTES = 16;

/** A registered validator with its stake in the epoch's snapshot. */
export type Validator = {
  /** Account address, 20 bytes. */
  readonly account: Uint8Array;
  /** Compressed BLS public key, 48 bytes, registered with a proof of possession. */
  readonly publicKey: Uint8Array;
  /** Stake in the chain's smallest unit. */
  readonly stake: bigint;
};

/** A validator with at least one seat. Its place in `members` is its index everywhere. */
export type CommitteeMember = Validator & { readonly seats: number };

/** Everything signatures of one epoch are judged against. */
export type Committee = {
  readonly domain: Domain;
  readonly epoch: bigint;
  /** Beacon value, 32 bytes. */
  readonly seed: Uint8Array<ArrayBuffer>;
  /** n, the number of seats and of coded rows. */
  readonly seats: number;
  /** Stake of the whole snapshot, validators without a seat included. */
  readonly totalStake: bigint;
  /** Hash of the whole stake snapshot, 32 bytes. */
  readonly snapshotRoot: Uint8Array<ArrayBuffer>;
  /** Validators with at least one seat, by ascending account. */
  readonly members: readonly CommitteeMember[];
  /** Sum of the members' public keys, 48 bytes: a contract subtracts the absent ones. */
  readonly totalKey: Uint8Array<ArrayBuffer>;
  /** committeeRoot, 32 bytes. */
  readonly root: Uint8Array<ArrayBuffer>;
};

/** Inputs of `sampleCommittee`. */
export type CommitteeOptions = {
  readonly bls: Bls;
  readonly domain: Domain;
  readonly epoch: bigint;
  readonly seed: Uint8Array;
  readonly validators: readonly Validator[];
  readonly profile: Profile;
};

/**
 * Draws the committee. The order of `validators` does not matter. Throws DaError `committee_empty`
 * (no stake at all), `account_reused`, `key_reused`, `committee_key_infinity`; RangeError for stake
 * below 0 or of 2^128 and more in total, or wrong lengths. O(V log V + R log V).
 */
export function sampleCommittee(options: CommitteeOptions): Committee {
  const { domain, epoch, profile } = options;
  expectLength(options.seed, { name: 'seed', size: 32 });
  const validators = sortedSnapshot(options.validators);
  const total = validators.reduce((sum, { stake }) => sum + stake, 0n);
  if (total === 0n) throw new DaError('committee_empty', 'no validator has stake');
  if (total >= 1n << BigInt(8 * STAKE_BYTES)) throw new RangeError('stake: total is 2^128 or more');
  const snapshotRoot = hashSnapshot(validators);
  const context = join(encodeDomain(domain), littleEndian(epoch, 8), snapshotRoot, options.seed);
  const seats = apportion(validators, { total, seats: profile.rowCount, context });
  const members = validators
    .map((validator, i) => ({ ...validator, seats: seats[i]! }))
    .filter((member) => member.seats > 0);
  const totalKey = sumKeys(members, options.bls);
  const root = taggedHash(
    TAGS.committee,
    context,
    littleEndian(profile.rowCount, 2),
    littleEndian(members.length, 4),
    ...members.map((member) =>
      join(
        member.account,
        member.publicKey,
        littleEndian(member.stake, STAKE_BYTES),
        littleEndian(member.seats, 2),
      ),
    ),
    totalKey,
  );
  return {
    domain,
    epoch,
    seed: options.seed.slice(),
    seats: profile.rowCount,
    totalStake: total,
    snapshotRoot,
    members,
    totalKey,
    root,
  };
}

/**
 * Rows per member for one blob, ascending: a permutation of the n rows keyed by (seed, headerRoot),
 * dealt to the seats in committee order. Grinding the header only permutes rows of an MDS code.
 * Fisher-Yates; O(n).
 */
export function assignRows(committee: Committee, headerRoot: Uint8Array): number[][] {
  expectLength(headerRoot, { name: 'headerRoot', size: 32 });
  const draw = drawStream(TAGS.rowOrder, join(committee.seed, committee.root, headerRoot));
  const rows = Array.from({ length: committee.seats }, (_, index) => index);
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Number(draw(BigInt(i + 1)));
    [rows[i], rows[j]] = [rows[j]!, rows[i]!];
  }
  let next = 0;
  return committee.members.map(({ seats }) => {
    const own = rows.slice(next, next + seats).sort((a, b) => a - b);
    next += seats;
    return own;
  });
}

/** Index of a public key among the members, or -1. */
export function memberIndex(committee: Committee, publicKey: Uint8Array): number {
  const wanted = publicKey.join();
  return committee.members.findIndex((member) => member.publicKey.join() === wanted);
}

/** A compressed G1 key without its flag bits: pk and -pk share it (da-review.md §5.5). */
export function keyIdentity(publicKey: Uint8Array): string {
  return [publicKey[0]! & 0x1f, ...publicKey.subarray(1)].join();
}

/** Seats per validator: whole shares, then R weighted draws over the remainders. */
export function apportion(
  validators: readonly Pick<Validator, 'stake'>[],
  options: { total: bigint; seats: number; context: Uint8Array },
): number[] {
  const { total } = options;
  const n = BigInt(options.seats);
  const seats = validators.map(({ stake }) => Number((n * stake) / total));
  const prefix: bigint[] = [];
  let sum = 0n;
  for (const { stake } of validators) {
    sum += (n * stake) % total;
    prefix.push(sum); // ends at R * total
  }
  const draw = drawStream(TAGS.seatDraw, options.context);
  for (let left = sum / total; left > 0n; left--) {
    const ticket = draw(sum);
    const winner = firstAbove(prefix, ticket);
    seats[winner] = seats[winner]! + 1;
  }
  return seats;
}

/** Index of the first prefix sum above `ticket`, by bisection. */
function firstAbove(prefix: readonly bigint[], ticket: bigint): number {
  let low = 0;
  let high = prefix.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (prefix[middle]! > ticket) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Copies of the validators by ascending account; refuses reused accounts and keys. */
function sortedSnapshot(validators: readonly Validator[]): Validator[] {
  if (validators.length > MAX_VALIDATORS) {
    throw new RangeError(`validators: expected at most ${MAX_VALIDATORS}`);
  }
  const keys = new Set<string>();
  const copies = validators.map((validator) => {
    expectLength(validator.account, { name: 'account', size: 20 });
    expectLength(validator.publicKey, { name: 'publicKey', size: 48 });
    if (typeof validator.stake !== 'bigint' || validator.stake < 0n) {
      throw new RangeError(`stake: expected a bigint of 0 or more, got ${validator.stake}`);
    }
    const identity = keyIdentity(validator.publicKey);
    if (keys.has(identity)) throw new DaError('key_reused', 'two validators share a public key');
    keys.add(identity);
    return {
      account: validator.account.slice(),
      publicKey: validator.publicKey.slice(),
      stake: validator.stake,
    };
  });
  copies.sort((a, b) => compareBytes(a.account, b.account));
  copies.forEach((validator, i) => {
    const before = copies[i - 1];
    if (before !== undefined && compareBytes(before.account, validator.account) === 0) {
      throw new DaError('account_reused', 'two validators share an account');
    }
  });
  return copies;
}

function hashSnapshot(validators: readonly Validator[]): Uint8Array<ArrayBuffer> {
  return taggedHash(
    TAGS.snapshot,
    littleEndian(validators.length, 4),
    ...validators.map(({ account, publicKey, stake }) =>
      join(account, publicKey, littleEndian(stake, STAKE_BYTES)),
    ),
  );
}

function sumKeys(members: readonly CommitteeMember[], bls: Bls): Uint8Array<ArrayBuffer> {
  try {
    return bls.aggregatePublicKeys(members.map(({ publicKey }) => publicKey));
  } catch (cause) {
    const isSum = cause instanceof BlsError && cause.code === 'aggregate_infinity';
    const code = isSum ? 'committee_key_infinity' : 'key_invalid';
    throw new DaError(code, 'the committee has no valid total key', { cause });
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return 0;
}
