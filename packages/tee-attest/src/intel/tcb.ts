/**
 * What a platform, its TDX module and its quoting enclave are worth: matching levels and merging
 * their statuses by the rules of Intel's Quote Verification Library (TcbLevelCheck.cpp,
 * TdxModuleCheck.cpp, TDRelaunchCheck.cpp).
 *
 * Stricter than Intel in one point: `Revoked` of the level by SGX components alone also wins, where
 * Intel only logs it and goes on with the TDX level.
 */
import { bytesToHex, equalBytes, isZero } from '../bytes.ts';
import type { Checks } from '../checks.ts';
import type { IntelFacts, PckFacts, TcbDistance, TcbLevelFacts, TcbStatus } from './facts.ts';
import { masked, type QeIdentity } from './qe-identity.ts';
import type { SgxReport, TdReport } from './report.ts';
import type { PlatformLevel, SvnLevel, TcbInfo, TdxModuleIdentity } from './tcb-info.ts';

/** What is judged, and by what. */
export interface TcbRequest {
  readonly body: SgxReport | TdReport;
  readonly qeReport: SgxReport;
  readonly pck: PckFacts;
  readonly tcbInfo: TcbInfo;
  readonly qeIdentity: QeIdentity;
  readonly checks: Checks;
}

const DAY_MS = 86_400_000;
const CONFIGURATION: readonly TcbStatus[] = [
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
];

/** Judges a quote whose signatures hold. Throws {@link TeeError} where there is no level to name. */
export function judgeTcb(request: TcbRequest): IntelFacts['tcb'] {
  const { body, qeReport, pck, tcbInfo, qeIdentity, checks } = request;
  const td = body.kind === 'sgx' ? undefined : body;
  const { sgx, platform } = matchPlatform(pck, tcbInfo, td, checks);
  const module = td === undefined ? undefined : matchModule(td, tcbInfo, checks);
  const qe = matchSvn(qeIdentity.levels, qeReport.isvSvn, 'intel.tcb.qe', checks);

  const merged = mergeStatus(platform.status, module?.level.status ?? 'UpToDate');
  const isCured =
    td?.teeTcbSvn2 !== undefined &&
    qe.status === 'UpToDate' &&
    module?.level.status === 'OutOfDate';
  const relaunched = isCured
    ? adviseRelaunch(merged, sgx.status, { teeTcbSvn2: td.teeTcbSvn2, tcbInfo, checks })
    : merged;
  const revoked = sgx.status === 'Revoked';
  const status = revoked ? 'Revoked' : mergeStatus(relaunched, qe.status);
  const levels = [platform, qe, ...(module === undefined ? [] : [module.level])];
  checks.pass('intel.tcb.status', status);
  return {
    status,
    platform: levelFacts(platform),
    sgx: levelFacts(sgx),
    module: module && { id: module.id, ...levelFacts(module.level) },
    quotingEnclave: levelFacts(qe),
    advisories: [...new Set(levels.flatMap(({ advisories }) => advisories))].sort(),
    date: new Date(Math.min(...levels.map(({ date }) => date.getTime()))),
    evaluationDataNumber: Math.min(tcbInfo.evaluationDataNumber, qeIdentity.evaluationDataNumber),
    distance: measureDistance(request, platform),
  };
}

/**
 * Demands that the TDX module is the one that the TCB info describes: by its identity where the quote
 * states a major version, else by the module of the heading.
 */
export function checkTdxModule(body: TdReport, tcbInfo: TcbInfo, checks: Checks): void {
  const major = body.teeTcbSvn[1] as number;
  const expected = major > 0 ? findModule(tcbInfo, major) : tcbInfo.tdxModule;
  checks.must(expected !== undefined, 'intel.tdxModule.known', 'tdx_module_missing', {
    actual: moduleId(major),
  });
  const { mrSigner, attributes, attributesMask } = expected as TdxModuleIdentity;
  checks.must(
    equalBytes(body.mrSignerSeam, mrSigner),
    'intel.tdxModule.mrSigner',
    'tdx_module_mismatch',
    { expected: bytesToHex(mrSigner), actual: bytesToHex(body.mrSignerSeam) },
  );
  const { seamAttributes } = body;
  checks.must(
    isZero(seamAttributes) && equalBytes(masked(seamAttributes, attributesMask), attributes),
    'intel.tdxModule.attributes',
    'tdx_module_mismatch',
    { expected: bytesToHex(attributes), actual: bytesToHex(seamAttributes) },
  );
}

/** A platform's status joined with that of a module or a quoting enclave. */
export function mergeStatus(platform: TcbStatus, part: TcbStatus): TcbStatus {
  if (platform === 'Revoked' || part === 'Revoked') return 'Revoked';
  if (part !== 'OutOfDate') return platform;
  if (platform === 'UpToDate' || platform === 'SWHardeningNeeded') return 'OutOfDate';
  return CONFIGURATION.includes(platform) ? 'OutOfDateConfigurationNeeded' : platform;
}

/**
 * The highest level that the platform reaches with all its components, and the highest that it
 * reaches by SGX components and PCESVN alone.
 */
function matchPlatform(
  pck: PckFacts,
  { levels }: TcbInfo,
  td: TdReport | undefined,
  checks: Checks,
): { sgx: PlatformLevel; platform: PlatformLevel } {
  const reached = levels.filter(
    ({ sgx, pceSvn }) => reaches(pck.cpuSvn, sgx, 0) && pck.pceSvn >= pceSvn,
  );
  const sgx = reached[0];
  const platform =
    td === undefined
      ? sgx
      : reached.find(({ tdx }) => reaches(td.teeTcbSvn, tdx, firstComponent(td.teeTcbSvn)));
  checks.must(platform !== undefined, 'intel.tcb.platform', 'tcb_not_supported', {
    expected: 'a level of the TCB info',
    actual: platform?.status ?? `cpusvn ${pck.cpuSvn.join('.')} pcesvn ${pck.pceSvn}`,
  });
  return { sgx: sgx as PlatformLevel, platform: platform as PlatformLevel };
}

/** The level of the TDX module, or undefined for a module of major version 0, which has none. */
function matchModule(
  { teeTcbSvn }: TdReport,
  tcbInfo: TcbInfo,
  checks: Checks,
): { id: string; level: SvnLevel } | undefined {
  const [svn, major] = teeTcbSvn as unknown as [number, number];
  const identity = findModule(tcbInfo, major);
  if (identity === undefined) return undefined;
  return { id: identity.id, level: matchSvn(identity.levels, svn, 'intel.tcb.module', checks) };
}

function matchSvn(levels: readonly SvnLevel[], svn: number, id: string, checks: Checks): SvnLevel {
  const level = levels.find(({ isvSvn }) => svn >= isvSvn);
  checks.must(level !== undefined, id, 'tcb_not_supported', {
    expected: `at least ${levels.at(-1)?.isvSvn}`,
    actual: `${svn} ${level?.status ?? ''}`.trim(),
  });
  return level as SvnLevel;
}

/** Components 0 and 1 are the module's where it states a major version; its identity judges them. */
function firstComponent(teeTcbSvn: Uint8Array): 0 | 2 {
  return (teeTcbSvn[1] as number) > 0 ? 2 : 0;
}

function reaches(actual: ArrayLike<number>, level: readonly number[], from: number): boolean {
  return level.every((svn, i) => i < from || (actual[i] as number) >= svn);
}

function findModule(
  { tdxModuleIdentities }: TcbInfo,
  major: number,
): TdxModuleIdentity | undefined {
  return tdxModuleIdentities.find(({ id }) => id === moduleId(major));
}

function moduleId(major: number): string {
  return `TDX_${major.toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * TDRelaunchCheck.cpp: only the module at launch was outdated, and the one now loaded is the newest, so
 * that relaunching the trust domain cures it.
 */
function adviseRelaunch(
  merged: TcbStatus,
  sgx: TcbStatus,
  loaded: { teeTcbSvn2: Uint8Array; tcbInfo: TcbInfo; checks: Checks },
): TcbStatus {
  const needsConfiguration =
    CONFIGURATION.includes(sgx) || merged === 'OutOfDateConfigurationNeeded';
  const isOnlyModule =
    CONFIGURATION.includes(sgx) || sgx === 'UpToDate' || sgx === 'SWHardeningNeeded';
  const isOutdated = merged === 'OutOfDate' || merged === 'OutOfDateConfigurationNeeded';
  if (!isOnlyModule || !isOutdated || !isNewestModule(loaded)) return merged;
  return needsConfiguration ? 'TDRelaunchAdvisedConfigurationNeeded' : 'TDRelaunchAdvised';
}

function isNewestModule({
  teeTcbSvn2,
  tcbInfo,
  checks,
}: {
  teeTcbSvn2: Uint8Array;
  tcbInfo: TcbInfo;
  checks: Checks;
}): boolean {
  const [svn, major, microcode] = teeTcbSvn2 as unknown as [number, number, number];
  const newest = (tcbInfo.levels[0] as PlatformLevel).tdx;
  const identity = findModule(tcbInfo, major);
  checks.must(
    major === 0 || identity !== undefined,
    'intel.tdxModule.loaded',
    'tdx_module_missing',
    { actual: moduleId(major) },
  );
  const newestSvn = identity === undefined ? newest[0] : identity.levels[0]?.isvSvn;
  return svn >= (newestSvn as number) && microcode >= (newest[2] as number);
}

function measureDistance(
  { body, qeReport, pck, tcbInfo, qeIdentity }: TcbRequest,
  matched: PlatformLevel,
): TcbDistance {
  const newest = tcbInfo.levels[0] as PlatformLevel;
  const pairs = newest.sgx.map((svn, i) => ({
    name: `sgx[${i}]`,
    actual: pck.cpuSvn[i] as number,
    newest: svn,
  }));
  pairs.push({ name: 'pcesvn', actual: pck.pceSvn, newest: newest.pceSvn });
  if (body.kind !== 'sgx') {
    const { teeTcbSvn } = body;
    newest.tdx.forEach((svn, i) => {
      if (i < firstComponent(teeTcbSvn)) return;
      pairs.push({ name: `tdx[${i}]`, actual: teeTcbSvn[i] as number, newest: svn });
    });
    const module = findModule(tcbInfo, teeTcbSvn[1] as number);
    if (module !== undefined) {
      const newestSvn = (module.levels[0] as SvnLevel).isvSvn;
      pairs.push({ name: 'tdxmodule', actual: teeTcbSvn[0] as number, newest: newestSvn });
    }
  }
  const newestQe = (qeIdentity.levels[0] as SvnLevel).isvSvn;
  pairs.push({ name: 'qe', actual: qeReport.isvSvn, newest: newestQe });
  const behindMs = newest.date.getTime() - matched.date.getTime();
  return {
    components: pairs.filter(({ actual, newest: wanted }) => actual < wanted),
    levelsBehind: tcbInfo.levels.indexOf(matched),
    daysBehind: Math.max(0, Math.round(behindMs / DAY_MS)),
  };
}

function levelFacts({ status, date, advisories }: PlatformLevel | SvnLevel): TcbLevelFacts {
  return { status, date: new Date(date), advisories: [...advisories] };
}
