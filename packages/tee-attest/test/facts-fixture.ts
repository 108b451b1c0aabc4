/** Facts as verifiers would find them, made by hand: every field that a policy looks at. */

import type { SnpFacts } from '../src/amd/facts.ts';
import type { Appraisal } from '../src/appraisal/appraisal.ts';
import { judge, type VerifiedCpu, type VerifiedGpu } from '../src/appraisal/judge.ts';
import type { Verified } from '../src/checks.ts';
import type { TeeCode } from '../src/errors.ts';
import type { IntelFacts } from '../src/intel/facts.ts';
import type { SgxReport, TdReport } from '../src/intel/report.ts';
import type { NvidiaFacts } from '../src/nvidia/facts.ts';
import { definePolicy, type PolicyInput } from '../src/policy/policy.ts';

export const NOW: Date = new Date('2026-06-01T00:00:00Z');
const END = new Date('2026-07-01T00:00:00Z');

export const filled = (size: number, byte: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(size).fill(byte);
export const hexOf = (size: number, byte: number): string =>
  byte.toString(16).padStart(2, '0').repeat(size);

export const ENCLAVE: SgxReport = {
  kind: 'sgx',
  cpuSvn: filled(16, 1),
  miscSelect: filled(4, 0),
  attributes: {
    flags: 5n,
    xfrm: 3n,
    debug: false,
    provisionKey: false,
    launchKey: false,
    keySeparation: false,
  },
  attributeBytes: filled(16, 0),
  mrEnclave: filled(32, 0x11),
  mrSigner: filled(32, 0x22),
  isvProdId: 7,
  isvSvn: 3,
  isvExtendedProdId: filled(16, 0),
  isvFamilyId: filled(16, 0),
  configId: filled(64, 0),
  configSvn: 0,
  reportData: filled(64, 0xda),
};

const SEPT_VE_DISABLE = 1n << 28n;

export const DOMAIN: TdReport = {
  kind: 'td15',
  teeTcbSvn: filled(16, 5),
  mrSeam: filled(48, 0x31),
  mrSignerSeam: filled(48, 0),
  seamAttributes: filled(8, 0),
  attributes: tdAttributes(SEPT_VE_DISABLE),
  xfam: 0x61ae7n,
  mrTd: filled(48, 0x32),
  mrConfigId: filled(48, 0x33),
  mrOwner: filled(48, 0x34),
  mrOwnerConfig: filled(48, 0x35),
  rtmrs: [filled(48, 0x40), filled(48, 0x41), filled(48, 0x42), filled(48, 0x43)],
  reportData: filled(64, 0xda),
  teeTcbSvn2: filled(16, 5),
  mrServiceTd: filled(48, 0),
};

export function tdAttributes(value: bigint): TdReport['attributes'] {
  const has = (bit: bigint): boolean => ((value >> bit) & 1n) === 1n;
  return {
    value,
    debug: has(0n),
    untrusted: (value & 0xffn) !== 0n,
    septVeDisable: has(28n),
    migratable: has(29n),
    protectionKeys: has(30n),
    keyLocker: has(31n),
    performanceMonitoring: has(63n),
    reserved: 0n,
  };
}

const LEVEL = { status: 'UpToDate', date: new Date('2026-01-10'), advisories: [] } as const;

export const INTEL: IntelFacts = {
  kind: 'tdx',
  quoteVersion: 5,
  body: DOMAIN,
  userData: filled(20, 0),
  reportData: DOMAIN.reportData,
  quotingEnclave: ENCLAVE,
  pck: {
    fmspc: filled(6, 0x50),
    pceId: filled(2, 0),
    ppid: filled(16, 0x51),
    cpuSvn: Array.from({ length: 16 }, () => 2),
    pceSvn: 13,
    sgxType: 'scalable',
    platformInstanceId: filled(16, 0x52),
    configuration: { dynamicPlatform: false, cachedKeys: true, smtEnabled: true },
  },
  tcb: {
    status: 'UpToDate',
    platform: LEVEL,
    sgx: LEVEL,
    module: { ...LEVEL, id: 'TDX_01' },
    quotingEnclave: LEVEL,
    advisories: [],
    date: LEVEL.date,
    evaluationDataNumber: 19,
    distance: { components: [], levelsBehind: 0, daysBehind: 0 },
  },
  collateral: {
    tcbInfo: { version: 3, issueDate: NOW, nextUpdate: END, evaluationDataNumber: 19 },
    qeIdentity: { version: 2, issueDate: NOW, nextUpdate: END, evaluationDataNumber: 19 },
  },
  expiresAt: END,
  crlNumbers: { root: '01', pck: '02' },
};

/** An enclave on the same platform. */
export function sgxFacts(body: Partial<SgxReport> = {}): IntelFacts {
  return { ...INTEL, kind: 'sgx', quoteVersion: 3, body: { ...ENCLAVE, ...body } };
}

/** A trust domain. */
export function tdxFacts(body: Partial<TdReport> = {}): IntelFacts {
  return { ...INTEL, body: { ...DOMAIN, ...body } };
}

const TCB = { fmc: undefined, bootloader: 7, tee: 0, snp: 14, microcode: 72 };

export const SNP: SnpFacts = {
  kind: 'snp',
  product: 'Genoa',
  report: {
    version: 3,
    guestSvn: 2,
    policy: {
      abiMinor: 0,
      abiMajor: 0,
      smt: true,
      migrationAgent: false,
      debug: false,
      singleSocket: false,
      cxl: false,
      memoryAes256Xts: false,
      raplDisabled: false,
      ciphertextHiding: false,
      pageSwapDisabled: false,
    },
    familyId: filled(16, 0x61),
    imageId: filled(16, 0x62),
    vmpl: 0,
    platformInfo: {
      smt: true,
      tsme: false,
      ecc: true,
      raplDisabled: false,
      ciphertextHiding: false,
      aliasCheckComplete: true,
      iommuWriteSafe: false,
      tio: false,
    },
    authorKeyEnabled: true,
    chipKeyMasked: false,
    signingKey: 'vcek',
    reportData: filled(64, 0xda),
    measurement: filled(48, 0x63),
    hostData: filled(32, 0x64),
    idKeyDigest: filled(48, 0x65),
    authorKeyDigest: filled(48, 0x66),
    reportId: filled(32, 0),
    migrationAgentReportId: filled(32, 0xff),
    currentTcb: filled(8, 9),
    reportedTcb: filled(8, 9),
    committedTcb: filled(8, 9),
    launchTcb: filled(8, 9),
    cpuid: { family: 0x19, model: 0x11, stepping: 1 },
    chipId: filled(64, 0x67),
    currentFirmware: { major: 1, minor: 55, build: 21 },
    committedFirmware: { major: 1, minor: 55, build: 21 },
    launchMitigations: undefined,
    currentMitigations: undefined,
    signed: filled(0x2a0, 0),
    signature: filled(96, 0),
  },
  reportData: filled(64, 0xda),
  signedBy: 'vcek',
  chipId: filled(64, 0x67),
  cspId: undefined,
  tcb: { current: TCB, reported: TCB, committed: TCB, launch: TCB },
  revocation: 'checked',
  expiresAt: END,
  crlNumber: '05',
};

/** Changes of a report leave everything else as it is. */
export function snpFacts(
  report: Partial<SnpFacts['report']> = {},
  rest: Partial<SnpFacts> = {},
): SnpFacts {
  return { ...SNP, ...rest, report: { ...SNP.report, ...report } };
}

export const GPU: NvidiaFacts = {
  kind: 'gpu',
  architecture: 'GH100',
  report: {
    nonce: filled(32, 0x71),
    responderNonce: filled(32, 0x72),
    slot: 0,
    measurements: [{ index: 0, value: filled(48, 0x73) }],
    opaque: {
      kind: 'gpu',
      driverVersion: '550.144.03',
      vbiosVersion: '96.00.5E.00.01',
      nvdec: 'enabled',
      mode: 'single',
      fwid: undefined,
      project: undefined,
      projectSku: undefined,
      chipSku: undefined,
      pdi: undefined,
      links: undefined,
      raw: new Map(),
    },
    signed: filled(8, 0),
    signature: filled(96, 0),
  },
  nonce: filled(32, 0x71),
  deviceId: filled(32, 0x74),
  ueid: '479176379310201873953880152003564349',
  fwid: filled(48, 0x75),
  driverVersion: '550.144.03',
  vbiosVersion: '96.00.5E.00.01',
  features: { mode: 'single', nvdec: 'enabled' },
  measurements: {
    compared: 33,
    skipped: [],
    withoutReference: [41],
    manifests: [
      { id: 'driver', kind: 'driver', version: '550.144.03', sha256: filled(32, 0x76) },
      { id: 'vbios', kind: 'vbios', version: '96.00.5E.00.01', sha256: filled(32, 0x77) },
    ],
  },
  revocationChecked: true,
  expiresAt: END,
};

export function verified<Facts>(facts: Facts): Verified<Facts> {
  return { ok: true, facts, checks: [{ id: 'fixture', ok: true, code: 'ok' }] };
}

export function refused(code: TeeCode): Verified<never> {
  const checks = [{ id: 'fixture', ok: false, code }];
  return { ok: false, code, message: 'refused', checks };
}

export function verifiedGpu(
  facts: Partial<NvidiaFacts> = {},
  rest: Partial<VerifiedGpu> = {},
): VerifiedGpu {
  const result = verified({ ...GPU, ...facts });
  return { result, manifests: [], nras: undefined, fresh: true, ...rest };
}

export function verifiedCpu(facts: IntelFacts | SnpFacts): VerifiedCpu {
  return { kind: facts.kind, result: verified(facts), eventLog: undefined };
}

/** What a policy says of facts whose report data is what the caller expects. */
export function judgeFacts(
  policy: PolicyInput,
  {
    cpu,
    gpus = [],
    reportData = INTEL.reportData,
    now = NOW,
  }: {
    readonly cpu?: VerifiedCpu | undefined;
    readonly gpus?: readonly VerifiedGpu[];
    readonly reportData?: Uint8Array;
    readonly now?: Date;
  },
): Appraisal {
  const complete = definePolicy(policy);
  const evidenceHash = filled(32, 0);
  const composition = undefined;
  return judge({ cpu, gpus }, { policy: complete, now, evidenceHash, reportData, composition });
}

/** Codes of the checks that do not hold, each once. */
export function failedCodes({ checks }: Appraisal): string[] {
  return [...new Set(checks.filter(({ ok }) => !ok).map(({ code }) => code))];
}
