/**
 * SEV-SNP attestation reports (AMD document 56860 revision 1.58, structures ATTESTATION_REPORT and
 * GUEST_POLICY), little-endian, versions 2, 3 and 5. Version 3 added the processor's CPUID,
 * version 5 the mitigation vectors; where a version has no field, the bytes must be zero.
 *
 * Parsing says nothing about who made the bytes: that is `verify.ts`.
 */
import { isZero } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import type { SnpCpuid } from './product.ts';

/** Bytes of a report. */
export const SNP_REPORT_BYTES = 1184;

/** What the guest's owner allowed the host (GUEST_POLICY). */
export interface SnpGuestPolicy {
  readonly abiMinor: number;
  readonly abiMajor: number;
  readonly smt: boolean;
  readonly migrationAgent: boolean;
  readonly debug: boolean;
  readonly singleSocket: boolean;
  readonly cxl: boolean;
  readonly memoryAes256Xts: boolean;
  readonly raplDisabled: boolean;
  readonly ciphertextHiding: boolean;
  readonly pageSwapDisabled: boolean;
}

/** How the platform was set up (PLATFORM_INFO). */
export interface SnpPlatformInfo {
  readonly smt: boolean;
  readonly tsme: boolean;
  readonly ecc: boolean;
  readonly raplDisabled: boolean;
  readonly ciphertextHiding: boolean;
  readonly aliasCheckComplete: boolean;
  readonly iommuWriteSafe: boolean;
  readonly tio: boolean;
}

/** A firmware's number. */
export interface SnpFirmware {
  readonly major: number;
  readonly minor: number;
  readonly build: number;
}

/** A parsed report. Byte strings are views into one copy of its bytes, which nobody else holds. */
export interface SnpReport {
  readonly version: number;
  readonly guestSvn: number;
  readonly policy: SnpGuestPolicy;
  /** 16 bytes each. */
  readonly familyId: Uint8Array;
  readonly imageId: Uint8Array;
  /** 0 (most privileged) to 3. */
  readonly vmpl: number;
  readonly platformInfo: SnpPlatformInfo;
  /** Whether the identity block was signed by an author key, whose digest then stands below. */
  readonly authorKeyEnabled: boolean;
  readonly chipKeyMasked: boolean;
  readonly signingKey: 'vcek' | 'vlek' | 'none';
  /** 64 bytes. */
  readonly reportData: Uint8Array;
  /** 48 bytes: the launch digest. */
  readonly measurement: Uint8Array;
  /** 32 bytes. */
  readonly hostData: Uint8Array;
  /** 48 bytes each. */
  readonly idKeyDigest: Uint8Array;
  readonly authorKeyDigest: Uint8Array;
  /** 32 bytes each. */
  readonly reportId: Uint8Array;
  readonly migrationAgentReportId: Uint8Array;
  /** TCB_VERSION, 8 bytes each; their layout is the product's (`readTcb`). */
  readonly currentTcb: Uint8Array;
  readonly reportedTcb: Uint8Array;
  readonly committedTcb: Uint8Array;
  readonly launchTcb: Uint8Array;
  /** From version 3 on. */
  readonly cpuid: SnpCpuid | undefined;
  /** 64 bytes; Turin uses 8. */
  readonly chipId: Uint8Array;
  readonly currentFirmware: SnpFirmware;
  readonly committedFirmware: SnpFirmware;
  /** Mitigations in force, as bits; from version 5 on. */
  readonly launchMitigations: bigint | undefined;
  readonly currentMitigations: bigint | undefined;
  /** The bytes that are signed. */
  readonly signed: Uint8Array;
  /** r ‖ s, big-endian, 48 bytes each. */
  readonly signature: Uint8Array;
}

const VERSIONS: ReadonlySet<number> = /* @__PURE__ */ new Set([2, 3, 5]);
const SIGNED_BYTES = 0x2a0;
/** Bytes of a number in the signature, of which a P-384 scalar uses the lower 48. */
const NUMBER_BYTES = 72;
const SCALAR_BYTES = 48;
const ECDSA_P384_SHA384 = 1;
const POLICY_BITS = 26;
const POLICY_ONE_BIT = 17;
const PLATFORM_BITS = 8;
const SIGNER_BITS = 5;
const SIGNING_KEYS = new Map([
  [0, 'vcek'],
  [1, 'vlek'],
  [7, 'none'],
] as const);

/**
 * Parses a report.
 * @throws TeeError `snp_malformed`, `snp_version`, `snp_reserved`, `snp_signature_algorithm` or
 *   `snp_signature_encoding`.
 */
export function parseSnpReport(report: Uint8Array): SnpReport {
  if (report.length !== SNP_REPORT_BYTES) {
    throw new TeeError('snp_malformed', `not a report of ${SNP_REPORT_BYTES} bytes`, {
      expected: String(SNP_REPORT_BYTES),
      actual: String(report.length),
    });
  }
  const bytes = Uint8Array.from(report);
  const view = new DataView(bytes.buffer);
  const u32 = (at: number) => view.getUint32(at, true);
  const slice = (at: number, size: number) => bytes.subarray(at, at + size);
  const version = u32(0);
  if (!VERSIONS.has(version)) {
    throw new TeeError('snp_version', `report version ${version}`, {
      expected: '2, 3 or 5',
      actual: String(version),
    });
  }
  const algorithm = u32(0x34);
  if (algorithm !== ECDSA_P384_SHA384) {
    throw new TeeError('snp_signature_algorithm', `signature algorithm ${algorithm}`, {
      expected: String(ECDSA_P384_SHA384),
      actual: String(algorithm),
    });
  }
  const signer = readBits(view, 0x48, { count: SIGNER_BITS, what: 'signer info' });
  const signingKey = SIGNING_KEYS.get((signer >> 2) as 0 | 1 | 7);
  if (signingKey === undefined) throw malformed(`signing key ${signer >> 2}`);
  const vmpl = u32(0x30);
  if (vmpl > 3) throw malformed(`privilege level ${vmpl}`);
  const authorKeyEnabled = (signer & 1) !== 0;
  const authorKeyDigest = slice(0x110, 48);
  if (!authorKeyEnabled && !isZero(authorKeyDigest)) throw reserved('author key digest');
  const hasCpuid = version >= 3;
  const hasMitigations = version >= 5;
  mustBeZero(bytes, hasCpuid ? 0x18b : 0x188, 0x1a0);
  mustBeZero(bytes, 0x1eb, 0x1ec);
  mustBeZero(bytes, 0x1ef, 0x1f0);
  mustBeZero(bytes, hasMitigations ? 0x208 : 0x1f8, SIGNED_BYTES);
  return {
    version,
    guestSvn: u32(4),
    policy: readPolicy(view),
    familyId: slice(0x10, 16),
    imageId: slice(0x20, 16),
    vmpl,
    platformInfo: readPlatformInfo(view),
    authorKeyEnabled,
    chipKeyMasked: (signer & 2) !== 0,
    signingKey,
    reportData: slice(0x50, 64),
    measurement: slice(0x90, 48),
    hostData: slice(0xc0, 32),
    idKeyDigest: slice(0xe0, 48),
    authorKeyDigest,
    reportId: slice(0x140, 32),
    migrationAgentReportId: slice(0x160, 32),
    currentTcb: slice(0x38, 8),
    reportedTcb: slice(0x180, 8),
    committedTcb: slice(0x1e0, 8),
    launchTcb: slice(0x1f0, 8),
    cpuid: hasCpuid
      ? {
          family: view.getUint8(0x188),
          model: view.getUint8(0x189),
          stepping: view.getUint8(0x18a),
        }
      : undefined,
    chipId: slice(0x1a0, 64),
    currentFirmware: readFirmware(view, 0x1e8),
    committedFirmware: readFirmware(view, 0x1ec),
    launchMitigations: hasMitigations ? view.getBigUint64(0x1f8, true) : undefined,
    currentMitigations: hasMitigations ? view.getBigUint64(0x200, true) : undefined,
    signed: slice(0, SIGNED_BYTES),
    signature: readSignature(bytes.subarray(SIGNED_BYTES)),
  };
}

function readPolicy(view: DataView): SnpGuestPolicy {
  const bits = readBits(view, 8, { count: POLICY_BITS, what: 'policy' });
  const has = (bit: number) => (bits & (1 << bit)) !== 0;
  if (!has(POLICY_ONE_BIT)) throw reserved(`policy bit ${POLICY_ONE_BIT}`);
  return {
    abiMinor: bits & 0xff,
    abiMajor: (bits >> 8) & 0xff,
    smt: has(16),
    migrationAgent: has(18),
    debug: has(19),
    singleSocket: has(20),
    cxl: has(21),
    memoryAes256Xts: has(22),
    raplDisabled: has(23),
    ciphertextHiding: has(24),
    pageSwapDisabled: has(25),
  };
}

function readPlatformInfo(view: DataView): SnpPlatformInfo {
  const bits = readBits(view, 0x40, { count: PLATFORM_BITS, what: 'platform info' });
  const has = (bit: number) => (bits & (1 << bit)) !== 0;
  return {
    smt: has(0),
    tsme: has(1),
    ecc: has(2),
    raplDisabled: has(3),
    ciphertextHiding: has(4),
    aliasCheckComplete: has(5),
    iommuWriteSafe: has(6),
    tio: has(7),
  };
}

/** The defined bits of an 8-byte field, of which all others must be zero. */
function readBits(
  view: DataView,
  at: number,
  { count, what }: { count: number; what: string },
): number {
  const low = view.getUint32(at, true);
  if (low >>> count !== 0 || view.getUint32(at + 4, true) !== 0) throw reserved(what);
  return low;
}

function readFirmware(view: DataView, at: number): SnpFirmware {
  return {
    build: view.getUint8(at),
    minor: view.getUint8(at + 1),
    major: view.getUint8(at + 2),
  };
}

function readSignature(field: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * SCALAR_BYTES);
  for (let i = 0; i < 2; i++) {
    const number = field.subarray(i * NUMBER_BYTES, (i + 1) * NUMBER_BYTES);
    if (!isZero(number.subarray(SCALAR_BYTES))) throw encoding('a number of more than 48 bytes');
    signature.set(number.slice(0, SCALAR_BYTES).reverse(), i * SCALAR_BYTES);
  }
  if (!isZero(field.subarray(2 * NUMBER_BYTES))) throw encoding('bytes after s');
  return signature;
}

function mustBeZero(bytes: Uint8Array, start: number, end: number): void {
  if (!isZero(bytes.subarray(start, end))) throw reserved(`bytes ${start} to ${end - 1}`);
}

function malformed(what: string): TeeError {
  return new TeeError('snp_malformed', `not a SEV-SNP report: ${what}`);
}

function reserved(what: string): TeeError {
  return new TeeError('snp_reserved', `reserved bits of a SEV-SNP report: ${what}`);
}

function encoding(what: string): TeeError {
  return new TeeError('snp_signature_encoding', `signature of a SEV-SNP report: ${what}`);
}
