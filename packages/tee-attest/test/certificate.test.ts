import { createPublicKey, X509Certificate } from 'node:crypto';
import { seededRandom } from '@barycenter/testing';
import {
  bits,
  boolean,
  der,
  explicit,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  set,
  utf8,
} from '@barycenter/testing/der-writer';
import {
  name,
  type TestCertificate,
  type TestKey,
  testCertificate,
  testKey,
  toPem,
} from '@barycenter/testing/synthetic-ca';
import type { BitString } from 'asn1js';
import { type BasicConstraints, Certificate as PkiCertificate } from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readHashAlgorithm, readPublicKey, readSignatureAlgorithm } from '../src/algorithm.ts';
import { bytesToHex } from '../src/bytes.ts';
import {
  type Certificate,
  commonName,
  MAX_CERTIFICATE_BYTES,
  nameAttribute,
  OID,
  parseCertificate,
  parseCertificates,
  readExtensions,
} from '../src/certificate.ts';
import { DerReader } from '../src/der.ts';
import { TeeError } from '../src/errors.ts';
import { replaced } from './cases/case.ts';
import { certificateBytes } from './oracle/certificates.ts';

const SEED = 63;
let keys: Record<TestKey['kind'], TestKey>;

beforeAll(async () => {
  const [p256, p384, pss, pkcs1] = await Promise.all([
    testKey('P-256'),
    testKey('P-384'),
    testKey('rsa-pss'),
    testKey('rsa-pkcs1'),
  ]);
  keys = { 'P-256': p256, 'P-384': p384, 'rsa-pss': pss, 'rsa-pkcs1': pkcs1 };
});

const make = (options: Partial<TestCertificate> = {}) =>
  testCertificate({
    subject: 'leaf',
    issuer: 'root',
    key: keys['P-256'],
    signer: keys['P-256'],
    ...options,
  });

/** Replaces the field at `index`: version, serial, algorithm, issuer, validity, subject, key, extensions. */
const put = (index: number, ...written: Uint8Array[]) => ({
  edit: (fields: Uint8Array[]) => replaced(fields, index, [...written]),
});

function refuses(bytes: Uint8Array, code: string): void {
  expect(() => parseCertificate(bytes)).toThrow(
    expect.objectContaining({ name: 'TeeError', code }),
  );
}

/** What OpenSSL and pkijs say of the same certificate. */
function agrees(bytes: Uint8Array, mine: Certificate): void {
  const node = new X509Certificate(bytes);
  expect(BigInt(`0x${bytesToHex(mine.serial)}`)).toBe(BigInt(`0x${node.serialNumber}`));
  expect(mine.notBefore).toBe(Date.parse(node.validFrom));
  expect(mine.notAfter).toBe(Date.parse(node.validTo));
  const spki = node.publicKey.export({ type: 'spki', format: 'der' });
  if (mine.publicKey.kind === 'ec') expect(Buffer.from(mine.spki)).toEqual(spki);
  else
    expect(readPublicKey(Uint8Array.from(spki))).toMatchObject({ modulus: mine.publicKey.modulus });
  expect(
    createPublicKey({ key: Buffer.from(mine.spki), type: 'spki', format: 'der' }).asymmetricKeyType,
  ).toBe(mine.publicKey.kind);
  expect(node.subject.split('\n')).toContain(`CN=${commonName(mine)}`);

  const other = PkiCertificate.fromBER(Uint8Array.from(bytes));
  expect(bytesToHex(other.tbsView)).toBe(bytesToHex(mine.signed));
  expect(bytesToHex(new Uint8Array(other.subject.valueBeforeDecode))).toBe(
    bytesToHex(mine.subject),
  );
  expect(bytesToHex(new Uint8Array(other.issuer.valueBeforeDecode))).toBe(bytesToHex(mine.issuer));
  const extensions = other.extensions ?? [];
  expect([...mine.extensions.keys()]).toEqual(extensions.map(({ extnID }) => extnID));
  for (const { extnID, critical, extnValue } of extensions) {
    const { critical: stated, value = new Uint8Array() } = mine.extensions.get(extnID) ?? {};
    expect(stated).toBe(critical);
    expect(bytesToHex(value)).toBe(bytesToHex(extnValue.valueBlock.valueHexView));
  }
  const parsed = (oid: string) => extensions.find(({ extnID }) => extnID === oid)?.parsedValue;
  const constraints: BasicConstraints | undefined = parsed(OID.basicConstraints);
  expect(mine.isAuthority).toBe(constraints?.cA ?? false);
  expect(mine.pathLength).toBe(constraints?.pathLenConstraint);
  const usage: BitString | undefined = parsed(OID.keyUsage);
  const flags = [...(mine.keyUsage ?? [])].reduce((sum, bit) => sum | (0x80 >> bit), 0);
  expect(flags).toBe(usage?.valueBlock.valueHexView[0] ?? 0);
}

describe('certificates', () => {
  it('of all vendors say what OpenSSL and pkijs read in them', () => {
    const all = certificateBytes();
    for (const bytes of all) agrees(bytes, parseCertificate(bytes));
  });

  it('made in tests, of every key and with every field, say what was written and what the oracles read', async () => {
    for (const key of Object.values(keys)) {
      for (const signer of Object.values(keys)) {
        const bytes = await make({
          key,
          signer,
          serial: Uint8Array.of(0x80, 1, 2),
          notAfter: new Date('2051-02-03T04:05:06Z'),
          authority: { pathLength: 3 },
          attributes: [['2.5.4.5', '77']],
          extensions: [{ oid: '1.2.3.4', value: Uint8Array.of(1, 2) }],
        });
        const mine = parseCertificate(bytes);
        agrees(bytes, mine);
        expect([...mine.serial]).toEqual([0x80, 1, 2]);
        expect(nameAttribute(mine.subject, OID.serialNumber)).toBe('77');
        expect([...(mine.keyUsage ?? [])]).toEqual([5, 6]);
        expect(mine.algorithm.kind).toBe(signer.point.length > 0 ? 'ecdsa' : signer.kind);
      }
    }
  });

  it('of PEM text are parsed in order', async () => {
    const [first, second] = await Promise.all([make({ subject: 'a' }), make({ subject: 'b' })]);
    expect(parseCertificates(toPem(first, second)).map(commonName)).toEqual(['a', 'b']);
  });

  it('are refused in another version, with two algorithms, or with bytes left over', async () => {
    refuses(await make(put(0, explicit(0, integer(1)))), 'certificate_malformed');
    refuses(await make(put(0)), 'der_malformed');
    refuses(
      await make({ ...put(2, sequence(oid('1.2.840.10045.4.3.3'))) }),
      'certificate_malformed',
    );
    const bytes = await make();
    refuses(Uint8Array.from([...bytes, 0]), 'der_malformed');
    refuses(await make({ edit: (fields) => [...fields, nothing()] }), 'der_malformed');
    for (let size = 0; size < bytes.length; size++)
      refuses(bytes.subarray(0, size), 'der_malformed');
  });

  it('are refused with a negative, padded or overlong serial number', async () => {
    refuses(await make(put(1, der(0x02, Uint8Array.of(0x80)))), 'certificate_malformed');
    refuses(await make(put(1, der(0x02, Uint8Array.of(0, 1)))), 'der_malformed');
    refuses(await make({ serial: new Uint8Array(21).fill(1) }), 'certificate_malformed');
    expect(
      parseCertificate(await make({ serial: new Uint8Array(20).fill(0xff) })).serial,
    ).toHaveLength(20);
    expect([...parseCertificate(await make({ serial: 0 })).serial]).toEqual([0]);
  });

  it('are refused with an extension twice, with too many, or malformed ones', async () => {
    const extension = { oid: '1.2.3', value: Uint8Array.of(5, 0) };
    refuses(await make({ extensions: [extension, extension] }), 'certificate_malformed');
    refuses(
      await make({ extensions: [{ oid: OID.keyUsage, value: bits(Uint8Array.of(0x80)) }] }),
      'certificate_malformed',
    );
    const many = Array.from({ length: 31 }, (_, i) => ({
      oid: `1.2.3.${i}`,
      value: extension.value,
    }));
    refuses(await make({ extensions: many }), 'certificate_malformed');
    expect(parseCertificate(await make({ extensions: many.slice(1) })).extensions.size).toBe(32);
    const only = (...fields: Uint8Array[]) => put(7, explicit(3, sequence(sequence(...fields))));
    refuses(await make(only(oid('1.2.3'))), 'der_malformed');
    refuses(
      await make(only(oid('1.2.3'), boolean(true), octets(new Uint8Array()), nothing())),
      'der_malformed',
    );
    refuses(
      await make(only(oid('1.2.3'), der(0x01, Uint8Array.of(2)), octets(new Uint8Array()))),
      'der_malformed',
    );
    refuses(await make(only(oid(OID.basicConstraints), octets(nothing()))), 'der_malformed');
    refuses(
      await make(
        only(
          oid(OID.basicConstraints),
          octets(sequence(boolean(true), der(2, Uint8Array.of(0xff)))),
        ),
      ),
      'der_malformed',
    );
    refuses(await make(only(oid(OID.keyUsage), octets(sequence()))), 'der_malformed');
  });

  it('without basic constraints are no authority, without key usage state none', async () => {
    const mine = parseCertificate(await make(put(7, explicit(3, sequence()))));
    expect([mine.isAuthority, mine.pathLength, mine.keyUsage]).toEqual([
      false,
      undefined,
      undefined,
    ]);
  });

  it('in BER that is not DER are refused', async () => {
    const bytes = await make();
    const [head, ...contents] = [bytes[0] as number, ...bytes.subarray(4)];
    refuses(Uint8Array.from([head, 0x80, ...contents, 0, 0]), 'der_malformed');
    refuses(Uint8Array.from([head, 0x83, 0, ...bytes.subarray(2)]), 'der_malformed');
  });

  it('beyond 8 KiB are refused before they are read', () => {
    refuses(new Uint8Array(MAX_CERTIFICATE_BYTES + 1).fill(0x30), 'certificate_malformed');
  });

  it('keep their unique identifiers unread', async () => {
    const bytes = await make({
      edit: (fields) =>
        replaced(fields, 7, [
          der(0x81, Uint8Array.of(0, 1)),
          der(0x82, Uint8Array.of(0, 2)),
          ...fields.slice(7, 8),
        ]),
    });
    expect(commonName(parseCertificate(bytes))).toBe('leaf');
  });

  it('with any one byte changed, any piece cut or doubled, give a certificate or a TeeError', () => {
    const random = seededRandom(SEED);
    const all = certificateBytes();
    if (all.length === 0) return;
    let parsed = 0;
    for (let round = 0; round < 20_000; round++) {
      const bytes = [...(all[random.integer(all.length)] as Uint8Array)];
      const at = random.integer(bytes.length);
      const size = random.integer(4);
      if (round % 3 === 0) bytes[at] = random.integer(256);
      else if (round % 3 === 1) bytes.splice(at, size);
      else bytes.splice(at, 0, ...bytes.slice(at, at + size));
      try {
        const certificate = parseCertificate(Uint8Array.from(bytes));
        commonName(certificate);
        parsed++;
      } catch (error) {
        if (!(error instanceof TeeError))
          throw new Error(`seed ${SEED}, round ${round}`, { cause: error });
      }
    }
    expect(parsed).toBeGreaterThan(1_000);
  });

  it('made of random bytes up to 1 MB, and so names, extensions, keys and algorithms, are TeeErrors', () => {
    const random = seededRandom(SEED + 1);
    const parsers: ((bytes: Uint8Array) => unknown)[] = [
      parseCertificate,
      (bytes) => parseCertificates(String.fromCharCode(...bytes.subarray(0, 60_000))),
      (bytes) => nameAttribute(bytes, OID.commonName),
      (bytes) => readExtensions(new DerReader(bytes)),
      readPublicKey,
      (bytes) => readSignatureAlgorithm(new DerReader(bytes)),
      (bytes) => readHashAlgorithm(new DerReader(bytes)),
    ];
    for (let round = 0; round < 300; round++) {
      const bytes = random.bytes(4 + random.integer(round % 30 === 0 ? 1 << 20 : 2_000));
      if (round % 2 === 1) bytes.set([0x30, 0x82, (bytes.length - 4) >> 8, bytes.length - 4], 0);
      for (const parse of parsers)
        expect(() => parse(bytes), `seed ${SEED + 1}, round ${round}`).toThrow(TeeError);
    }
  });
});

describe('names', () => {
  it('tell an attribute only if it is there once, as text', () => {
    const attribute = (type: string, value: Uint8Array) => set(sequence(oid(type), value));
    expect(nameAttribute(name('a', [['2.5.4.10', 'b']]), '2.5.4.10')).toBe('b');
    expect(nameAttribute(name('a', [['2.5.4.3', 'b']]), OID.commonName)).toBeUndefined();
    expect(nameAttribute(name('a'), '2.5.4.10')).toBeUndefined();
    expect(
      nameAttribute(sequence(attribute(OID.commonName, integer(5))), OID.commonName),
    ).toBeUndefined();
    const broken = der(0x0c, Uint8Array.of(0xff));
    expect(
      nameAttribute(sequence(attribute(OID.commonName, broken)), OID.commonName),
    ).toBeUndefined();
    const together = set(
      sequence(oid('2.5.4.10'), utf8('x')),
      sequence(oid(OID.commonName), utf8('y')),
    );
    expect(nameAttribute(sequence(together), OID.commonName)).toBe('y');
    const loose = sequence(set(sequence(oid(OID.commonName), utf8('y'), nothing())));
    expect(() => nameAttribute(loose, OID.commonName)).toThrow(TeeError);
  });
});

describe('algorithms and keys', () => {
  const algorithm = (...fields: Uint8Array[]) =>
    readSignatureAlgorithm(new DerReader(sequence(...fields)));
  const refusesKey = (...fields: Uint8Array[]) =>
    expect(() => readPublicKey(sequence(...fields))).toThrow(
      expect.objectContaining({ name: 'TeeError' }),
    );
  const sha = (last: number) => sequence(oid(`2.16.840.1.101.3.4.2.${last}`), nothing());
  const mask = (hash: Uint8Array) => sequence(oid('1.2.840.113549.1.1.8'), hash);
  const pss = (hash: Uint8Array, masked: Uint8Array, salt: number, ...rest: Uint8Array[]) =>
    algorithm(
      oid('1.2.840.113549.1.1.10'),
      sequence(explicit(0, hash), explicit(1, masked), explicit(2, integer(salt)), ...rest),
    );

  it('are known by their identifiers and parameters', () => {
    expect(algorithm(oid('1.2.840.10045.4.3.2'))).toEqual({ kind: 'ecdsa', hash: 'SHA-256' });
    expect(algorithm(oid('1.2.840.113549.1.1.12'), nothing())).toEqual({
      kind: 'rsa-pkcs1',
      hash: 'SHA-384',
    });
    const found = { kind: 'rsa-pss', hash: 'SHA-384', saltBytes: 48 };
    expect(pss(sha(2), mask(sha(2)), 48)).toEqual(found);
    expect(pss(sha(2), mask(sha(2)), 48, explicit(3, integer(1)))).toEqual(found);
  });

  it('are refused where unknown, weak, of two hashes, or with other parameters', () => {
    const sha1 = sequence(oid('1.3.14.3.2.26'), nothing());
    const bad: (() => unknown)[] = [
      () => algorithm(oid('1.2.840.10045.4.3.2'), nothing()),
      () => algorithm(oid('1.2.840.10045.4.1')),
      () => algorithm(oid('1.2.840.113549.1.1.5'), nothing()),
      () => algorithm(oid('1.2.840.113549.1.1.11')),
      () => algorithm(oid('1.2.840.113549.1.1.11'), der(5, Uint8Array.of(0))),
      () => algorithm(oid('1.2.840.113549.1.1.10')),
      () => algorithm(oid('1.2.840.113549.1.1.10'), sequence()),
      () => pss(sha1, mask(sha1), 20),
      () => pss(sha(2), mask(sha(1)), 48),
      () => pss(sha(2), sequence(oid('1.2.840.113549.1.1.9'), sha(2)), 48),
      () => pss(sha(2), mask(sha(2)), 65),
      () => pss(sha(2), mask(sha(2)), 48, explicit(3, integer(2))),
      () => pss(sha(9), mask(sha(9)), 48),
    ];
    for (const parse of bad) expect(parse).toThrow(TeeError);
  });

  it('of keys are refused with other curves, point forms, sizes and exponents', () => {
    const ec = (curve: string) => sequence(oid('1.2.840.10045.2.1'), oid(curve));
    const point = (first: number, size: number) =>
      bits(Uint8Array.from([first, ...new Uint8Array(size)]));
    expect(readPublicKey(sequence(ec('1.2.840.10045.3.1.7'), point(4, 64)))).toMatchObject({
      kind: 'ec',
      curve: 'P-256',
    });
    refusesKey(ec('1.3.132.0.10'), point(4, 64));
    refusesKey(ec('1.2.840.10045.3.1.7'), point(2, 32));
    refusesKey(ec('1.2.840.10045.3.1.7'), point(4, 96));
    refusesKey(ec('1.2.840.10045.3.1.7'), point(6, 64));
    refusesKey(sequence(oid('1.2.840.10045.2.1')), point(4, 64));
    refusesKey(sequence(oid('1.3.101.112')), bits(new Uint8Array(32)));
    const rsa = sequence(oid('1.2.840.113549.1.1.1'), nothing());
    const numbers = (modulus: Uint8Array, exponent: Uint8Array) =>
      bits(sequence(integer(modulus), integer(exponent)));
    const odd = (size: number) => new Uint8Array(size).fill(0xff);
    const e = Uint8Array.of(1, 0, 1);
    for (const size of [256, 512])
      expect(readPublicKey(sequence(rsa, numbers(odd(size), e)))).toMatchObject({ kind: 'rsa' });
    for (const size of [128, 255, 513]) refusesKey(rsa, numbers(odd(size), e));
    refusesKey(rsa, numbers(odd(256).fill(0xfe, 255), e));
    for (const exponent of [[0], [1], [2], [1, 0], [1, 0, 0, 0, 1]])
      refusesKey(rsa, numbers(odd(256), Uint8Array.from(exponent)));
    refusesKey(sequence(oid('1.2.840.113549.1.1.1')), numbers(odd(256), e));
  });

  it('keep ECDSA numbers at the length of the key, whatever the hash', async () => {
    for (const kind of ['P-256', 'P-384'] as const) {
      for (const hash of ['SHA-256', 'SHA-384'] as const) {
        const signer = { ...keys[kind], hash };
        const { signature, algorithm: found } = parseCertificate(await make({ signer }));
        expect([signature.length, found.hash]).toEqual([kind === 'P-256' ? 64 : 96, hash]);
      }
    }
  });

  it('refuse ECDSA signatures that are negative, too long or not two numbers', async () => {
    const bytes = await make();
    const { signature } = parseCertificate(bytes);
    const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
    const tail = (...numbers: Uint8Array[]) => {
      const reader = new DerReader(new DerReader(bytes).next().contents);
      return sequence(reader.next().whole, reader.next().whole, bits(sequence(...numbers)));
    };
    expect(parseCertificate(tail(integer(r), integer(s))).signature).toEqual(signature);
    refuses(tail(integer(new Uint8Array(49).fill(1)), integer(s)), 'certificate_malformed');
    refuses(tail(integer(r)), 'der_malformed');
    refuses(tail(integer(r), integer(s), integer(s)), 'der_malformed');
    refuses(tail(integer(r), der(2, Uint8Array.of(0x80))), 'der_malformed');
    const padded = tail(integer(Uint8Array.of(5)), integer(s));
    expect([...parseCertificate(padded).signature.subarray(0, 32)]).toEqual([
      ...new Uint8Array(31),
      5,
    ]);
  });
});
