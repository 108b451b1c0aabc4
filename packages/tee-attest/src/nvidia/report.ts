/**
 * The report of a GPU or switch: an SPDM 1.1 GET_MEASUREMENTS request followed by its signed
 * MEASUREMENTS response (DMTF DSP0274 1.1.2 §10.11), with the opaque data of NVIDIA's devices.
 * Lengths and layout were checked against twenty real reports and NVIDIA's verifiers.
 *
 * Stricter than NVIDIA's own: every length must add up, blocks stand in order without gaps, and the
 * signature found by walking the fields must be the last 96 bytes, because those are what is left out
 * of the signed bytes.
 */
import { TeeError } from '../errors.ts';
import { type OpaqueFields, readOpaqueFields } from './opaque.ts';

/** One measurement. */
export interface MeasurementBlock {
  /** As reference manifests count: the block's index minus one. */
  readonly index: number;
  readonly value: Uint8Array;
}

/** A parsed report; byte strings are views into it. Nothing in it is proven yet. */
export interface GpuReport {
  /** 32 bytes that the requester chose. */
  readonly nonce: Uint8Array;
  /** 32 bytes that the device chose. */
  readonly responderNonce: Uint8Array;
  /** Slot of the certificate chain that signs, 0 to 7. */
  readonly slot: number;
  readonly measurements: readonly MeasurementBlock[];
  readonly opaque: OpaqueFields;
  /** Everything before the signature. */
  readonly signed: Uint8Array;
  /** r ‖ s, 96 bytes. */
  readonly signature: Uint8Array;
}

/** Longest report read; real ones have 2 to 4.3 KiB. */
export const MAX_REPORT_BYTES = 16_384;

const REQUEST_BYTES = 37;
const RESPONSE_HEADER_BYTES = 8;
const NONCE_BYTES = 32;
const SIGNATURE_BYTES = 96;
/** Request: SPDM 1.1, GET_MEASUREMENTS, signature asked for, all blocks. */
const REQUEST_HEADER = [0x11, 0xe0, 0x01, 0xff];
/** Response: SPDM 1.1, MEASUREMENTS, number of blocks not asked for. */
const RESPONSE_HEADER = [0x11, 0x60, 0x00];
/** Measurement specification DMTF; value type: digest of mutable firmware. */
const DMTF = 1;
const FIRMWARE_DIGEST = 1;
const VALUE_BYTES = 48;
const BLOCK_BYTES = 4 + 3 + VALUE_BYTES;
const MAX_SLOT = 7;

/**
 * Parses a report. Costs the bytes read.
 * @throws TeeError `gpu_report_malformed` or `gpu_opaque_malformed`.
 */
export function parseGpuReport(bytes: Uint8Array): GpuReport {
  if (bytes.length > MAX_REPORT_BYTES)
    throw malformed(`${bytes.length} bytes, at most ${MAX_REPORT_BYTES}`);
  const blocksAt = REQUEST_BYTES + RESPONSE_HEADER_BYTES;
  if (bytes.length < blocksAt + NONCE_BYTES + 2 + SIGNATURE_BYTES) throw malformed('too short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!startsWith(bytes, REQUEST_HEADER)) throw malformed('not a request for all, signed');
  const response = bytes.subarray(REQUEST_BYTES);
  if (!startsWith(response, RESPONSE_HEADER)) throw malformed('not a response of SPDM 1.1');
  const slot = view.getUint8(REQUEST_BYTES - 1);
  if (slot > MAX_SLOT || response[3] !== slot) throw malformed('slot');

  const count = view.getUint8(REQUEST_BYTES + 4);
  const blocksBytes =
    view.getUint16(REQUEST_BYTES + 5, true) + 65_536 * view.getUint8(REQUEST_BYTES + 7);
  const nonceAt = blocksAt + blocksBytes;
  const opaqueAt = nonceAt + NONCE_BYTES + 2;
  if (count === 0 || blocksBytes !== count * BLOCK_BYTES) throw malformed('length of measurements');
  if (opaqueAt + SIGNATURE_BYTES > bytes.length) throw malformed('measurements beyond the end');
  const signatureAt = opaqueAt + view.getUint16(opaqueAt - 2, true);
  if (signatureAt !== bytes.length - SIGNATURE_BYTES)
    throw malformed('signature not at the end of the fields');
  return {
    nonce: bytes.subarray(REQUEST_HEADER.length, REQUEST_HEADER.length + NONCE_BYTES),
    responderNonce: bytes.subarray(nonceAt, nonceAt + NONCE_BYTES),
    slot,
    measurements: readBlocks(bytes.subarray(blocksAt, nonceAt)),
    opaque: readOpaqueFields(bytes.subarray(opaqueAt, signatureAt)),
    signed: bytes.subarray(0, signatureAt),
    signature: bytes.subarray(signatureAt),
  };
}

/** Blocks of DSP0274 §10.11.1, each of one fixed length: index, specification, size, type, size, value. */
function readBlocks(bytes: Uint8Array): MeasurementBlock[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks: MeasurementBlock[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const index = blocks.length;
    if (view.getUint8(at) !== index + 1) throw malformed('indices of measurements not 1, 2, …');
    const fits =
      view.getUint8(at + 1) === DMTF &&
      view.getUint16(at + 2, true) === 3 + VALUE_BYTES &&
      view.getUint8(at + 4) === FIRMWARE_DIGEST &&
      view.getUint16(at + 5, true) === VALUE_BYTES;
    if (!fits) throw malformed(`measurement ${index}`);
    blocks.push({ index, value: bytes.subarray(at + 7, at + BLOCK_BYTES) });
  }
  return blocks;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function malformed(what: string): TeeError {
  return new TeeError('gpu_report_malformed', `not a device report: ${what}`);
}
