import { seededRandom } from '@barycenter/testing';
import {
  boolean,
  der,
  explicit,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  time,
} from '@barycenter/testing/der-writer';
import {
  type TestCrl,
  type TestKey,
  testCertificate,
  testCrl,
  testKey,
} from '@barycenter/testing/synthetic-ca';
import { CertificateRevocationList } from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '../src/bytes.ts';
import { type Certificate, parseCertificate } from '../src/certificate.ts';
import { recorded } from '../src/checks.ts';
import { type Crl, checkNotRevoked, MAX_CRL_BYTES, parseCrl, verifyCrl } from '../src/crl.ts';
import { defaultCrypto } from '../src/crypto.ts';
import { TeeError } from '../src/errors.ts';
import { flipped, replaced } from './cases/case.ts';

const SEED = 64;
const NOW = Date.UTC(2026, 5, 1);
let key: TestKey;
let other: TestKey;
let root: Certificate;

beforeAll(async () => {
  [key, other] = await Promise.all([testKey('P-256'), testKey('P-256')]);
  root = await authority({});
});

async function authority(fields: {
  keyUsage?: number[];
  authority?: object | undefined;
  subject?: string;
}): Promise<Certificate> {
  return parseCertificate(
    await testCertificate({
      subject: 'root',
      issuer: 'root',
      key,
      signer: key,
      authority: {},
      ...fields,
    }),
  );
}

const make = (fields: Partial<TestCrl> = {}) => testCrl({ issuer: 'root', signer: key, ...fields });

const verify = (crl: Crl, { issuer = root, now = NOW } = {}) =>
  recorded('crl', (checks) =>
    verifyCrl(crl, { issuer, now, crypto: defaultCrypto(), checks, id: 'crl' }),
  );

const revokes = async (crl: Crl, serial: number | Uint8Array, issuer = 'root') => {
  const leaf = parseCertificate(
    await testCertificate({ subject: 'leaf', issuer, key: other, signer: key, serial }),
  );
  return recorded('revoked', async (checks) => checkNotRevoked(leaf, crl, checks, 'leaf'));
};

function refuses(bytes: Uint8Array): void {
  expect(() => parseCrl(bytes)).toThrow(
    expect.objectContaining({ name: 'TeeError', code: 'crl_malformed' }),
  );
}

describe('a revocation list', () => {
  it('says what was written, and what pkijs reads', async () => {
    const revoked = [1, 0x80, Uint8Array.from([0xff, ...new Uint8Array(19)]), 77];
    const bytes = await make({ revoked, number: 300, nextUpdate: new Date('2055-01-01') });
    const mine = parseCrl(bytes);
    const theirs = CertificateRevocationList.fromBER(bytes);
    const serials = (theirs.revokedCertificates ?? []).map(({ userCertificate }) =>
      BigInt(`0x${bytesToHex(userCertificate.valueBlock.valueHexView)}`),
    );
    expect([...mine.revoked].map((serial) => BigInt(`0x${serial}`))).toEqual(serials);
    expect(serials).toHaveLength(4);
    expect(mine.thisUpdate).toBe(theirs.thisUpdate.value.getTime());
    expect(mine.nextUpdate).toBe(theirs.nextUpdate?.value.getTime());
    expect(mine.number).toBe('012c');
    expect(bytesToHex(mine.issuer)).toBe(bytesToHex(root.subject));
  });

  it('may be without entries, without extensions, and with reasons beside its entries', async () => {
    expect(parseCrl(await make()).revoked.size).toBe(0);
    const bare = parseCrl(await make({ edit: (fields) => fields.slice(0, -1) }));
    expect([bare.number, bare.revoked.size]).toEqual([undefined, 0]);
    expect(await verify(bare)).toMatchObject({ ok: true });
    const reason = sequence(sequence(oid('2.5.29.21'), octets(der(0x0a, Uint8Array.of(1)))));
    const entry = sequence(integer(9), time(new Date(NOW)), reason);
    const reasoned = await make({
      edit: (fields) => replaced(fields, 5, [sequence(entry), ...fields.slice(5, 6)]),
    });
    expect([...parseCrl(reasoned).revoked]).toEqual(['09']);
  });

  it('holds from its issuer, from thisUpdate to nextUpdate', async () => {
    const crl = parseCrl(await make());
    for (const now of [crl.thisUpdate, NOW, crl.nextUpdate])
      expect(await verify(crl, { now })).toMatchObject({ ok: true });
    expect(await verify(crl, { now: crl.thisUpdate - 1 })).toMatchObject({
      ok: false,
      code: 'crl_not_yet_valid',
    });
    expect(await verify(crl, { now: crl.nextUpdate + 1 })).toMatchObject({
      ok: false,
      code: 'crl_expired',
    });
  });

  it('is refused from another issuer, by another key, and by a key that may not sign lists', async () => {
    const elsewhere = parseCrl(await make({ issuer: 'elsewhere' }));
    expect(await verify(elsewhere)).toMatchObject({ ok: false, code: 'crl_issuer_mismatch' });
    const forged = parseCrl(await make({ signer: other }));
    expect(await verify(forged)).toMatchObject({ ok: false, code: 'crl_signature_invalid' });
    const crl = parseCrl(await make());
    for (const issuer of [
      await authority({ keyUsage: [5] }),
      await authority({ authority: undefined, keyUsage: [6] }),
    ])
      expect(await verify(crl, { issuer })).toMatchObject({
        ok: false,
        code: 'crl_signature_invalid',
      });
  });

  it("of two authorities does not pass for the other's", async () => {
    const intermediate = await authority({ subject: 'intermediate' });
    const [ofRoot, ofIntermediate] = [
      parseCrl(await make()),
      parseCrl(await make({ issuer: 'intermediate' })),
    ];
    expect(await verify(ofIntermediate)).toMatchObject({ ok: false, code: 'crl_issuer_mismatch' });
    expect(await verify(ofRoot, { issuer: intermediate })).toMatchObject({
      ok: false,
      code: 'crl_issuer_mismatch',
    });
    expect(await verify(ofIntermediate, { issuer: intermediate })).toMatchObject({ ok: true });
  });

  it("revokes the serial numbers in it, of its own issuer's certificates only", async () => {
    const long = new Uint8Array(20).fill(0xab);
    const crl = parseCrl(await make({ revoked: [5, 0, long] }));
    for (const serial of [5, 0, long])
      expect(await revokes(crl, serial)).toMatchObject({ ok: false, code: 'certificate_revoked' });
    for (const serial of [4, 0x500, 0x0105])
      expect(await revokes(crl, serial)).toMatchObject({ ok: true });
    expect(await revokes(crl, 5, 'other root')).toMatchObject({ ok: true });
  });

  it('is refused with any bit flipped', async () => {
    const bytes = await make({ revoked: [1, 2, 3] });
    expect(await verify(parseCrl(bytes))).toMatchObject({ ok: true });
    let verified = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      let mutant: Crl;
      try {
        mutant = parseCrl(flipped(bytes, bit));
      } catch (error) {
        expect(error).toBeInstanceOf(TeeError);
        continue;
      }
      expect(await verify(mutant), `bit ${bit}`).toMatchObject({ ok: false });
      verified++;
    }
    expect(verified).toBeGreaterThan(300);
  });

  it('is refused if it is partial, indirect, or says what nobody here understands', async () => {
    const number = integer(1);
    for (const oid of ['2.5.29.27', '2.5.29.28'])
      for (const critical of [true, false])
        refuses(await make({ extensions: [{ oid, critical, value: number }] }));
    refuses(await make({ extensions: [{ oid: '1.2.3', critical: true, value: number }] }));
    expect(parseCrl(await make({ extensions: [{ oid: '1.2.3', value: number }] })).number).toBe(
      '01',
    );
    refuses(await make({ extensions: [{ oid: '2.5.29.20', value: number }] }));
    for (const extension of [
      sequence(oid('2.5.29.29'), octets(number)),
      sequence(oid('1.2.3'), boolean(true), octets(number)),
    ]) {
      const entry = sequence(integer(9), time(new Date(NOW)), sequence(extension));
      refuses(
        await make({
          edit: (fields) => replaced(fields, 5, [sequence(entry), ...fields.slice(5, 6)]),
        }),
      );
    }
  });

  it('is refused in another form', async () => {
    const bytes = await make({ revoked: [1] });
    const edits: ((fields: Uint8Array[]) => Uint8Array[])[] = [
      (fields) => fields.slice(1),
      (fields) => replaced(fields, 0, [integer(0)]),
      (fields) => replaced(fields, 1, [sequence(oid('1.2.840.10045.4.3.3'))]),
      (fields) => replaced(fields, 4, []),
      (fields) => [...fields, nothing()],
      (fields) => replaced(fields, 5, [sequence(sequence(integer(1)))]),
      (fields) =>
        replaced(fields, 5, [sequence(sequence(der(2, Uint8Array.of(0x80)), time(new Date(NOW))))]),
      (fields) =>
        replaced(fields, 5, [
          sequence(sequence(integer(1), time(new Date(NOW)), sequence(), nothing())),
        ]),
      (fields) =>
        replaced(fields, 6, [explicit(0, sequence(sequence(oid('2.5.29.20'), octets(nothing()))))]),
    ];
    for (const edit of edits) refuses(await make({ revoked: [1], edit }));
    refuses(Uint8Array.from([...bytes, 0]));
    for (let size = 0; size < bytes.length; size++) refuses(bytes.subarray(0, size));
    refuses(root.der);
    const value = new Uint8Array(MAX_CRL_BYTES);
    refuses(await make({ extensions: [{ oid: '1.2.3', value }] }));
  });

  it('of random bytes up to 1 MB is a TeeError', () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 200; round++) {
      const bytes = random.bytes(4 + random.integer(round % 20 === 0 ? 1 << 20 : 2_000));
      if (round % 2 === 1) bytes.set([0x30, 0x82, (bytes.length - 4) >> 8, bytes.length - 4], 0);
      refuses(bytes);
    }
  });
});
