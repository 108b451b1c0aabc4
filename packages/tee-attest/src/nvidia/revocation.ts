/**
 * Whether a chain's certificates are good now, by answers of OCSP responders (RFC 6960 §3.2).
 *
 * Stricter than the standard and than NVIDIA's verifiers: no grace after `nextUpdate`, an answer of
 * `certificateHold` is a revocation, and of several answers about one certificate every one must be
 * good. The responder's own certificate is not asked about.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { type Certificate, OID } from '../certificate.ts';
import { checkValidity } from '../chain.ts';
import type { Checks } from '../checks.ts';
import { type CryptoProvider, digestSync } from '../crypto.ts';
import { enterOnly, readOid, TAG } from '../der.ts';
import { TeeError } from '../errors.ts';
import { type IssuedCertificate, issuerHashes, keyBits } from './ocsp-request.ts';
import {
  MAX_OCSP_BYTES,
  type OcspResponse,
  type OcspStatus,
  parseOcspResponse,
} from './ocsp-response.ts';

/** An answer as it came, with the nonce of its request if that had one. */
export interface OcspAnswer {
  /** DER of the OCSPResponse. */
  readonly response: Uint8Array;
  readonly nonce?: Uint8Array | undefined;
}

/** How a chain's certificates are judged. */
export interface RevocationRequest {
  /** First certificate that is asked about: 1 where the leaf is the device's own work. */
  readonly from: number;
  /** Whether every certificate from there on, but the root, must have an answer. */
  readonly required: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly crypto: CryptoProvider;
  readonly checks: Checks;
  /** Prefix of the checks' names (`nvidia.chain`). */
  readonly id: string;
}

/** What answers were found to say: about all certificates or not, and when each stops to hold. */
export interface Revocation {
  readonly complete: boolean;
  /** Milliseconds since 1970. */
  readonly ends: readonly number[];
}

const MAX_ANSWERS = 16;
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const DIGITAL_SIGNATURE = 0;
const JUDGED: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
]);

/** An answer that has something to say about a certificate. */
interface Match extends IssuedCertificate {
  /** Place of the certificate in its chain. */
  readonly index: number;
  readonly response: OcspResponse;
  readonly statuses: readonly OcspStatus[];
  readonly asked: Uint8Array | undefined;
}

/**
 * Demands of every answer about one of the chain's certificates that it is genuine, current and good.
 * Costs up to two signature verifications for each, all at once.
 */
export async function checkRevocation(
  chain: readonly Certificate[],
  answers: readonly OcspAnswer[],
  request: RevocationRequest,
): Promise<Revocation> {
  const { from, required, crypto, checks, id } = request;
  if (answers.length > MAX_ANSWERS)
    throw new TeeError('ocsp_malformed', `more than ${MAX_ANSWERS} answers`);
  const responses = answers.map(({ response, nonce }) => ({
    // A copy, so that nobody can change the bytes between their check and their use.
    response: parseOcspResponse(Uint8Array.from(response.subarray(0, MAX_OCSP_BYTES + 1))),
    asked: nonce,
  }));
  const matches: Match[] = [];
  for (let index = from; index < chain.length - 1; index++) {
    const issued = {
      certificate: chain[index] as Certificate,
      issuer: chain[index + 1] as Certificate,
    };
    const about = responses
      .map((one) => ({
        ...one,
        statuses: one.response.statuses.filter((each) => isAbout(each, issued)),
      }))
      .filter(({ statuses }) => statuses.length > 0);
    const code = answers.length === 0 ? 'ocsp_missing' : 'ocsp_certificate_mismatch';
    if (required) checks.must(about.length > 0, `${id}.${index}.ocsp.given`, code);
    matches.push(...about.map((one) => ({ ...one, ...issued, index })));
  }
  const signers = await Promise.all(matches.map((match) => findSigner(match, crypto)));
  const ends = matches.flatMap((match, i) => {
    const at = { ...request, id: `${id}.${match.index}.ocsp` };
    checkSigner(signers[i] as Signer, at);
    match.statuses.forEach((status) => {
      checkStatus(status, match, at);
    });
    return [(signers[i] as Signer).notAfter, ...match.statuses.map(({ nextUpdate }) => nextUpdate)];
  });
  const covered = new Set(matches.map(({ index }) => index));
  return { complete: covered.size === chain.length - 1 - from, ends };
}

/** Who signed an answer, and what that is worth. */
interface Signer {
  /** Signed by the certificate's issuer or by a responder that this issuer named. */
  readonly authorised: boolean;
  readonly genuine: boolean;
  /** The responder, unless that is the issuer itself, which the chain's own checks judge. */
  readonly delegate: Certificate | undefined;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

async function findSigner({ response, issuer }: Match, crypto: CryptoProvider): Promise<Signer> {
  const { responder, algorithm, signature, signed } = response;
  const signer = [issuer, ...response.certificates].find((candidate) =>
    'name' in responder
      ? equalBytes(candidate.subject, responder.name)
      : equalBytes(digestSync('SHA-1', keyBits(candidate)), responder.keyHash),
  );
  if (signer === undefined) {
    return { authorised: false, genuine: false, delegate: undefined, notAfter: 0 };
  }
  const delegate = equalBytes(signer.der, issuer.der) ? undefined : signer;
  const [authorised, genuine] = await Promise.all([
    delegate === undefined || (mayAnswer(delegate) && isIssuedBy(delegate, issuer, crypto)),
    crypto.verify({ key: signer.publicKey, algorithm, signature, data: signed }),
  ]);
  return { authorised, genuine, delegate, notAfter: signer.notAfter };
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

function checkSigner(
  { authorised, genuine, delegate }: Signer,
  { now, checks, id }: RevocationRequest,
): void {
  checks.must(authorised, `${id}.responder`, 'ocsp_responder_unauthorised');
  if (delegate !== undefined) checkValidity(delegate, { now, checks, id: `${id}.responder` });
  checks.must(genuine, `${id}.signature`, 'ocsp_signature_invalid');
}

function checkStatus(
  { status, thisUpdate, nextUpdate }: OcspStatus,
  { response: { producedAt, nonce }, asked, certificate }: Match,
  { now, checks, id }: RevocationRequest,
): void {
  const repeated = asked === undefined || (nonce !== undefined && equalBytes(asked, nonce));
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
