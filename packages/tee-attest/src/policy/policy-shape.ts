/** A policy and its sections: what each member means, its bounds and its default. */
import type { TcbStatus } from '../intel/facts.ts';
import {
  boolean,
  day,
  type Field,
  hex,
  integer,
  literal,
  object,
  oneOf,
  optional,
  setOf,
  text,
  withDefault,
} from './shape.ts';

/** Kinds of CPU evidence. */
export type CpuKind = 'sgx' | 'tdx' | 'snp';

/** A policy with every default filled in. Make one with `definePolicy` or `parsePolicy`. */
export interface Policy {
  readonly version: 1;
  /** For people only, up to 64 characters of `A-Za-z0-9 ._/-`. */
  readonly name?: string;
  /** Kinds of CPU evidence that are accepted; default all. An empty list: no CPU evidence is asked for. */
  readonly cpu: readonly CpuKind[];
  /** Bytes after a quote: refused (default) or cut off. */
  readonly trailing: 'reject' | 'trim';
  /**
   * What report data may begin with, 1 to 64 bytes each. For what never changes; a challenge is
   * given to `appraise` instead.
   */
  readonly reportData?: readonly string[];
  readonly intel: IntelPolicy;
  readonly sgx: SgxPolicy;
  readonly tdx: TdxPolicy;
  readonly snp: SnpPolicy;
  readonly gpu: GpuPolicy;
}

/** Devices by identity. */
export interface Identities {
  /** Only these. */
  readonly allow?: readonly string[];
  /** Never these. */
  readonly deny: readonly string[];
}

/** What Intel's TCB status must be. */
export interface TcbPolicy {
  /** Default `UpToDate`, `SWHardeningNeeded`. `Revoked` is never accepted. */
  readonly statuses: readonly AcceptableStatus[];
  /** Advisories (`INTEL-SA-00615`) that are accepted where the status carries some; default none. */
  readonly advisories: readonly string[];
  /** Earliest acceptable date of the TCB level. */
  readonly minDate?: string;
  /** Smallest acceptable `tcbEvaluationDataNumber` of TCB info and quoting enclave identity. */
  readonly minEvaluationDataNumber?: number;
  /**
   * For so many days after the date of its TCB level, a platform that is `OutOfDate` is judged as if
   * it were not, whatever its advisories, with the tier warning. Default 0.
   */
  readonly graceDays: number;
}

/** A status that a policy can accept. */
export type AcceptableStatus = Exclude<TcbStatus, 'Revoked'>;

/** What SGX and TDX have in common: the platform. */
export interface IntelPolicy {
  readonly tcb: TcbPolicy;
  /** By PPID, 16 bytes. */
  readonly ppid: Identities;
  /** By platform instance id, 16 bytes, of multi-package platforms. */
  readonly platformInstance: Identities;
  /** What the PCK certificate must say, where given. Certificates of single packages say nothing. */
  readonly smt?: boolean;
  readonly dynamicPlatform?: boolean;
  readonly cachedKeys?: boolean;
}

/** An SGX enclave. */
export interface SgxPolicy {
  /** Whether debug enclaves are accepted, with the tier warning. Default false. */
  readonly debug: boolean;
  readonly mrEnclave?: readonly string[];
  readonly mrSigner?: readonly string[];
  readonly isvProdId?: number;
  /** Default 0. */
  readonly minIsvSvn: number;
}

/** Bits of a field, in the byte order of the evidence. */
export interface Bits {
  /** Bits that must be 1. */
  readonly ones: string;
  /** Bits that must be 0. */
  readonly zeros: string;
}

/** A trust domain. */
export interface TdxPolicy {
  /** Whether debug domains are accepted, with the tier warning. Default false. */
  readonly debug: boolean;
  /** Whether SEPT_VE_DISABLE must be set. Default true. */
  readonly septVeDisable: boolean;
  /** TD attributes besides DEBUG and SEPT_VE_DISABLE; default: those reserved in TDX 1.5 are zero. */
  readonly attributes: Bits;
  /** Default: x87 and SSE, and nothing outside what TDX modules allow. */
  readonly xfam: Bits;
  readonly mrTd?: readonly string[];
  readonly rtmr0?: readonly string[];
  readonly rtmr1?: readonly string[];
  readonly rtmr2?: readonly string[];
  readonly rtmr3?: readonly string[];
  readonly mrSeam?: readonly string[];
  readonly mrConfigId?: readonly string[];
  readonly mrOwner?: readonly string[];
  readonly mrOwnerConfig?: readonly string[];
  /** Default: only zero, no service TD. Reports before TD 1.5 have no such field. */
  readonly mrServiceTd: readonly string[];
  /** Whether an event log must be given that replays to the runtime registers. Default false. */
  readonly eventLog: boolean;
}

/** Least security version of each component of AMD's TCB; those left out are not checked. */
export interface SnpTcbFloor {
  /** Turin only. */
  readonly fmc?: number;
  readonly bootloader?: number;
  readonly tee?: number;
  readonly snp?: number;
  readonly microcode?: number;
}

/** A bit of the guest policy besides DEBUG. */
export type GuestPolicyBit = (typeof GUEST_POLICY_BITS)[number];

/** A bit of PLATFORM_INFO. */
export type PlatformBit = (typeof PLATFORM_BITS)[number];

/** An SEV-SNP guest. AMD publishes no list of good firmware: the floors are the policy's. */
export interface SnpPolicy {
  readonly debug: boolean;
  /** Highest virtual machine privilege level that may have asked for the report. Default 0. */
  readonly maxVmpl: number;
  readonly products?: readonly ('Milan' | 'Genoa' | 'Turin')[];
  /** Floors of the reported TCB, which the certificate proves, by product. */
  readonly minTcb: {
    readonly milan: SnpTcbFloor;
    readonly genoa: SnpTcbFloor;
    readonly turin: SnpTcbFloor;
  };
  /** Least firmware API, as `major.minor`. */
  readonly minApi?: string;
  /** Least firmware build. */
  readonly minBuild?: number;
  /** Whether what runs must be what can no longer be rolled back: current = committed. Default false. */
  readonly committed: boolean;
  /** Bits that the guest's owner must have set. Default none. */
  readonly required: readonly GuestPolicyBit[];
  /** Bits that must be clear. Default `migrationAgent`. */
  readonly forbidden: readonly GuestPolicyBit[];
  /** What the platform must report. `aliasCheckComplete` is AMD's answer to BadRAM. Default none. */
  readonly platformRequired: readonly PlatformBit[];
  readonly platformForbidden: readonly PlatformBit[];
  readonly minGuestSvn: number;
  readonly measurement?: readonly string[];
  readonly hostData?: readonly string[];
  readonly idKeyDigest?: readonly string[];
  readonly authorKeyDigest?: readonly string[];
  readonly familyId?: readonly string[];
  readonly imageId?: readonly string[];
  /** By chip id as in the report: 64 bytes. A report that hides it (VLEK) passes neither list. */
  readonly chip: Identities;
  /** Whether AMD's revocation list must be given and checked; false is tier warning. Default true. */
  readonly revocation: boolean;
  /** Whether a cloud provider's key (VLEK), which names no chip, may sign. Default false. */
  readonly vlek: boolean;
  /** Cloud providers whose VLEK is accepted, by the name in the certificate. */
  readonly cspIds?: readonly string[];
}

/** NVIDIA GPUs and switches. What is given is verified even where none is asked for. */
export interface GpuPolicy {
  /** Number of GPUs. Default 0 to 64. */
  readonly minCount: number;
  readonly maxCount: number;
  /** Number of switches. Default 0 to 64. */
  readonly minSwitches: number;
  readonly maxSwitches: number;
  /**
   * Whether, as soon as a GPU is in protected PCIe mode, the switches that GPUs see must be those
   * that are given. Default true.
   */
  readonly topology: boolean;
  readonly architectures?: readonly string[];
  /** Whether every device's measurements must match reference manifests. Default true. */
  readonly manifests: boolean;
  /** Whether OCSP must have called every certificate good. Default true. */
  readonly revocation: boolean;
  /** Whether NVIDIA's own verdict (NRAS) stands in for manifests and OCSP. Default false. */
  readonly nras: boolean;
  /** Whether measurements without a reference value are accepted, as NVIDIA does. Default true. */
  readonly withoutReference: boolean;
  readonly driverVersions?: readonly string[];
  readonly vbiosVersions?: readonly string[];
  readonly modes?: readonly ('single' | 'multiple' | 'protected-pcie')[];
  readonly nvdec?: 'enabled' | 'disabled';
  /** By device id: SHA-256 of the key that the provisioner certified, 32 bytes. */
  readonly device: Identities;
}

/** Names of the guest policy's bits besides DEBUG, as in `SnpGuestPolicy`. */
export const GUEST_POLICY_BITS = [
  'smt',
  'migrationAgent',
  'singleSocket',
  'cxl',
  'memoryAes256Xts',
  'raplDisabled',
  'ciphertextHiding',
  'pageSwapDisabled',
] as const;

/** Names of PLATFORM_INFO's bits, as in `SnpPlatformInfo`. */
export const PLATFORM_BITS = [
  'smt',
  'tsme',
  'ecc',
  'raplDisabled',
  'ciphertextHiding',
  'aliasCheckComplete',
  'iommuWriteSafe',
  'tio',
] as const;

const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;
const MAX_DEVICES = 64;
const STATUSES: readonly AcceptableStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'TDRelaunchAdvised',
  'TDRelaunchAdvisedConfigurationNeeded',
];

const size = (bytes: number) => hex({ least: bytes, most: bytes });
const digests = (bytes: number) => optional(setOf(size(bytes)));
const words = <const T extends string>(list: readonly T[]) => setOf(oneOf(list));
const allowed = withDefault(boolean, false);
const demanded = withDefault(boolean, true);
const version = text(/^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/, 'a version of up to 64 characters');

function identities(bytes: number): Field<Identities> {
  return object<Identities>({
    allow: digests(bytes),
    deny: withDefault(setOf(size(bytes)), []),
  });
}

function bits(ones: string, zeros: string): Field<Bits> {
  const field = size(ones.length / 2);
  return object<Bits>({ ones: withDefault(field, ones), zeros: withDefault(field, zeros) });
}

function snpTcb(): Field<SnpTcbFloor> {
  const component = optional(integer({ least: 0, most: 255 }));
  return object<SnpTcbFloor>({
    fmc: component,
    bootloader: component,
    tee: component,
    snp: component,
    microcode: component,
  });
}

const INTEL = /* @__PURE__ */ object<IntelPolicy>({
  tcb: object<TcbPolicy>({
    statuses: withDefault(words(STATUSES), ['SWHardeningNeeded', 'UpToDate']),
    advisories: withDefault(
      setOf(text(/^INTEL-(?:SA|DOC)-\d{1,6}$/, 'an advisory such as INTEL-SA-00615')),
      [],
    ),
    minDate: optional(day),
    minEvaluationDataNumber: optional(integer({ least: 0, most: MAX_U32 })),
    graceDays: withDefault(integer({ least: 0, most: 3650 }), 0),
  }),
  ppid: identities(16),
  platformInstance: identities(16),
  smt: optional(boolean),
  dynamicPlatform: optional(boolean),
  cachedKeys: optional(boolean),
});

const SGX = /* @__PURE__ */ object<SgxPolicy>({
  debug: allowed,
  mrEnclave: digests(32),
  mrSigner: digests(32),
  isvProdId: optional(integer({ least: 0, most: MAX_U16 })),
  minIsvSvn: withDefault(integer({ least: 0, most: MAX_U16 }), 0),
});

const TDX = /* @__PURE__ */ object<TdxPolicy>({
  debug: allowed,
  septVeDisable: demanded,
  // All but DEBUG (0), SEPT_VE_DISABLE (28), PKS (30), KL (31) and PERFMON (63).
  attributes: bits('0000000000000000', 'feffff2fffffff7f'),
  // The masks FIXED1 = 0x3 and FIXED0 = 0x6dbe7 of TDX modules.
  xfam: bits('0300000000000000', '1824f9ffffffffff'),
  mrTd: digests(48),
  rtmr0: digests(48),
  rtmr1: digests(48),
  rtmr2: digests(48),
  rtmr3: digests(48),
  mrSeam: digests(48),
  mrConfigId: digests(48),
  mrOwner: digests(48),
  mrOwnerConfig: digests(48),
  mrServiceTd: withDefault(setOf(size(48)), ['00'.repeat(48)]),
  eventLog: allowed,
});

const SNP = /* @__PURE__ */ object<SnpPolicy>({
  debug: allowed,
  maxVmpl: withDefault(integer({ least: 0, most: 3 }), 0),
  products: optional(words(['Milan', 'Genoa', 'Turin'])),
  minTcb: object<SnpPolicy['minTcb']>({ milan: snpTcb(), genoa: snpTcb(), turin: snpTcb() }),
  minApi: optional(text(/^\d{1,3}\.\d{1,3}$/, 'major.minor')),
  minBuild: optional(integer({ least: 0, most: 255 })),
  committed: allowed,
  required: withDefault(words(GUEST_POLICY_BITS), []),
  forbidden: withDefault(words(GUEST_POLICY_BITS), ['migrationAgent']),
  platformRequired: withDefault(words(PLATFORM_BITS), []),
  platformForbidden: withDefault(words(PLATFORM_BITS), []),
  minGuestSvn: withDefault(integer({ least: 0, most: MAX_U32 }), 0),
  measurement: digests(48),
  hostData: digests(32),
  idKeyDigest: digests(48),
  authorKeyDigest: digests(48),
  familyId: digests(16),
  imageId: digests(16),
  chip: identities(64),
  revocation: demanded,
  vlek: allowed,
  cspIds: optional(setOf(text(/^[ -~]{1,128}$/, 'up to 128 printable characters'))),
});

const count = (fallback: number) => withDefault(integer({ least: 0, most: MAX_DEVICES }), fallback);

const GPU = /* @__PURE__ */ object<GpuPolicy>({
  minCount: count(0),
  maxCount: count(MAX_DEVICES),
  minSwitches: count(0),
  maxSwitches: count(MAX_DEVICES),
  topology: demanded,
  architectures: optional(setOf(version)),
  manifests: demanded,
  revocation: demanded,
  nras: allowed,
  withoutReference: demanded,
  driverVersions: optional(setOf(version)),
  vbiosVersions: optional(setOf(version)),
  modes: optional(words(['single', 'multiple', 'protected-pcie'])),
  nvdec: optional(oneOf(['enabled', 'disabled'])),
  device: identities(32),
});

const CPU_KINDS: readonly CpuKind[] = ['sgx', 'snp', 'tdx'];

/** The whole policy. */
export const POLICY_SHAPE: Field<Policy> = /* @__PURE__ */ object<Policy>({
  version: literal(1),
  name: optional(text(/^[\w ./-]{1,64}$/, 'up to 64 of A-Z a-z 0-9 _ . / - and space')),
  cpu: withDefault(words(CPU_KINDS), CPU_KINDS),
  trailing: withDefault(oneOf(['reject', 'trim']), 'reject'),
  reportData: optional(setOf(hex({ least: 1, most: 64 }))),
  intel: INTEL,
  sgx: SGX,
  tdx: TDX,
  snp: SNP,
  gpu: GPU,
});
