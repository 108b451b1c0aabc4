/**
 * Reference manifests signed by a synthetic hierarchy, every part open to be written wrong. The
 * canonical forms are written out by hand here, so that nothing of the package's canonicaliser is
 * used to test it.
 */
import { sign, type TestKey, testCertificate, testKey } from '@barycenter/testing/synthetic-ca';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const SWID = 'http://standards.iso.org/iso/19770/-2/2015/schema.xsd';
const HASHES = 'http://www.w3.org/2001/04/xmlenc#sha384';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
export const NAMES = [
  'HCC RIM L4 Signer',
  'NVIDIA Reference Value L3 GH100 009',
  'NVIDIA Reference Value GH100 CA',
  'NVIDIA CoRIM signing Root CA',
] as const;
export const RIM_NOW: Date = new Date('2026-06-01T00:00:00Z');

/** A signer with its chain. */
export interface RimAuthority {
  readonly signer: TestKey;
  /** Keys of the chain. */
  readonly keys: readonly TestKey[];
  /** DER, signer first. */
  readonly chain: readonly Uint8Array<ArrayBuffer>[];
  readonly trust: { readonly nvidiaRim: readonly string[] };
}

/** A hierarchy under a fresh root. `names` are common names, signer first. */
export async function rimAuthority({
  names = NAMES,
  signerKind = 'P-384',
  signerUsage = [0],
}: {
  readonly names?: readonly string[];
  readonly signerKind?: TestKey['kind'];
  readonly signerUsage?: readonly number[];
} = {}): Promise<RimAuthority> {
  const keys = await Promise.all(names.map((_, i) => testKey(i === 0 ? signerKind : 'P-384')));
  const chain = await Promise.all(
    names.map((subject, i) => {
      const above = Math.min(i + 1, names.length - 1);
      return testCertificate({
        subject,
        issuer: names[above]!,
        key: keys[i]!,
        signer: keys[above]!,
        serial: i + 1,
        authority: i === 0 ? undefined : {},
        ...(i === 0 ? { keyUsage: signerUsage } : {}),
      });
    }),
  );
  return {
    signer: keys[0]!,
    keys,
    chain,
    trust: { nvidiaRim: [bytesToHex(sha256(chain.at(-1)!))] },
  };
}

/** One Resource element in canonical form. */
export function resource(index: number, hash: string = '00'.repeat(48)): string {
  return (
    `<Resource active="True" alternatives="1" index="${index}" name="m" size="48" ` +
    `type="Measurement" h:Hash0="${hash}"></Resource>`
  );
}

/** What a manifest holds beside its signature; canonical text. */
export function body({
  meta = '<Meta colloquialVersion="550.90.07" product="GH100"></Meta>',
  resources = resource(0) + resource(1, 'ab'.repeat(48)),
}: {
  readonly meta?: string;
  readonly resources?: string;
} = {}): string {
  return `${meta}<Payload>${resources}</Payload>`;
}

/** A manifest: canonical, and signed over exactly that. */
export async function manifest(
  { signer, chain }: { readonly signer: TestKey; readonly chain: readonly Uint8Array[] },
  {
    content = body(),
    root = 'SoftwareIdentity',
    attributes = 'tagId="synthetic"',
  }: {
    readonly content?: string;
    readonly root?: string;
    readonly attributes?: string;
  } = {},
): Promise<Uint8Array> {
  const start = `<${root} xmlns="${SWID}" xmlns:h="${HASHES}" ${attributes}>`;
  const document = `${start}${content}</${root}>`;
  const digest = toBase64(sha384(new TextEncoder().encode(document)));
  const info = signedInfo(digest);
  const scoped = `<ds:SignedInfo xmlns="${SWID}" xmlns:ds="${DSIG}" xmlns:h="${HASHES}">${info}`;
  const value = toBase64(await sign(signer, new TextEncoder().encode(`${scoped}</ds:SignedInfo>`)));
  const certificates = chain
    .map((der) => `<ds:X509Certificate>${toBase64(der)}</ds:X509Certificate>`)
    .join('');
  return new TextEncoder().encode(
    `${start}${content}<ds:Signature xmlns:ds="${DSIG}"><ds:SignedInfo>${info}</ds:SignedInfo>` +
      `<ds:SignatureValue>${value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>${certificates}` +
      `</ds:X509Data></ds:KeyInfo></ds:Signature></${root}>`,
  );
}

function signedInfo(digest: string): string {
  const c14n = 'Algorithm="http://www.w3.org/2006/12/xml-c14n11"';
  const more = 'Algorithm="http://www.w3.org/2001/04/xmldsig-more#';
  return (
    `<ds:CanonicalizationMethod ${c14n}></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod ${more}ecdsa-sha384"></ds:SignatureMethod><ds:Reference URI="">` +
    `<ds:Transforms><ds:Transform Algorithm="${DSIG}enveloped-signature"></ds:Transform>` +
    `<ds:Transform ${c14n}></ds:Transform></ds:Transforms>` +
    `<ds:DigestMethod ${more}sha384"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`
  );
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
