/** Attested keys on this runtime: the same digests everywhere, and nothing that was changed accepted. */
import {
  type AttestedKey,
  type AttestedKeyRequest,
  attestedKeyDigest,
  attestedKeyId,
  type CoseAppraiser,
  coseToSign,
  encodeCose,
  revocationDigest,
  type SignedAttestedKey,
  signDigest,
  verifyAttestedKey,
  verifyAttestedKeyCose,
  verifyAttestedKeys,
  verifyRevocation,
} from '@barycenter/tee-attest/attested-key';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import {
  appraisers,
  domain,
  operator,
  request,
  signed,
  statement,
} from '../../../packages/tee-attest/test/attested-key-fixture.ts';
import { type Case, expectEqual, toHex } from './suite.ts';
import { refuseMutants, sampler } from './tee-sample.ts';

/** Digest and key id of the statement below, made on Node 24; the package's tests compare with viem. */
const GOLDEN_DIGEST = '853b500f53558cada51d6ae2ac6fa258721def6a7af0cebb84eebde439196d40';
const GOLDEN_KEY_ID = 'c3799027603d223c75d7c188701ea76c46143c824a4d442a5a05c9e70b1c264d';
const SECRET = new Uint8Array(32).fill(7);
/** A signature verification takes milliseconds, and each mutant is one. */
const ONE_IN = 16;

export function attestedKeyCases(): Case[] {
  return [
    { name: 'attested key: digest and key id are the same everywhere', check: golden },
    { name: 'attested key: k of n signatures verify, alone and in a batch', check: accepted },
    { name: 'attested key: no bit of a signature can be changed', check: signatureMutants },
    { name: 'attested key: no field can be changed after signing', check: fieldMutants },
    { name: 'attested key: a batch finds the wrong one among many', check: batch },
    { name: 'attested key: COSE by Ed25519 and P-256, every changed bit refused', check: cose },
    { name: 'attested key: an operator revokes its own key and no other', check: revocation },
  ];
}

/** A statement of constants. */
function fixed(): AttestedKey {
  const fill = (byte: number, length = 32): Uint8Array => new Uint8Array(length).fill(byte);
  const fields = {
    signer: fill(1, 20),
    operator: fill(2, 20),
    challenge: fill(3),
    evidenceHash: fill(4),
    factsHash: fill(5),
    policyId: fill(6),
    cpuMeasurement: fill(7),
    platformId: fill(8),
    deviceRoot: fill(9),
    deviceCount: 8,
    notBefore: 1_780_000_000n,
    notAfter: 1_780_003_600n,
    setEpoch: 7,
  };
  return { keyId: attestedKeyId(FIXED_DOMAIN, fields), ...fields };
}

const FIXED_DOMAIN = { chainId: 16_661n, registry: new Uint8Array(20).fill(0x11) };

function golden(): void {
  const about = fixed();
  expectEqual(toHex(attestedKeyDigest(about, FIXED_DOMAIN)), GOLDEN_DIGEST);
  expectEqual(toHex(about.keyId), GOLDEN_KEY_ID);
}

async function codeOf(
  key: SignedAttestedKey,
  change: Partial<AttestedKeyRequest> = {},
): Promise<string> {
  const result = await verifyAttestedKey(key, { ...request, ...change });
  return result.ok ? 'ok' : result.code;
}

async function accepted(): Promise<void> {
  const key = signed();
  expectEqual(await codeOf(key), 'ok');
  expectEqual(await codeOf(signed(key.statement, appraisers)), 'ok');
  expectEqual(await codeOf(signed(key.statement, appraisers.slice(1, 2))), 'appraisers_too_few');
  expectEqual(await codeOf(key, { domain: { ...domain, chainId: 1n } }), 'statement_key_id');
  expectEqual(await codeOf(key, { policyId: new Uint8Array(32) }), 'statement_wrong_policy');
  const late = new Date(1000 * (Number(key.statement.notAfter) + 1));
  expectEqual(await codeOf(key, { now: late }), 'statement_expired');
}

async function signatureMutants(): Promise<void> {
  const key = signed();
  const [first, second] = key.signatures as [Uint8Array, Uint8Array];
  await refuseMutants(second, sampler(ONE_IN), async (changed) => {
    return (await codeOf({ ...key, signatures: [first, changed] })) === 'ok';
  });
}

async function fieldMutants(): Promise<void> {
  const key = signed();
  for (const [name, value] of Object.entries(key.statement)) {
    const changed =
      value instanceof Uint8Array
        ? value.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
        : typeof value === 'bigint'
          ? value + 1n
          : value + 1;
    const other = { ...key, statement: { ...key.statement, [name]: changed } };
    expectEqual([name, (await codeOf(other)) === 'ok'], [name, false]);
  }
}

async function batch(): Promise<void> {
  const publicKeys = appraisers.slice(0, 2).map(({ publicKey }) => publicKey);
  const items = Array.from({ length: 16 }, () => ({ ...signed(), publicKeys }));
  const wrong = { ...items[5]!, signatures: items[6]!.signatures };
  const results = await verifyAttestedKeys(
    items.map((item, i) => (i === 5 ? wrong : item)),
    request,
  );
  const codes = results.map((result) => (result.ok ? 'ok' : result.code));
  expectEqual(
    codes,
    items.map((_, i) => (i === 5 ? 'appraiser_signature_invalid' : 'ok')),
  );
}

async function cose(): Promise<void> {
  const about = statement();
  const keys: readonly CoseAppraiser[] = [
    { kid: Uint8Array.of(1), algorithm: 'EdDSA', publicKey: ed25519.getPublicKey(SECRET) },
    { kid: Uint8Array.of(2), algorithm: 'ES256', publicKey: p256.getPublicKey(SECRET, true) },
  ];
  const [first, second] = keys.map((appraiser) => {
    const bytes = coseToSign(about, { domain, appraiser });
    const curve = appraiser.algorithm === 'EdDSA' ? ed25519 : p256;
    return encodeCose(about, { appraiser, signature: curve.sign(bytes, SECRET) });
  }) as [Uint8Array, Uint8Array];
  const set = { ...request, appraisers: { epoch: 7, threshold: 2, keys } };
  const isAccepted = async (messages: readonly Uint8Array[]): Promise<boolean> =>
    (await verifyAttestedKeyCose(messages, set)).ok;
  await refuseMutants(first, sampler(ONE_IN), (changed) => isAccepted([changed, second]));
  await refuseMutants(second, sampler(ONE_IN), (changed) => isAccepted([first, changed]));
}

async function revocation(): Promise<void> {
  const { statement: about } = signed();
  const revoke = async (keyId: Uint8Array, secretKey: Uint8Array): Promise<string> => {
    const withdrawn = { reason: 'operator', keyId, setEpoch: 0 } as const;
    const signature = signDigest(revocationDigest(withdrawn, domain), secretKey);
    const options = { statement: about, domain, appraisers: request.appraisers };
    const result = await verifyRevocation({ ...withdrawn, signatures: [signature] }, options);
    return result.ok ? 'ok' : result.code;
  };
  expectEqual(await revoke(about.keyId, operator.secretKey), 'ok');
  expectEqual(await revoke(new Uint8Array(32), operator.secretKey), 'statement_malformed');
  expectEqual((await revoke(about.keyId, SECRET)) === 'ok', false);
}
