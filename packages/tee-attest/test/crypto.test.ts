import { createPublicKey, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto';
import { seededRandom } from '@barycenter/testing';
import { sign, type TestKey, testKey } from '@barycenter/testing/synthetic-ca';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPublicKey } from '../src/algorithm.ts';
import { equalBytes } from '../src/bytes.ts';
import { type Certificate, parseCertificate } from '../src/certificate.ts';
import {
  type CryptoProvider,
  defaultCrypto,
  digestSync,
  type PublicKey,
  portableCrypto,
  type SignatureAlgorithm,
  type Signed,
  webCrypto,
} from '../src/crypto.ts';
import { flipped } from './cases/case.ts';
import { certificateBytes } from './oracle/certificates.ts';

const SEED = 66;
const DATA = new TextEncoder().encode('what is signed');
const web = webCrypto(globalThis.crypto.subtle);
const portable = portableCrypto();
let keys: TestKey[];

beforeAll(async () => {
  const kinds = ['P-256', 'P-384', 'rsa-pss', 'rsa-pkcs1'] as const;
  const made = await Promise.all(kinds.map(testKey));
  keys = made.flatMap((key) =>
    key.kind.startsWith('rsa')
      ? [key]
      : (['SHA-256', 'SHA-384'] as const).map((hash) => ({ ...key, hash })),
  );
});

function algorithmOf({ kind, hash }: TestKey): SignatureAlgorithm {
  if (kind === 'rsa-pss') return { kind, hash, saltBytes: 48 };
  return kind === 'rsa-pkcs1' ? { kind, hash } : { kind: 'ecdsa', hash };
}

async function signedBy(key: TestKey): Promise<Signed> {
  const signature = await sign(key, DATA);
  return { key: readPublicKey(key.spki), algorithm: algorithmOf(key), signature, data: DATA };
}

/** The verdict of OpenSSL. */
function nodeVerify(key: KeyObject, { algorithm, signature, data }: Signed): boolean {
  const options: VerifyKeyObjectInput = { key, dsaEncoding: 'ieee-p1363' };
  if (algorithm.kind === 'rsa-pss')
    Object.assign(options, { padding: 6, saltLength: algorithm.saltBytes });
  return verify(algorithm.hash.replace('-', ''), data, options, signature);
}

const nodeKey = (spki: Uint8Array) =>
  createPublicKey({ key: Buffer.from(spki), type: 'spki', format: 'der' });

/** All pairs of a certificate and its issuer among the published ones. */
function issued(): [Certificate, Certificate][] {
  const all = certificateBytes().map(parseCertificate);
  return all.flatMap((certificate) =>
    all
      .filter((issuer) => issuer.isAuthority && equalBytes(issuer.subject, certificate.issuer))
      .map((issuer): [Certificate, Certificate] => [certificate, issuer]),
  );
}

describe('signatures', () => {
  it('of every published certificate get the same verdict from WebCrypto, JavaScript and OpenSSL', async () => {
    const random = seededRandom(SEED);
    let [genuine, forged] = [0, 0];
    for (const [{ algorithm, signature, signed: data }, issuer] of issued()) {
      const original = { key: issuer.publicKey, algorithm, signature, data };
      const mutants = [
        original,
        { ...original, signature: flipped(signature, random.integer(8 * signature.length)) },
        { ...original, data: flipped(data, random.integer(8 * data.length)) },
      ];
      for (const item of mutants) {
        const expected = nodeVerify(nodeKey(issuer.spki), item);
        expect([await web.verify(item), await portable.verify(item)], `seed ${SEED}`).toEqual([
          expected,
          expected,
        ]);
        if (expected) genuine++;
        else forged++;
      }
    }
    if (certificateBytes().length === 0) return;
    expect(genuine).toBeGreaterThan(40);
    expect(forged).toBeGreaterThan(2 * genuine - 1);
  });

  it('of every kind of key and hash get the same verdict, and flipped ones are refused', async () => {
    const random = seededRandom(SEED + 1);
    for (const key of keys) {
      const original = await signedBy(key);
      const label = `seed ${SEED + 1}, ${key.kind} ${key.hash}`;
      for (const provider of [web, portable])
        expect(await provider.verify(original), label).toBe(true);
      for (let round = 0; round < 40; round++) {
        const { signature, data } = original;
        const mutant =
          round % 4 === 0
            ? { ...original, data: flipped(data, random.integer(8 * data.length)) }
            : { ...original, signature: flipped(signature, random.integer(8 * signature.length)) };
        expect([await web.verify(mutant), await portable.verify(mutant)], label).toEqual([
          false,
          false,
        ]);
      }
    }
  });

  it('of high s are valid, as hardware makes them', async () => {
    const orders = {
      'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
      'P-384':
        0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    };
    for (const key of keys.filter(({ kind }) => kind === 'P-256' || kind === 'P-384')) {
      const original = await signedBy(key);
      const half = original.signature.length / 2;
      const s = BigInt(`0x${Buffer.from(original.signature.subarray(half)).toString('hex')}`);
      const other = (orders[key.kind as 'P-256'] - s).toString(16).padStart(2 * half, '0');
      const signature = Uint8Array.from([
        ...original.signature.subarray(0, half),
        ...Buffer.from(other, 'hex'),
      ]);
      for (const provider of [web, portable])
        expect(await provider.verify({ ...original, signature })).toBe(true);
    }
  });

  it('with r or s of zero, of the order or beyond, or of another length are refused', async () => {
    for (const key of keys.filter(({ kind }) => kind === 'P-256' || kind === 'P-384')) {
      const original = await signedBy(key);
      const size = original.signature.length;
      const half = size / 2;
      const bad = [
        original.signature.slice().fill(0, 0, half),
        original.signature.slice().fill(0, half),
        original.signature.slice().fill(0xff, 0, half),
        original.signature.slice().fill(0xff, half),
        new Uint8Array(size),
        original.signature.subarray(1),
        Uint8Array.from([...original.signature, 0]),
        new Uint8Array(),
        new Uint8Array(size === 64 ? 96 : 64).fill(1),
      ];
      for (const signature of bad)
        for (const provider of [web, portable])
          expect(await provider.verify({ ...original, signature })).toBe(false);
    }
  });

  it('of another kind than the key are refused', async () => {
    for (const key of keys) {
      const original = await signedBy(key);
      for (const other of keys.map(algorithmOf)) {
        const sameKind = JSON.stringify(other) === JSON.stringify(original.algorithm);
        for (const provider of [web, portable])
          expect(await provider.verify({ ...original, algorithm: other })).toBe(sameKind);
      }
    }
  });

  it('by a point off its curve are a public_key_invalid', async () => {
    const original = await signedBy(keys[0] as TestKey);
    const { point } = original.key as Extract<PublicKey, { kind: 'ec' }>;
    const infinity = new Uint8Array(65);
    infinity[0] = 4;
    for (const bad of [
      flipped(point, 8),
      flipped(point, 8 * 64),
      infinity,
      new Uint8Array(65).fill(0xff).fill(4, 0, 1),
    ]) {
      const key: PublicKey = { kind: 'ec', curve: 'P-256', point: bad };
      for (const provider of [web, portable])
        await expect(provider.verify({ ...original, key })).rejects.toThrow(
          expect.objectContaining({ name: 'TeeError', code: 'public_key_invalid' }),
        );
    }
  });

  it('that WebCrypto refuses to judge are judged in JavaScript', async () => {
    const refuse = () => Promise.reject(new DOMException('no', 'NotSupportedError'));
    const subtle = globalThis.crypto.subtle;
    const noImport = webCrypto({ importKey: refuse, verify: refuse } as unknown as SubtleCrypto);
    const importKey = subtle.importKey.bind(subtle);
    const noVerify = webCrypto({ importKey, verify: refuse } as unknown as SubtleCrypto);
    for (const key of keys) {
      const original = await signedBy(key);
      for (const provider of [noImport, noVerify]) {
        expect(await provider.verify(original)).toBe(true);
        expect(await provider.verify({ ...original, data: flipped(DATA, 3) })).toBe(false);
      }
    }
  });

  it('by one key import it once', async () => {
    const subtle = globalThis.crypto.subtle;
    let imports = 0;
    const counting = webCrypto({
      importKey: (...args: Parameters<typeof subtle.importKey>) => {
        imports++;
        return subtle.importKey(...args);
      },
      verify: subtle.verify.bind(subtle),
    } as unknown as SubtleCrypto);
    const original = await signedBy(keys[0] as TestKey);
    await Promise.all(Array.from({ length: 5 }, () => counting.verify(original)));
    expect(imports).toBe(1);
  });

  it('over memory shared with other threads are verified on a copy', async () => {
    const original = await signedBy(keys[0] as TestKey);
    const data = new Uint8Array(new SharedArrayBuffer(DATA.length));
    data.set(DATA);
    expect(await web.verify({ ...original, data })).toBe(true);
  });
});

describe('digests', () => {
  it('are the same from WebCrypto, JavaScript and at once', async () => {
    const random = seededRandom(SEED + 2);
    const data = random.bytes(1000);
    for (const hash of ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'] as const) {
      const expected = digestSync(hash, data);
      const digest = (provider: CryptoProvider) => provider.digest(hash, data);
      expect(new Uint8Array(await digest(web))).toEqual(expected);
      expect(new Uint8Array(await digest(portable))).toEqual(expected);
    }
  });
});

describe('the default provider', () => {
  it('is WebCrypto where there is one, else JavaScript', () => {
    expect(defaultCrypto().name).toBe('webcrypto');
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'crypto') as PropertyDescriptor;
    try {
      Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
      expect(defaultCrypto().name).toBe('javascript');
    } finally {
      Object.defineProperty(globalThis, 'crypto', descriptor);
    }
  });
});
