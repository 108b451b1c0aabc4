/**
 * Attested keys, which others check instead of quotes: one statement by one appraiser, in EIP-712
 * against noble's own verification of its signature; a batch by one appraiser; and in COSE with Ed25519,
 * of which one processor must verify 5,000 a second.
 */
import {
  type AttestedKey,
  attestedKeyDigest,
  attestedKeyId,
  type CoseAppraiser,
  coseToSign,
  type Domain,
  encodeCose,
  type NamedAttestedKey,
  signAttestedKey,
  verifyAttestedKey,
  verifyAttestedKeyCose,
  verifyAttestedKeys,
  verifyDigests,
} from '@barycenter/tee-attest/attested-key';
import { type Random, seededRandom } from '@barycenter/testing';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import { BUDGET_MS, flipped, subtleContest } from '../src/tee-evidence.ts';
import { quoteSignature, tdxQuote } from './tee-intel.ts';

const BATCH = 256;
const NOW = new Date('2026-06-01T12:00:00Z');
const SECONDS = BigInt(NOW.getTime() / 1000);
const POLICY = new Uint8Array(32).fill(7);

interface KeysCase {
  readonly domain: Domain;
  readonly items: readonly NamedAttestedKey[];
  readonly appraiser: Uint8Array;
}

function makeStatement(random: Random, domain: Domain): AttestedKey {
  const fields = {
    signer: random.bytes(20),
    operator: random.bytes(20),
    challenge: random.bytes(32),
    evidenceHash: random.bytes(32),
    factsHash: random.bytes(32),
    policyId: POLICY,
    cpuMeasurement: random.bytes(32),
    platformId: random.bytes(32),
    deviceRoot: random.bytes(32),
    deviceCount: 8,
    notBefore: SECONDS - 60n,
    notAfter: SECONDS + 3600n,
    setEpoch: 1,
  };
  return { keyId: attestedKeyId(domain, fields), ...fields };
}

function makeCase(count: number): KeysCase {
  const random = seededRandom(256);
  const domain = { chainId: 1n, registry: random.bytes(20) };
  const secretKey = random.bytes(32);
  const publicKey = secp256k1.getPublicKey(secretKey, true);
  const point = secp256k1.Point.fromBytes(publicKey).toBytes(false);
  const items = Array.from({ length: count }, () => {
    const statement = makeStatement(random, domain);
    const signatures = [signAttestedKey(statement, { domain, secretKey })];
    return { statement, signatures, publicKeys: [publicKey] };
  });
  return { domain, items, appraiser: keccak_256(point.subarray(1)).subarray(12) };
}

/** The first signature is that of a statement with another device count. */
function changed({ items, ...rest }: KeysCase): KeysCase {
  const [first, ...others] = items as [NamedAttestedKey, ...NamedAttestedKey[]];
  const statement = { ...first.statement, deviceCount: 9 };
  return { ...rest, items: [{ ...first, statement }, ...others] };
}

function requestOf({ domain, appraiser }: KeysCase) {
  const appraisers = { epoch: 1, threshold: 1, addresses: [appraiser] };
  return { domain, appraisers, now: NOW, policyId: POLICY };
}

/** Digests are there before; noble wants its signatures without v. */
const noble: Contender<KeysCase> = async ({ items, domain }) => {
  const signed = items.map(({ statement, signatures, publicKeys }) => ({
    digest: attestedKeyDigest(statement, domain),
    signature: signatures[0]!.subarray(0, 64),
    publicKey: publicKeys[0]!,
  }));
  return {
    run: () =>
      signed.every(({ digest, signature, publicKey }) =>
        secp256k1.verify(signature, digest, publicKey, { prehash: false }),
      ),
  };
};

const one: Contender<KeysCase> = async (input) => {
  const request = requestOf(input);
  return { run: async () => (await verifyAttestedKey(input.items[0]!, request)).ok };
};

const batch: Contender<KeysCase> = async (input) => {
  const request = requestOf(input);
  return {
    run: async () => (await verifyAttestedKeys(input.items, request)).every(({ ok }) => ok),
  };
};

const digests: Contender<KeysCase> = async ({ items, domain }) => {
  const signed = items.map(({ statement, signatures, publicKeys }) => ({
    digest: attestedKeyDigest(statement, domain),
    signature: signatures[0]!,
    publicKey: publicKeys[0]!,
  }));
  return { run: () => verifyDigests(signed) };
};

interface CoseCase {
  readonly domain: Domain;
  readonly message: Uint8Array;
  readonly appraiser: CoseAppraiser;
  readonly quote: Uint8Array;
}

function makeCoseCase(): CoseCase {
  const random = seededRandom(257);
  const domain = { chainId: 1n, registry: random.bytes(20) };
  const secretKey = random.bytes(32);
  const appraiser = {
    kid: Uint8Array.of(1),
    algorithm: 'EdDSA',
    publicKey: ed25519.getPublicKey(secretKey),
  } as const;
  const statement = makeStatement(random, domain);
  const signature = ed25519.sign(coseToSign(statement, { domain, appraiser }), secretKey);
  const message = encodeCose(statement, { appraiser, signature });
  return { domain, message, appraiser, quote: tdxQuote() };
}

const cose: Contender<CoseCase> = async ({ domain, message, appraiser }) => {
  const appraisers = { epoch: 1, threshold: 1, keys: [appraiser] };
  const request = { domain, appraisers, now: NOW, policyId: POLICY };
  return { run: async () => (await verifyAttestedKeyCose([message], request)).ok };
};

const keys = { table: 'tee-keys', budgetMs: BUDGET_MS, wrong: changed } as const;

export const attestedKeys: readonly Operation[] = [
  operation<KeysCase>({
    ...keys,
    name: 'tee::verifyAttestedKey/signatures=1',
    must: [{ rule: 'faster', peer: 'noble', bound: 0.9 }],
    input: async () => makeCase(1),
    contenders: { ours: one, noble },
  }),
  ...Object.entries({ verifyAttestedKeys: batch, verifyDigests: digests }).map(([name, ours]) =>
    operation<KeysCase>({
      ...keys,
      name: `tee::${name}/statements=${BATCH} keys=1`,
      must: [{ rule: 'faster', peer: 'noble', bound: 3 }],
      input: async ({ quick }) => makeCase(quick ? 64 : BATCH),
      contenders: { ours, noble },
    }),
  ),
  operation<CoseCase>({
    name: 'tee::verifyAttestedKeyCose/algorithm=EdDSA signatures=1',
    table: 'tee-keys',
    budgetMs: BUDGET_MS,
    must: [{ rule: 'below', bound: 0.2 }],
    input: async () => makeCoseCase(),
    wrong: ({ message, quote, ...rest }) => ({
      ...rest,
      message: flipped(message, message.length - 1),
      quote: flipped(quote, 100),
    }),
    contenders: {
      ours: cose,
      'subtle P-256': async ({ quote }) => subtleContest(quoteSignature(quote)),
    },
  }),
];
