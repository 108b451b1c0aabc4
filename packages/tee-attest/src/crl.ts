/**
 * Certificate revocation lists (RFC 5280 §5.1), complete ones: parsed, then checked against their
 * issuer's key and the given time. Delta lists and indirect lists are refused, so that an entry's
 * serial number always means a certificate of the list's own issuer.
 */
import { readSignature, readSignatureAlgorithm } from './algorithm.ts';
import { bytesToHex, equalBytes } from './bytes.ts';
import { type Certificate, type Extension, OID, readExtensions } from './certificate.ts';
import type { Checks } from './checks.ts';
import { timeText } from './clock.ts';
import type { CryptoProvider, SignatureAlgorithm } from './crypto.ts';
import {
  DerReader,
  enterOnly,
  readBitString,
  readCount,
  readTime,
  readUnsigned,
  TAG,
} from './der.ts';
import { TeeError } from './errors.ts';

/** A parsed revocation list. */
export interface Crl {
  readonly der: Uint8Array;
  readonly signed: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** DER of the issuer's Name. */
  readonly issuer: Uint8Array;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Revoked serial numbers in hexadecimal, without leading zero byte. */
  readonly revoked: ReadonlySet<string>;
  /** CRL number in hexadecimal, if the list has one. */
  readonly number: string | undefined;
}

/** Longest list read. */
export const MAX_CRL_BYTES = 1_048_576;
/** Extensions of a list that do not change what an entry means: AKI, number, alternative issuer name. */
const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(['2.5.29.35', OID.crlNumber, '2.5.29.18']);
/** Delta CRL indicator and issuing distribution point, critical or not. */
const PARTIAL_EXTENSIONS: ReadonlySet<string> = new Set(['2.5.29.27', '2.5.29.28']);
const ENTRY_ISSUER = '2.5.29.29';
const CRL_SIGN = 6;

/**
 * Parses one DER revocation list. Costs the bytes read.
 * @throws TeeError `crl_malformed` for anything else.
 */
export function parseCrl(der: Uint8Array): Crl {
  if (der.length > MAX_CRL_BYTES) throw malformed(`${der.length} bytes, at most ${MAX_CRL_BYTES}`);
  try {
    return readCrl(der);
  } catch (cause) {
    if (!(cause instanceof TeeError) || cause.code === 'crl_malformed') throw cause;
    throw malformed(cause.message, cause);
  }
}

/** What a list must satisfy. */
export interface CrlRequest {
  readonly issuer: Certificate;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly crypto: CryptoProvider;
  readonly checks: Checks;
  /** Prefix of the checks' names (`intel.crl.root`). */
  readonly id: string;
}

/** Demands that a list is its issuer's and current. */
export async function verifyCrl(
  crl: Crl,
  { issuer, now, crypto, checks, id }: CrlRequest,
): Promise<void> {
  checks.must(equalBytes(crl.issuer, issuer.subject), `${id}.issuer`, 'crl_issuer_mismatch');
  const maySign = issuer.isAuthority && (issuer.keyUsage?.has(CRL_SIGN) ?? true);
  const { algorithm, signature, signed } = crl;
  const genuine =
    maySign && (await crypto.verify({ key: issuer.publicKey, algorithm, signature, data: signed }));
  checks.must(genuine, `${id}.signature`, 'crl_signature_invalid');
  checkCrlTime(crl, { now, checks, id });
}

/** Demands that the given time lies between the list's `thisUpdate` and `nextUpdate`. */
export function checkCrlTime(
  crl: Crl,
  { now, checks, id }: Pick<CrlRequest, 'now' | 'checks' | 'id'>,
): void {
  const actual = timeText(now);
  checks.must(crl.thisUpdate <= now, `${id}.thisUpdate`, 'crl_not_yet_valid', {
    expected: `from ${timeText(crl.thisUpdate)}`,
    actual,
  });
  checks.must(now <= crl.nextUpdate, `${id}.nextUpdate`, 'crl_expired', {
    expected: `until ${timeText(crl.nextUpdate)}`,
    actual,
  });
}

/** Demands that a certificate is not in its issuer's list. */
export function checkNotRevoked(
  certificate: Certificate,
  crl: Crl,
  checks: Checks,
  id: string,
): void {
  const serial = bytesToHex(certificate.serial);
  const listed = crl.revoked.has(serial) && equalBytes(certificate.issuer, crl.issuer);
  checks.must(!listed, `${id}.notRevoked`, 'certificate_revoked', { actual: `serial ${serial}` });
}

function readCrl(der: Uint8Array): Crl {
  const outer = enterOnly(der, TAG.sequence);
  const signed = outer.next(TAG.sequence);
  const outerAlgorithm = outer.next(TAG.sequence).whole;
  const algorithm = readSignatureAlgorithm(new DerReader(outerAlgorithm));
  const bits = readBitString(outer.next(TAG.bitString));
  outer.end();

  const fields = new DerReader(signed.contents);
  if (readCount(fields.next(TAG.integer)) !== 1) throw malformed('not version 2');
  if (!equalBytes(fields.next(TAG.sequence).whole, outerAlgorithm))
    throw malformed('two signature algorithms');
  const issuer = fields.next(TAG.sequence).whole;
  const thisUpdate = readTime(fields.next());
  if (fields.tag !== TAG.utcTime && fields.tag !== TAG.generalizedTime)
    throw malformed('no nextUpdate');
  const nextUpdate = readTime(fields.next());
  const entries = fields.optional(TAG.sequence);
  const revoked =
    entries === undefined ? new Set<string>() : readEntries(new DerReader(entries.contents));
  const extensions = fields.done ? new Map() : readExtensions(fields.enter(0xa0));
  fields.end();
  for (const [oid, { critical }] of extensions) {
    if (PARTIAL_EXTENSIONS.has(oid) || (critical && !KNOWN_EXTENSIONS.has(oid)))
      throw malformed(`extension ${oid}`);
  }
  const number = extensions.get(OID.crlNumber);
  const signature = readSignature(bits, algorithm);
  const base = {
    der,
    signed: signed.whole,
    algorithm,
    signature,
    issuer,
    thisUpdate,
    nextUpdate,
    revoked,
  };
  return { ...base, number: number === undefined ? undefined : readNumber(number) };
}

function readEntries(list: DerReader): ReadonlySet<string> {
  const revoked = new Set<string>();
  while (!list.done) {
    const entry = list.enter(TAG.sequence);
    revoked.add(bytesToHex(readUnsigned(entry.next(TAG.integer))));
    readTime(entry.next());
    if (entry.done) continue;
    const extensions = readExtensions(new DerReader(entry.next(TAG.sequence).whole));
    entry.end();
    for (const [oid, { critical }] of extensions) {
      if (critical || oid === ENTRY_ISSUER) throw malformed(`entry with extension ${oid}`);
    }
  }
  return revoked;
}

function readNumber(extension: Extension): string {
  const reader = new DerReader(extension.value);
  const number = bytesToHex(readUnsigned(reader.next(TAG.integer)));
  reader.end();
  return number;
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('crl_malformed', `not a revocation list: ${what}`, { cause });
}
