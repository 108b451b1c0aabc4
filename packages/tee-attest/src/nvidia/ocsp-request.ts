/** Questions to an OCSP responder (RFC 6960 §4.1, nonce: RFC 8954), and how certificates are named in them. */
import { concatBytes } from '../bytes.ts';
import { type Certificate, parseCertificates } from '../certificate.ts';
import { digestSync, type HashName } from '../crypto.ts';
import { enterOnly, readBitString, TAG } from '../der.ts';

/** A certificate with the one that issued it. */
export interface IssuedCertificate {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
}

/** How a certificate is asked about. */
export interface OcspRequestOptions {
  /** Hash that names the issuer. NVIDIA's tools use SHA-384 (Python), SHA-1 and SHA-256 (C++). */
  readonly hash?: keyof typeof HASH_OID;
  /** 1 to 32 bytes that the answer must repeat, so that no old one can be played again. */
  readonly nonce?: Uint8Array;
}

/** RFC 8954 §2.1. */
const MAX_NONCE_BYTES = 32;
/** DER of the object identifiers that a request needs. */
const HASH_OID: Readonly<Record<'SHA-1' | 'SHA-256' | 'SHA-384', readonly number[]>> = {
  'SHA-1': [0x2b, 0x0e, 0x03, 0x02, 0x1a],
  'SHA-256': [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01],
  'SHA-384': [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02],
};
const NONCE_OID = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];

/**
 * The DER of a request about each certificate of a PEM chain, leaf first, but the root. Of a device's
 * chain the leaf is left out (`from: 1`): the device issued it. Send each to the responder with the
 * media type `application/ocsp-request`.
 * @throws RangeError for a nonce not of 1 to 32 bytes; TeeError if the text is no chain.
 */
export function ocspRequests(
  pem: string,
  { from = 0, ...options }: OcspRequestOptions & { readonly from?: number } = {},
): Uint8Array<ArrayBuffer>[] {
  const chain = parseCertificates(pem);
  return chain
    .slice(from, -1)
    .map((certificate, i) =>
      ocspRequest({ certificate, issuer: chain[from + i + 1] as Certificate }, options),
    );
}

/** The DER of a request about one certificate. @throws RangeError for a nonce not of 1 to 32 bytes. */
export function ocspRequest(
  { certificate, issuer }: IssuedCertificate,
  { hash = 'SHA-384', nonce }: OcspRequestOptions = {},
): Uint8Array<ArrayBuffer> {
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

/** How OCSP names an issuer: hashes of its Name and of its key's bit string. */
export function issuerHashes(
  issuer: Certificate,
  hash: HashName,
): { name: Uint8Array; key: Uint8Array } {
  return { name: digestSync(hash, issuer.subject), key: digestSync(hash, keyBits(issuer)) };
}

/** Contents of the key's bit string. */
export function keyBits({ spki }: Certificate): Uint8Array {
  const fields = enterOnly(spki, TAG.sequence);
  fields.next(TAG.sequence);
  return readBitString(fields.next(TAG.bitString));
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
