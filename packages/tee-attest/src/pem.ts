/**
 * Certificates in PEM text (RFC 7468 §5), read strictly: nothing but `CERTIFICATE` blocks, white
 * space between them, and NUL bytes at the very end, which Intel's quotes carry.
 */
import { TeeError } from './errors.ts';

const BLOCK =
  /^\s*-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+?)-----END CERTIFICATE-----\s*/;

/** How much PEM is read. */
export interface PemBounds {
  /** Most certificates accepted. */
  readonly maxCertificates: number;
  /** Most characters accepted. */
  readonly maxCharacters: number;
}

const DEFAULT_BOUNDS: PemBounds = { maxCertificates: 8, maxCharacters: 65_536 };

/**
 * DER of each certificate of a PEM text, in order.
 * @throws TeeError `pem_malformed` for other text, no certificate, or more than `bounds` allow.
 */
export function readPem(text: string, bounds: PemBounds = DEFAULT_BOUNDS): Uint8Array[] {
  if (text.length > bounds.maxCharacters)
    throw malformed(`more than ${bounds.maxCharacters} characters`);
  const found: Uint8Array[] = [];
  let rest = text.replace(/\0+$/, '');
  while (rest.trim() !== '') {
    const block = BLOCK.exec(rest);
    if (block === null) throw malformed('something else than a certificate');
    if (found.length === bounds.maxCertificates)
      throw malformed(`more than ${bounds.maxCertificates} certificates`);
    found.push(readBase64((block[1] ?? '').replace(/[\r\n]/g, '')));
    rest = rest.slice(block[0].length);
  }
  if (found.length === 0) throw malformed('no certificate');
  return found;
}

function readBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw malformed('no base64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function malformed(what: string): TeeError {
  return new TeeError('pem_malformed', `not PEM certificates: ${what}`);
}
