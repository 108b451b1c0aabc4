import { describe, expect, it } from 'vitest';
import { type Beacon, checkFreeze, drawEpoch } from '../src/beacon.ts';
import { sampleCommittee } from '../src/committee.ts';
import { createRandaoBeacon, type RandaoBlock } from '../src/randao.ts';
import { bls, codeOf, DOMAIN, rejectionOf, TOY, VALIDATORS } from './fixture.ts';

const CHAIN = 1337n;
/** Block i at 12 i seconds; its mix is i everywhere. Final below 900. */
const block = (number: bigint): RandaoBlock => ({
  chainId: CHAIN,
  number,
  timestampSeconds: 12 * Number(number),
  prevRandao: new Uint8Array(32).fill(Number(number & 0xffn)),
  isFinal: number < 900n,
});
const randao = (more: Partial<Parameters<typeof createRandaoBeacon>[0]> = {}): Beacon =>
  createRandaoBeacon({
    chainId: CHAIN,
    blockOf: (epoch) => 100n * epoch,
    readBlock: async (number) => (number < 1000n ? block(number) : undefined),
    tailBlocks: 3,
    ...more,
  });
const changed = (change: (number: bigint) => Partial<RandaoBlock>) =>
  randao({ readBlock: async (number) => ({ ...block(number), ...change(number) }) });

describe('createRandaoBeacon', () => {
  it('gives the mix, t bits of grinding, and the time of the last block an adversary did not make', async () => {
    expect(await randao().read(2n)).toEqual({
      seed: new Uint8Array(32).fill(200),
      knownSeconds: 12 * 196, // 200 holds what 199 left; 199, 198 and 197 may be the adversary's
      grindingBits: 3,
    });
    expect((await randao({ tailBlocks: 0 }).read(2n)).knownSeconds).toBe(12 * 199);
  });

  it('refuses blocks that are not there, not final, or before the first', async () => {
    expect(await rejectionOf(randao().read(10n))).toBe('beacon_missing');
    expect(await rejectionOf(randao().read(9n))).toBe('beacon_missing');
    expect(await rejectionOf(randao().read(0n))).toBe('beacon_missing');
  });

  it('refuses another chain, another block, no mix, and time that runs backwards', async () => {
    const code = (change: (number: bigint) => Partial<RandaoBlock>) =>
      rejectionOf(changed(change).read(2n));
    expect(await code(() => ({ chainId: 1n }))).toBe('beacon_other_chain');
    // Only the block before the tail comes from elsewhere: it decides when the seed was known.
    const early = (number: bigint) => number === 196n;
    expect(await code((number) => (early(number) ? { chainId: 1n } : {}))).toBe(
      'beacon_other_chain',
    );
    expect(await code((number) => ({ number: number + 1n }))).toBe('beacon_invalid');
    expect(await code(() => ({ prevRandao: new Uint8Array(31) }))).toBe('beacon_invalid');
    expect(await code(() => ({ timestampSeconds: Number.NaN }))).toBe('beacon_invalid');
    expect(await code((number) => (early(number) ? { timestampSeconds: 9999 } : {}))).toBe(
      'beacon_invalid',
    );
  });

  it('hands the abort signal to the reader, and refuses an impossible tail', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const readBlock = async (number: bigint, options: { readonly signal?: AbortSignal }) => {
      seen.push(options.signal);
      return block(number);
    };
    await randao({ readBlock }).read(2n, { signal });
    expect(seen).toEqual([signal, signal]);
    for (const tailBlocks of [-1, 1.5, 33])
      expect(() => randao({ tailBlocks })).toThrow(RangeError);
  });
});

describe('drawEpoch', () => {
  const options = {
    bls,
    domain: DOMAIN,
    profile: TOY,
    beacon: randao(),
    epoch: 2n,
    marginSeconds: 30,
  };

  it('draws the committee of the seed if the freeze was final before anybody could know it', async () => {
    const snapshot = { validators: VALIDATORS, finalSeconds: 12 * 196 - 31 };
    const { committee, grindingBits } = await drawEpoch({ ...options, snapshot });
    const seed = new Uint8Array(32).fill(200);
    const { profile, domain, epoch } = options;
    const validators = VALIDATORS;
    expect(committee).toEqual(sampleCommittee({ bls, profile, domain, epoch, seed, validators }));
    expect(grindingBits).toBe(3);
  });

  it('refuses a freeze that was not final before, by a second or by never', async () => {
    for (const finalSeconds of [12 * 196 - 30, 12 * 199, Number.NaN, Infinity]) {
      const snapshot = { validators: VALIDATORS, finalSeconds };
      expect(await rejectionOf(drawEpoch({ ...options, snapshot }))).toBe('freeze_not_final');
    }
  });

  it('counts the tail: what is early enough for an honest chain is too late for three blocks', () => {
    const snapshot = { finalSeconds: 12 * 198 };
    const check = (knownSeconds: number) => () =>
      checkFreeze(snapshot, { value: { knownSeconds }, marginSeconds: 0 });
    expect(check(12 * 199)).not.toThrow();
    expect(codeOf(check(12 * 196))).toBe('freeze_not_final');
  });
});
