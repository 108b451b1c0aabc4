import type { Bls } from '@barycenter/bls';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { assignRows, memberIndex, sampleCommittee, type Validator } from '../src/committee.ts';
import { EIP7594 } from '../src/profile.ts';
import { binomialTailLog2 } from '../src/tails.ts';
import { bls, COMMITTEE, codeOf, committeeFor, DOMAIN, TOY, VALIDATORS } from './fixture.ts';

const random = seededRandom(0xc0ffee);
/** Committees without curve work: the seats do not depend on the total key. */
const NO_CURVE = { aggregatePublicKeys: () => new Uint8Array(48) } as unknown as Bls;

function validators(stakes: readonly bigint[]): Validator[] {
  return stakes.map((stake) => ({
    account: random.bytes(20),
    publicKey: random.bytes(48),
    stake,
  }));
}

function seatsBySeed(list: readonly Validator[], seed: number): number[] {
  const committee = sampleCommittee({
    bls: NO_CURVE,
    domain: DOMAIN,
    epoch: 1n,
    seed: seededRandom(seed).bytes(32),
    validators: list,
    profile: EIP7594,
  });
  return list.map((v) => committee.members[memberIndex(committee, v.publicKey)]?.seats ?? 0);
}

describe('sampleCommittee', () => {
  it('deals exactly n seats, each validator its whole share at least', () => {
    for (let trial = 1; trial <= 40; trial++) {
      const stakes = Array.from({ length: 1 + random.integer(300) }, () =>
        random.bigint(1n << 80n),
      );
      const total = stakes.reduce((sum, stake) => sum + stake, 0n);
      const seats = seatsBySeed(validators(stakes), trial);
      expect(
        seats.reduce((sum, count) => sum + count, 0),
        `seed ${random.seed} trial ${trial}`,
      ).toBe(1024);
      seats.forEach((count, i) => {
        expect(count).toBeGreaterThanOrEqual(Number((1024n * stakes[i]!) / total));
      });
    }
  });

  it('gives 16 equal validators 64 seats each, and 200 equal ones 5 each with 24 left over', () => {
    expect(seatsBySeed(validators(Array(16).fill(7n)), 1)).toEqual(Array(16).fill(64));
    const many = seatsBySeed(validators(Array(200).fill(7n)), 2);
    expect(Math.min(...many)).toBe(5);
    expect(many.reduce((sum, count) => sum + count - 5, 0)).toBe(24);
  });

  it('has the exact mean n w / S and a tail below the binomial', () => {
    // 40 validators of unequal stake; the first 10 are the adversary.
    const stakes = Array.from({ length: 40 }, (_, i) => BigInt(1000 + 37 * i));
    const list = validators(stakes);
    const total = stakes.reduce((sum, stake) => sum + stake, 0n);
    const share = stakes.slice(0, 10).reduce((sum, stake) => sum + stake, 0n);
    const mean = (1024 * Number(share)) / Number(total);
    const trials = 400;
    const seen = Array.from({ length: trials }, (_, i) =>
      seatsBySeed(list, i + 1)
        .slice(0, 10)
        .reduce((sum, count) => sum + count, 0),
    );
    const average = seen.reduce((sum, count) => sum + count, 0) / trials;
    // Residual draws: fewer than 40, each with variance at most 1/4: 5 sigma of the average.
    expect(Math.abs(average - mean)).toBeLessThan((5 * Math.sqrt(40 / 4)) / Math.sqrt(trials));
    for (const from of [Math.ceil(mean) + 1, Math.ceil(mean) + 5, Math.ceil(mean) + 20]) {
      const bound =
        2 ** binomialTailLog2(1024, { share: { numerator: share, denominator: total }, from });
      const rate = seen.filter((count) => count >= from).length / trials;
      expect(rate).toBeLessThanOrEqual(bound + 5 * Math.sqrt(bound / trials));
    }
  });

  it('gains nothing on average by splitting stake over accounts', () => {
    const trials = 300;
    const others = Array.from({ length: 50 }, () => 97n);
    const whole = validators([1000n, ...others]);
    const split = validators([...Array(100).fill(10n), ...others]);
    const sum = (list: Validator[], count: number) =>
      Array.from({ length: trials }, (_, i) =>
        seatsBySeed(list, i + 1)
          .slice(0, count)
          .reduce((a, b) => a + b, 0),
      ).reduce((a, b) => a + b, 0) / trials;
    expect(Math.abs(sum(whole, 1) - sum(split, 100))).toBeLessThan(
      (5 * Math.sqrt(100 / 4)) / Math.sqrt(trials),
    );
  });

  it('does not depend on the order of the validators', () => {
    const reversed = sampleCommittee({
      bls,
      domain: DOMAIN,
      epoch: 7n,
      seed: COMMITTEE.seed,
      validators: [...VALIDATORS].reverse(),
      profile: TOY,
    });
    expect(reversed.root).toEqual(COMMITTEE.root);
  });

  it('binds chain, registry, namespace, epoch, seed, stake, account and key into the root', () => {
    const base = {
      bls,
      domain: DOMAIN,
      epoch: 7n,
      seed: COMMITTEE.seed,
      validators: VALIDATORS,
      profile: TOY,
    };
    const first = VALIDATORS[0]!;
    const rest = VALIDATORS.slice(1);
    const variants = [
      { ...base, domain: { ...DOMAIN, chainId: 1n } },
      { ...base, domain: { ...DOMAIN, registry: new Uint8Array(20) } },
      { ...base, domain: { ...DOMAIN, namespace: new Uint8Array(32) } },
      { ...base, epoch: 8n },
      { ...base, seed: new Uint8Array(32) },
      { ...base, profile: { ...TOY, rowCount: 15 } },
      { ...base, validators: [{ ...first, stake: first.stake + 1n }, ...rest] },
      { ...base, validators: [{ ...first, account: new Uint8Array(20) }, ...rest] },
      {
        ...base,
        validators: [
          { ...first, publicKey: bls.publicKey(bls.keyGen(new Uint8Array(32).fill(77))) },
          ...rest,
        ],
      },
    ];
    const roots = new Set(variants.map((variant) => sampleCommittee(variant).root.join()));
    roots.add(COMMITTEE.root.join());
    expect(roots.size).toBe(variants.length + 1);
  });

  it('leaves out validators without a seat and never draws one without stake', () => {
    const list = validators([0n, 5n, 0n, 5n]);
    expect(seatsBySeed(list, 3)).toEqual([0, 512, 0, 512]);
  });

  it('refuses an empty committee, reused accounts and keys, and impossible stake', () => {
    const draw = (list: readonly Validator[]) => () =>
      sampleCommittee({
        bls,
        domain: DOMAIN,
        epoch: 1n,
        seed: new Uint8Array(32),
        validators: list,
        profile: TOY,
      });
    const [first, second] = VALIDATORS as [Validator, Validator];
    expect(codeOf(draw([]))).toBe('committee_empty');
    expect(codeOf(draw([{ ...first, stake: 0n }]))).toBe('committee_empty');
    expect(codeOf(draw([first, { ...second, account: first.account }]))).toBe('account_reused');
    expect(codeOf(draw([first, { ...second, publicKey: first.publicKey }]))).toBe('key_reused');
    const negated = first.publicKey.slice();
    negated[0]! ^= 0x20;
    expect(codeOf(draw([first, { ...second, publicKey: negated }]))).toBe('key_reused');
    const badKey = { ...second, publicKey: new Uint8Array(48).fill(0xff) };
    expect(codeOf(draw([first, badKey]))).toBe('committee_key_infinity');
    expect(draw([{ ...first, stake: -1n }])).toThrow(RangeError);
    expect(draw([{ ...first, stake: 1n << 128n }])).toThrow(RangeError);
    expect(draw([{ ...first, account: new Uint8Array(19) }])).toThrow(RangeError);
  });
});

describe('assignRows', () => {
  it('deals every row once, each member as many as its seats', () => {
    const rows = assignRows(COMMITTEE, random.bytes(32));
    expect(rows.map((own) => own.length)).toEqual(COMMITTEE.members.map(({ seats }) => seats));
    expect(rows.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    for (const own of rows) expect(own).toEqual([...own].sort((a, b) => a - b));
  });

  it('changes with the blob and with the epoch', () => {
    const root = random.bytes(32);
    const first = assignRows(COMMITTEE, root);
    expect(assignRows(COMMITTEE, root)).toEqual(first);
    expect(assignRows(COMMITTEE, random.bytes(32))).not.toEqual(first);
    expect(assignRows(committeeFor(8n), root)).not.toEqual(first);
  });

  it('puts every row at a member in proportion to its seats over many blobs', () => {
    const trials = 3000;
    const hits = new Array<number>(16).fill(0);
    for (let i = 0; i < trials; i++) {
      for (const row of assignRows(COMMITTEE, random.bytes(32))[0]!) hits[row]!++;
    }
    const p = COMMITTEE.members[0]!.seats / 16;
    const sigma = Math.sqrt(trials * p * (1 - p));
    for (const count of hits) expect(Math.abs(count - trials * p)).toBeLessThan(5 * sigma);
  });
});
