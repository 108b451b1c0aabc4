/**
 * Answers of an OCSP responder (RFC 6960 §4.2.1), parsed. Stricter than the standard: `nextUpdate`
 * must be there, because without it nothing says how old an answer may be.
 */
import { readHashAlgorithm, readSignature, readSignatureAlgorithm } from '../algorithm.ts';
import { type Certificate, parseCertificate, readExtensions } from '../certificate.ts';
import type { HashName, SignatureAlgorithm } from '../crypto.ts';
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
const MAX_STATUSES = 16;
const MAX_CERTIFICATES = 4;
const BASIC = '1.3.6.1.5.5.7.48.1.1';
const NONCE = '1.3.6.1.5.5.7.48.1.2';
const STATUS: Readonly<Record<number, OcspStatus['status']>> = {
  128: 'good',
  161: 'revoked',
  130: 'unknown',
};

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

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('ocsp_malformed', `not an OCSP response: ${what}`, { cause });
}
