/**
 * Registration of validators: proof of possession against rogue keys, bound to chain, registry and
 * account under a tag of its own (da-review.md §5.5, §5.6). Keys are unique by x-coordinate, so pk
 * and -pk cannot both register and cancel in an aggregate; an account registers once.
 */
import type { Bls } from '@barycenter/bls';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { keyIdentity } from './committee.ts';
import { type Domain, encodeRegistry, expectLength } from './domain.ts';
import { DaError } from './errors.ts';
import { equalBytes, join } from './wire.ts';

/** A validator's request to join. */
export type Registration = {
  readonly account: Uint8Array;
  readonly publicKey: Uint8Array;
  /** Signature over `publicKey | chainId 32 | registry 20 | account 20`, 96 bytes. */
  readonly possession: Uint8Array;
};

/** Makes the registration of `account` with a BLS secret key (32 bytes). */
export function createRegistration(options: {
  readonly bls: Bls;
  readonly domain: Domain;
  readonly account: Uint8Array;
  readonly secretKey: Uint8Array;
}): Registration {
  const { bls, domain, account, secretKey } = options;
  const context = possessionContext(domain, account);
  return {
    account: account.slice(),
    publicKey: bls.publicKey(secretKey),
    possession: bls.provePossession(secretKey, { dst: possessionTag(), context }),
  };
}

/**
 * Accepts registrations one after the other and returns them all. Throws DaError
 * `account_reused`, `key_reused` (also pk against -pk) or `possession_invalid`; nothing is accepted
 * if one is refused. `existing` are those accepted before.
 */
export function checkRegistrations(
  registrations: readonly Registration[],
  options: {
    readonly bls: Bls;
    readonly domain: Domain;
    readonly existing?: readonly Pick<Registration, 'account' | 'publicKey'>[];
  },
): readonly Registration[] {
  const { bls, domain, existing = [] } = options;
  const keys = new Set(existing.map(({ publicKey }) => keyIdentity(publicKey)));
  const accounts = existing.map(({ account }) => account);
  for (const { account, publicKey, possession } of registrations) {
    if (accounts.some((other) => equalBytes(other, account))) {
      throw new DaError('account_reused', 'the account is registered already');
    }
    const context = possessionContext(domain, account);
    const dst = possessionTag();
    if (!bls.verifyPossession(publicKey, possession, { dst, context })) {
      throw new DaError('possession_invalid', 'the proof of possession does not hold');
    }
    const identity = keyIdentity(publicKey);
    if (keys.has(identity)) throw new DaError('key_reused', 'the key is registered already');
    keys.add(identity);
    accounts.push(account);
  }
  return registrations;
}

function possessionContext(domain: Domain, account: Uint8Array): Uint8Array<ArrayBuffer> {
  expectLength(account, { name: 'account', size: 20 });
  return join(encodeRegistry(domain), account);
}

/** Hash-to-curve tag of registrations: RFC 9380 §3.1, unlike every other use of the key. */
function possessionTag(): Uint8Array {
  return utf8ToBytes('BARYCENTER_DA_POP_V1_BLS12381G2_XMD:SHA-256_SSWU_RO_');
}
