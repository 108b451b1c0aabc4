import { seededRandom } from '@barycenter/testing';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  encodeAbiParameters,
  hashTypedData,
  keccak256,
  recoverTypedDataAddress,
  toHex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { expect, test } from 'vitest';
import {
  type AppraisedKey,
  type AttestedKey,
  type AttestedKeyRequest,
  attestedKeyDigest,
  attestedKeyId,
  attestedKeyTypedData,
  checkProposal,
  type NamedAttestedKey,
  revocationDigest,
  type SignedAttestedKey,
  type SignedRevocation,
  signAttestedKey,
  signDigest,
  verifyAttestedKey,
  verifyAttestedKeys,
  verifyRevocation,
} from '../src/attested-key.ts';
import {
  appraisers,
  domain,
  NOW,
  operator,
  request,
  SECONDS,
  signed,
  signer,
  statement,
} from './attested-key-fixture.ts';

async function outcome(
  key: SignedAttestedKey,
  change: Partial<AttestedKeyRequest> = {},
): Promise<string> {
  const result = await verifyAttestedKey(key, { ...request, ...change });
  return result.ok ? 'ok' : result.code;
}

const at = (seconds: bigint): Partial<AttestedKeyRequest> => ({
  now: new Date(1000 * Number(seconds)),
});

test('k of n appraisers make a statement that verifies and says who signed', async () => {
  const key = signed();
  const result = await verifyAttestedKey(key, request);
  if (!result.ok) throw new Error(result.message);
  expect(result.facts.signers).toEqual(appraisers.slice(0, 2).map(({ address }) => address));
  expect(result.facts.expiresAt).toEqual(new Date(1000 * Number(key.statement.notAfter)));
  expect(await outcome(signed(statement(), appraisers))).toBe('ok');
});

test('digest, typed data and key id are what viem computes, and viem recovers our signature', async () => {
  const about = statement();
  const typed = attestedKeyTypedData(about, domain);
  const digest = toHex(attestedKeyDigest(about, domain));
  expect(hashTypedData(typed as never)).toBe(digest);
  const [first] = appraisers as [(typeof appraisers)[number]];
  const signature = toHex(signAttestedKey(about, { domain, secretKey: first.secretKey }));
  const account = privateKeyToAccount(toHex(first.secretKey));
  expect(
    (
      await recoverTypedDataAddress({ ...(typed as never as object), signature } as never)
    ).toLowerCase(),
  ).toBe(toHex(first.address));
  expect(await account.signTypedData(typed as never)).toBe(signature);
  const words = ['uint256', 'address', 'address', 'address', 'bytes32'].map((type) => ({ type }));
  const values = [
    domain.chainId,
    toHex(domain.registry),
    toHex(about.operator),
    toHex(about.signer),
    toHex(about.challenge),
  ];
  expect(toHex(attestedKeyId(domain, about))).toBe(keccak256(encodeAbiParameters(words, values)));
});

test('too few, doubled, unordered, unknown or wrong signatures are refused', async () => {
  const about = statement();
  const [one, two] = signed(about).signatures as [Uint8Array, Uint8Array];
  const all = signed(about, appraisers).signatures;
  const stranger = signAttestedKey(about, { domain, secretKey: signer().secretKey });
  const wrong = async (signatures: readonly Uint8Array[]): Promise<string> =>
    outcome({ statement: about, signatures });
  expect(await wrong([one])).toBe('appraisers_too_few');
  expect(await wrong([])).toBe('appraisers_too_few');
  expect(await wrong([...all, one])).toBe('appraisers_too_few');
  expect(await wrong([one, one])).toBe('appraisers_not_ascending');
  expect(await wrong([two, one])).toBe('appraisers_not_ascending');
  expect(await wrong([one, stranger])).toBe('appraiser_unknown');
  expect(await wrong([one, two.subarray(0, 64)])).toBe('appraiser_signature_invalid');
});

test('no bit of a signature can be changed', async () => {
  const key = signed();
  const [one, two] = key.signatures as [Uint8Array, Uint8Array];
  for (let bit = 0; bit < 520; bit += 13) {
    const changed = Uint8Array.from(two);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(await outcome({ ...key, signatures: [one, changed] })).toMatch(/^appraiser/);
  }
});

test('a high s, a zero r or s, and v other than 27 and 28 are refused', async () => {
  const key = signed();
  const [one, two] = key.signatures as [Uint8Array, Uint8Array];
  const order = secp256k1.Point.Fn.ORDER;
  const s = BigInt(toHex(two.subarray(32, 64)));
  const high = Uint8Array.from(Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex'));
  const variants: readonly Uint8Array[] = [
    Uint8Array.from([...two.subarray(0, 32), ...high, 55 - (two[64] as number)]),
    Uint8Array.from([...new Uint8Array(32), ...two.subarray(32)]),
    Uint8Array.from([...two.subarray(0, 32), ...new Uint8Array(32), 27]),
    Uint8Array.from([...two.subarray(0, 64), (two[64] as number) - 27]),
    Uint8Array.from([...new Uint8Array(32).fill(0xff), ...two.subarray(32)]),
  ];
  for (const changed of variants) {
    expect(await outcome({ ...key, signatures: [one, changed] })).toBe(
      'appraiser_signature_invalid',
    );
  }
});

test('a statement counts from notBefore to notAfter, both included', async () => {
  const key = signed();
  const { notBefore, notAfter } = key.statement;
  expect(await outcome(key, at(notBefore))).toBe('ok');
  expect(await outcome(key, at(notBefore - 1n))).toBe('statement_not_yet_valid');
  expect(await outcome(key, at(notAfter))).toBe('ok');
  expect(await outcome(key, at(notAfter + 1n))).toBe('statement_expired');
});

test('a statement for another chain, registry, policy or set of appraisers is refused', async () => {
  const key = signed();
  expect(await outcome(key, { domain: { ...domain, chainId: 1n } })).toBe('statement_key_id');
  expect(await outcome(key, { domain: { ...domain, registry: new Uint8Array(20) } })).toBe(
    'statement_key_id',
  );
  expect(await outcome(key, { policyId: new Uint8Array(32) })).toBe('statement_wrong_policy');
  expect(await outcome(key, { appraisers: { ...request.appraisers, epoch: 8 } })).toBe(
    'statement_wrong_set',
  );
});

test('no field can be changed after signing', async () => {
  const key = signed();
  for (const [name, value] of Object.entries(key.statement)) {
    const changed =
      value instanceof Uint8Array
        ? value.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
        : (value as number) + (typeof value === 'bigint' ? (1n as never) : 1);
    const code = await outcome({ ...key, statement: { ...key.statement, [name]: changed } });
    expect(code).not.toBe('ok');
  }
});

test('fields of another type, length or range, unknown ones and missing ones are refused', async () => {
  const about = statement();
  const bad: readonly Record<string, unknown>[] = [
    { signer: new Uint8Array(21) },
    { signer: new Uint8Array(20) },
    { challenge: undefined },
    { deviceCount: 2 ** 32 },
    { deviceCount: -1 },
    { deviceCount: 1.5 },
    { notAfter: 1n << 64n },
    { notBefore: about.notAfter + 1n },
    { notBefore: 5 },
    { more: 1 },
  ];
  for (const change of bad) {
    const changed = { ...about, ...change } as AttestedKey;
    expect(await outcome({ statement: changed, signatures: signed().signatures })).toBe(
      'statement_malformed',
    );
  }
});

test('an appraiser signs only what it found itself, and not for longer than it holds', () => {
  const about = statement();
  const found: AppraisedKey = {
    ...about,
    affirmed: true,
    expiresAt: new Date(1000 * Number(about.notAfter)),
  };
  const refusal = (change: Partial<AppraisedKey>, proposal = about): string => {
    try {
      checkProposal(proposal, { ...found, ...change }, { now: NOW, setEpoch: 7 });
      return 'signs';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(refusal({})).toBe('signs');
  expect(refusal({ affirmed: false })).toBe('statement_not_affirmed');
  for (const name of [
    'signer',
    'operator',
    'challenge',
    'evidenceHash',
    'factsHash',
    'policyId',
    'cpuMeasurement',
    'platformId',
    'deviceRoot',
  ] as const) {
    expect(refusal({ [name]: new Uint8Array(found[name].length) })).toBe('statement_not_affirmed');
  }
  expect(refusal({ deviceCount: 7 })).toBe('statement_not_affirmed');
  expect(refusal({ expiresAt: new Date(1000 * Number(about.notAfter - 1n)) })).toBe(
    'statement_too_long',
  );
  const day = SECONDS + 86_400n;
  const later = new Date('2027-01-01T00:00:00Z');
  expect(refusal({ expiresAt: later }, { ...about, notAfter: day })).toBe('signs');
  expect(refusal({ expiresAt: later }, { ...about, notAfter: day + 1n })).toBe(
    'statement_too_long',
  );
  expect(refusal({}, { ...about, notBefore: SECONDS + 1n })).toBe('statement_not_yet_valid');
  expect(refusal({}, { ...about, notAfter: SECONDS - 1n })).toBe('statement_expired');
  expect(refusal({}, { ...about, setEpoch: 8 })).toBe('statement_wrong_set');
});

test('a key is revoked by its operator or by enough appraisers, for different reasons, and by nobody else', async () => {
  const key = signed();
  const { keyId } = key.statement;
  const about = { statement: key.statement, domain, appraisers: request.appraisers };
  const make = (
    fields: Omit<SignedRevocation, 'signatures'>,
    by: readonly { secretKey: Uint8Array }[],
  ): SignedRevocation => ({
    ...fields,
    signatures: by.map(({ secretKey }) => signDigest(revocationDigest(fields, domain), secretKey)),
  });
  const own = { reason: 'operator' as const, keyId, setEpoch: 0 };
  const withdrawn = { reason: 'appraisers' as const, keyId, setEpoch: 7 };
  const byOperator = await verifyRevocation(make(own, [operator]), about);
  const byAppraisers = await verifyRevocation(make(withdrawn, appraisers.slice(1)), about);
  if (!byOperator.ok || !byAppraisers.ok) throw new Error('refused');
  expect(await outcome(key, { revocations: [byOperator.facts] })).toBe('key_revoked_by_operator');
  expect(await outcome(key, { revocations: [byAppraisers.facts] })).toBe(
    'key_revoked_by_appraisers',
  );
  expect(await outcome(signed(), { revocations: [byOperator.facts] })).toBe('ok');

  const refusals: readonly (readonly [SignedRevocation, string])[] = [
    [make(own, [appraisers[0] as never]), 'appraiser_signature_invalid'],
    [make(own, [operator, operator]), 'appraiser_signature_invalid'],
    [make(own, []), 'appraiser_signature_invalid'],
    [make({ ...own, setEpoch: 7 }, [operator]), 'statement_wrong_set'],
    [make(withdrawn, [appraisers[0] as never]), 'appraisers_too_few'],
    [make({ ...withdrawn, setEpoch: 6 }, appraisers), 'statement_wrong_set'],
    [make({ ...withdrawn, keyId: new Uint8Array(32) }, appraisers), 'statement_malformed'],
    [
      { ...make(own, appraisers.slice(0, 2)), reason: 'appraisers', setEpoch: 7 },
      'appraiser_unknown',
    ],
  ];
  for (const [revocation, code] of refusals) {
    const result = await verifyRevocation(revocation, about);
    expect(result.ok ? 'ok' : result.code).toBe(code);
  }
});

test('a batch says of each statement what a single verification says', async () => {
  const random = seededRandom(66);
  const named = (key: SignedAttestedKey): NamedAttestedKey => ({
    ...key,
    publicKeys: appraisers.slice(0, key.signatures.length).map(({ publicKey }) => publicKey),
  });
  const good = Array.from({ length: 12 }, () => named(signed()));
  const expired = named(signed(statement({ notAfter: SECONDS - 1n })));
  const [first] = good as [NamedAttestedKey];
  const swapped = { ...first, publicKeys: [...first.publicKeys].reverse() };
  const unnamed = { ...first, publicKeys: first.publicKeys.slice(1) };
  const noPoint = {
    ...first,
    publicKeys: [first.publicKeys[0] as Uint8Array, new Uint8Array(33).fill(1)],
  };
  const forged = { ...first, signatures: [first.signatures[0] as Uint8Array, random.bytes(65)] };
  const exchanged = { ...first, signatures: (good[1] as NamedAttestedKey).signatures };
  const items = [...good, expired, swapped, unnamed, noPoint, forged, exchanged];
  const results = await verifyAttestedKeys(items, request);
  expect(results.map((result) => (result.ok ? 'ok' : result.code))).toEqual([
    ...good.map(() => 'ok'),
    'statement_expired',
    'appraisers_not_ascending',
    'appraiser_unknown',
    'appraiser_unknown',
    'appraiser_signature_invalid',
    'appraiser_signature_invalid',
  ]);
  const alone = await verifyAttestedKey(first, request);
  expect(results[0]).toMatchObject({ ok: true, facts: alone.ok ? alone.facts : {} });
  expect(await verifyAttestedKeys([], request)).toEqual([]);
});

test('a set of appraisers that means nothing, or no clock, is a mistake of the caller', () => {
  const key = signed();
  const set = request.appraisers;
  const verify = (change: Partial<AttestedKeyRequest>) => () =>
    verifyAttestedKey(key, { ...request, ...change });
  const [one, two] = set.addresses as [Uint8Array, Uint8Array];
  expect(verify({ now: undefined as never })).toThrow(TypeError);
  expect(verify({ now: new Date(Number.NaN) })).toThrow(TypeError);
  expect(verify({ appraisers: { ...set, threshold: 0 } })).toThrow(RangeError);
  expect(verify({ appraisers: { ...set, threshold: 4 } })).toThrow(RangeError);
  expect(verify({ appraisers: { ...set, addresses: [one, two, one] } })).toThrow(RangeError);
  expect(verify({ appraisers: { ...set, addresses: [one, two.subarray(1)] } })).toThrow(RangeError);
});

test('nobody revokes the key of another with a statement of his own making', async () => {
  const victim = signed().statement;
  const thief = appraisers[0] as (typeof appraisers)[number];
  const fields = { reason: 'operator' as const, keyId: victim.keyId, setEpoch: 0 };
  const signatures = [signDigest(revocationDigest(fields, domain), thief.secretKey)];
  const forged = { ...victim, operator: thief.address };
  const result = await verifyRevocation(
    { ...fields, signatures },
    { statement: forged, domain, appraisers: request.appraisers },
  );
  expect(result.ok ? 'ok' : result.code).toBe('statement_key_id');
});

test('a statement that never ends holds until the last time there is', async () => {
  const key = signed(statement({ notAfter: 2n ** 64n - 1n }));
  const result = await verifyAttestedKey(key, request);
  expect(result.ok ? result.facts.expiresAt.getTime() : result.code).toBe(8.64e15);
});
