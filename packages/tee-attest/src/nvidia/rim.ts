/**
 * NVIDIA reference integrity manifests: SWID tags (ISO/IEC 19770-2) in the TCG's RIM information
 * model with an XML signature. The signer's chain stands in the file and must end in the pinned
 * `NVIDIA CoRIM signing Root CA`; roles are told apart by common names. Golden values are read only
 * from the canonical bytes whose digest was signed.
 *
 * A manifest does not say when it was signed, so that it is good as long as its signer's chain is:
 * about two years, if OCSP says nothing else.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { type Certificate, commonName, parseCertificate } from '../certificate.ts';
import { checkPath, verifyChain } from '../chain.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { type CryptoProvider, defaultCrypto } from '../crypto.ts';
import { allInOrder } from '../in-order.ts';
import { PRODUCTION_TRUST, type TrustAnchors } from '../trust.ts';
import { parseXml } from '../xml/read.ts';
import { openSignature, type SignedDocument } from '../xml/signature.ts';
import { type OcspRequestOptions, ocspRequest } from './ocsp-request.ts';
import type { ReferenceManifest } from './reference-manifest.ts';
import { checkRevocation, type OcspAnswer } from './revocation.ts';
import { readManifest } from './rim-contents.ts';

/** Common names of the chain, signer first; the root is known by its hash. */
const ROLES = [
  /^(?:(?:HCC )?RIM L4 Signer|NVIDIA Reference Value L4 [A-Z0-9-]+)$/,
  /^NVIDIA Reference Value L3 [A-Z0-9-]+ \d{3}$/,
  /^NVIDIA Reference Value [A-Z0-9-]+ CA(?: \d{3})?$/,
] as const;
/** Key usage bit `digitalSignature`, RFC 5280 §4.2.1.3. */
const DIGITAL_SIGNATURE = 0;

/** When, and under which roots, a manifest is judged. */
export interface ManifestOptions {
  readonly now: Date;
  readonly trust?: Pick<TrustAnchors, 'nvidiaRim'>;
  readonly crypto?: CryptoProvider;
  /**
   * Answers about the signer's certificates. If given, every one but the root must be good; without
   * them, the manifest says `revocationChecked: false`.
   */
  readonly ocsp?: readonly OcspAnswer[] | undefined;
  /**
   * Whether answers, if any are given, must be about every certificate. If not, the manifest says
   * whether they are; an answer that is not good refuses it all the same. Default: required.
   */
  readonly revocation?: 'required' | 'unchecked';
}

/** A manifest whose signatures hold; only time and revocation can still make it unacceptable. */
export interface GenuineManifest {
  readonly manifest: ReferenceManifest;
  /** Signer first, root last. */
  readonly chain: readonly Certificate[];
}

/**
 * Verifies a manifest of at most 64 KiB: signature, signer's chain, format. Four P-384
 * verifications; {@link createManifestCache} saves them from the second time on.
 * @throws TypeError if `now` is no valid Date.
 */
export async function verifyReferenceManifest(
  xml: Uint8Array,
  options: ManifestOptions,
): Promise<Verified<ReferenceManifest>> {
  const judge = readJudge(options);
  return recorded('nvidia.rim.format', async (checks) => {
    const genuine = await verifyManifest(xml, { ...judge, checks });
    return withRevocation(genuine, { ...judge, checks });
  });
}

/**
 * The DER of an OCSP request about each certificate of a manifest's signer but the root. Nothing is
 * judged here.
 * @throws RangeError for a nonce of other than 1 to 32 bytes; TeeError if the document is no signed
 * XML of the profile, or a certificate is none.
 */
export function manifestOcspRequests(
  xml: Uint8Array,
  options: OcspRequestOptions = {},
): Uint8Array<ArrayBuffer>[] {
  const chain = openSignature(parseXml(xml)).certificates.map(parseCertificate);
  return chain
    .slice(0, -1)
    .map((certificate, i) =>
      ocspRequest({ certificate, issuer: chain[i + 1] as Certificate }, options),
    );
}

/** Options with their defaults. */
export interface Judge {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly roots: readonly string[];
  readonly crypto: CryptoProvider;
  readonly ocsp: readonly OcspAnswer[] | undefined;
  /** Whether the answers must be about every certificate. */
  readonly complete: boolean;
}

export function readJudge(options: ManifestOptions): Judge {
  const { now, trust = PRODUCTION_TRUST, crypto = defaultCrypto(), ocsp } = options;
  const complete = options.revocation !== 'unchecked';
  return { now: readNow(now), roots: trust.nvidiaRim, crypto, ocsp, complete };
}

/** As {@link verifyReferenceManifest} without revocation, with the chain, and throwing. */
export async function verifyManifest(
  xml: Uint8Array,
  { checks, ...judge }: Judge & { readonly checks: Checks },
): Promise<GenuineManifest> {
  const signed = openSignature(parseXml(xml));
  const chain = signed.certificates.map(parseCertificate);
  const sha256 = await verifySigned(xml, { signed, chain, checks, ...judge });
  const contents = readManifest(parseXml(signed.document));
  checks.pass('nvidia.rim.contents', `${contents.kind} ${contents.version}`);
  const expiresAt = new Date(Math.min(...chain.map(({ notAfter }) => notAfter)));
  return { manifest: { ...contents, sha256, expiresAt, revocationChecked: false }, chain };
}

/** Demands again what time changes: that the chain of a genuine manifest is valid at `now`. */
export function checkManifestTime(
  { chain }: GenuineManifest,
  { checks, ...judge }: Judge & { readonly checks: Checks },
): void {
  checkPath(chain, { ...judge, checks, id: 'nvidia.rim' });
}

/** Demands that answers, if any are given, find the signer's certificates good. */
export async function withRevocation(
  { manifest, chain }: GenuineManifest,
  { ocsp, complete: required, ...judge }: Judge & { readonly checks: Checks },
): Promise<ReferenceManifest> {
  if (ocsp === undefined) return manifest;
  const request = { ...judge, id: 'nvidia.rim', from: 0, required };
  const { complete: revocationChecked, ends } = await checkRevocation(chain, ocsp, request);
  const expiresAt = new Date(Math.min(manifest.expiresAt.getTime(), ...ends));
  return { ...manifest, expiresAt, revocationChecked };
}

/** Demands chain, roles, digest and signature, all computed at once; returns the file's SHA-256. */
async function verifySigned(
  xml: Uint8Array,
  {
    signed,
    chain,
    checks,
    ...judge
  }: Judge & {
    readonly signed: SignedDocument;
    readonly chain: readonly Certificate[];
    readonly checks: Checks;
  },
): Promise<Uint8Array> {
  const { crypto } = judge;
  const { publicKey: key, keyUsage } = chain[0] as Certificate;
  const maySign = key.kind === 'ec' && key.curve === 'P-384' && keyUsage?.has(DIGITAL_SIGNATURE);
  const { signature, signedInfo: data } = signed;
  const algorithm = { kind: 'ecdsa', hash: 'SHA-384' } as const;
  const [, genuine, digest, sha256] = await allInOrder([
    verifyChain(chain, { ...judge, checks, id: 'nvidia.rim' }),
    crypto.verify({ key, algorithm, signature, data }),
    crypto.digest('SHA-384', signed.document),
    crypto.digest('SHA-256', xml),
  ]);
  checks.must(chain.length === ROLES.length + 1, 'nvidia.rim.length', 'chain_length', {
    expected: String(ROLES.length + 1),
    actual: String(chain.length),
  });
  ROLES.forEach((role, i) => {
    const actual = commonName(chain[i] as Certificate);
    checks.must(role.test(actual ?? ''), `nvidia.rim.${i}.role`, 'chain_wrong_role', {
      expected: role.source,
      actual,
    });
  });
  checks.must(maySign === true, 'nvidia.rim.key', 'rim_signature_key');
  checks.must(genuine, 'nvidia.rim.signature', 'xml_signature_invalid');
  checks.must(equalBytes(digest, signed.digest), 'nvidia.rim.digest', 'xml_digest_mismatch', {
    expected: bytesToHex(signed.digest),
    actual: bytesToHex(digest),
  });
  return sha256;
}
