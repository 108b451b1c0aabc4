/**
 * Certificates in PEM text (RFC 7468 §3), read strictly: nothing but `CERTIFICATE` blocks of
 * canonical base64, lines ending in LF or CRLF, and NUL bytes at the very end, which Intel's quotes
 * carry. So there is one text per list of certificates, up to line breaks. Time is linear in the text.
 */
import { TeeError } from './errors.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

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
  let end = text.length;
  while (text[end - 1] === '\0') end--;
  for (let at = skipLineEnds(text, 0); at < end; at = skipLineEnds(text, at)) {
    const body = skipLineEnd(text, at + BEGIN.length);
    const stop = text.indexOf(END, body);
    if (!text.startsWith(BEGIN, at) || body === at + BEGIN.length || stop < 0)
      throw malformed('something else than a certificate');
    if (found.length === bounds.maxCertificates)
      throw malformed(`more than ${bounds.maxCertificates} certificates`);
    found.push(readBase64(text.slice(body, stop).replace(/\r?\n/g, '')));
    at = stop + END.length;
    if (at < end && skipLineEnd(text, at) === at) throw malformed('text after a certificate');
  }
  if (found.length === 0) throw malformed('no certificate');
  return found;
}

function skipLineEnds(text: string, start: number): number {
  let at = start;
  for (let next = skipLineEnd(text, at); next > at; next = skipLineEnd(text, at)) at = next;
  return at;
}

/** Where the text goes on after one line end at `at`, or `at` if there is none. */
function skipLineEnd(text: string, at: number): number {
  if (text[at] === '\n') return at + 1;
  return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at;
}

/** RFC 4648 §4 with §3.5: bits that say nothing are zero. */
function readBase64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw malformed('no base64');
  }
  // `atob` lets white space, missing padding and stray bits pass.
  if (btoa(binary) !== text) throw malformed('no canonical base64');
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function malformed(what: string): TeeError {
  return new TeeError('pem_malformed', `not PEM certificates: ${what}`);
}
