/**
 * Bodies of Intel quotes: the enclave report of SGX (Intel SDM volume 3D, §39.15 REPORT) and the TD
 * report of TDX in the two sizes that quotes carry (Intel TDX DCAP Quote Generation Library API,
 * "TD Quote Body" for TDX 1.0 and 1.5). Numbers are little-endian; byte strings are views.
 */
import { TeeError } from '../errors.ts';

export const SGX_REPORT_BYTES = 384;
export const TD_REPORT_10_BYTES = 584;
export const TD_REPORT_15_BYTES = 648;

/** ATTRIBUTES of an enclave: SDM volume 3D, §35.7.1. */
export interface SgxAttributes {
  readonly flags: bigint;
  /** Extended features the enclave may use (XFRM). */
  readonly xfrm: bigint;
  /** Bit 1: the enclave's memory can be read and written from outside. */
  readonly debug: boolean;
  /** Bit 4: may obtain the provisioning key. */
  readonly provisionKey: boolean;
  /** Bit 5: may obtain the launch key. */
  readonly launchKey: boolean;
  /** Bit 7: key separation and sharing; without it the four `config` and `family` fields are zero. */
  readonly keySeparation: boolean;
}

/** An SGX enclave report. */
export interface SgxReport {
  readonly kind: 'sgx';
  /** 16 bytes. */
  readonly cpuSvn: Uint8Array;
  /** 4 bytes. */
  readonly miscSelect: Uint8Array;
  readonly attributes: SgxAttributes;
  /** 16 bytes: `flags` and `xfrm` as they stand in the report. */
  readonly attributeBytes: Uint8Array;
  /** 32 bytes: what was loaded. */
  readonly mrEnclave: Uint8Array;
  /** 32 bytes: who signed it. */
  readonly mrSigner: Uint8Array;
  readonly isvProdId: number;
  readonly isvSvn: number;
  /** 16 bytes. */
  readonly isvExtendedProdId: Uint8Array;
  /** 16 bytes. */
  readonly isvFamilyId: Uint8Array;
  /** 64 bytes. */
  readonly configId: Uint8Array;
  readonly configSvn: number;
  /** 64 bytes that the enclave chose. */
  readonly reportData: Uint8Array;
}

/** ATTRIBUTES of a trust domain: Intel TDX Module Base Architecture, "TD Attributes". */
export interface TdAttributes {
  readonly value: bigint;
  /** Bit 0: the trust domain's memory can be read from outside. */
  readonly debug: boolean;
  /** Any of bits 0 to 7: the group that makes a trust domain untrusted (debugging, profiling). */
  readonly untrusted: boolean;
  /** Bit 28: the host cannot inject #VE by taking pages away. */
  readonly septVeDisable: boolean;
  /** Bit 29, of TDX 1.5: may be moved by a migration TD. */
  readonly migratable: boolean;
  /** Bit 30: supervisor protection keys. */
  readonly protectionKeys: boolean;
  /** Bit 31: key locker. */
  readonly keyLocker: boolean;
  /** Bit 63: performance monitoring. */
  readonly performanceMonitoring: boolean;
  /** Bits set that have no name here. */
  readonly reserved: bigint;
}

/** A report of a trust domain. */
export interface TdReport {
  readonly kind: 'td10' | 'td15';
  /** 16 bytes: SVNs of the TDX module (byte 0), its major version (byte 1), and further components. */
  readonly teeTcbSvn: Uint8Array;
  /** 48 bytes: the TDX module. */
  readonly mrSeam: Uint8Array;
  /** 48 bytes; zero for Intel's modules. */
  readonly mrSignerSeam: Uint8Array;
  /** 8 bytes; must be zero. */
  readonly seamAttributes: Uint8Array;
  readonly attributes: TdAttributes;
  /** Extended features the trust domain may use. */
  readonly xfam: bigint;
  /** 48 bytes: what was loaded at start. */
  readonly mrTd: Uint8Array;
  /** 48 bytes each, chosen by who created the trust domain. */
  readonly mrConfigId: Uint8Array;
  readonly mrOwner: Uint8Array;
  readonly mrOwnerConfig: Uint8Array;
  /** 48 bytes each: registers extended at run time, 0 to 3. */
  readonly rtmrs: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  /** 64 bytes that the trust domain chose. */
  readonly reportData: Uint8Array;
  /** 16 bytes, of TDX 1.5: SVNs of the module now loaded, `teeTcbSvn` being those at launch. */
  readonly teeTcbSvn2: Uint8Array | undefined;
  /** 48 bytes, of TDX 1.5: service trust domains bound to this one; zero for none. */
  readonly mrServiceTd: Uint8Array | undefined;
}

/** Bits of a TD's attributes that have a name above, the untrusted group among them. */
const NAMED_TD_BITS = 0xffn | (1n << 28n) | (1n << 29n) | (1n << 30n) | (1n << 31n) | (1n << 63n);

/**
 * Parses the report of an enclave.
 * @throws TeeError `quote_malformed` unless it has 384 bytes.
 */
export function parseSgxReport(bytes: Uint8Array): SgxReport {
  demandLength(bytes, SGX_REPORT_BYTES);
  const view = viewOf(bytes);
  const flags = view.getBigUint64(48, true);
  return {
    kind: 'sgx',
    cpuSvn: bytes.subarray(0, 16),
    miscSelect: bytes.subarray(16, 20),
    isvExtendedProdId: bytes.subarray(32, 48),
    attributes: {
      flags,
      xfrm: view.getBigUint64(56, true),
      debug: hasBit(flags, 1n),
      provisionKey: hasBit(flags, 4n),
      launchKey: hasBit(flags, 5n),
      keySeparation: hasBit(flags, 7n),
    },
    attributeBytes: bytes.subarray(48, 64),
    mrEnclave: bytes.subarray(64, 96),
    mrSigner: bytes.subarray(128, 160),
    configId: bytes.subarray(192, 256),
    isvProdId: view.getUint16(256, true),
    isvSvn: view.getUint16(258, true),
    configSvn: view.getUint16(260, true),
    isvFamilyId: bytes.subarray(304, 320),
    reportData: bytes.subarray(320, 384),
  };
}

/**
 * Parses the report of a trust domain, of TDX 1.0 (584 bytes) or 1.5 (648 bytes).
 * @throws TeeError `quote_malformed` for any other length.
 */
export function parseTdReport(bytes: Uint8Array): TdReport {
  const isNew = bytes.length === TD_REPORT_15_BYTES;
  if (!isNew) demandLength(bytes, TD_REPORT_10_BYTES);
  const view = viewOf(bytes);
  const at = (start: number, length = 48) => bytes.subarray(start, start + length);
  return {
    kind: isNew ? 'td15' : 'td10',
    teeTcbSvn: at(0, 16),
    mrSeam: at(16),
    mrSignerSeam: at(64),
    seamAttributes: at(112, 8),
    attributes: readTdAttributes(view.getBigUint64(120, true)),
    xfam: view.getBigUint64(128, true),
    mrTd: at(136),
    mrConfigId: at(184),
    mrOwner: at(232),
    mrOwnerConfig: at(280),
    rtmrs: [at(328), at(376), at(424), at(472)],
    reportData: at(520, 64),
    teeTcbSvn2: isNew ? at(584, 16) : undefined,
    mrServiceTd: isNew ? at(600) : undefined,
  };
}

function readTdAttributes(value: bigint): TdAttributes {
  return {
    value,
    debug: hasBit(value, 0n),
    untrusted: (value & 0xffn) !== 0n,
    septVeDisable: hasBit(value, 28n),
    migratable: hasBit(value, 29n),
    protectionKeys: hasBit(value, 30n),
    keyLocker: hasBit(value, 31n),
    performanceMonitoring: hasBit(value, 63n),
    reserved: value & ~NAMED_TD_BITS,
  };
}

function hasBit(value: bigint, bit: bigint): boolean {
  return ((value >> bit) & 1n) === 1n;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function demandLength(bytes: Uint8Array, expected: number): void {
  if (bytes.length === expected) return;
  throw new TeeError('quote_malformed', 'a report of another length', {
    expected: `${expected} bytes`,
    actual: `${bytes.length} bytes`,
  });
}
