/**
 * Certification authorities for tests: X.509 certificates and revocation lists signed by fresh
 * keys, with every field open to be written wrong. WebCrypto only, so that it runs on every runtime.
 */
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
  time,
  utf8,
} from './der-writer.ts';

/** A key pair with how it signs. */
export interface TestKey {
  readonly kind: 'P-256' | 'P-384' | 'rsa-pss' | 'rsa-pkcs1';
  readonly hash: 'SHA-256' | 'SHA-384';
  /** Bytes of salt of PSS; default 48. */
  readonly saltBytes?: number;
  readonly privateKey: CryptoKey;
  readonly spki: Uint8Array<ArrayBuffer>;
  /** Uncompressed point without its leading 04; empty for RSA. */
  readonly point: Uint8Array<ArrayBuffer>;
}

export interface TestExtension {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

export interface TestCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly key: TestKey;
  readonly signer: TestKey;
  readonly serial?: number | Uint8Array;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Present: an authority; `pathLength` if it states one. */
  readonly authority?: { readonly pathLength?: number } | undefined;
  /** Key usage bits; default: keyCertSign and cRLSign for authorities, digitalSignature otherwise. */
  readonly keyUsage?: readonly number[];
  readonly extensions?: readonly TestExtension[];
  /** Attributes of the subject beside its common name: type and text. */
  readonly attributes?: readonly (readonly [string, string])[];
  /** Changes the fields before they are signed: to write what a reader must refuse. */
  readonly edit?: (fields: Uint8Array[]) => Uint8Array[];
}

export interface TestCrl {
  readonly issuer: string;
  readonly signer: TestKey;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly revoked?: readonly (number | Uint8Array)[];
  readonly number?: number;
  readonly extensions?: readonly TestExtension[];
  /** Changes the fields before they are signed: to write what a reader must refuse. */
  readonly edit?: (fields: Uint8Array[]) => Uint8Array[];
}

const START = new Date('2026-01-01T00:00:00Z');
const END = new Date('2036-01-01T00:00:00Z');

/** A fresh key. RSA keys have 2048 bits, so that tests do not wait for them. */
export async function testKey(kind: TestKey['kind']): Promise<TestKey> {
  const { subtle } = globalThis.crypto;
  const hash = kind === 'P-256' ? 'SHA-256' : 'SHA-384';
  const rsa = kind === 'rsa-pss' || kind === 'rsa-pkcs1';
  const algorithm = rsa
    ? {
        name: kind === 'rsa-pss' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5',
        modulusLength: 2048,
        publicExponent: Uint8Array.of(1, 0, 1),
        hash,
      }
    : { name: 'ECDSA', namedCurve: kind };
  const pair = (await subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const spki = new Uint8Array(await subtle.exportKey('spki', pair.publicKey));
  const point = rsa ? new Uint8Array() : spki.slice(-(kind === 'P-256' ? 64 : 96));
  return { kind, hash, privateKey: pair.privateKey, spki, point };
}

/** Raw signature: r ‖ s for ECDSA, the modulus' length for RSA. */
export async function sign(key: TestKey, data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const algorithm =
    key.kind === 'rsa-pss'
      ? { name: 'RSA-PSS', saltLength: key.saltBytes ?? 48 }
      : key.kind === 'rsa-pkcs1'
        ? { name: 'RSASSA-PKCS1-v1_5' }
        : { name: 'ECDSA', hash: key.hash };
  return new Uint8Array(
    await globalThis.crypto.subtle.sign(algorithm, key.privateKey, Uint8Array.from(data)),
  );
}

/** DER of a certificate. */
export async function testCertificate(options: TestCertificate): Promise<Uint8Array<ArrayBuffer>> {
  const { subject, issuer, key, signer, authority, serial = 1 } = options;
  const usage = options.keyUsage ?? (authority === undefined ? [0] : [5, 6]);
  const constraints =
    authority === undefined
      ? sequence()
      : sequence(
          boolean(true),
          ...(authority.pathLength === undefined ? [] : [integer(authority.pathLength)]),
        );
  const extensions = [
    extension({ oid: '2.5.29.19', critical: true, value: constraints }),
    extension({ oid: '2.5.29.15', critical: true, value: usageBits(usage) }),
    ...(options.extensions ?? []).map(extension),
  ];
  const fields: Uint8Array[] = [
    explicit(0, integer(2)),
    integer(serial),
    signatureAlgorithm(signer),
    name(issuer),
    sequence(time(options.notBefore ?? START), time(options.notAfter ?? END)),
    name(subject, options.attributes),
    key.spki,
    explicit(3, sequence(...extensions)),
  ];
  return signedSequence(sequence(...(options.edit?.(fields) ?? fields)), signer);
}

/** DER of a revocation list. */
export async function testCrl(options: TestCrl): Promise<Uint8Array<ArrayBuffer>> {
  const thisUpdate = options.thisUpdate ?? START;
  const revoked = (options.revoked ?? []).map((serial) =>
    sequence(integer(serial), time(thisUpdate)),
  );
  const extensions = [
    { oid: '2.5.29.20', value: integer(options.number ?? 1) },
    ...(options.extensions ?? []),
  ];
  const fields: Uint8Array[] = [
    integer(1),
    signatureAlgorithm(options.signer),
    name(options.issuer),
    time(thisUpdate),
    time(options.nextUpdate ?? END),
    ...(revoked.length === 0 ? [] : [sequence(...revoked)]),
    explicit(0, sequence(...extensions.map(extension))),
  ];
  return signedSequence(sequence(...(options.edit?.(fields) ?? fields)), options.signer);
}

/** A Name: common name first, then further attributes. */
export function name(
  commonName: string,
  attributes: readonly (readonly [string, string])[] = [],
): Uint8Array<ArrayBuffer> {
  const pairs = [['2.5.4.3', commonName] as const, ...attributes];
  return sequence(...pairs.map(([type, text]) => set(sequence(oid(type), utf8(text)))));
}

/** AlgorithmIdentifier of what `key` signs with. */
export function signatureAlgorithm({
  kind,
  hash,
  saltBytes = 48,
}: TestKey): Uint8Array<ArrayBuffer> {
  if (kind === 'rsa-pkcs1') {
    return sequence(
      oid(hash === 'SHA-256' ? '1.2.840.113549.1.1.11' : '1.2.840.113549.1.1.12'),
      nothing(),
    );
  }
  if (kind === 'P-256' || kind === 'P-384') {
    return sequence(oid(hash === 'SHA-256' ? '1.2.840.10045.4.3.2' : '1.2.840.10045.4.3.3'));
  }
  const hashOid = sequence(
    oid(hash === 'SHA-256' ? '2.16.840.1.101.3.4.2.1' : '2.16.840.1.101.3.4.2.2'),
    nothing(),
  );
  return sequence(
    oid('1.2.840.113549.1.1.10'),
    sequence(
      explicit(0, hashOid),
      explicit(1, sequence(oid('1.2.840.113549.1.1.8'), hashOid)),
      explicit(2, integer(saltBytes)),
    ),
  );
}

/** `SEQUENCE { data, algorithm, signature over data }`, the shape of certificates, lists and OCSP answers. */
export async function signedSequence(
  data: Uint8Array,
  signer: TestKey,
): Promise<Uint8Array<ArrayBuffer>> {
  const raw = await sign(signer, data);
  const half = raw.length / 2;
  const rsa = signer.kind === 'rsa-pss' || signer.kind === 'rsa-pkcs1';
  const value = rsa ? raw : sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
  return sequence(data, signatureAlgorithm(signer), bits(value));
}

/** PEM text of certificates, in the given order. */
export function toPem(...certificates: readonly Uint8Array[]): string {
  return certificates
    .map((bytes) => {
      const base64 = btoa(String.fromCharCode(...bytes)).replace(/.{64}/g, '$&\n');
      return `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`;
    })
    .join('');
}

function extension({ oid: id, critical = false, value }: TestExtension): Uint8Array<ArrayBuffer> {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

function usageBits(numbers: readonly number[]): Uint8Array<ArrayBuffer> {
  if (numbers.length === 0) return der(0x03, Uint8Array.of(0));
  const byte = numbers.reduce((sum, bit) => sum | (0x80 >> bit), 0);
  return bits(Uint8Array.of(byte), 7 - Math.max(...numbers));
}
