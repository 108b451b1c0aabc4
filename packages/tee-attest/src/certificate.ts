/**
 * X.509 version 3 certificates (RFC 5280 §4.1), parsed once into what chains and vendors look at.
 * All byte strings are views into the encoding. Nothing here says that a certificate is genuine:
 * that is `chain.ts`.
 */
import { readPublicKey, readSignature, readSignatureAlgorithm } from './algorithm.ts';
import { bytesToHex, equalBytes, parseText } from './bytes.ts';
import { digestSync, type PublicKey, type SignatureAlgorithm } from './crypto.ts';
import {
  DerReader,
  type DerValue,
  enterOnly,
  readBitString,
  readBoolean,
  readCount,
  readNamedBits,
  readOid,
  readTime,
  readUnsigned,
  TAG,
} from './der.ts';
import { TeeError } from './errors.ts';
import { type PemBounds, readPem } from './pem.ts';

/** An extension: its object identifier's value, undecoded. */
export interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** A parsed certificate. */
export interface Certificate {
  readonly der: Uint8Array;
  /** The bytes that are signed. */
  readonly signed: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** Serial number, unsigned, without leading zero. */
  readonly serial: Uint8Array;
  /** DER of the issuer's and the subject's Name. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** DER of the SubjectPublicKeyInfo. */
  readonly spki: Uint8Array;
  readonly extensions: ReadonlyMap<string, Extension>;
  /** From basic constraints; a certificate without them is no authority. */
  readonly isAuthority: boolean;
  /** Most authorities that may stand below this one, if it says so. */
  readonly pathLength: number | undefined;
  /** Bit numbers of key usage (RFC 5280 §4.2.1.3), or undefined where the extension is absent. */
  readonly keyUsage: ReadonlySet<number> | undefined;
}

export const OID = {
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  crlNumber: '2.5.29.20',
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
} as const;

/** Longest certificate read; AMD's, with RSA-4096, have 1.6 KiB. */
export const MAX_CERTIFICATE_BYTES = 8192;
/** RFC 5280 §4.1.2.2. */
const MAX_SERIAL_BYTES = 20;
const MAX_EXTENSIONS = 32;
const STRING_TAGS: ReadonlySet<number> = new Set([
  TAG.utf8String,
  TAG.printableString,
  TAG.ia5String,
  TAG.t61String,
]);

/**
 * Parses one DER certificate.
 * @throws TeeError `certificate_malformed` or `der_malformed`.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > MAX_CERTIFICATE_BYTES)
    throw malformed(`${der.length} bytes, at most ${MAX_CERTIFICATE_BYTES}`);
  const outer = enterOnly(der, TAG.sequence);
  const signed = outer.next(TAG.sequence);
  const outerAlgorithm = outer.next(TAG.sequence).whole;
  const algorithm = readSignatureAlgorithm(new DerReader(outerAlgorithm));
  const bits = readBitString(outer.next(TAG.bitString));
  outer.end();

  const fields = new DerReader(signed.contents);
  const version = fields.enter(0xa0);
  if (readCount(version.next(TAG.integer)) !== 2) throw malformed('not version 3');
  version.end();
  const serialField = fields.next(TAG.integer);
  if ((serialField.contents[0] ?? 0) >= 0x80) throw malformed('negative serial number');
  const serial = readUnsigned(serialField);
  if (serial.length > MAX_SERIAL_BYTES) throw malformed('serial number of more than 20 bytes');
  if (!equalBytes(fields.next(TAG.sequence).whole, outerAlgorithm))
    throw malformed('two signature algorithms');
  const issuer = fields.next(TAG.sequence).whole;
  const validity = fields.enter(TAG.sequence);
  const notBefore = readTime(validity.next());
  const notAfter = readTime(validity.next());
  validity.end();
  const subject = fields.next(TAG.sequence).whole;
  const spki = fields.next(TAG.sequence).whole;
  fields.optional(0x81); // issuerUniqueID
  fields.optional(0x82); // subjectUniqueID
  const extensions = readExtensions(fields.enter(0xa3));
  fields.end();
  return {
    der,
    signed: signed.whole,
    algorithm,
    signature: readSignature(bits, algorithm),
    serial,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey: readPublicKey(spki),
    spki,
    extensions,
    ...readConstraints(extensions.get(OID.basicConstraints)),
    keyUsage: readKeyUsage(extensions.get(OID.keyUsage)),
  };
}

/** Parses the certificates of a PEM text. */
export function parseCertificates(pem: string, bounds?: PemBounds): Certificate[] {
  return readPem(pem, bounds).map(parseCertificate);
}

/** Reads Extensions (RFC 5280 §4.1): a sequence, each object identifier once. */
export function readExtensions(holder: DerReader): ReadonlyMap<string, Extension> {
  const list = holder.enter(TAG.sequence);
  holder.end();
  const found = new Map<string, Extension>();
  while (!list.done) {
    const fields = list.enter(TAG.sequence);
    const oid = readOid(fields.next(TAG.oid));
    const criticalField = fields.optional(TAG.boolean);
    const critical = criticalField !== undefined && readBoolean(criticalField);
    const value = fields.next(TAG.octetString).contents;
    fields.end();
    if (found.has(oid)) throw malformed(`extension ${oid} twice`);
    if (found.size === MAX_EXTENSIONS) throw malformed(`more than ${MAX_EXTENSIONS} extensions`);
    found.set(oid, { critical, value });
  }
  return found;
}

/** The one attribute of this type in a Name, or undefined if there is none, several, or no text. */
export function nameAttribute(name: Uint8Array, oid: string): string | undefined {
  const found: (string | undefined)[] = [];
  const sets = enterOnly(name, TAG.sequence);
  while (!sets.done) {
    const set = sets.enter(TAG.set);
    while (!set.done) {
      const pair = set.enter(TAG.sequence);
      const type = readOid(pair.next(TAG.oid));
      const value = pair.next();
      pair.end();
      if (type === oid) found.push(readString(value));
    }
  }
  return found.length === 1 ? found[0] : undefined;
}

const commonNames = /* @__PURE__ */ new WeakMap<Certificate, string | undefined>();

/** The subject's common name, read once per certificate. */
export function commonName(certificate: Certificate): string | undefined {
  if (!commonNames.has(certificate))
    commonNames.set(certificate, nameAttribute(certificate.subject, OID.commonName));
  return commonNames.get(certificate);
}

const fingerprints = /* @__PURE__ */ new WeakMap<Certificate, string>();

/** SHA-256 of a certificate in hexadecimal, by which roots are pinned; computed once per certificate. */
export function fingerprint(certificate: Certificate): string {
  let found = fingerprints.get(certificate);
  if (found === undefined) {
    found = bytesToHex(digestSync('SHA-256', certificate.der));
    fingerprints.set(certificate, found);
  }
  return found;
}

function readString({ tag, contents }: DerValue): string | undefined {
  return STRING_TAGS.has(tag) ? parseText(contents) : undefined;
}

function readConstraints(
  extension: Extension | undefined,
): Pick<Certificate, 'isAuthority' | 'pathLength'> {
  if (extension === undefined) return { isAuthority: false, pathLength: undefined };
  const fields = enterOnly(extension.value, TAG.sequence);
  const authority = fields.optional(TAG.boolean);
  const length = fields.optional(TAG.integer);
  fields.end();
  return {
    isAuthority: authority !== undefined && readBoolean(authority),
    pathLength: length === undefined ? undefined : readCount(length),
  };
}

function readKeyUsage(extension: Extension | undefined): ReadonlySet<number> | undefined {
  if (extension === undefined) return undefined;
  const reader = new DerReader(extension.value);
  const bits = readNamedBits(reader.next(TAG.bitString));
  reader.end();
  return bits;
}

function malformed(what: string): TeeError {
  return new TeeError('certificate_malformed', `not a certificate this package judges: ${what}`);
}
