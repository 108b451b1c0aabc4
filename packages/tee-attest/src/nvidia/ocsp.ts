/**
 * Revocation answers (OCSP, RFC 6960; nonce: RFC 8954): the request, the response, and whether a
 * response by an authorised responder says that a certificate is good now.
 *
 * Stricter than the standard and than NVIDIA's verifiers: `nextUpdate` must be there, no grace after
 * it, an answer of `certificateHold` is a revocation, and of several answers about one certificate
 * every one must be good. The responder's own certificate is not asked about.
 */
import { readHashAlgorithm, readSignature, readSignatureAlgorithm } from '../algorithm.ts';
import { bytesToHex, concatBytes, equalBytes } from '../bytes.ts';
import { type Certificate, OID, parseCertificate, readExtensions } from '../certificate.ts';
import { checkValidity } from '../chain.ts';
import type { Checks } from '../checks.ts';
import {
  type CryptoProvider,
  digestSync,
  type HashName,
  type SignatureAlgorithm,
} from '../crypto.ts';
import {
  DerReader,
  type DerValue,
  enterOnly,
  readBitString,
  readOid,
  readTime,
  readUnsigned,
  TAG,
} from '../der.ts';
import { TeeError } from '../errors.ts';

/** A certificate with the one that issued it. */
export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

/** An answer as it came, with the nonce of its request if that had one. */
export interface OcspAnswer {
  /** DER of the OCSPResponse. */
  readonly response: Uint8Array;
  readonly nonce?: Uint8Array | undefined;
}

/** What an answer says about one certificate. */
export interface OcspStatus {
  readonly hash: HashName;
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  readonly serial: Uint8Array;
  readonly status: 'good' | 'revoked' | 'unknown';
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
}

/** A parsed answer; nothing in it is proven yet. */
export interface OcspResponse {
  readonly signed: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** The responder: its Name in DER, or SHA-1 of its key. */
  readonly responder: { readonly name: Uint8Array } | { readonly keyHash: Uint8Array };
  /** Milliseconds since 1970. */
  readonly producedAt: number;
  readonly statuses: readonly OcspStatus[];
  readonly nonce: Uint8Array | undefined;
  readonly certificates: readonly Certificate[];
}

/** Longest answer read; NVIDIA's have 2 KiB. */
export const MAX_OCSP_BYTES = 16_384;
const MAX_ANSWERS = 16;
const MAX_STATUSES = 16;
const MAX_CERTIFICATES = 4;
/** RFC 8954 §2.1. */
const MAX_NONCE_BYTES = 32;
const BASIC = '1.3.6.1.5.5.7.48.1.1';
const NONCE = '1.3.6.1.5.5.7.48.1.2';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const DIGITAL_SIGNATURE = 0;
const JUDGED: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
]);
/** DER of the object identifiers that a request needs. */
const HASH_OID: Readonly<Record<'SHA-1' | 'SHA-256' | 'SHA-384', readonly number[]>> = {
  'SHA-1': [0x2b, 0x0e, 0x03, 0x02, 0x1a],
  'SHA-256': [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
  'SHA-384': [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
};
const NONCE_OID = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];
const STATUS: Readonly<Record<number, OcspStatus['status']>> = {
  128: 'good',
  161: 'revoked',
  130: 'unknown',
};

/**
 * The DER of a request about one certificate. NVIDIA's tools ask with SHA-384 (Python) or SHA-1 and
 * SHA-256 (C++); a nonce of 1 to 32 bytes keeps old answers from being played again.
 * @throws RangeError if the nonce has another length.
 */
export function ocspRequest(
  { certificate, issuer }: IssuedCertificate,
  options: { readonly hash?: keyof typeof HASH_OID; readonly nonce?: Uint8Array } = {},
): Uint8Array<ArrayBuffer> {
  const { hash = 'SHA-384', nonce } = options;
  if (nonce !== undefined && (nonce.length === 0 || nonce.length > MAX_NONCE_BYTES))
    throw new RangeError(`nonce: expected 1 to ${MAX_NONCE_BYTES} bytes, got ${nonce.length}`);
  const { name, key } = issuerHashes(issuer, hash);
  const serial = certificate.serial;
  const certId = encode(
    TAG.sequence,
    encode(TAG.sequence, encode(TAG.oid, Uint8Array.from(HASH_OID[hash])), encode(TAG.null)),
    encode(TAG.octetString, name),
    encode(TAG.octetString, key),
    encode(TAG.integer, (serial[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : Uint8Array.of(), serial),
  );
  const list = encode(TAG.sequence, encode(TAG.sequence, certId));
  const extension =
    nonce &&
    encode(
      TAG.sequence,
      encode(TAG.oid, Uint8Array.from(NONCE_OID)),
      encode(TAG.octetString, encode(TAG.octetString, nonce)),
    );
  const extensions = extension ? encode(0xa2, encode(TAG.sequence, extension)) : Uint8Array.of();
  return encode(TAG.sequence, encode(TAG.sequence, list, extensions));
}

/**
 * Parses an answer. Costs the bytes read.
 * @throws TeeError `ocsp_malformed`, or `ocsp_unsuccessful` if the responder refused to answer.
 */
export function parseOcspResponse(der: Uint8Array): OcspResponse {
  if (der.length > MAX_OCSP_BYTES)
    throw malformed(`${der.length} bytes, at most ${MAX_OCSP_BYTES}`);
  try {
    return readResponse(der);
  } catch (cause) {
    if (!(cause instanceof TeeError) || cause.code.startsWith('ocsp_')) throw cause;
    throw malformed(cause.message, cause);
  }
}

/** What answers must satisfy. */
export interface OcspRequest extends IssuedCertificate {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly crypto: CryptoProvider;
  readonly checks: Checks;
  /** Prefix of the checks' names (`nvidia.chain.1.ocsp`). */
  readonly id: string;
}

/** A parsed answer with the nonce of its request. */
export interface OpenAnswer {
  readonly response: OcspResponse;
  readonly nonce: Uint8Array | undefined;
}

/** Parses answers, at most 16, as {@link parseOcspResponse} does. */
export function openAnswers(answers: readonly OcspAnswer[]): readonly OpenAnswer[] {
  if (answers.length > MAX_ANSWERS) throw malformed(`more than ${MAX_ANSWERS} answers`);
  return answers.map(({ response, nonce }) => ({ response: parseOcspResponse(response), nonce }));
}

/**
 * Demands of every answer about a certificate that it is genuine, current and good. Returns the time
 * until which they hold, undefined if there is no such answer.
 */
export async function checkOcsp(
  answers: readonly OpenAnswer[],
  request: OcspRequest,
): Promise<number | undefined> {
  const ends: number[] = [];
  for (const { response, nonce } of answers) {
    const about = response.statuses.filter((status) => isAbout(status, request));
    if (about.length === 0) continue;
    ends.push(await checkSigner(response, request));
    for (const status of about) {
      checkStatus(status, response, nonce, request);
      ends.push(status.nextUpdate);
    }
  }
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** Demands a genuine signature by an authorised responder; returns when its authority ends. */
async function checkSigner(
  response: OcspResponse,
  { issuer, now, crypto, checks, id }: OcspRequest,
): Promise<number> {
  const { responder, algorithm, signature, signed } = response;
  const signer = [issuer, ...response.certificates].find((candidate) =>
    'name' in responder
      ? equalBytes(candidate.subject, responder.name)
      : equalBytes(digestSync('SHA-1', keyBits(candidate)), responder.keyHash),
  );
  const delegated = signer !== undefined && !equalBytes(signer.der, issuer.der);
  const authorised =
    signer !== undefined &&
    (!delegated || (mayAnswer(signer) && (await isIssuedBy(signer, issuer, crypto))));
  checks.must(authorised, `${id}.responder`, 'ocsp_responder_unauthorised');
  const { publicKey: key, notAfter } = signer as Certificate;
  if (delegated) checkValidity(signer as Certificate, { now, checks, id: `${id}.responder` });
  const genuine = await crypto.verify({ key, algorithm, signature, data: signed });
  checks.must(genuine, `${id}.signature`, 'ocsp_signature_invalid');
  return notAfter;
}

/** A responder to whom an authority left the answering, RFC 6960 §4.2.2.2. */
function mayAnswer({ extensions, keyUsage }: Certificate): boolean {
  const usages = extensions.get(OID.extendedKeyUsage);
  if (usages === undefined || keyUsage?.has(DIGITAL_SIGNATURE) === false) return false;
  if ([...extensions].some(([oid, { critical }]) => critical && !JUDGED.has(oid))) return false;
  const list = enterOnly(usages.value, TAG.sequence);
  while (!list.done) if (readOid(list.next(TAG.oid)) === OCSP_SIGNING) return true;
  return false;
}

async function isIssuedBy(
  { algorithm, signature, signed, issuer: name }: Certificate,
  issuer: Certificate,
  crypto: CryptoProvider,
): Promise<boolean> {
  return (
    equalBytes(name, issuer.subject) &&
    crypto.verify({ key: issuer.publicKey, algorithm, signature, data: signed })
  );
}

function checkStatus(
  { status, thisUpdate, nextUpdate }: OcspStatus,
  { producedAt, nonce: answered }: OcspResponse,
  asked: Uint8Array | undefined,
  { certificate, now, checks, id }: OcspRequest,
): void {
  const repeated = asked === undefined || (answered !== undefined && equalBytes(asked, answered));
  checks.must(repeated, `${id}.nonce`, 'ocsp_nonce_mismatch');
  const actual = new Date(now).toISOString();
  const start = Math.max(producedAt, thisUpdate);
  checks.must(start <= now, `${id}.thisUpdate`, 'ocsp_not_yet_valid', {
    expected: `from ${new Date(start).toISOString()}`,
    actual,
  });
  checks.must(now <= nextUpdate, `${id}.nextUpdate`, 'ocsp_expired', {
    expected: `until ${new Date(nextUpdate).toISOString()}`,
    actual,
  });
  checks.must(status !== 'unknown', `${id}.known`, 'ocsp_unknown');
  checks.must(status === 'good', `${id}.notRevoked`, 'certificate_revoked', {
    actual: `serial ${bytesToHex(certificate.serial)}`,
  });
}

function isAbout(
  { hash, issuerNameHash, issuerKeyHash, serial }: OcspStatus,
  { certificate, issuer }: IssuedCertificate,
): boolean {
  if (!equalBytes(serial, certificate.serial)) return false;
  const { name, key } = issuerHashes(issuer, hash);
  return equalBytes(issuerNameHash, name) && equalBytes(issuerKeyHash, key);
}

function issuerHashes(issuer: Certificate, hash: HashName): { name: Uint8Array; key: Uint8Array } {
  return { name: digestSync(hash, issuer.subject), key: digestSync(hash, keyBits(issuer)) };
}

/** Contents of the key's bit string, which is what OCSP hashes. */
function keyBits({ spki }: Certificate): Uint8Array {
  const fields = enterOnly(spki, TAG.sequence);
  fields.next(TAG.sequence);
  return readBitString(fields.next(TAG.bitString));
}

function readResponse(der: Uint8Array): OcspResponse {
  const outer = enterOnly(der, TAG.sequence);
  const [status] = outer.next(TAG.enumerated).contents;
  if (status !== 0)
    throw new TeeError('ocsp_unsuccessful', 'the responder refused to answer', {
      expected: '0',
      actual: String(status),
    });
  const holder = outer.enter(0xa0);
  outer.end();
  const typed = holder.enter(TAG.sequence);
  holder.end();
  if (readOid(typed.next(TAG.oid)) !== BASIC) throw malformed('not a basic response');
  const basic = enterOnly(typed.next(TAG.octetString).contents, TAG.sequence);
  typed.end();

  const signed = basic.next(TAG.sequence);
  const algorithm = readSignatureAlgorithm(basic);
  const bits = readBitString(basic.next(TAG.bitString));
  const certificates = basic.optional(0xa0);
  basic.end();
  return {
    signed: signed.whole,
    algorithm,
    signature: readSignature(bits, algorithm),
    certificates: certificates === undefined ? [] : readCertificates(certificates),
    ...readData(new DerReader(signed.contents)),
  };
}

/** ResponseData; its version is the default, and so is not encoded. */
function readData(
  fields: DerReader,
): Pick<OcspResponse, 'responder' | 'producedAt' | 'statuses' | 'nonce'> {
  const id = fields.next();
  if (id.tag !== 0xa1 && id.tag !== 0xa2) throw malformed('responder');
  const inner = new DerReader(id.contents);
  const responder =
    id.tag === 0xa1
      ? { name: inner.next(TAG.sequence).whole }
      : { keyHash: inner.next(TAG.octetString).contents };
  inner.end();
  const producedAt = readTime(fields.next(TAG.generalizedTime));
  const list = fields.enter(TAG.sequence);
  const statuses: OcspStatus[] = [];
  while (!list.done) {
    if (statuses.length === MAX_STATUSES) throw malformed(`more than ${MAX_STATUSES} statuses`);
    statuses.push(readStatus(list.enter(TAG.sequence)));
  }
  const extensions = fields.optional(0xa1);
  fields.end();
  const nonce = extensions && readKnown(extensions, [NONCE]).get(NONCE);
  return { responder, producedAt, statuses, nonce: nonce && readNonce(nonce.value) };
}

/** SingleResponse. */
function readStatus(fields: DerReader): OcspStatus {
  const id = fields.enter(TAG.sequence);
  const hash = readHashAlgorithm(id);
  const issuerNameHash = id.next(TAG.octetString).contents;
  const issuerKeyHash = id.next(TAG.octetString).contents;
  const serial = readUnsigned(id.next(TAG.integer));
  id.end();
  const found = fields.next();
  const status = STATUS[found.tag];
  if (status === undefined) throw malformed('status');
  if (status === 'revoked') readTime(new DerReader(found.contents).next(TAG.generalizedTime));
  else if (found.contents.length > 0) throw malformed('status with contents');
  const thisUpdate = readTime(fields.next(TAG.generalizedTime));
  const next = fields.enter(0xa0);
  const nextUpdate = readTime(next.next(TAG.generalizedTime));
  next.end();
  const extensions = fields.optional(0xa1);
  if (extensions !== undefined) readKnown(extensions, []);
  fields.end();
  return { hash, issuerNameHash, issuerKeyHash, serial, status, thisUpdate, nextUpdate };
}

function readKnown(holder: DerValue, known: readonly string[]): ReturnType<typeof readExtensions> {
  const extensions = readExtensions(new DerReader(holder.contents));
  for (const [oid, { critical }] of extensions) {
    if (critical && !known.includes(oid)) throw malformed(`critical extension ${oid}`);
  }
  return extensions;
}

function readNonce(value: Uint8Array): Uint8Array {
  const fields = new DerReader(value);
  const nonce = fields.next(TAG.octetString).contents;
  fields.end();
  return nonce;
}

function readCertificates(holder: DerValue): readonly Certificate[] {
  const outer = new DerReader(holder.contents);
  const list = outer.enter(TAG.sequence);
  outer.end();
  const found: Certificate[] = [];
  while (!list.done) {
    if (found.length === MAX_CERTIFICATES)
      throw malformed(`more than ${MAX_CERTIFICATES} certificates`);
    found.push(parseCertificate(list.next(TAG.sequence).whole));
  }
  return found;
}

/** One DER value of less than 64 KiB. */
function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const contents = concatBytes(...parts);
  const { length } = contents;
  const header =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Uint8Array.from([...header, ...contents]);
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('ocsp_malformed', `not an OCSP response: ${what}`, { cause });
}
