/**
 * Quotes of Intel's quoting enclaves, versions 3 (SGX), 4 (SGX and TDX) and 5 (SGX, TDX 1.0 and 1.5):
 * Intel SGX ECDSA Quote Library Reference, appendix A, and Intel TDX DCAP Quoting Library API,
 * appendix A.3. Numbers are little-endian, byte strings are views into the input, and every length
 * must add up exactly.
 *
 *     header 48 | [v5: type 2, size 4] | body | signature data size 4 | signature data
 *     signature data: signature 64 | key 64 | [v4, v5: 6 as type 2, size 4] | enclave's report 384 |
 *                     its signature 64 | data size 2 | data | 5 as type 2, size 4 | certificates
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import { BytesReader } from './bytes-reader.ts';
import type { IntelCode } from './codes.ts';
import {
  parseSgxReport,
  parseTdReport,
  SGX_REPORT_BYTES,
  type SgxReport,
  TD_REPORT_10_BYTES,
  TD_REPORT_15_BYTES,
  type TdReport,
} from './report.ts';

/** A parsed quote. Nothing of it is verified yet. */
export interface Quote {
  readonly kind: 'sgx' | 'tdx';
  readonly version: 3 | 4 | 5;
  /** 20 bytes of the header. */
  readonly userData: Uint8Array;
  readonly body: SgxReport | TdReport;
  /** The bytes that the attestation key signs: header and body. */
  readonly signed: Uint8Array;
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
  /** The attestation key x ‖ y, 64 bytes. */
  readonly attestationKey: Uint8Array;
  readonly qeReport: SgxReport;
  /** The bytes of `qeReport`, which the PCK key signs. */
  readonly qeReportBytes: Uint8Array;
  readonly qeReportSignature: Uint8Array;
  /** Bytes that the quoting enclave hashes with the attestation key. */
  readonly qeAuthData: Uint8Array;
  /** PEM text of the PCK certificate chain, leaf first. */
  readonly certificates: Uint8Array;
  /** Bytes after the quote that were left out. */
  readonly trailingBytes: number;
}

/** What to do with bytes after the quote. Buffers of Linux' configfs leave some. */
export interface QuoteOptions {
  /** `reject` (the default) or `trim`: leave them out; they are signed by nobody. */
  readonly trailing?: 'reject' | 'trim';
}

/** Longest quote read, bytes after it included. */
export const MAX_QUOTE_BYTES = 32_768;

const HEADER_BYTES = 48;
const DESCRIPTOR_BYTES = 6;
/** 939a7233-f79c-4ca9-940a-0db3957f0607, Intel's quoting enclaves. */
const INTEL_VENDOR = /* @__PURE__ */ Uint8Array.of(
  0x93,
  0x9a,
  0x72,
  0x33,
  0xf7,
  0x9c,
  0x4c,
  0xa9,
  0x94,
  0x0a,
  0x0d,
  0xb3,
  0x95,
  0x7f,
  0x06,
  0x07,
);
const KEY_ECDSA_P256 = 2;
const TEE_SGX = 0;
const TEE_TDX = 0x81;
const CERTIFICATION_CHAIN = 5;
const CERTIFICATION_QE_REPORT = 6;
/** Body types of version 5: technology and size. */
const BODIES: Readonly<Record<number, { tee: number; size: number }>> = {
  1: { tee: TEE_SGX, size: SGX_REPORT_BYTES },
  2: { tee: TEE_TDX, size: TD_REPORT_10_BYTES },
  3: { tee: TEE_TDX, size: TD_REPORT_15_BYTES },
};

/**
 * Parses a quote into views of `bytes`. Costs a few dozen small reads.
 * @throws TeeError with a code of the quote: `quote_malformed`, `quote_trailing_bytes`,
 * `quote_version_unsupported`, `quote_tee_mismatch`, `quote_key_type_unsupported`,
 * `quote_vendor_unknown`, `quote_certification_unsupported`.
 */
export function parseQuote(bytes: Uint8Array, { trailing = 'reject' }: QuoteOptions = {}): Quote {
  if (bytes.length > MAX_QUOTE_BYTES) {
    throw refused('quote_malformed', 'too long', `at most ${MAX_QUOTE_BYTES}`, bytes.length);
  }
  const reader = read(bytes);
  const version = readVersion(reader.u16());
  const keyType = reader.u16();
  if (keyType !== KEY_ECDSA_P256) {
    throw refused('quote_key_type_unsupported', 'key type', KEY_ECDSA_P256, keyType);
  }
  const tee = reader.u32();
  if (version === 3 ? tee !== TEE_SGX : tee !== TEE_SGX && tee !== TEE_TDX) {
    throw refused('quote_tee_mismatch', `technology of version ${version}`, '0 or 129', tee);
  }
  reader.take(4); // version 3: SVNs of the enclave and the PCE; later reserved
  const vendor = reader.take(16);
  if (!equalBytes(vendor, INTEL_VENDOR)) {
    throw refused('quote_vendor_unknown', 'vendor', bytesToHex(INTEL_VENDOR), bytesToHex(vendor));
  }
  const userData = reader.take(20);
  const bodySize = version === 5 ? readDescriptor(reader, tee) : legacySize(tee);
  const bodyBytes = reader.take(bodySize);
  const signed = bytes.subarray(
    0,
    HEADER_BYTES + (version === 5 ? DESCRIPTOR_BYTES : 0) + bodySize,
  );
  const data = read(reader.take(reader.u32()));
  if (reader.left > 0 && trailing !== 'trim') {
    throw refused('quote_trailing_bytes', 'bytes after the quote', 0, reader.left);
  }
  return {
    kind: tee === TEE_SGX ? 'sgx' : 'tdx',
    version,
    userData,
    body: tee === TEE_SGX ? parseSgxReport(bodyBytes) : parseTdReport(bodyBytes),
    signed,
    ...readSignatureData(data, version),
    trailingBytes: reader.left,
  };
}

function readVersion(version: number): 3 | 4 | 5 {
  if (version === 3 || version === 4 || version === 5) return version;
  throw refused('quote_version_unsupported', 'version', '3, 4 or 5', version);
}

function legacySize(tee: number): number {
  return tee === TEE_SGX ? SGX_REPORT_BYTES : TD_REPORT_10_BYTES;
}

function readDescriptor(reader: BytesReader, tee: number): number {
  const type = reader.u16();
  const size = reader.u32();
  const body = BODIES[type];
  if (body === undefined) throw refused('quote_malformed', 'body type', '1, 2 or 3', type);
  if (body.size !== size) throw refused('quote_malformed', 'size of the body', body.size, size);
  if (body.tee !== tee) {
    throw refused('quote_tee_mismatch', `technology of body type ${type}`, body.tee, tee);
  }
  return size;
}

type SignatureData = Pick<
  Quote,
  | 'signature'
  | 'attestationKey'
  | 'qeReport'
  | 'qeReportBytes'
  | 'qeReportSignature'
  | 'qeAuthData'
  | 'certificates'
>;

function readSignatureData(data: BytesReader, version: 3 | 4 | 5): SignatureData {
  const signature = data.take(64);
  const attestationKey = data.take(64);
  const certification = version === 3 ? data : certified(data, CERTIFICATION_QE_REPORT);
  const qeReportBytes = certification.take(SGX_REPORT_BYTES);
  const qeReportSignature = certification.take(64);
  const qeAuthData = certification.take(certification.u16());
  const chain = certified(certification, CERTIFICATION_CHAIN);
  return {
    signature,
    attestationKey,
    qeReport: parseSgxReport(qeReportBytes),
    qeReportBytes,
    qeReportSignature,
    qeAuthData,
    certificates: chain.take(chain.left),
  };
}

/** Certification data of a type, which must be the last thing in `data`. */
function certified(data: BytesReader, expected: number): BytesReader {
  const type = data.u16();
  if (type !== expected) {
    throw refused('quote_certification_unsupported', 'certification type', expected, type);
  }
  const inner = read(data.take(data.u32()));
  if (data.left > 0) {
    throw refused('quote_malformed', 'bytes after the certification data', 0, data.left);
  }
  return inner;
}

function read(bytes: Uint8Array): BytesReader {
  return new BytesReader(bytes, (wanted, left) =>
    refused('quote_malformed', 'shorter than its lengths say', wanted, left),
  );
}

function refused(
  code: IntelCode,
  what: string,
  expected: string | number,
  actual: string | number,
): TeeError {
  return new TeeError(code, `quote refused: ${what}: expected ${expected}, got ${actual}`, {
    expected: String(expected),
    actual: String(actual),
  });
}
