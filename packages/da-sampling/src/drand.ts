/**
 * Seeds from drand, a public threshold-BLS beacon: nobody can choose the value of a round, and nobody
 * below the network's threshold can know it before the round's time.
 * Sources: drand v2 `chain/info.go` (chain hash), `chain/time.go` (rounds), `crypto/schemes.go`.
 *
 * Two schemes: `bls-unchained-g1-rfc9380` (quicknet: signatures in G1, message sha256(round u64 BE))
 * and `pedersen-bls-chained` (the old default chain: signatures in G2, message sha256(previous
 * signature | round u64 BE)). Both are checked with @noble/curves, also the one that @barycenter/bls
 * knows: one signature per epoch is not worth a second path.
 */
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Beacon, BeaconValue } from './beacon.ts';
import { beaconSeconds, type EpochSchedule } from './epochs.ts';
import { DaError } from './errors.ts';
import { equalBytes, join } from './wire.ts';

const DST_G1 = utf8ToBytes('BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_');
const DST_G2 = utf8ToBytes('BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_');

/** Sizes by scheme: public key, signature. */
const SIZES = {
  'bls-unchained-g1-rfc9380': { publicKey: 96, signature: 48 },
  'pedersen-bls-chained': { publicKey: 48, signature: 96 },
} as const;

/** Longest answer of a relay that is looked at; real ones have some 500 characters. */
const MAX_JSON_CHARACTERS = 4096;

/** A drand chain. Everything but `scheme` goes into its hash. */
export type DrandChain = {
  readonly scheme: keyof typeof SIZES;
  /** Name of the beacon; "default" for the chain that has none. */
  readonly beaconId: string;
  /** Compressed: 96 bytes (G2) or 48 (G1). */
  readonly publicKey: Uint8Array;
  readonly periodSeconds: number;
  /** Unix time of round 1. */
  readonly genesisSeconds: number;
  /** 32 bytes. */
  readonly groupHash: Uint8Array;
};

/** One round as a relay gives it. */
export type DrandRound = {
  readonly round: number;
  readonly signature: Uint8Array;
  /** Of chained schemes only. */
  readonly previousSignature?: Uint8Array;
};

/**
 * League of Entropy, quicknet: a round every 3 seconds. From `https://api.drand.sh/HASH/info` with
 * HASH = 52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971, which these fields hash to.
 */
export function quicknet(): DrandChain {
  return {
    scheme: 'bls-unchained-g1-rfc9380',
    beaconId: 'quicknet',
    publicKey: hexToBytes(
      '83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451' +
        '0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
    ),
    periodSeconds: 3,
    genesisSeconds: 1_692_803_367,
    groupHash: hexToBytes('f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e'),
  };
}

/** The chain hash, 32 bytes: what clients pin. */
export function drandChainHash(chain: DrandChain): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint32(0, chain.periodSeconds);
  view.setBigInt64(4, BigInt(chain.genesisSeconds));
  const name = chain.beaconId === 'default' ? '' : chain.beaconId;
  return digest(head, chain.publicKey, chain.groupHash, utf8ToBytes(name));
}

/**
 * A chain from a relay's answer to `/info`. Throws DaError `beacon_other_chain` unless it hashes to the
 * pinned `chainHash`, `beacon_invalid` if it is no chain of a known scheme.
 */
export function decodeDrandChain(json: string, chainHash: Uint8Array): DrandChain {
  const fields = parseObject(json);
  const { metadata } = fields;
  const isNamed = typeof metadata === 'object' && metadata !== null && 'beaconID' in metadata;
  const scheme = fields.schemeID as DrandChain['scheme'];
  if (typeof scheme !== 'string' || !Object.hasOwn(SIZES, scheme)) {
    throw new DaError('beacon_invalid', 'a drand scheme that is not known');
  }
  const chain = {
    scheme,
    beaconId: isNamed ? String(metadata.beaconID) : 'default',
    publicKey: hexField(fields.public_key, SIZES[scheme].publicKey),
    periodSeconds: countField(fields.period, 2 ** 32 - 1),
    genesisSeconds: countField(fields.genesis_time, Number.MAX_SAFE_INTEGER),
    groupHash: hexField(fields.groupHash, 32),
  };
  if (!equalBytes(drandChainHash(chain), chainHash)) {
    throw new DaError('beacon_other_chain', `not the drand chain ${bytesToHex(chainHash)}`);
  }
  return chain;
}

/** A round from a relay's answer to `/public/ROUND`, not verified. Throws DaError `beacon_invalid`. */
export function decodeDrandRound(json: string): DrandRound {
  const { round, signature, previous_signature: previous } = parseObject(json);
  const decoded = {
    round: countField(round, Number.MAX_SAFE_INTEGER),
    signature: hexField(signature),
  };
  return previous === undefined ? decoded : { ...decoded, previousSignature: hexField(previous) };
}

/** The first round at or after a Unix time: 1 up to the genesis. RangeError for no finite time. */
export function drandRoundAt(chain: DrandChain, seconds: number): number {
  if (!Number.isFinite(seconds)) throw new RangeError(`seconds: got ${seconds}`);
  const passed = Math.ceil((seconds - chain.genesisSeconds) / chain.periodSeconds);
  return Math.max(0, passed) + 1;
}

/** The Unix time of a round. */
export function drandRoundSeconds(chain: DrandChain, round: number): number {
  return chain.genesisSeconds + (round - 1) * chain.periodSeconds;
}

/** Whether a round's signature is this chain's. Never throws for bad bytes. Two pairings. */
export function verifyDrandRound(chain: DrandChain, round: DrandRound): boolean {
  const { signature, previousSignature } = round;
  if (!Number.isSafeInteger(round.round) || round.round < 1) return false;
  if (signature.length !== SIZES[chain.scheme].signature) return false;
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(round.round));
  try {
    if (chain.scheme === 'bls-unchained-g1-rfc9380') {
      const { shortSignatures } = bls12_381;
      const point = shortSignatures.Signature.fromBytes(signature);
      const key = bls12_381.G2.Point.fromBytes(chain.publicKey);
      if (!isUsable(point) || !isUsable(key)) return false;
      return shortSignatures.verify(point, shortSignatures.hash(digest(number), DST_G1), key);
    }
    if (previousSignature === undefined) return false;
    const { longSignatures } = bls12_381;
    const point = longSignatures.Signature.fromBytes(signature);
    const key = bls12_381.G1.Point.fromBytes(chain.publicKey);
    if (!isUsable(point) || !isUsable(key)) return false;
    const message = longSignatures.hash(digest(previousSignature, number), DST_G2);
    return longSignatures.verify(point, message, key);
  } catch {
    return false; // no point of the curve
  }
}

/** A round's randomness, 32 bytes: the SHA-256 of its signature. */
export function drandRandomness(round: DrandRound): Uint8Array<ArrayBuffer> {
  return digest(round.signature);
}

/**
 * A beacon on a drand chain: the seed of an epoch is the randomness of the first round at or after the
 * schedule's beacon time. It rejects with `beacon_missing` if the relay has no such round and
 * `beacon_invalid` if the answer is another round or not signed by this chain.
 */
export function createDrandBeacon(options: {
  readonly chain: DrandChain;
  readonly schedule: EpochSchedule;
  /** Asks a relay for a round; undefined if it has none. Any relay will do: rounds are verified. */
  readonly fetchRound: (
    round: number,
    options: { readonly signal?: AbortSignal },
  ) => Promise<DrandRound | undefined>;
}): Beacon {
  const { chain, schedule, fetchRound } = options;
  return {
    async read(epoch, more = {}): Promise<BeaconValue> {
      const number = drandRoundAt(chain, beaconSeconds(schedule, epoch));
      const round = await fetchRound(number, more);
      if (round === undefined) throw new DaError('beacon_missing', `no drand round ${number} yet`);
      if (round.round !== number || !verifyDrandRound(chain, round)) {
        throw new DaError(
          'beacon_invalid',
          `not round ${number} signed by chain ${chain.beaconId}`,
        );
      }
      const knownSeconds = drandRoundSeconds(chain, number);
      return { seed: drandRandomness(round), knownSeconds, grindingBits: 0 };
    },
  };
}

/** Points of the prime-order subgroup other than infinity. */
function isUsable(point: { is0(): boolean; isTorsionFree(): boolean }): boolean {
  return !point.is0() && point.isTorsionFree();
}

function digest(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(sha256(join(...parts)));
}

function parseObject(json: string): Record<string, unknown> {
  if (json.length > MAX_JSON_CHARACTERS)
    throw new DaError('beacon_invalid', 'the answer is too long');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new DaError('beacon_invalid', 'the answer is no JSON', { cause });
  }
  if (typeof value !== 'object' || value === null) {
    throw new DaError('beacon_invalid', 'the answer is no object');
  }
  return value as Record<string, unknown>;
}

function hexField(value: unknown, size?: number): Uint8Array<ArrayBuffer> {
  const isHex = typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value);
  if (!isHex || (size !== undefined && value.length !== 2 * size)) {
    throw new DaError('beacon_invalid', 'the answer lacks a field of hexadecimal digits');
  }
  return Uint8Array.from(hexToBytes(value));
}

function countField(value: unknown, most: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > most) {
    throw new DaError('beacon_invalid', 'the answer lacks a number');
  }
  return value;
}
