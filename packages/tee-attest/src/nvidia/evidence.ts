/**
 * Evidence files as NVIDIA's tools write them (attestation-sdk, `nvattest collect-evidence`; also what
 * NRAS takes): a JSON list of devices with base64 of report and PEM chain, and what the collector
 * claims about each. The claims are compared with what the device signed.
 */
import { parseHex, parseText } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import type { PreparedNvidiaChain } from './chain.ts';
import { MAX_REPORT_BYTES } from './report.ts';

/** Evidence of one device. */
export interface NvidiaEvidence {
  /** SPDM request and response. */
  readonly report: Uint8Array;
  /** Five certificates in PEM, leaf first, or what `prepareNvidiaChain` made of them. */
  readonly chain: string | PreparedNvidiaChain;
  /** What the collector says, if it says something; it must agree with what the device signed. */
  readonly claimed?:
    | {
        /** `GH100`, `GB100` or `LS_10`. */
        readonly architecture?: string | undefined;
        readonly nonce?: Uint8Array | undefined;
      }
    | undefined;
}

/** Most devices read from one file. */
export const MAX_DEVICES = 64;
/** Longest evidence file read. */
export const MAX_EVIDENCE_CHARACTERS = 2_097_152;
const MAX_CHAIN_BYTES = 16_384;
/** Names of architectures in evidence files. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  HOPPER: 'GH100',
  BLACKWELL: 'GB100',
  LS10: 'LS_10',
};

/**
 * Devices of an evidence file.
 * @throws TeeError `gpu_evidence_malformed`.
 */
export function parseNvidiaEvidence(json: string): NvidiaEvidence[] {
  if (json.length > MAX_EVIDENCE_CHARACTERS)
    throw malformed(`more than ${MAX_EVIDENCE_CHARACTERS} characters`);
  const list = parseList(json);
  if (list.length === 0 || list.length > MAX_DEVICES)
    throw malformed(`${list.length} devices, expected 1 to ${MAX_DEVICES}`);
  return list.map(readDevice);
}

function parseList(json: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw malformed('not JSON', cause);
  }
  if (!Array.isArray(value)) throw malformed('not a list');
  return value;
}

function readDevice(value: unknown): NvidiaEvidence {
  if (typeof value !== 'object' || value === null) throw malformed('a device that is no object');
  const { arch, certificate, evidence, nonce } = value as Record<string, unknown>;
  const pem = parseText(readBase64(certificate, MAX_CHAIN_BYTES));
  if (pem === undefined) throw malformed('a chain that is no text');
  if (typeof arch !== 'string' || !Object.hasOwn(ARCHITECTURES, arch))
    throw malformed('unknown architecture');
  const claimedNonce = typeof nonce === 'string' ? parseHex(nonce) : undefined;
  if (claimedNonce?.length !== 32) throw malformed('a nonce that is not 32 bytes in hexadecimal');
  return {
    report: readBase64(evidence, MAX_REPORT_BYTES),
    chain: pem,
    claimed: { architecture: ARCHITECTURES[arch], nonce: claimedNonce },
  };
}

function readBase64(value: unknown, maxBytes: number): Uint8Array {
  const fits =
    typeof value === 'string' &&
    value.length % 4 === 0 &&
    value.length <= Math.ceil(maxBytes / 3) * 4 &&
    /^[A-Za-z0-9+/]*={0,2}$/.test(value);
  if (!fits) throw malformed('bytes that are no base64, or too many');
  return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('gpu_evidence_malformed', `not an evidence file: ${what}`, { cause });
}
