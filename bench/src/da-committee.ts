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

/** 16 equal validators. */
export function benchCommittee(
  bls: Bls,
  profile: Profile,
): { readonly domain: Domain; readonly committee: Committee } {
  const random = seededRandom(SEED);
  const domain = { chainId: 1n, registry: random.bytes(20), namespace: random.bytes(32) };
  const validators = Array.from({ length: COMMITTEE_SIZE }, () => ({
    account: random.bytes(20),
    publicKey: bls.publicKey(bls.keyGen(random.bytes(32))),
    stake: 32n,
  }));
  const seed = random.bytes(32);
  return {
    domain,
    committee: sampleCommittee({ bls, domain, epoch: 1n, seed, validators, profile }),
  };
}
