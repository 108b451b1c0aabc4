/**
 * Key grinding: an adversary with 5 % of the stake, split over one-vote accounts, makes many keys per
 * account and registers the best. Under 0G's rule (votes sorted by the hash of a deterministic
 * signature, cut into quorums) that buys a third of a chosen quorum; under ours, where the seed comes
 * after the freeze, it buys nothing, which the exact quantile for the number of trials shows.
 */
import type { Bls } from '@barycenter/bls';
import { seededRandom } from '@barycenter/testing';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { describe, expect, it } from 'vitest';
import { sampleCommittee, type Validator } from '../src/committee.ts';
import { EIP7594 } from '../src/profile.ts';
import { binomialTailLog2 } from '../src/tails.ts';
import { DOMAIN } from './fixture.ts';

const random = seededRandom(0x6e1d);
const SEATS = EIP7594.rowCount;
const SHARE = { numerator: 1n, denominator: 20n };
const isAdversary = (index: number, count: number) => index < count / 20;

describe('sorting votes by the hash of a signature', () => {
  const QUORUMS = 10;
  const VOTES = QUORUMS * SEATS;
  /** Keys per account at most, and the hash below which the adversary is content. */
  const MOST_TRIES = 24;
  const WANTED = 0.0625;

  /** A vote's place: the hash of a signature that nothing but the account's own key decides. */
  const place = () => new DataView(keccak_256(random.bytes(32)).buffer).getUint32(0) / 2 ** 32;

  it('gives 5 % of the votes more than a third of the first quorum, for some 12 keys a vote', () => {
    for (let epoch = 0; epoch < 3; epoch++) {
      let tries = 0;
      const votes = Array.from({ length: VOTES }, (_, i) => {
        let best = place();
        if (!isAdversary(i, VOTES)) return { best, adversary: false };
        tries++;
        for (let more = 1; more < MOST_TRIES && best >= WANTED; more++, tries++) {
          best = Math.min(best, place());
        }
        return { best, adversary: true };
      });
      votes.sort((a, b) => a.best - b.best);
      const held = votes.slice(0, SEATS).filter(({ adversary }) => adversary).length;
      expect(held / SEATS, `seed ${random.seed} epoch ${epoch}`).toBeGreaterThan(1 / 3);
      expect(tries / (VOTES / 20)).toBeLessThan(14);
    }
  });
});

describe('apportionment with a seed that comes after the freeze', () => {
  const VALIDATORS = 1100; // more than seats: every seat is a residual draw, the widest tail
  const EPOCHS = 60;
  const NO_CURVE = { aggregatePublicKeys: () => new Uint8Array(48) } as unknown as Bls;

  const honest = Array.from({ length: VALIDATORS }, () => newValidator());

  function newValidator(): Validator {
    return { account: random.bytes(20), publicKey: random.bytes(48), stake: 32n };
  }

  /** The snapshot with new keys for the adversary's accounts. */
  function withNewKeys(): Validator[] {
    return honest.map((validator, i) =>
      isAdversary(i, VALIDATORS) ? { ...validator, publicKey: random.bytes(48) } : validator,
    );
  }

  function seatsHeld(validators: readonly Validator[], seed: Uint8Array): number {
    const { members } = sampleCommittee({
      bls: NO_CURVE,
      domain: DOMAIN,
      epoch: 1n,
      seed,
      validators,
      profile: EIP7594,
    });
    const accounts = new Set(
      validators.filter((_, i) => isAdversary(i, VALIDATORS)).map(({ account }) => account.join()),
    );
    return members
      .filter(({ account }) => accounts.has(account.join()))
      .reduce((sum, { seats }) => sum + seats, 0);
  }

  /** The best of some key sets, judged with the seed that the adversary believes in. */
  function grind(believed: Uint8Array, tries: number): Validator[] {
    const candidates = Array.from({ length: tries }, withNewKeys);
    const held = candidates.map((validators) => seatsHeld(validators, believed));
    return candidates[held.indexOf(Math.max(...held))]!;
  }

  /** Least count that `trials` draws all stay below but with probability 2^-20. */
  function quantile(trials: number): number {
    let from = 0;
    while (binomialTailLog2(SEATS, { share: SHARE, from }) + Math.log2(trials) > -20) from++;
    return from;
  }

  const mean = SEATS / 20;
  const sigma = Math.sqrt(SEATS * 0.05 * 0.95);

  it('keeps 5 % of the stake below the exact quantile and at its mean, however many keys it tries', () => {
    const held = Array.from({ length: EPOCHS }, () => {
      const snapshot = grind(random.bytes(32), 3); // the best it can do is to bet on a seed
      return seatsHeld(snapshot, random.bytes(32));
    });
    const average = held.reduce((sum, seats) => sum + seats, 0) / EPOCHS;
    expect(Math.max(...held), `seed ${random.seed}`).toBeLessThan(quantile(EPOCHS));
    expect(Math.abs(average - mean)).toBeLessThan((5 * sigma) / Math.sqrt(EPOCHS));
    expect(quantile(EPOCHS)).toBeLessThan(0.1 * SEATS); // far from the third that sorting gives
  });

  it('would lose to grinding if the seed were known: the freeze is what protects it', () => {
    const epochs = 20;
    const tries = 8;
    const held = Array.from({ length: epochs }, () => {
      const known = random.bytes(32);
      return seatsHeld(grind(known, tries), known);
    });
    const average = held.reduce((sum, seats) => sum + seats, 0) / epochs;
    // The best of 8 normal draws is 1.42 sigma above the mean.
    expect(average).toBeGreaterThan(mean + sigma);
    // Grinding by log2(8) = 3 bits: the quantile for 8 times the trials still holds.
    expect(Math.max(...held)).toBeLessThan(quantile(tries * epochs));
  });
});
