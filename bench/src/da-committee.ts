/** A committee for rows that disperse blobs. */
import type { Bls } from '@barycenter/bls';
import {
  type Committee,
  type Domain,
  type Profile,
  sampleCommittee,
} from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';

const SEED = 0xda;
const COMMITTEE_SIZE = 16;

/** The submitter of every dispersed blob. */
export const SUBMITTER_KEY: Uint8Array = new Uint8Array(32).fill(7);

/** Secret keys of a committee's validators by their public keys, joined. */
export function benchSecrets(bls: Bls, validators: number): ReadonlyMap<string, Uint8Array> {
  return new Map(
    keyMaterial(validators).map((material) => {
      const secret = bls.keyGen(material);
      return [bls.publicKey(secret).join(), secret];
    }),
  );
}

function keyMaterial(validators: number): Uint8Array[] {
  const random = seededRandom(SEED + 1);
  return Array.from({ length: validators }, () => random.bytes(32));
}

/** Equal validators. */
export function benchCommittee(
  bls: Bls,
  profile: Profile,
  size: number = COMMITTEE_SIZE,
): { readonly domain: Domain; readonly committee: Committee } {
  const random = seededRandom(SEED);
  const domain = { chainId: 1n, registry: random.bytes(20), namespace: random.bytes(32) };
  const validators = keyMaterial(size).map((material) => ({
    account: random.bytes(20),
    publicKey: bls.publicKey(bls.keyGen(material)),
    stake: 32n,
  }));
  const seed = random.bytes(32);
  return {
    domain,
    committee: sampleCommittee({ bls, domain, epoch: 1n, seed, validators, profile }),
  };
}
