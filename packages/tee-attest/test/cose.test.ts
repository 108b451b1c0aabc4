import { seededRandom } from '@barycenter/testing';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { Decoder } from 'cbor-x';
import { expect, test } from 'vitest';
import {
  type AttestedKey,
  attestedKeyDigest,
  type CoseAppraiser,
  coseToSign,
  decodeStatement,
  encodeCose,
  encodeStatement,
  verifyAttestedKeyCose,
} from '../src/attested-key.ts';
import { decodeCbor } from '../src/cbor/decode.ts';
import { type CborKey, type CborTag, type CborValue, encodeCbor } from '../src/cbor/encode.ts';
import { domain, NOW, request, SECONDS, statement } from './attested-key-fixture.ts';

const random = seededRandom(68);

interface Signer extends CoseAppraiser {
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

function edwards(kid: number): Signer {
  const secret = random.bytes(32);
  const publicKey = ed25519.getPublicKey(secret);
  return {
    kid: Uint8Array.of(kid),
    algorithm: 'EdDSA',
    publicKey,
    sign: (bytes) => ed25519.sign(bytes, secret),
  };
}

function nist(kid: number): Signer {
  const secret = random.bytes(32);
  const publicKey = p256.getPublicKey(secret, true);
  return {
    kid: Uint8Array.of(kid),
    algorithm: 'ES256',
    publicKey,
    sign: (bytes) => p256.sign(bytes, secret),
  };
}

const signers = [edwards(1), nist(2), edwards(3)] as const;
const set = { epoch: 7, threshold: 2, keys: signers };

const message = (about: AttestedKey, appraiser: Signer, where = domain): Uint8Array =>
  encodeCose(about, {
    appraiser,
    signature: appraiser.sign(coseToSign(about, { domain: where, appraiser })),
  });

async function outcome(messages: readonly Uint8Array[], change: object = {}): Promise<string> {
  const result = await verifyAttestedKeyCose(messages, { ...request, appraisers: set, ...change });
  return result.ok ? 'ok' : result.code;
}

test('Ed25519 and P-256 appraisers together make a statement that verifies under the same name', async () => {
  const about = statement();
  const messages = signers.map((signer) => message(about, signer));
  const result = await verifyAttestedKeyCose(messages, { ...request, appraisers: set });
  if (!result.ok) throw new Error(result.message);
  expect(result.facts.digest).toEqual(attestedKeyDigest(about, domain));
  expect(result.facts.statement).toEqual(about);
  expect(messages.every(({ length }) => length <= 512)).toBe(true);
});

test('a message is a tagged COSE_Sign1 whose payload another CBOR library reads', () => {
  const about = statement();
  const bytes = message(about, signers[0]);
  expect(bytes[0]).toBe(0xd2); // tag 18
  const [, , payload] = (decodeCbor(bytes) as CborTag).value as unknown as [
    unknown,
    unknown,
    Uint8Array,
  ];
  const read: Map<number, unknown> = new Decoder({
    mapsAsObjects: false,
    useRecords: false,
  }).decode(payload);
  expect(Buffer.from(read.get(1) as Uint8Array)).toEqual(Buffer.from(about.keyId));
  expect(read.get(11)).toBe(8);
  expect(decodeStatement(payload, domain)).toEqual(about);
});

test('too few, doubled, unordered, unknown or wrong messages are refused', async () => {
  const about = statement();
  const [one, two, three] = signers.map((signer) => message(about, signer)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  expect(await outcome([one])).toBe('appraisers_too_few');
  expect(await outcome([one, two, three, three])).toBe('appraisers_too_few');
  expect(await outcome([one, one])).toBe('appraisers_not_ascending');
  expect(await outcome([two, one])).toBe('appraisers_not_ascending');
  expect(await outcome([one, message(about, edwards(9))])).toBe('appraiser_unknown');
  expect(await outcome([one, message(about, edwards(2))])).toBe('appraiser_unknown');
  expect(await outcome([one, message(about, edwards(3))])).toBe('appraiser_signature_invalid');
  expect(await outcome([one, message(statement(), signers[1])])).toBe('statement_malformed');
  const short = encodeCose(about, { appraiser: signers[1], signature: new Uint8Array(63) });
  expect(await outcome([one, short])).toBe('appraiser_signature_invalid');
});

test('a message counts for one chain and registry, one policy, one set and its own time', async () => {
  const about = statement();
  const messages = signers.slice(0, 2).map((signer) => message(about, signer));
  expect(await outcome(messages, { domain: { ...domain, chainId: 5n } })).toBe('statement_key_id');
  expect(await outcome(messages, { policyId: random.bytes(32) })).toBe('statement_wrong_policy');
  expect(await outcome(messages, { appraisers: { ...set, epoch: 8 } })).toBe('statement_wrong_set');
  expect(await outcome(messages, { now: new Date(NOW.getTime() + 4_000_000) })).toBe(
    'statement_expired',
  );
  const late = statement({ notBefore: SECONDS + 10n });
  expect(await outcome(signers.map((signer) => message(late, signer)))).toBe(
    'statement_not_yet_valid',
  );
});

test('no byte of a message can be changed', async () => {
  const about = statement();
  const [one, two] = signers.map((signer) => message(about, signer)) as [Uint8Array, Uint8Array];
  for (let at = 0; at < two.length; at += 3) {
    const changed = two.map((byte, i) => (i === at ? byte ^ 0x10 : byte));
    expect(await outcome([one, changed])).not.toBe('ok');
  }
});

test('other headers, unprotected ones, other tags and longer messages are refused', async () => {
  const about = statement();
  const [one, two] = signers;
  const signature = two.sign(coseToSign(about, { domain, appraiser: two }));
  const header = (entries: [CborKey, CborValue][]): Uint8Array => encodeCbor(new Map(entries));
  const good: [CborKey, CborValue][] = [
    [1, -7],
    [4, two.kid],
  ];
  const parts = (protectedHeader: Uint8Array, open: CborValue = new Map()): CborValue => [
    protectedHeader,
    open,
    encodeStatement(about),
    signature,
  ];
  const bad: readonly CborValue[] = [
    { tag: 17, value: parts(header(good)) },
    parts(header(good)),
    { tag: 18, value: parts(header([...good, [3, 60]])) },
    { tag: 18, value: parts(header([[1, -7]])) },
    { tag: 18, value: parts(header(good), new Map([[4, two.kid]])) },
    { tag: 18, value: [header(good), new Map(), encodeStatement(about)] },
    { tag: 18, value: parts(encodeCbor(5)) },
    { tag: 18, value: [header(good), new Map(), random.bytes(1100), signature] },
  ];
  for (const value of bad)
    expect(await outcome([message(about, one), encodeCbor(value)])).toBe('statement_malformed');
  expect(await outcome([message(about, one), random.bytes(50)])).toBe('cbor_malformed');
});

test('a statement with a field missing, in excess or of another type is refused', () => {
  const good = decodeCbor(encodeStatement(statement())) as Map<CborKey, CborValue>;
  const variants = [
    new Map([...good].slice(1)),
    new Map([...good, [99, 1] as const]),
    new Map([...good, [12, 'soon'] as const]),
    new Map([...good, [11, 1n << 40n] as const]),
    [...good.values()],
  ];
  for (const value of variants) {
    expect(() => decodeStatement(encodeCbor(value), domain)).toThrow(
      expect.objectContaining({ code: 'statement_malformed' }),
    );
  }
});

test('a set of COSE keys that means nothing is a mistake of the caller', () => {
  const verify = (keys: readonly CoseAppraiser[]) => () =>
    verifyAttestedKeyCose([], { ...request, appraisers: { ...set, threshold: 1, keys } });
  const [one] = signers;
  expect(verify([])).toThrow(RangeError);
  expect(verify([one, one])).toThrow(RangeError);
  const renamed = (key: CoseAppraiser): CoseAppraiser => ({ ...key, kid: Uint8Array.of(99) });
  for (const key of set.keys) expect(verify([key, renamed(key)])).toThrow('one key stands twice');
  expect(verify([{ ...one, kid: new Uint8Array(33) }])).toThrow(RangeError);
  expect(verify([{ ...one, publicKey: new Uint8Array(31) }])).toThrow(RangeError);
});

test('what an appraiser signs names chain and registry beside the statement', () => {
  const [appraiser] = signers;
  const signedStructure = decodeCbor(coseToSign(statement(), { domain, appraiser }));
  const external = decodeCbor((signedStructure as Uint8Array[])[2] as Uint8Array);
  expect(external).toEqual([
    'barycenter.attested-key',
    '1',
    Number(domain.chainId),
    domain.registry,
  ]);
});
