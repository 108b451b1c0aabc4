import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  generatePrimeSync,
  type KeyObject,
  privateEncrypt,
  sign,
  verify,
} from 'node:crypto';
import { seededRandom } from '@barycenter/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPublicKey } from '../src/algorithm.ts';
import type { PublicKey, SignatureAlgorithm } from '../src/crypto.ts';
import { verifyRsa } from '../src/rsa.ts';
import { flipped, replaced } from './cases/case.ts';

const SEED = 65;
/** Sizes around a byte border: the encoded message of PSS has one bit less than the modulus. */
const BITS = [2048, 2049, 2050, 2055, 2056, 3072, 4096];
const HASHES = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const;
const DATA = new TextEncoder().encode('what is signed');

type RsaKey = Extract<PublicKey, { kind: 'rsa' }>;
interface Pair {
  readonly bits: number;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly key: RsaKey;
}
let pairs: Pair[];

beforeAll(() => {
  pairs = BITS.map((bits) => {
    const privateKey = makeKey(bits);
    const publicKey = createPublicKey(privateKey);
    const key = parse(publicKey);
    expect(toBigInt(key.modulus).toString(2)).toHaveLength(bits);
    return { bits, privateKey, publicKey, key };
  });
});

/** A key with a modulus of exactly `bits`; by hand where odd, which OpenSSL does not make. */
function makeKey(bits: number): KeyObject {
  if (bits % 2 === 0) return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
  const e = 65537n;
  for (;;) {
    const p = generatePrimeSync((bits + 1) / 2, { bigint: true });
    const q = generatePrimeSync((bits - 1) / 2, { bigint: true });
    const n = p * q;
    const order = (p - 1n) * (q - 1n);
    // The second bit set as well: below it there is room for a message with a wrong leading bit.
    if (!n.toString(2).startsWith('11') || n.toString(2).length !== bits || order % e === 0n)
      continue;
    const d = inverse(e, order);
    const numbers = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
    const fields = Object.entries(numbers).map(([field, number]) => [field, base64Url(number)]);
    return createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(fields) }, format: 'jwk' });
  }
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [modulus, value, 0n, 1n];
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
}

function base64Url(number: bigint): string {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function parse(publicKey: KeyObject): RsaKey {
  return readPublicKey(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))) as RsaKey;
}

const padding = ({ kind }: SignatureAlgorithm) =>
  kind === 'rsa-pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;

function nodeOptions(algorithm: SignatureAlgorithm) {
  const salt = algorithm.kind === 'rsa-pss' ? { saltLength: algorithm.saltBytes } : {};
  return { padding: padding(algorithm), ...salt };
}

function algorithms(): SignatureAlgorithm[] {
  return (['SHA-256', 'SHA-384', 'SHA-512'] as const).flatMap((hash): SignatureAlgorithm[] => [
    { kind: 'rsa-pkcs1', hash },
    { kind: 'rsa-pss', hash, saltBytes: 0 },
    { kind: 'rsa-pss', hash, saltBytes: 20 },
    { kind: 'rsa-pss', hash, saltBytes: 48 },
  ]);
}

/** The signature whose encoded message is `encoded`, whatever that is. */
function signRaw({ privateKey }: Pair, encoded: Uint8Array): Uint8Array {
  const key = { key: privateKey, padding: constants.RSA_NO_PADDING };
  return new Uint8Array(privateEncrypt(key, encoded));
}

describe('RSA signatures by JavaScript', () => {
  it('get the verdict of OpenSSL, for every size, padding, hash and salt, right and flipped', () => {
    const random = seededRandom(SEED);
    for (const { bits, privateKey, publicKey, key } of pairs) {
      for (const algorithm of algorithms()) {
        const { hash } = algorithm;
        const name = HASHES[hash as 'SHA-256'];
        const signature = new Uint8Array(
          sign(name, DATA, { key: privateKey, ...nodeOptions(algorithm) }),
        );
        const label = `seed ${SEED}, ${bits} bits, ${JSON.stringify(algorithm)}`;
        expect(verifyRsa(key, algorithm, signature, DATA), label).toBe(true);
        expect(verifyRsa(key, algorithm, signature, DATA.subarray(1)), label).toBe(false);
        const mutant = flipped(signature, random.integer(8 * signature.length));
        expect(verifyRsa(key, algorithm, mutant, DATA), label).toBe(false);
        for (const other of algorithms()) {
          const theirs = verify(
            HASHES[other.hash as 'SHA-256'],
            DATA,
            { key: publicKey, ...nodeOptions(other) },
            signature,
          );
          expect(
            verifyRsa(key, other, signature, DATA),
            `${label} as ${JSON.stringify(other)}`,
          ).toBe(theirs);
        }
      }
    }
  }, 120_000);

  it('are refused with any bit of the signature flipped', () => {
    const { privateKey, key } = pairs[0] as Pair;
    for (const algorithm of [algorithms()[0], algorithms()[3]] as SignatureAlgorithm[]) {
      const signature = new Uint8Array(
        sign('sha256', DATA, { key: privateKey, ...nodeOptions(algorithm) }),
      );
      for (let bit = 0; bit < 8 * signature.length; bit += 7)
        expect(verifyRsa(key, algorithm, flipped(signature, bit), DATA), `bit ${bit}`).toBe(false);
    }
  });

  it('have one number: not that plus the modulus, and as many bytes as the modulus', () => {
    const pair = pairs[0] as Pair;
    const algorithm = { kind: 'rsa-pkcs1', hash: 'SHA-256' } as const;
    const signature = new Uint8Array(sign('sha256', DATA, pair.privateKey));
    const number = toBigInt(signature);
    const modulus = toBigInt(pair.key.modulus);
    const bytes = (value: bigint, size: number) =>
      new Uint8Array(Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex'));
    expect(verifyRsa(pair.key, algorithm, bytes(number, 256), DATA)).toBe(true);
    expect(verifyRsa(pair.key, algorithm, bytes(number, 257), DATA)).toBe(false);
    expect(verifyRsa(pair.key, algorithm, bytes(number + modulus, 257), DATA)).toBe(false);
    expect(verifyRsa(pair.key, algorithm, bytes(modulus, 256), DATA)).toBe(false);
    expect(verifyRsa(pair.key, algorithm, new Uint8Array(), DATA)).toBe(false);
  });

  it('of PKCS #1 v1.5 are refused in every encoding but one', () => {
    const pair = pairs[0] as Pair;
    const algorithm = { kind: 'rsa-pkcs1', hash: 'SHA-256' } as const;
    const digest = [...createHash('sha256').update(DATA).digest()];
    const oid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    const info = [0x30, 0x31, 0x30, 0x0d, ...oid, 0x05, 0x00, 0x04, 0x20, ...digest];
    const noNull = [0x30, 0x2f, 0x30, 0x0b, ...oid, 0x04, 0x20, ...digest];
    const encode = (
      tail: number[],
      { head = [0, 1], fill = 0xff, zero = 0, after = [] as number[] } = {},
    ) => {
      const pad = Array<number>(256 - head.length - 1 - tail.length - after.length).fill(fill);
      return Uint8Array.from([...head, ...pad, zero, ...tail, ...after]);
    };
    expect(verifyRsa(pair.key, algorithm, signRaw(pair, encode(info)), DATA)).toBe(true);
    const bad = [
      encode(noNull),
      encode(info, { head: [0, 2] }),
      encode(info, { head: [0, 0] }),
      encode(info, { fill: 0 }),
      encode(info, { zero: 1 }),
      encode(info, { after: [0] }),
      encode(info, { after: Array<number>(190).fill(0) }),
      encode(digest),
      encode(replaced(info, info.length - 1, [(digest[31] as number) ^ 1])),
    ];
    bad.forEach((encoded, i) => {
      expect(verifyRsa(pair.key, algorithm, signRaw(pair, encoded), DATA), `encoding ${i}`).toBe(
        false,
      );
    });
  });

  it('of PSS are refused with another trailer, separator, padding or leading bit', () => {
    const algorithm = { kind: 'rsa-pss', hash: 'SHA-256', saltBytes: 32 } as const;
    for (const pair of pairs.filter(({ bits }) => bits < 3000)) {
      const good = encodePss(pair.bits - 1, {});
      expect(verifyRsa(pair.key, algorithm, signRaw(pair, good), DATA), `${pair.bits}`).toBe(true);
      const bad = [
        { trailer: 0xcc },
        { separator: 2 },
        { pad: 1 },
        { salt: 31 },
        { salt: 33 },
        (pair.bits - 1) % 8 === 0 ? { head: 1 } : { lead: 1 << ((pair.bits - 1) % 8) },
      ];
      for (const change of bad) {
        const encoded = encodePss(pair.bits - 1, change);
        const label = `${pair.bits} bits, ${JSON.stringify(change)}`;
        expect(verifyRsa(pair.key, algorithm, signRaw(pair, encoded), DATA), label).toBe(false);
      }
    }
  });

  it('are refused by exponents below 3, even or beyond 2^33, though the numbers fit', () => {
    const { key, privateKey } = pairs[0] as Pair;
    const algorithm = { kind: 'rsa-pkcs1', hash: 'SHA-256' } as const;
    const encoded = encodePkcs1(256);
    const number = toBigInt(encoded);
    const one = { ...key, exponent: Uint8Array.of(1) };
    expect(verifyRsa(one, algorithm, encoded, DATA)).toBe(false);
    for (const [exponent, expected] of [
      [2n, false],
      [3n, true],
      [4n, false],
      [5n, true],
    ] as const) {
      // A modulus n = s^e - encoded, for which s is a signature.
      const s = (1n << (2048n / exponent)) - 1n;
      const modulus = toBytes(s ** exponent - number, 256);
      const made = { ...key, modulus, exponent: toBytes(exponent, 1) };
      expect(verifyRsa(made, algorithm, toBytes(s, 256), DATA)).toBe(expected);
    }
    const { p = '', q = '' } = privateKey.export({ format: 'jwk' });
    const [left, right] = [p, q].map((part) => toBigInt(Buffer.from(part, 'base64url'))) as [
      bigint,
      bigint,
    ];
    const order = (left - 1n) * (right - 1n);
    for (const [start, expected] of [
      [2n ** 33n + 1n, false],
      [2n ** 33n - 1n, true],
    ] as const) {
      let e = start;
      while (gcd(e, order) !== 1n) e += expected ? -2n : 2n;
      const signature = toBytes(power(number, inverse(e, order), left * right), 256);
      const made = { ...key, exponent: toBytes(e, 5) };
      expect(verifyRsa(made, algorithm, signature, DATA)).toBe(expected);
    }
  });

  it('are refused by keys beyond 8192 bits, of zero, and too short for their hash', () => {
    const { key } = pairs[0] as Pair;
    const algorithm = { kind: 'rsa-pkcs1', hash: 'SHA-256' } as const;
    for (const size of [1024, 1025]) {
      const s = (1n << BigInt(Math.floor((8 * size) / 3))) - 1n;
      const modulus = s ** 3n - toBigInt(encodePkcs1(size));
      expect(Math.ceil(modulus.toString(16).length / 2)).toBe(size);
      const made = { ...key, modulus: toBytes(modulus, size), exponent: Uint8Array.of(3) };
      expect(verifyRsa(made, algorithm, toBytes(s, size), DATA)).toBe(size === 1024);
    }
    const zero = { ...key, modulus: new Uint8Array(256) };
    expect(verifyRsa(zero, algorithm, new Uint8Array(256), DATA)).toBe(false);
    const small = { ...key, modulus: new Uint8Array(40).fill(0xff) };
    for (const each of algorithms())
      expect(verifyRsa(small, each, new Uint8Array(40).fill(1), DATA)).toBe(false);
  });
});

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2) of DATA with SHA-256. */
function encodePkcs1(size: number): Uint8Array {
  const oid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
  const digest = createHash('sha256').update(DATA).digest();
  const tail = [0x30, 0x31, 0x30, 0x0d, ...oid, 0x05, 0x00, 0x04, 0x20, ...digest];
  const pad = Array<number>(size - 3 - tail.length).fill(0xff);
  return Uint8Array.from([0, 1, ...pad, 0, ...tail]);
}

function toBytes(value: bigint, size: number): Uint8Array {
  return new Uint8Array(Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex'));
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2))
    result = (result * result * (bit === '1' ? base : 1n)) % modulus;
  return result;
}

function gcd(left: bigint, right: bigint): bigint {
  return right === 0n ? left : gcd(right, left % right);
}

interface PssMistakes {
  readonly trailer?: number;
  readonly separator?: number;
  readonly pad?: number;
  readonly salt?: number;
  /** Set in the first byte of the message, and in the byte before it where there is one. */
  readonly lead?: number;
  readonly head?: number;
}

/** EMSA-PSS-ENCODE (RFC 8017 §9.1.1) as bytes of the modulus' length, with mistakes where asked for. */
function encodePss(bits: number, mistakes: PssMistakes): Uint8Array {
  const { trailer = 0xbc, separator = 1, pad = 0, salt: saltBytes = 32 } = mistakes;
  const length = Math.ceil(bits / 8);
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  for (let fill = 0; ; fill++) {
    const salt = new Uint8Array(saltBytes).fill(fill);
    const check = hash(Buffer.concat([Buffer.alloc(8), hash(DATA), salt]));
    const zeros = Buffer.alloc(length - 34 - saltBytes);
    const block = Buffer.concat([zeros, Buffer.of(separator), salt]);
    if (pad !== 0) block[length - 36 - saltBytes] = pad;
    const mask = Buffer.concat(
      Array.from({ length: Math.ceil(block.length / 32) }, (_, i) =>
        hash(Buffer.concat([check, Buffer.of(0, 0, 0, i)])),
      ),
    );
    for (let i = 0; i < block.length; i++) block[i] = (block[i] as number) ^ (mask[i] as number);
    block[0] = (block[0] as number) & (0xff >> (8 * length - bits));
    // With four bits clear the message stays below the modulus, even led by a bit beyond its own.
    if (toBigInt(block) >> BigInt(8 * block.length - 8 * length + bits - 4) !== 0n) continue;
    block[0] |= mistakes.lead ?? 0;
    const before = Buffer.alloc(Math.ceil((bits + 1) / 8) - length, mistakes.head);
    return new Uint8Array(Buffer.concat([before, block, check, Buffer.of(trailer)]));
  }
}
