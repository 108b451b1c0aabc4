/** What a policy says of SEV-SNP guests and their platforms. */
import type { SnpFacts } from '../amd/facts.ts';
import type { Findings } from '../appraisal/findings.ts';
import { CLAIM } from '../appraisal/vector.ts';
import { equalBytes } from '../bytes.ts';
import { judgeIdentity } from './identity.ts';
import { judgeDebug } from './intel.ts';
import { judgeMeasurements } from './measurement.ts';
import type { Policy, SnpPolicy } from './policy-shape.ts';

const MISCONFIGURED = { configuration: CLAIM.contraindicated };
const OUTDATED = { hardware: CLAIM.contraindicated };
const COMPONENTS = ['fmc', 'bootloader', 'tee', 'snp', 'microcode'] as const;

/** Judges a verified report. */
export function judgeSnp(
  facts: SnpFacts,
  { policy: { snp }, findings }: { policy: Policy; findings: Findings },
): void {
  findings.claim({ hardware: CLAIM.affirmed, configuration: CLAIM.affirmed });
  judgePlatform(facts, snp, findings);
  judgeFirmware(facts, snp, findings);
  judgeGuest(facts, snp, findings);
}

function judgePlatform(facts: SnpFacts, policy: SnpPolicy, findings: Findings): void {
  const { products, vlek, cspIds } = policy;
  if (products !== undefined) {
    findings.demand({
      ok: products.includes(facts.product),
      id: 'snp.product',
      code: 'policy_product',
      expected: products.join(', '),
      actual: facts.product,
      claims: OUTDATED,
    });
  }
  findings.demand({
    ok: facts.revocation === 'checked',
    id: 'snp.revocation',
    code: 'policy_revocation',
    expected: 'checked',
    actual: facts.revocation,
    tier: policy.revocation ? 'none' : 'warning',
  });
  if (facts.signedBy === 'vlek') {
    const named = cspIds === undefined || cspIds.some((id) => id === facts.cspId);
    findings.demand({
      ok: vlek && named,
      id: 'snp.vlek',
      code: 'policy_vlek',
      expected: vlek ? (cspIds ?? ['any provider']).join(', ') : 'signed by a VCEK',
      actual: `VLEK of ${facts.cspId ?? 'an unnamed provider'}`,
      claims: { 'instance-identity': CLAIM.unrecognized },
    });
  }
  judgeIdentity('snp.chip', facts.chipId, { policy: policy.chip, findings, canHide: true });
  const { platformInfo } = facts.report;
  judgeBits('snp.platform', platformInfo, {
    required: policy.platformRequired,
    forbidden: policy.platformForbidden,
    code: 'policy_platform_info',
    findings,
  });
}

function judgeFirmware(facts: SnpFacts, policy: SnpPolicy, findings: Findings): void {
  const { report, tcb } = facts;
  const floor = policy.minTcb[facts.product.toLowerCase() as keyof SnpPolicy['minTcb']];
  for (const name of COMPONENTS) {
    const least = floor[name];
    if (least === undefined) continue;
    const actual = tcb.reported[name];
    findings.demand({
      ok: actual !== undefined && actual >= least,
      id: `snp.tcb.${name}`,
      code: 'policy_firmware',
      expected: `${least} or more`,
      actual: String(actual ?? 'absent'),
      claims: OUTDATED,
    });
  }
  const { major, minor, build } = report.currentFirmware;
  if (policy.minApi !== undefined) {
    const [leastMajor = 0, leastMinor = 0] = policy.minApi.split('.').map(Number);
    findings.demand({
      ok: major > leastMajor || (major === leastMajor && minor >= leastMinor),
      id: 'snp.api',
      code: 'policy_firmware',
      expected: `${policy.minApi} or later`,
      actual: `${major}.${minor}`,
      claims: OUTDATED,
    });
  }
  if (policy.minBuild !== undefined) {
    findings.demand({
      ok: build >= policy.minBuild,
      id: 'snp.build',
      code: 'policy_firmware',
      expected: `${policy.minBuild} or later`,
      actual: String(build),
      claims: OUTDATED,
    });
  }
  if (policy.committed) {
    const { committedFirmware: committed } = report;
    const same =
      equalBytes(report.currentTcb, report.committedTcb) &&
      committed.major === major &&
      committed.minor === minor &&
      committed.build === build;
    findings.demand({
      ok: same,
      id: 'snp.committed',
      code: 'policy_firmware',
      expected: 'current TCB and firmware are committed',
      actual: same ? 'committed' : 'can be rolled back',
      claims: OUTDATED,
    });
  }
}

function judgeGuest({ report }: SnpFacts, policy: SnpPolicy, findings: Findings): void {
  judgeDebug('snp.debug', report.policy.debug, { allowed: policy.debug, findings });
  findings.demand({
    ok: report.vmpl <= policy.maxVmpl,
    id: 'snp.vmpl',
    code: 'policy_vmpl',
    expected: `${policy.maxVmpl} or less`,
    actual: String(report.vmpl),
    claims: MISCONFIGURED,
  });
  judgeBits('snp.policy', report.policy, { ...policy, code: 'policy_guest_policy', findings });
  findings.demand({
    ok: report.guestSvn >= policy.minGuestSvn,
    id: 'snp.guestSvn',
    code: 'policy_svn',
    expected: `${policy.minGuestSvn} or more`,
    actual: String(report.guestSvn),
    claims: { executables: CLAIM.contraindicated },
  });
  const approved = judgeMeasurements(findings, [
    { id: 'snp.measurement', value: report.measurement, allowed: policy.measurement },
  ]);
  if (approved) findings.claim({ executables: CLAIM.approvedBoot });
  const owned = { claims: MISCONFIGURED };
  judgeMeasurements(findings, [
    { id: 'snp.hostData', value: report.hostData, allowed: policy.hostData, ...owned },
    { id: 'snp.idKeyDigest', value: report.idKeyDigest, allowed: policy.idKeyDigest, ...owned },
    {
      id: 'snp.authorKeyDigest',
      value: report.authorKeyDigest,
      allowed: policy.authorKeyDigest,
      ...owned,
    },
    { id: 'snp.familyId', value: report.familyId, allowed: policy.familyId, ...owned },
    { id: 'snp.imageId', value: report.imageId, allowed: policy.imageId, ...owned },
  ]);
}

function judgeBits<Name extends string>(
  id: string,
  bits: Readonly<Record<Name, boolean>>,
  {
    required,
    forbidden,
    code,
    findings,
  }: {
    required: readonly Name[];
    forbidden: readonly Name[];
    code: 'policy_guest_policy' | 'policy_platform_info';
    findings: Findings;
  },
): void {
  const judge = (name: Name, expected: boolean): void =>
    findings.demand({
      ok: bits[name] === expected,
      id: `${id}.${name}`,
      code,
      expected: expected ? 'on' : 'off',
      actual: bits[name] ? 'on' : 'off',
      claims: MISCONFIGURED,
    });
  for (const name of required) judge(name, true);
  for (const name of forbidden) judge(name, false);
}
