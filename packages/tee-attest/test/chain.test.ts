import {
  type TestCertificate,
  type TestKey,
  testCertificate,
  testKey,
} from '@barycenter/testing/synthetic-ca';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '../src/bytes.ts';
import { type Certificate, parseCertificate } from '../src/certificate.ts';
import { checkRole, verifyChain } from '../src/chain.ts';
import { recorded, type Verified } from '../src/checks.ts';
import { defaultCrypto, digestSync } from '../src/crypto.ts';
import { flipped } from './cases/case.ts';

const NOW = Date.UTC(2026, 5, 1);
let keys: TestKey[];
let root: Certificate;
let upper: Certificate;
let lower: Certificate;
let leaf: Certificate;

type Fields = Partial<TestCertificate>;

beforeAll(async () => {
  keys = await Promise.all(Array.from({ length: 5 }, () => testKey('P-256')));
  root = await issue(0, 0, 'root', 'root', { authority: {} });
  upper = await issue(1, 0, 'upper', 'root', { authority: { pathLength: 1 } });
  lower = await issue(2, 1, 'lower', 'upper', { authority: { pathLength: 0 } });
  leaf = await issue(3, 2, 'leaf', 'lower');
});

async function issue(
  key: number,
  signer: number,
  subject: string,
  issuer: string,
  fields: Fields = {},
): Promise<Certificate> {
  const [own, issuing] = [keys[key] as TestKey, keys[signer] as TestKey];
  return parseCertificate(
    await testCertificate({
      subject,
      issuer,
      key: own,
      signer: issuing,
      serial: key + 1,
      ...fields,
    }),
  );
}

const pin = ({ der }: Certificate) => bytesToHex(digestSync('SHA-256', der));

function verify(
  chain: readonly Certificate[],
  { now = NOW, roots = [pin(root)], judged = [] as string[] } = {},
): Promise<Verified<string>> {
  return recorded('test', async (checks) => {
    await verifyChain(chain, { roots, now, crypto: defaultCrypto(), checks, id: 'test', judged });
    return 'holds';
  });
}

async function refuses(
  chain: readonly Certificate[],
  code: string,
  options?: Parameters<typeof verify>[1],
): Promise<void> {
  expect(await verify(chain, options)).toMatchObject({ ok: false, code });
}

describe('a certificate chain', () => {
  it('holds from the leaf to a pinned root, at the very first and last second of its validity', async () => {
    expect(await verify([leaf, lower, upper, root])).toMatchObject({ ok: true });
    expect(await verify([leaf, lower, upper, root], { roots: ['00', pin(root)] })).toMatchObject({
      ok: true,
    });
    for (const now of [leaf.notBefore, leaf.notAfter])
      expect(await verify([leaf, lower, upper, root], { now })).toMatchObject({ ok: true });
    expect(await verify([upper, root])).toMatchObject({ ok: true });
  });

  it('is refused if it is empty, one certificate, or ends elsewhere', async () => {
    await refuses([], 'chain_length');
    await refuses([root], 'chain_length');
    await refuses([leaf, lower, upper], 'chain_untrusted_root');
    await refuses([leaf, lower, upper, root], 'chain_untrusted_root', { roots: [] });
  });

  it('is refused with two certificates swapped, one left out or one twice', async () => {
    await refuses([lower, leaf, upper, root], 'chain_issuer_mismatch');
    await refuses([leaf, upper, lower, root], 'chain_issuer_mismatch');
    await refuses([leaf, upper, root], 'chain_issuer_mismatch');
    await refuses([leaf, lower, lower, upper, root], 'chain_issuer_mismatch');
  });

  it('is refused under another root of the same name and key', async () => {
    const other = await issue(0, 0, 'root', 'root', { authority: {}, serial: 99 });
    await refuses([leaf, lower, upper, other], 'chain_untrusted_root');
    const renamed = await issue(4, 4, 'root', 'root', { authority: {} });
    await refuses([leaf, lower, upper, renamed], 'chain_untrusted_root');
    await refuses([leaf, lower, upper, renamed], 'chain_signature_invalid', {
      roots: [pin(renamed)],
    });
  });

  it('is refused if an issuer is no authority or may not sign certificates', async () => {
    const plain = await issue(2, 1, 'lower', 'upper');
    await refuses([leaf, plain, upper, root], 'chain_not_ca');
    const allowed = await issue(2, 1, 'lower', 'upper', { keyUsage: [5] });
    await refuses([leaf, allowed, upper, root], 'chain_not_ca');
    const crlOnly = await issue(2, 1, 'lower', 'upper', { authority: {}, keyUsage: [6] });
    await refuses([leaf, crlOnly, upper, root], 'chain_not_ca');
    const byLeaf = await issue(4, 3, 'below', 'leaf');
    await refuses([byLeaf, leaf, lower, upper, root], 'chain_not_ca');
  });

  it('is refused with more authorities below one than it allows', async () => {
    const third = await issue(4, 2, 'third', 'lower', { authority: {} });
    const below = await issue(3, 4, 'leaf', 'third');
    await refuses([below, third, lower, upper, root], 'chain_path_length');
  });

  it('is refused before, between and after its validity, whichever certificate it is', async () => {
    const options = [
      [{ notBefore: new Date(NOW + 1000) }, 'chain_not_yet_valid'],
      [{ notAfter: new Date(NOW - 1000) }, 'chain_expired'],
    ] as const;
    for (const [fields, code] of options) {
      const oldLower = await issue(2, 1, 'lower', 'upper', { authority: {}, ...fields });
      await refuses([leaf, oldLower, upper, root], code);
      await refuses([await issue(3, 2, 'leaf', 'lower', fields), lower, upper, root], code);
      const oldRoot = await issue(0, 0, 'root', 'root', { authority: {}, ...fields });
      await refuses([leaf, lower, upper, oldRoot], code, { roots: [pin(oldRoot)] });
    }
    await refuses([leaf, lower, upper, root], 'chain_expired', { now: leaf.notAfter + 1 });
    await refuses([leaf, lower, upper, root], 'chain_not_yet_valid', { now: leaf.notBefore - 1 });
  });

  it('is refused with a critical extension that nobody judges', async () => {
    const extensions = [{ oid: '2.5.29.30', critical: true, value: Uint8Array.of(5, 0) }];
    const odd = await issue(3, 2, 'leaf', 'lower', { extensions });
    await refuses([odd, lower, upper, root], 'chain_critical_extension');
    expect(await verify([odd, lower, upper, root], { judged: ['2.5.29.30'] })).toMatchObject({
      ok: true,
    });
    const lax = await issue(3, 2, 'leaf', 'lower', {
      extensions: extensions.map((item) => ({ ...item, critical: false })),
    });
    expect(await verify([lax, lower, upper, root])).toMatchObject({ ok: true });
  });

  it('is refused with a signature by another key, and with any bit of it flipped', async () => {
    await refuses(
      [await issue(3, 4, 'leaf', 'lower'), lower, upper, root],
      'chain_signature_invalid',
    );
    let refused = 0;
    for (let bit = 0; bit < 8 * leaf.der.length; bit++) {
      let mutant: Certificate;
      try {
        mutant = parseCertificate(flipped(leaf.der, bit));
      } catch {
        continue;
      }
      expect(await verify([mutant, lower, upper, root]), `bit ${bit}`).toMatchObject({ ok: false });
      refused++;
    }
    expect(refused).toBeGreaterThan(500);
    await refuses(
      [leaf, lower, upper, { ...root, der: flipped(root.der, 100) }],
      'chain_untrusted_root',
    );
  });

  it("says the same wherever it is broken twice: the first certificate's failure", async () => {
    const [oddLeaf, oddUpper] = [
      await issue(3, 4, 'leaf', 'lower'),
      await issue(1, 4, 'upper', 'root', { authority: {} }),
    ];
    const result = await verify([oddLeaf, lower, oddUpper, root]);
    expect(result.checks.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual(['test.0.signature']);
  });
});

describe('a role', () => {
  it('is the exact common name', async () => {
    const check = (expected: string) =>
      recorded('role', async (checks) => checkRole(leaf, expected, checks, 'role'));
    expect(await check('leaf')).toMatchObject({ ok: true });
    for (const expected of ['Leaf', 'leaf ', 'lea', ''])
      expect(await check(expected)).toMatchObject({ ok: false, code: 'chain_wrong_role' });
  });
});
