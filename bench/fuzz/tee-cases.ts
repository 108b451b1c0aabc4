/** Certificates, lists, quotes, reports and documents for the fuzzer: sound ones, and what damage makes of them. */
import {
  constants,
  createHash,
  createPrivateKey,
  type KeyObject,
  privateEncrypt,
} from 'node:crypto';
import type { Random } from '@barycenter/testing';
import {
  bits,
  boolean,
  explicit,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  time,
} from '@barycenter/testing/der-writer';
import { name } from '@barycenter/testing/synthetic-ca';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { signDigest } from '../../packages/tee-attest/src/attested-key/sign.ts';
import {
  type CborKey,
  type CborValue,
  encodeCbor,
} from '../../packages/tee-attest/src/cbor/encode.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes with how they were made. */
export interface Made {
  readonly what: string;
  readonly bytes: Bytes;
}

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const START_MS = Date.UTC(1990, 0, 1);
const SPAN_SECONDS = 80 * 365 * 86_400;
/** Intel's quoting enclaves. */
const VENDOR = Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex');

/** The bytes as they are, or damaged in one of the ways that transport and attackers have. */
export function damaged(random: Random, bytes: Uint8Array): Made {
  const copy = Uint8Array.from(bytes);
  const at = random.integer(Math.max(1, copy.length));
  const ways: readonly (readonly [string, () => Bytes])[] = [
    ['as it is', () => copy],
    ['as it is', () => copy],
    [
      'a bit flipped',
      () => copy.map((byte, i) => (i === at ? byte ^ (1 << random.integer(8)) : byte)),
    ],
    ['a byte replaced', () => copy.map((byte, i) => (i === at ? random.integer(256) : byte))],
    ['cut short', () => copy.slice(0, at)],
    [
      'with bytes after it',
      () => Uint8Array.from([...copy, ...random.bytes(1 + random.integer(4))]),
    ],
    ['a part twice', () => Uint8Array.from([...copy.slice(0, at), ...copy.slice(at / 2)])],
  ];
  const [what, damage] = ways[random.integer(ways.length)]!;
  return { what, bytes: damage() };
}

/** A certificate of a random authority or end entity; its signature is none. */
export function certificate(random: Random): Bytes {
  const authority = random.integer(2) === 0;
  const usage = random.integer(3) === 0 ? [] : [keyUsage(random)];
  const constraints = authority
    ? sequence(boolean(true), ...(random.integer(2) === 0 ? [integer(random.integer(4))] : []))
    : sequence();
  const extensions = [
    ...(random.integer(4) === 0 ? [] : [extension('2.5.29.19', constraints)]),
    ...usage,
  ];
  const notBefore = new Date(START_MS + 1000 * random.integer(SPAN_SECONDS));
  const fields = [
    explicit(0, integer(2)),
    integer(serial(random)),
    sequence(oid(ECDSA_SHA256)),
    name(word(random)),
    sequence(time(notBefore), time(new Date(notBefore.getTime() + 31_536_000_000))),
    name(word(random), random.integer(2) === 0 ? [['2.5.4.10', word(random)]] : []),
    publicKeyInfo(random),
    ...(extensions.length === 0 ? [] : [explicit(3, sequence(...extensions))]),
  ];
  return signed(random, sequence(...fields));
}

/** A revocation list with up to eight entries; its signature is none. */
export function revocationList(random: Random): Bytes {
  const thisUpdate = new Date(START_MS + 1000 * random.integer(SPAN_SECONDS));
  const entries = Array.from({ length: random.integer(9) }, () =>
    sequence(integer(serial(random)), time(thisUpdate)),
  );
  const fields = [
    integer(1),
    sequence(oid(ECDSA_SHA256)),
    name(word(random)),
    time(thisUpdate),
    time(new Date(thisUpdate.getTime() + 2_592_000_000)),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(0, sequence(extension('2.5.29.20', integer(random.integer(1 << 20))))),
  ];
  return signed(random, sequence(...fields));
}

/** PEM text of one to four blocks, with the line ends and ends of text that occur. */
export function pemText(random: Random): string {
  const lineEnd = random.integer(2) === 0 ? '\n' : '\r\n';
  const blocks = Array.from({ length: 1 + random.integer(4) }, () => {
    const base64 = Buffer.from(random.bytes(random.integer(200))).toString('base64');
    const lines = base64.match(/.{1,64}/g) ?? [];
    const ends = [`-----BEGIN CERTIFICATE-----`, `-----END CERTIFICATE-----`] as const;
    return [ends[0], ...lines, ends[1], ''].join(lineEnd);
  });
  return blocks.join('') + ['', '\0', '\n', '\0\0'][random.integer(4)];
}

/** Deterministic CBOR of a random value without tags. */
export function cborBytes(random: Random): Bytes {
  return encodeCbor(cborValue(random, 3));
}

/** A quote of a version with its body; every length right, everything else random. */
export function quote(random: Random): Bytes {
  const [version, tee, type, size] = (
    [
      [3, 0, 0, 384],
      [4, 0x81, 0, 584],
      [4, 0, 0, 384],
      [5, 0, 1, 384],
      [5, 0x81, 2, 584],
      [5, 0x81, 3, 648],
    ] as const
  )[random.integer(6)]!;
  const auth = random.bytes(random.integer(40));
  const certificates = random.bytes(random.integer(300));
  const inner = [
    ...[random.bytes(384 + 64), little(auth.length, 2), auth],
    ...[little(5, 2), little(certificates.length, 4), certificates],
  ];
  const innerBytes = Buffer.concat(inner);
  const block = version === 3 ? [] : [little(6, 2), little(innerBytes.length, 4)];
  const data = Buffer.concat([random.bytes(128), ...block, innerBytes]);
  return Uint8Array.from(
    Buffer.concat([
      ...[little(version, 2), little(2, 2), little(tee, 4), new Uint8Array(4), VENDOR],
      ...[random.bytes(20), ...(version === 5 ? [little(type, 2), little(size, 4)] : [])],
      ...[random.bytes(size), little(data.length, 4), data],
    ]),
  );
}

/** A report of SEV-SNP: reserved fields zero, everything else random. */
export function snpReport(random: Random): Bytes {
  const version = [2, 3, 5][random.integer(3)]!;
  const report = Buffer.from(random.bytes(1184));
  const zero = (start: number, end: number): void => void report.fill(0, start, end);
  report.writeUInt32LE(version, 0);
  report.writeUInt32LE((random.integer(1 << 26) | (1 << 17)) >>> 0, 8);
  zero(12, 16);
  report.writeUInt32LE(random.integer(4), 0x30);
  report.writeUInt32LE(1, 0x34);
  report.writeUInt32LE(random.integer(256), 0x40);
  zero(0x44, 0x48);
  const signer = [0, 1, 7][random.integer(3)]! * 4 + random.integer(4);
  report.writeUInt32LE(signer, 0x48);
  zero(0x4c, 0x50);
  if ((signer & 1) === 0) zero(0x110, 0x140);
  zero(version >= 3 ? 0x18b : 0x188, 0x1a0);
  zero(0x1eb, 0x1ec);
  zero(0x1ef, 0x1f0);
  zero(version >= 5 ? 0x208 : 0x1f8, 0x2a0);
  zero(0x2a0 + 48, 0x2a0 + 72);
  zero(0x2a0 + 120, 1184);
  return Uint8Array.from(report);
}

/** A device's report of 1 to 64 blocks, with the fields of a GPU. */
export function gpuReport(random: Random): Bytes {
  const count = 1 + random.integer(64);
  const blocks = Array.from({ length: count }, (_, i) =>
    Buffer.concat([Uint8Array.of(i + 1, 1, 51, 0, 1, 48, 0), random.bytes(48)]),
  );
  const slot = random.integer(8);
  const size = 55 * count;
  const version = `${100 + random.integer(900)}.${10 + random.integer(90)}\0`;
  const fields = [
    [3, Buffer.from(version)],
    [6, Uint8Array.of(...random.bytes(5), 0, 0, 0)],
    [15, Buffer.from('882\0')],
    [17, Buffer.from('1010\0')],
    [18, Buffer.from('0200\0')],
    [20, random.bytes(48)],
  ] as const;
  const opaque = Buffer.concat(
    random
      .shuffle(fields)
      .map(([type, value]) => Buffer.concat([little(type, 2), little(value.length, 2), value])),
  );
  return Uint8Array.from(
    Buffer.concat([
      ...[Uint8Array.of(0x11, 0xe0, 1, 0xff), random.bytes(32), Uint8Array.of(slot)],
      ...[Uint8Array.of(0x11, 0x60, 0, slot, count), little(size, 4).subarray(0, 3), ...blocks],
      ...[random.bytes(32), little(opaque.length, 2), opaque, random.bytes(96)],
    ]),
  );
}

/** One to six signed digests of up to three keys, some of them wrong. */
export function signedDigests(
  random: Random,
): { digest: Bytes; signature: Bytes; publicKey: Bytes }[] {
  const secrets = Array.from({ length: 1 + random.integer(3) }, () => random.bytes(32));
  return Array.from({ length: 1 + random.integer(6) }, () => {
    const secretKey = secrets[random.integer(secrets.length)]!;
    const digest = random.bytes(32);
    const signature = signDigest(digest, secretKey);
    const wrong = random.integer(4) === 0;
    const changed = wrong ? damagedSignature(random, signature) : signature;
    const publicKey = Uint8Array.from(secp256k1.getPublicKey(secretKey, true));
    return { digest, signature: changed, publicKey };
  });
}

/** A message with a signature by the key of {@link rsaPublicKey}, sound or damaged. */
export function rsaSigned(random: Random): {
  readonly what: string;
  readonly scheme: 'rsa-pss' | 'rsa-pkcs1';
  readonly hash: 'SHA-256' | 'SHA-384';
  readonly saltBytes: number;
  readonly data: Bytes;
  readonly signature: Bytes;
} {
  const hash = random.integer(2) === 0 ? 'SHA-256' : 'SHA-384';
  const scheme = random.integer(2) === 0 ? 'rsa-pss' : 'rsa-pkcs1';
  const saltBytes = [0, 32, 48][random.integer(3)]!;
  const data = random.bytes(random.integer(100));
  const digest = createHash(hash.replace('-', '')).update(data).digest();
  const encoded =
    scheme === 'rsa-pss'
      ? encodePss(digest, { hash, salt: random.bytes(saltBytes) })
      : encodePkcs1(digest, hash);
  const signature = privateEncrypt({ key: rsaKey(), padding: NO_PADDING }, encoded);
  const { what, bytes } = damaged(random, signature);
  return { what: `${scheme}, ${what}`, scheme, hash, saltBytes, data, signature: bytes };
}

const RSA_BYTES = 256;
const NO_PADDING = constants.RSA_NO_PADDING;
const EXPONENT = 65_537n;
const [PRIME_P, PRIME_Q] = [2n ** 1024n - 105n, 3n * 2n ** 1022n + 1037n];
let key: KeyObject | undefined;

/** A private key that is the same in every run, and secret to nobody. */
function rsaKey(): KeyObject {
  if (key === undefined) {
    const [p, q] = [PRIME_P, PRIME_Q];
    const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
    const parts = { n: p * q, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
    const texts = Object.entries({ ...parts, e: EXPONENT }).map(([name, value]) => {
      const hex = value.toString(16);
      return [name, Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')] as const;
    });
    const jwk = Object.fromEntries(
      texts.map(([name, bytes]) => [name, bytes.toString('base64url')]),
    );
    key = createPrivateKey({ format: 'jwk', key: { kty: 'RSA', ...jwk } });
  }
  return key;
}

/** The public half, as both sides take it. */
export function rsaPublicKey(): { readonly modulus: Bytes; readonly exponent: Bytes } {
  return { modulus: bigintBytes(PRIME_P * PRIME_Q, RSA_BYTES), exponent: bigintBytes(EXPONENT, 3) };
}

/** EMSA-PSS, RFC 8017 section 9.1.1, for a modulus of 2048 bits. */
function encodePss(digest: Buffer, { hash, salt }: { hash: string; salt: Uint8Array }): Buffer {
  const sha = (...parts: readonly Uint8Array[]): Buffer =>
    createHash(hash.replace('-', '')).update(Buffer.concat(parts)).digest();
  const check = sha(new Uint8Array(8), digest, salt);
  const size = RSA_BYTES - check.length - 1;
  const block = Buffer.alloc(size);
  block[size - salt.length - 1] = 1;
  block.set(salt, size - salt.length);
  for (let i = 0; i * check.length < size; i++) {
    const mask = sha(check, Uint8Array.of(0, 0, 0, i));
    for (let j = 0; j < mask.length && i * check.length + j < size; j++) {
      block[i * check.length + j]! ^= mask[j]!;
    }
  }
  block[0]! &= 0x7f;
  return Buffer.concat([block, check, Uint8Array.of(0xbc)]);
}

/** EMSA-PKCS1-v1_5, RFC 8017 section 9.2. */
function encodePkcs1(digest: Buffer, hash: 'SHA-256' | 'SHA-384'): Buffer {
  const arc = hash === 'SHA-256' ? '2.16.840.1.101.3.4.2.1' : '2.16.840.1.101.3.4.2.2';
  const info = sequence(sequence(oid(arc), nothing()), octets(digest));
  const padding = new Uint8Array(RSA_BYTES - info.length - 3).fill(0xff);
  return Buffer.concat([Uint8Array.of(0, 1), padding, Uint8Array.of(0), info]);
}

function cborValue(random: Random, depth: number): CborValue {
  const kind = random.integer(depth > 0 ? 7 : 5);
  if (kind === 0) return Number(random.bigint(1n << BigInt(1 + random.integer(53))));
  if (kind === 1) return -1 - Number(random.bigint(1n << BigInt(1 + random.integer(52))));
  if (kind === 2) return random.bytes(random.integer(60));
  if (kind === 3) return word(random);
  if (kind === 4) return random.integer(2) === 1;
  const items = Array.from({ length: random.integer(6) }, () => cborValue(random, depth - 1));
  if (kind === 5) return items;
  return new Map(
    items.map((item, i): [CborKey, CborValue] => [
      i % 2 ? word(random) : random.integer(500),
      item,
    ]),
  );
}

function damagedSignature(random: Random, signature: Uint8Array): Bytes {
  const { bytes } = damaged(random, signature);
  return bytes;
}

/** Data, algorithm and a signature of random numbers, as ECDSA writes them. */
function signed(random: Random, data: Uint8Array): Bytes {
  const value = sequence(integer(random.bytes(32)), integer(random.bytes(32)));
  return sequence(data, sequence(oid(ECDSA_SHA256)), bits(value));
}

function extension(id: string, value: Uint8Array): Bytes {
  return sequence(oid(id), boolean(true), octets(value));
}

function keyUsage(random: Random): Bytes {
  const byte = 0x80 >> random.integer(8);
  return extension('2.5.29.15', bits(Uint8Array.of(byte), 7 - (31 - Math.clz32(0x80 / byte))));
}

function publicKeyInfo(random: Random): Bytes {
  const secret = random.bytes(32);
  secret[0] = 1;
  const algorithm = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'));
  return sequence(algorithm, bits(p256.getPublicKey(secret, false)));
}

function serial(random: Random): Bytes {
  return random.bytes(1 + random.integer(20));
}

function word(random: Random): string {
  return Buffer.from(random.bytes(1 + random.integer(12))).toString('hex');
}

function little(value: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUIntLE(value, 0, size);
  return bytes;
}

function bigintBytes(value: bigint, size: number): Bytes {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex'));
}

/** By Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 1n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
  return ((x % modulus) + modulus) % modulus;
}
