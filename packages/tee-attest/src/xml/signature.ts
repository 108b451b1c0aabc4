/**
 * XML signatures (XML Signature Syntax and Processing 1.1, W3C 2013) in one fixed profile, NVIDIA's
 * for reference manifests: one enveloped Signature, a child of the root element, with one Reference
 * to the whole document (`URI=""`), the transforms enveloped-signature and Canonical XML 1.1, digest
 * SHA-384, signature ECDSA with SHA-384, and the certificates in KeyInfo. Nothing is negotiated: any
 * other element, attribute or algorithm is refused.
 *
 * Against signature wrapping nothing is looked up by name or identifier, and {@link openSignature}
 * hands out the canonical bytes that were hashed, for the caller to parse again: what it reads is
 * what was signed.
 */
import { TeeError } from '../errors.ts';
import { readBase64 } from './base64.ts';
import { canonicalize } from './canonical.ts';
import { attribute, elements, text, type XmlElement } from './element.ts';
import { parseXml } from './read.ts';

const SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const CANONICAL_XML = 'http://www.w3.org/2006/12/xml-c14n11';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const ECDSA_SHA384 = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384';
const SHA384 = 'http://www.w3.org/2001/04/xmldsig-more#sha384';
const DIGEST_BYTES = 48;
/** r ‖ s over P-384 (RFC 4051 §3.4). */
const SIGNATURE_BYTES = 96;
/** Most certificates in a KeyInfo; NVIDIA's has four. */
export const MAX_SIGNATURE_CERTIFICATES = 6;

/** A document and its signature, taken apart and not yet checked. */
export interface SignedDocument {
  /** Canonical document without its Signature: what `digest` must be the SHA-384 of. */
  readonly document: Uint8Array;
  readonly digest: Uint8Array;
  /** Canonical SignedInfo: what `signature` is over. `digest` was read from these bytes. */
  readonly signedInfo: Uint8Array;
  /** r ‖ s, 96 bytes. */
  readonly signature: Uint8Array;
  /** DER certificates as KeyInfo lists them. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * Takes an enveloped signature and what it covers out of a document.
 * @throws TeeError `xml_signature_missing`, `xml_signature_repeated`, `xml_signature_misplaced` or
 * `xml_signature_profile`.
 */
export function openSignature(root: XmlElement): SignedDocument {
  const signature = findSignature(root);
  const [info, value, keyInfo] = children(signature, ['SignedInfo', 'SignatureValue', 'KeyInfo']);
  const signedInfo = canonicalize(info);
  const certificates = readCertificates(keyInfo);
  return {
    document: canonicalize(root, signature),
    digest: readSignedInfo(parseXml(signedInfo)),
    signedInfo,
    signature: bytes(value, SIGNATURE_BYTES),
    certificates,
  };
}

/** The only Signature of the document, which must be a child of the root. */
function findSignature(root: XmlElement): XmlElement {
  const found: XmlElement[] = [];
  const search = (element: XmlElement): void => {
    if (element.namespace === SIGNATURE && element.local === 'Signature') found.push(element);
    for (const child of elements(element)) search(child);
  };
  search(root);
  const [signature, ...others] = found;
  if (signature === undefined)
    throw new TeeError('xml_signature_missing', 'the document has no Signature');
  if (others.length > 0)
    throw new TeeError('xml_signature_repeated', `${found.length} Signatures, expected one`);
  if (!root.children.includes(signature))
    throw new TeeError('xml_signature_misplaced', 'the Signature is no child of the root element');
  return signature;
}

/** Demands the profile of a SignedInfo; returns the digest. */
function readSignedInfo(signedInfo: XmlElement): Uint8Array {
  const [canonicalization, method, reference] = children(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  checkAlgorithm(canonicalization, CANONICAL_XML);
  checkAlgorithm(method, ECDSA_SHA384);
  const parts = ['Transforms', 'DigestMethod', 'DigestValue'] as const;
  const [transforms, digestMethod, digest] = children(reference, parts, { URI: '' });
  const [first, second] = children(transforms, ['Transform', 'Transform']);
  checkAlgorithm(first, ENVELOPED);
  checkAlgorithm(second, CANONICAL_XML);
  checkAlgorithm(digestMethod, SHA384);
  return bytes(digest, DIGEST_BYTES);
}

function readCertificates(keyInfo: XmlElement): Uint8Array[] {
  const [data] = children(keyInfo, ['X509Data']);
  const count = elements(data).length;
  if (count < 1 || count > MAX_SIGNATURE_CERTIFICATES) throw outside(`${count} certificates`);
  return children(data, new Array<string>(count).fill('X509Certificate')).map((one) => bytes(one));
}

function checkAlgorithm(element: XmlElement, algorithm: string): void {
  children(element, [], { Algorithm: algorithm });
}

/** Demands exactly these attributes and child elements, and only white space between them. */
function children<const Names extends readonly string[]>(
  parent: XmlElement,
  names: Names,
  attributes: Readonly<Record<string, string>> = {},
): { [Index in keyof Names]: XmlElement } {
  const expected = Object.entries(attributes);
  const sameAttributes =
    parent.attributes.length === expected.length &&
    expected.every(([name, value]) => attribute(parent, name) === value);
  if (!sameAttributes) throw outside(`attributes of ${parent.local}`);
  const found = elements(parent);
  const sameChildren =
    found.length === names.length &&
    found.every((child, i) => child.namespace === SIGNATURE && child.local === names[i]) &&
    parent.children.every((child) => typeof child !== 'string' || /^[ \t\n]*$/.test(child));
  if (!sameChildren) throw outside(`contents of ${parent.local}`);
  return found as { [Index in keyof Names]: XmlElement };
}

/** The base64 content of an element without attributes. */
function bytes(element: XmlElement, size?: number): Uint8Array {
  const content = element.attributes.length === 0 ? text(element) : undefined;
  const value = content === undefined ? undefined : readBase64(content);
  if (value === undefined || value.length !== (size ?? value.length))
    throw outside(`value of ${element.local}`);
  return value;
}

function outside(what: string): TeeError {
  return new TeeError('xml_signature_profile', `not a signature of the profile: ${what}`);
}
