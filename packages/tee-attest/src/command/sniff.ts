/**
 * What a file is, by its first bytes or by what it parses as. Only a guess at which parser to ask: the
 * parsers and verifiers judge.
 */
import { bytesToHex, parseText } from '../bytes.ts';
import { MAX_CERTIFICATE_BYTES, parseCertificate } from '../certificate.ts';
import { parseCrl } from '../crl.ts';
import { TeeError } from '../errors.ts';
import { parseOcspResponse } from '../nvidia/ocsp-response.ts';

/** Kinds of files that the command reads. */
export type FileKind =
  | 'quote'
  | 'snp-report'
  | 'gpu-report'
  | 'certificate'
  | 'pem'
  | 'crl'
  | 'ocsp'
  | 'manifest'
  | 'intel-collateral'
  | 'gpu-evidence'
  | 'event-log'
  | 'bundle'
  | 'unknown';

const SNP_REPORT_BYTES = 1184;
/** Vendor of Intel's quoting enclaves, at byte 12 of a quote. */
const INTEL_VENDOR = '939a7233f79c4ca9940a0db3957f0607';
/** SPDM 1.1 GET_MEASUREMENTS, at the start of a GPU report. */
const SPDM_REQUEST = '11e001ff';
/** Where a binary event log says what it is. */
const EVENT_LOG_HEAD = 64;

/** The kind of a file. */
export function sniff(bytes: Uint8Array): FileKind {
  const head = bytesToHex(bytes.subarray(0, EVENT_LOG_HEAD));
  if (head.startsWith(SPDM_REQUEST)) return 'gpu-report';
  if (head.slice(24, 56) === INTEL_VENDOR) return 'quote';
  if (bytes.length === SNP_REPORT_BYTES && /^0[2-9]000000/.test(head)) return 'snp-report';
  if (head.includes(bytesToHex(new TextEncoder().encode('Spec ID Event03')))) return 'event-log';
  return bytes[0] === 0x30 ? sniffDer(bytes) : sniffText(parseText(bytes)?.trimStart() ?? '');
}

function sniffDer(bytes: Uint8Array): FileKind {
  if (bytes.length <= MAX_CERTIFICATE_BYTES && parses(parseCertificate, bytes))
    return 'certificate';
  if (parses(parseCrl, bytes)) return 'crl';
  return parses(parseOcspResponse, bytes) ? 'ocsp' : 'unknown';
}

function sniffText(text: string): FileKind {
  if (text.startsWith('-----BEGIN ')) return 'pem';
  if (text.startsWith('<')) return 'manifest';
  if (text.startsWith('{')) {
    if (text.includes('"barycenter.tee-bundle"')) return 'bundle';
    return text.includes('"tcb_info"') ? 'intel-collateral' : 'unknown';
  }
  if (!text.startsWith('[')) return 'unknown';
  return text.includes('"imr"') ? 'event-log' : 'gpu-evidence';
}

function parses(parse: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    parse(bytes);
    return true;
  } catch (error) {
    if (error instanceof TeeError) return false;
    throw error;
  }
}
