/**
 * The facts of evidence as one text and one hash (`factsHash`), the same for every appraiser of the
 * same evidence and collateral, whatever the time and whatever the policy: measurements, security
 * versions and statuses, identities of devices. No dates, no nonces, no report data: those differ
 * between two statements of one unchanged machine.
 *
 *     factsHash = SHA-256(canonical JSON (RFC 8785) of {"cpu": …, "format": FACTS_FORMAT, "gpus": […]})
 *
 * Bytes are lower-case hexadecimal, 64-bit fields hexadecimal numbers, GPUs sorted by device id.
 */
import type { SnpFacts } from '../amd/facts.ts';
import { bytesToHex, concatBytes } from '../bytes.ts';
import { canonicalHash } from '../canonical-json.ts';
import { digestSync } from '../crypto.ts';
import type { IntelFacts } from '../intel/facts.ts';
import type { SgxReport, TdReport } from '../intel/report.ts';
import type { NvidiaFacts } from '../nvidia/facts.ts';

/** Facts of the parts of one piece of evidence, or of several together. */
export interface AllFacts {
  readonly cpu?: IntelFacts | SnpFacts | undefined;
  readonly gpus?: readonly NvidiaFacts[] | undefined;
}

/** Plain JSON: text, integers, truth values, lists and objects of them. */
export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [name: string]: Plain | undefined };

/** Changes with what the hashed text means. */
const FACTS_FORMAT = 'barycenter.tee-facts/1';

/** SHA-256 of the facts, 32 bytes. */
export function factsHash({ cpu, gpus = [] }: AllFacts): Uint8Array<ArrayBuffer> {
  const devices = gpus.map(plainNvidia);
  devices.sort((left, right) => (left.deviceId < right.deviceId ? -1 : 1));
  return canonicalHash({ format: FACTS_FORMAT, cpu: cpu && plainCpu(cpu), gpus: devices });
}

/** The facts of a CPU that are hashed, as plain JSON. */
export function plainCpu(facts: IntelFacts | SnpFacts): Plain {
  return facts.kind === 'snp' ? plainSnp(facts) : plainIntel(facts);
}

/** The facts of a GPU or switch that are hashed, as plain JSON. */
export function plainNvidia(facts: NvidiaFacts): Plain & { readonly deviceId: string } {
  const { kind, architecture, driverVersion, vbiosVersion, features, measurements } = facts;
  const values = facts.report.measurements.map(({ value }) => value);
  return {
    kind,
    architecture,
    deviceId: bytesToHex(facts.deviceId),
    fwid: bytesToHex(facts.fwid),
    driverVersion,
    vbiosVersion,
    mode: features.mode,
    nvdec: features.nvdec,
    measurements: bytesToHex(digestSync('SHA-256', concatBytes(...values))),
    compared: measurements?.compared,
    withoutReference: measurements?.withoutReference,
    manifests: measurements?.manifests.map(({ id, version, sha256 }) => ({
      id,
      version,
      sha256: bytesToHex(sha256),
    })),
    revocationChecked: facts.revocationChecked,
  };
}

function plainIntel({ kind, quoteVersion, body, pck, tcb }: IntelFacts): Plain {
  const { configuration, platformInstanceId } = pck;
  return {
    kind,
    quoteVersion,
    body: body.kind === 'sgx' ? plainEnclave(body) : plainDomain(body),
    platform: {
      fmspc: bytesToHex(pck.fmspc),
      pceId: bytesToHex(pck.pceId),
      ppid: bytesToHex(pck.ppid),
      instance: platformInstanceId && bytesToHex(platformInstanceId),
      cpuSvn: pck.cpuSvn,
      pceSvn: pck.pceSvn,
      sgxType: pck.sgxType,
      ...configuration,
    },
    tcb: {
      status: tcb.status,
      platform: tcb.platform.status,
      sgx: tcb.sgx.status,
      module: tcb.module && { id: tcb.module.id, status: tcb.module.status },
      quotingEnclave: tcb.quotingEnclave.status,
      advisories: tcb.advisories,
      evaluationDataNumber: tcb.evaluationDataNumber,
    },
  };
}

function plainEnclave(body: SgxReport): Plain {
  return {
    kind: body.kind,
    cpuSvn: bytesToHex(body.cpuSvn),
    attributes: bytesToHex(body.attributeBytes),
    miscSelect: bytesToHex(body.miscSelect),
    mrEnclave: bytesToHex(body.mrEnclave),
    mrSigner: bytesToHex(body.mrSigner),
    isvProdId: body.isvProdId,
    isvSvn: body.isvSvn,
    isvExtendedProdId: bytesToHex(body.isvExtendedProdId),
    isvFamilyId: bytesToHex(body.isvFamilyId),
    configId: bytesToHex(body.configId),
    configSvn: body.configSvn,
  };
}

function plainDomain(body: TdReport): Plain {
  return {
    kind: body.kind,
    teeTcbSvn: bytesToHex(body.teeTcbSvn),
    teeTcbSvn2: body.teeTcbSvn2 && bytesToHex(body.teeTcbSvn2),
    attributes: hexNumber(body.attributes.value),
    xfam: hexNumber(body.xfam),
    mrSeam: bytesToHex(body.mrSeam),
    mrTd: bytesToHex(body.mrTd),
    mrConfigId: bytesToHex(body.mrConfigId),
    mrOwner: bytesToHex(body.mrOwner),
    mrOwnerConfig: bytesToHex(body.mrOwnerConfig),
    rtmrs: body.rtmrs.map((register) => bytesToHex(register)),
    mrServiceTd: body.mrServiceTd && bytesToHex(body.mrServiceTd),
  };
}

function plainSnp({ kind, product, report, signedBy, chipId, cspId, tcb }: SnpFacts): Plain {
  return {
    kind,
    product,
    signedBy,
    chipId: chipId && bytesToHex(chipId),
    cspId,
    version: report.version,
    vmpl: report.vmpl,
    guestSvn: report.guestSvn,
    policy: { ...report.policy },
    platformInfo: { ...report.platformInfo },
    measurement: bytesToHex(report.measurement),
    hostData: bytesToHex(report.hostData),
    familyId: bytesToHex(report.familyId),
    imageId: bytesToHex(report.imageId),
    idKeyDigest: bytesToHex(report.idKeyDigest),
    authorKeyDigest: bytesToHex(report.authorKeyDigest),
    tcb: {
      current: { ...tcb.current },
      reported: { ...tcb.reported },
      committed: { ...tcb.committed },
      launch: { ...tcb.launch },
    },
    firmware: { ...report.currentFirmware },
    committedFirmware: { ...report.committedFirmware },
    mitigations:
      report.currentMitigations === undefined ? undefined : hexNumber(report.currentMitigations),
  };
}

function hexNumber(value: bigint): string {
  return `0x${value.toString(16)}`;
}
