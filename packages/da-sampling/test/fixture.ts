/**
 * A toy deployment: 4 data rows to 16, six validators, one submitter. The curve, the setup and every
 * rule are the real ones; only the counts are small.
 */
import { type Bls, createBlsSync } from '@barycenter/bls';
import { createKzg, type Kzg } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import {
  type Committee,
  type Domain,
  type EncodedBlob,
  encodeBlob,
  type HeaderPolicy,
  type Profile,
  sampleCommittee,
  type Validator,
} from '../src/index.ts';

export const bls: Bls = createBlsSync();
export const kzg: Kzg = await createKzg();

export const TOY: Profile = {
  name: 'toy',
  id: 0xfff0,
  rowCount: 16,
  thresholdRows: 12,
  dataRowSteps: [
    { maxElements: 4, dataRows: 1 },
    { maxElements: 4 * 4096, dataRows: 4 },
  ],
};

export const DOMAIN: Domain = {
  chainId: 31_337n,
  registry: new Uint8Array(20).fill(0x11),
  namespace: new Uint8Array(32).fill(0x22),
};

export const SUBMITTER_KEY: Uint8Array = new Uint8Array(32).fill(0x33);
export const STAKES: readonly bigint[] = [10n, 20n, 30n, 10n, 15n, 15n];
export const SECRET_KEYS: readonly Uint8Array[] = STAKES.map((_, i) =>
  bls.keyGen(new Uint8Array(32).fill(i + 1)),
);
export const VALIDATORS: readonly Validator[] = STAKES.map((stake, i) => ({
  account: new Uint8Array(20).fill(0xa0 + i),
  publicKey: bls.publicKey(SECRET_KEYS[i]!),
  stake,
}));

export function committeeFor(epoch: bigint, options: { domain?: Domain } = {}): Committee {
  return sampleCommittee({
    bls,
    domain: options.domain ?? DOMAIN,
    epoch,
    seed: new Uint8Array(32).fill(Number(epoch & 0xffn)),
    validators: VALIDATORS,
    profile: TOY,
  });
}

export const COMMITTEE: Committee = committeeFor(7n);

export const POLICY: HeaderPolicy = {
  domain: DOMAIN,
  committeeOf: (epoch) => (epoch === COMMITTEE.epoch ? COMMITTEE : undefined),
  profiles: [TOY],
};

/** The secret key of a committee member. */
export function secretKeyOf(validator: number): Uint8Array {
  const { publicKey } = COMMITTEE.members[validator]!;
  return SECRET_KEYS[VALIDATORS.findIndex((v) => v.publicKey.join() === publicKey.join())]!;
}

/** A toy blob of random bytes. */
export function toyBlob(
  byteLength: number,
  options: { nonce?: bigint; seed?: number; payload?: Uint8Array } = {},
): { payload: Uint8Array; blob: EncodedBlob } {
  const payload = options.payload ?? seededRandom(options.seed ?? 99).bytes(byteLength);
  const blob = encodeBlob(payload, {
    kzg,
    profile: TOY,
    domain: DOMAIN,
    committee: COMMITTEE,
    nonce: options.nonce ?? 0n,
    submitterKey: SUBMITTER_KEY,
  });
  return { payload, blob };
}

/** The code of the DaError that `act` throws; fails the test if it throws none. */
export function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  throw new Error('expected a DaError, nothing was thrown');
}

/** A copy of `bytes` with one bit flipped. */
export function flipped(bytes: Uint8Array, at = 0, bit = 0): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1 << bit;
  return copy;
}

/** The code of the DaError that `promise` rejects with; fails the test if it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  throw new Error('expected a DaError, nothing was rejected');
}
