/**
 * Certificates of one verification. The same few certificates come again and again, in the quote and
 * beside each statement: each is parsed once, and its key imported once.
 */
import { equalBytes } from '../bytes.ts';
import { type Certificate, parseCertificate } from '../certificate.ts';
import { readPem } from '../pem.ts';

const BOUNDS = { maxCertificates: 3, maxCharacters: 16_384 } as const;

/** Parses the certificates of a PEM text; those equal to one in `known` are that very object. */
export function readCertificates(pem: string, known: readonly Certificate[]): Certificate[] {
  return readPem(pem, BOUNDS).map(
    (der) => known.find((certificate) => equalBytes(certificate.der, der)) ?? parseCertificate(der),
  );
}
