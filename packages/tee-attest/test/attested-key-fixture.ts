/** Three appraisers, a statement they sign, and what a verifier asks for. */

import { type Random, seededRandom } from '@barycenter/testing';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  type AttestedKey,
  type AttestedKeyRequest,
  attestedKeyId,
  type Domain,
  orderSignatures,
  recoverAddress,
  type SignedAttestedKey,
  signAttestedKey,
  signDigest,
} from '../src/attested-key.ts';

export const NOW = new Date('2026-06-01T12:00:00Z');
export const SECONDS: bigint = BigInt(NOW.getTime() / 1000);

const random: Random = seededRandom(65);

export const domain: Domain = { chainId: 11155111n, registry: random.bytes(20) };

export interface Signer {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly address: Uint8Array;
}

export function signer(): Signer {
  const secretKey = random.bytes(32);
  const publicKey = secp256k1.getPublicKey(secretKey, true);
  const digest = random.bytes(32);
  return {
    secretKey,
    publicKey,
    address: recoverAddress(digest, signDigest(digest, secretKey)) as Uint8Array,
  };
}

const byAddress = (a: Signer, b: Signer): number =>
  bytesToHex(a.address) < bytesToHex(b.address) ? -1 : 1;

/** Ascending by account. */
export const appraisers: readonly Signer[] = [signer(), signer(), signer()].sort(byAddress);
export const operator: Signer = signer();

export const request: AttestedKeyRequest = (() => ({
  domain,
  appraisers: { epoch: 7, threshold: 2, addresses: appraisers.map(({ address }) => address) },
  now: NOW,
  policyId: random.bytes(32),
}))();

/** A statement about a fresh key; `change` replaces fields, and the key id follows. */
export function statement(change: Partial<AttestedKey> = {}): AttestedKey {
  const fields = {
    signer: random.bytes(20),
    operator: operator.address,
    challenge: random.bytes(32),
    evidenceHash: random.bytes(32),
    factsHash: random.bytes(32),
    policyId: request.policyId,
    cpuMeasurement: random.bytes(32),
    platformId: random.bytes(32),
    deviceRoot: random.bytes(32),
    deviceCount: 8,
    notBefore: SECONDS - 60n,
    notAfter: SECONDS + 3600n,
    setEpoch: 7,
    ...change,
  };
  return { keyId: attestedKeyId(domain, fields), ...fields };
}

/** The statement signed by these appraisers, in the order that verifiers demand. */
export function signed(
  about: AttestedKey = statement(),
  by: readonly Signer[] = appraisers.slice(0, 2),
): SignedAttestedKey {
  const made = by.map(({ secretKey, address }) => ({
    signer: address,
    signature: signAttestedKey(about, { domain, secretKey }),
  }));
  return { statement: about, signatures: orderSignatures(made) };
}
