import { bls12_381 } from '@noble/curves/bls12-381.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import {
  createDrandBeacon,
  type DrandChain,
  type DrandRound,
  decodeDrandChain,
  decodeDrandRound,
  drandChainHash,
  drandRandomness,
  drandRoundAt,
  drandRoundSeconds,
  quicknet,
  verifyDrandRound,
} from '../src/drand.ts';
import type { EpochSchedule } from '../src/epochs.ts';
import { codeOf, flipped, rejectionOf } from './fixture.ts';

const QUICKNET_HASH = '52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971';
const DEFAULT_HASH = '8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce';

/** Quicknet's round 1000 as https://api.drand.sh/HASH/public/1000 gives it. */
const ROUND_1000 = JSON.stringify({
  round: 1000,
  randomness: 'fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd',
  signature:
    'b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39',
});

/** The League of Entropy's first chain, as its /info gives it, and its round 72785. */
const DEFAULT_INFO = {
  public_key:
    '868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31',
  period: 30,
  genesis_time: 1595431050,
  groupHash: '176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a',
  schemeID: 'pedersen-bls-chained',
  metadata: { beaconID: 'default' },
};
const ROUND_72785 = JSON.stringify({
  round: 72785,
  signature:
    '82f5d3d2de4db19d40a6980e8aa37842a0e55d1df06bd68bddc8d60002e8e959eb9cfa368b3c1b77d18f02a54fe047b80f0989315f83b12a74fd8679c4f12aae86eaf6ab5690b34f1fddd50ee3cc6f6cdf59e95526d5a5d82aaa84fa6f181e42',
  previous_signature:
    'a609e19a03c2fcc559e8dae14900aaefe517cb55c840f6e69bc8e4f66c8d18e8a609685d9917efbfb0c37f058c2de88f13d297c7e19e0ab24813079efe57a182554ff054c7638153f9b26a60e7111f71a0ff63d9571704905d3ca6df0b031747',
});
const info = (more = {}) => JSON.stringify({ ...DEFAULT_INFO, ...more });

/** A chain of our own: whoever signs with `secretKey` is its whole network. */
const secretKey = bls12_381.utils.randomSecretKey(new Uint8Array(48).fill(7));
const OWN: DrandChain = {
  ...quicknet(),
  beaconId: 'own',
  publicKey: bls12_381.shortSignatures.getPublicKey(secretKey).toBytes(),
  genesisSeconds: 1000,
  periodSeconds: 3,
};
function sign(round: number): DrandRound {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(round));
  const dst = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
  const { shortSignatures } = bls12_381;
  const message = shortSignatures.hash(sha256(number), utf8ToBytes(dst));
  return { round, signature: shortSignatures.sign(message, secretKey).toBytes() };
}

describe('drand chains', () => {
  it('hash to the names that drand gives them', () => {
    expect(bytesToHex(drandChainHash(quicknet()))).toBe(QUICKNET_HASH);
    const chain = decodeDrandChain(info(), hexToBytes(DEFAULT_HASH));
    expect(bytesToHex(drandChainHash(chain))).toBe(DEFAULT_HASH);
  });

  it('are refused if they hash to another name, in every field', () => {
    const pinned = hexToBytes(DEFAULT_HASH);
    for (const change of [
      { period: 3 },
      { genesis_time: 1595431051 },
      { groupHash: '00'.repeat(32) },
      { metadata: { beaconID: 'other' } },
      { public_key: `96${DEFAULT_INFO.public_key.slice(2)}` },
    ]) {
      expect(codeOf(() => decodeDrandChain(info(change), pinned))).toBe('beacon_other_chain');
    }
  });

  it('are refused if they are no chain: scheme, key, numbers, JSON, length', () => {
    const pinned = hexToBytes(DEFAULT_HASH);
    for (const json of [
      info({ schemeID: 'toString' }),
      info({ schemeID: 'bls-bn254-unchained-on-g1' }),
      info({ schemeID: 'bls-unchained-g1-rfc9380' }), // a key of the other group's length
      info({ public_key: 'zz' }),
      info({ period: 0 }),
      info({ period: 2 ** 32 }),
      info({ genesis_time: '1' }),
      '[]',
      'null',
      '{',
      info({ filler: 'x'.repeat(5000) }),
    ]) {
      expect(
        codeOf(() => decodeDrandChain(json, pinned)),
        json.slice(0, 80),
      ).toBe('beacon_invalid');
    }
  });
});

describe('drand rounds', () => {
  it('of quicknet and of the chained default chain verify, with the published randomness', () => {
    const round = decodeDrandRound(ROUND_1000);
    expect(verifyDrandRound(quicknet(), round)).toBe(true);
    expect(bytesToHex(drandRandomness(round))).toBe(JSON.parse(ROUND_1000).randomness);
    const chained = decodeDrandRound(ROUND_72785);
    expect(verifyDrandRound(decodeDrandChain(info(), hexToBytes(DEFAULT_HASH)), chained)).toBe(
      true,
    );
  });

  it('do not verify for another round, another previous signature, or on another chain', () => {
    const round = decodeDrandRound(ROUND_1000);
    expect(verifyDrandRound(quicknet(), { ...round, round: 1001 })).toBe(false);
    expect(verifyDrandRound(OWN, round)).toBe(false);
    expect(verifyDrandRound(quicknet(), sign(1000))).toBe(false);
    const chain = decodeDrandChain(info(), hexToBytes(DEFAULT_HASH));
    const chained = decodeDrandRound(ROUND_72785);
    const previousSignature = flipped(chained.previousSignature!);
    expect(verifyDrandRound(chain, { ...chained, previousSignature })).toBe(false);
    expect(verifyDrandRound(chain, { round: chained.round, signature: chained.signature })).toBe(
      false,
    );
    expect(verifyDrandRound(quicknet(), chained)).toBe(false);
  });

  it('do not verify with bytes that are no signature, and nothing is thrown', () => {
    const round = decodeDrandRound(ROUND_1000);
    const infinity = Uint8Array.from([0xc0, ...new Uint8Array(47)]);
    const bad = [new Uint8Array(0), new Uint8Array(48), round.signature.slice(1), infinity];
    for (let bit = 0; bit < 8; bit++) bad.push(flipped(round.signature, 6 * bit, bit));
    for (const signature of bad) {
      expect(verifyDrandRound(quicknet(), { round: 1000, signature })).toBe(false);
    }
    // With a key at infinity the signature at infinity would hold for every round.
    const publicKey = Uint8Array.from([0xc0, ...new Uint8Array(95)]);
    expect(verifyDrandRound({ ...OWN, publicKey }, { round: 1, signature: infinity })).toBe(false);
    for (const number of [0, -1, 1.5, 2 ** 53]) {
      expect(verifyDrandRound(quicknet(), { ...round, round: number })).toBe(false);
    }
  });

  it('are refused as JSON if they are none', () => {
    const good = JSON.parse(ROUND_1000) as Record<string, unknown>;
    for (const change of [
      { round: 0 },
      { round: '1000' },
      { signature: 'ABCD' },
      { signature: '' },
      { signature: undefined },
      { previous_signature: null },
    ]) {
      expect(codeOf(() => decodeDrandRound(JSON.stringify({ ...good, ...change })))).toBe(
        'beacon_invalid',
      );
    }
  });

  it('map to times and back: the first round at or after a time', () => {
    expect(drandRoundSeconds(OWN, 1)).toBe(1000);
    for (const [seconds, round] of [
      [0, 1],
      [1000, 1],
      [1001, 2],
      [1003, 2],
      [1004, 3],
    ] as const) {
      expect(drandRoundAt(OWN, seconds)).toBe(round);
    }
    expect(() => drandRoundAt(OWN, Number.NaN)).toThrow(RangeError);
    for (let round = 1; round < 50; round++) {
      expect(drandRoundAt(OWN, drandRoundSeconds(OWN, round))).toBe(round);
    }
  });
});

describe('createDrandBeacon', () => {
  const schedule: EpochSchedule = {
    genesisSeconds: 10_000,
    epochSeconds: 600,
    graceSeconds: 60,
    signMarginSeconds: 10,
    beaconLeadSeconds: 100,
    retentionSeconds: 0,
  };
  const beacon = (fetchRound: Parameters<typeof createDrandBeacon>[0]['fetchRound']) =>
    createDrandBeacon({ chain: OWN, schedule, fetchRound });

  it('reads the round of the beacon time and says when it could first be known', async () => {
    const value = await beacon(async (round) => sign(round)).read(2n);
    const round = drandRoundAt(OWN, 10_000 + 1200 - 100);
    expect(value.seed).toEqual(drandRandomness(sign(round)));
    expect(value.knownSeconds).toBe(drandRoundSeconds(OWN, round));
    expect(value.knownSeconds).toBeGreaterThanOrEqual(11_100);
    expect(value.grindingBits).toBe(0);
  });

  it('refuses a round that is missing, another one, or one of another chain', async () => {
    const code = (answer: (round: number) => DrandRound | undefined) =>
      rejectionOf(beacon(async (round) => answer(round)).read(2n));
    expect(await code(() => undefined)).toBe('beacon_missing');
    expect(await code((round) => sign(round + 1))).toBe('beacon_invalid');
    expect(await code((round) => ({ ...sign(round + 1), round }))).toBe('beacon_invalid');
    const foreign = decodeDrandRound(ROUND_1000);
    expect(await code((round) => ({ ...foreign, round }))).toBe('beacon_invalid');
  });
});
