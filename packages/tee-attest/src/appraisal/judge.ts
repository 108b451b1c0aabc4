/**
 * Verified evidence under a policy: what `appraise` does after the signatures. It reads no bytes and
 * waits for nothing.
 */
import type { SnpFacts } from '../amd/facts.ts';
import type { BindingFacts } from '../binding/verify-binding.ts';
import { bytesToHex, equalBytes } from '../bytes.ts';
import type { Verified } from '../checks.ts';
import type { IntelFacts } from '../intel/facts.ts';
import type { EventLogFacts } from '../intel/rtmr.ts';
import type { NrasFacts } from '../nras/facts.ts';
import type { NvidiaFacts } from '../nvidia/facts.ts';
import { judgeSnp } from '../policy/amd.ts';
import { judgeIntel } from '../policy/intel.ts';
import { judgeDevice, judgeFleet } from '../policy/nvidia.ts';
import { policyId } from '../policy/policy.ts';
import type { CpuKind, Policy } from '../policy/policy-shape.ts';
import { type Appraisal, assemble, type Part } from './appraisal.ts';
import { Findings } from './findings.ts';

/** CPU evidence after its verification. */
export interface VerifiedCpu {
  /** What the evidence was handed over as. */
  readonly kind: CpuKind;
  readonly result: Verified<IntelFacts | SnpFacts>;
  /** Result of replaying the event log, if one was given. */
  readonly eventLog: Verified<EventLogFacts> | undefined;
}

/** GPU evidence after its verification. */
export interface VerifiedGpu {
  readonly result: Verified<NvidiaFacts>;
  /** Results about the reference manifests that were given. */
  readonly manifests: readonly Verified<unknown>[];
  /** What NVIDIA's service says, where the policy lets that stand in. */
  readonly nras: Verified<NrasFacts> | undefined;
  /** Whether the nonce was compared with one that the caller expected. */
  readonly fresh: boolean;
}

/** All evidence after its verification. */
export interface VerifiedEvidence {
  readonly cpu: VerifiedCpu | undefined;
  readonly gpus: readonly VerifiedGpu[];
}

/** What evidence is judged by. */
export interface Judge {
  readonly policy: Policy;
  readonly now: Date;
  readonly evidenceHash: Uint8Array;
  /** What the CPU's report data must be, 64 bytes, if the caller expects something. */
  readonly reportData: Uint8Array | undefined;
  /** What was found about the binding if one is demanded; no result where evidence was refused. */
  readonly composition: { readonly result: Verified<BindingFacts> | undefined } | undefined;
}

/** Judges verified evidence. */
export function judge({ cpu, gpus }: VerifiedEvidence, by: Judge): Appraisal {
  const { policy, now, evidenceHash, composition } = by;
  const whole = new Findings('all');
  if (composition !== undefined) judgeComposition(composition.result, whole);
  if (policy.cpu.length > 0) {
    whole.demand({
      ok: cpu !== undefined,
      id: 'cpu.present',
      code: 'policy_cpu_missing',
      expected: policy.cpu.join(' or '),
      actual: cpu?.kind ?? 'none',
      tier: 'contraindicated',
    });
  }
  const devices = gpus.map((gpu, i) =>
    judgeGpu(gpu, { policy, findings: new Findings(`gpu${i}`), composition }),
  );
  judgeFleet(
    devices.flatMap(({ facts }) => facts ?? []),
    { policy, findings: whole },
  );
  return assemble(
    { whole, cpu: cpu && judgeCpu(cpu, by), gpus: devices, binding: factsOf(composition?.result) },
    { appraisedAt: new Date(now), policyId: policyId(policy), evidenceHash },
  );
}

/** Refused evidence is bound to nothing. */
function judgeComposition(result: Verified<BindingFacts> | undefined, findings: Findings): void {
  if (result !== undefined) findings.adopt(result);
  else
    findings.demand({
      ok: false,
      id: 'binding',
      code: 'policy_binding',
      expected: 'accepted evidence to compare',
      actual: 'refused evidence',
      tier: 'contraindicated',
    });
}

function factsOf<Facts>(result: Verified<Facts> | undefined): Facts | undefined {
  return result?.ok ? result.facts : undefined;
}

function judgeCpu(
  cpu: VerifiedCpu,
  { policy, now, reportData, composition }: Judge,
): Part<IntelFacts | SnpFacts> {
  const findings = new Findings('cpu');
  const { kind, result, eventLog } = cpu;
  findings.demand({
    ok: policy.cpu.includes(kind),
    id: 'cpu.kind',
    code: 'policy_cpu_kind',
    expected: policy.cpu.join(' or '),
    actual: kind,
    tier: 'contraindicated',
  });
  findings.adopt(result);
  if (!result.ok) return { findings, facts: undefined };
  const { facts } = result;
  judgeReportData(facts.reportData, { policy, expected: reportData, composition, findings });
  if (facts.kind === 'snp') {
    judgeSnp(facts, { policy, findings });
    return { findings, facts };
  }
  const tcb = judgeIntel(facts, { policy, findings, now: now.getTime() });
  if (eventLog !== undefined) findings.adopt(eventLog);
  if (facts.kind === 'tdx' && policy.tdx.eventLog) {
    findings.demand({
      ok: eventLog?.ok === true,
      id: 'tdx.eventLog',
      code: 'policy_event_log',
      expected: 'a log that replays to the runtime registers',
      actual: eventLog === undefined ? 'none' : eventLog.ok ? 'replayed' : eventLog.code,
      tier: 'contraindicated',
    });
  }
  return { findings, facts, tcb, ends: tcb.graceUntil ? [tcb.graceUntil.getTime()] : [] };
}

function judgeGpu(
  { result, manifests, nras, fresh }: VerifiedGpu,
  { policy, findings, composition }: Pick<Judge, 'policy' | 'composition'> & { findings: Findings },
): Part<NvidiaFacts> {
  for (const manifest of manifests) findings.adopt(manifest);
  findings.adopt(result);
  if (!result.ok) return { findings, facts: undefined };
  const { facts } = result;
  const chosen = fresh || composition?.result?.ok === true;
  findings.demand({
    ok: chosen,
    id: 'gpu.nonce',
    code: 'policy_nonce',
    expected: 'a nonce that the verifier chose',
    actual: chosen ? bytesToHex(facts.nonce) : 'compared with none',
    tier: 'warning',
  });
  const endorsement = nras && judgeNras(nras, facts, findings);
  judgeDevice(facts, { policy, findings, endorsed: endorsement !== undefined });
  return { findings, facts, ends: endorsement ? [endorsement.expiresAt.getTime()] : [] };
}

/** NVIDIA's verdict, if it is good and about this device. */
function judgeNras(
  nras: Verified<NrasFacts>,
  facts: NvidiaFacts,
  findings: Findings,
): NrasFacts | undefined {
  findings.adopt(nras);
  if (!nras.ok) return undefined;
  const { devices, nonce } = nras.facts;
  const same = devices.some(
    ({ ueid, driverVersion, vbiosVersion }) =>
      ueid === facts.ueid &&
      driverVersion === facts.driverVersion &&
      vbiosVersion === facts.vbiosVersion,
  );
  const ok = same && equalBytes(nonce, facts.nonce);
  findings.demand({
    ok,
    id: 'gpu.nras',
    code: 'policy_nras',
    expected: `device ${facts.ueid ?? 'without serial'} with the same nonce and versions`,
    actual: devices.map(({ ueid }) => ueid).join(', '),
    tier: 'contraindicated',
  });
  return ok ? nras.facts : undefined;
}

function judgeReportData(
  actual: Uint8Array,
  {
    policy,
    expected,
    composition,
    findings,
  }: Pick<Judge, 'policy' | 'composition'> & {
    expected: Uint8Array | undefined;
    findings: Findings;
  },
): void {
  const found = bytesToHex(actual);
  const isCompared =
    expected !== undefined || policy.reportData !== undefined || composition?.result?.ok === true;
  findings.demand({
    ok: isCompared,
    id: 'cpu.reportData.compared',
    code: 'policy_report_data',
    expected: 'report data that the verifier chose',
    actual: isCompared ? found : 'compared with nothing',
    tier: 'warning',
  });
  if (expected !== undefined) {
    findings.demand({
      ok: equalBytes(actual, expected),
      id: 'cpu.reportData.expected',
      code: 'policy_report_data',
      expected: bytesToHex(expected),
      actual: found,
      tier: 'contraindicated',
    });
  }
  const { reportData } = policy;
  if (reportData === undefined) return;
  findings.demand({
    ok: reportData.some((start) => found.startsWith(start)),
    id: 'cpu.reportData.prefix',
    code: 'policy_report_data',
    expected: reportData.length === 1 ? `${reportData[0]}…` : `one of ${reportData.length}`,
    actual: found,
    tier: 'contraindicated',
  });
}
