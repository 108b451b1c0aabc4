/** What a policy says of NVIDIA GPUs and switches. */
import type { Findings } from '../appraisal/findings.ts';
import { CLAIM } from '../appraisal/vector.ts';
import { bytesToHex } from '../bytes.ts';
import type { NvidiaFacts } from '../nvidia/facts.ts';
import { compareLinks } from '../nvidia/fleet.ts';
import { judgeIdentity } from './identity.ts';
import type { GpuPolicy, Policy } from './policy-shape.ts';

const OUTDATED = { hardware: CLAIM.contraindicated };

/** Judges a verified device. `endorsed`: NVIDIA's service found the same evidence good. */
export function judgeDevice(
  facts: NvidiaFacts,
  {
    policy: { gpu },
    findings,
    endorsed,
  }: { policy: Policy; findings: Findings; endorsed: boolean },
): void {
  findings.claim({ hardware: CLAIM.affirmed, configuration: CLAIM.affirmed });
  judgeIdentity('gpu.device', facts.deviceId, { policy: gpu.device, findings });
  judgeReference(facts, gpu, { findings, endorsed });
  const { kind, features } = facts;
  const words: readonly Word[] = [
    {
      id: 'architecture',
      code: 'policy_product',
      actual: facts.architecture,
      allowed: gpu.architectures,
    },
    {
      id: 'vbiosVersion',
      code: 'policy_version',
      actual: facts.vbiosVersion,
      allowed: gpu.vbiosVersions,
    },
    { id: 'mode', code: 'policy_gpu_mode', actual: features.mode, allowed: gpu.modes },
  ];
  for (const word of words) judgeWord(word, findings);
  // Switches run no driver and decode no video.
  if (kind === 'switch') return;
  const nvdec = gpu.nvdec === undefined ? undefined : [gpu.nvdec];
  judgeWord(
    {
      id: 'driverVersion',
      code: 'policy_version',
      actual: facts.driverVersion,
      allowed: gpu.driverVersions,
    },
    findings,
  );
  judgeWord(
    { id: 'nvdec', code: 'policy_gpu_mode', actual: features.nvdec, allowed: nvdec },
    findings,
  );
}

/** Judges the number of devices, that no device answers twice, and where protected links lead. */
export function judgeFleet(
  devices: readonly NvidiaFacts[],
  { policy: { gpu }, findings }: { policy: Policy; findings: Findings },
): void {
  const counts = [
    ['gpu', 'count', gpu.minCount, gpu.maxCount],
    ['switch', 'switches', gpu.minSwitches, gpu.maxSwitches],
  ] as const;
  for (const [kind, name, least, most] of counts) {
    const count = devices.filter((device) => device.kind === kind).length;
    findings.demand({
      ok: count >= least && count <= most,
      id: `gpu.${name}`,
      code: 'policy_device_count',
      expected: `${least} to ${most}`,
      actual: String(count),
      tier: 'contraindicated',
    });
  }
  const links = gpu.topology ? compareLinks(devices) : [];
  const wrong = links.find(({ ok }) => !ok);
  if (links.length > 0) {
    findings.demand({
      ok: wrong === undefined,
      id: 'gpu.topology',
      code: 'gpu_fleet_topology',
      expected: wrong?.expected ?? 'links to attested devices',
      actual: wrong?.actual ?? 'links to attested devices',
      claims: { configuration: CLAIM.contraindicated },
    });
  }
  const names = devices.map(({ deviceId }) => bytesToHex(deviceId));
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (devices.length < 2) return;
  findings.demand({
    ok: repeated === undefined,
    id: 'gpu.distinct',
    code: 'policy_device_duplicate',
    expected: `${devices.length} devices`,
    actual: repeated === undefined ? `${devices.length} devices` : `${repeated} twice`,
    claims: { 'instance-identity': CLAIM.contraindicated },
  });
}

function judgeReference(
  { kind, measurements, revocationChecked }: NvidiaFacts,
  policy: GpuPolicy,
  { findings, endorsed }: { findings: Findings; endorsed: boolean },
): void {
  // One manifest compares a part only: the worker chooses which ones it hands over.
  const needed = kind === 'gpu' ? (['driver', 'vbios'] as const) : (['vbios'] as const);
  const given = measurements?.manifests.map((manifest) => manifest.kind) ?? [];
  const compared = endorsed || needed.every((each) => given.includes(each));
  findings.demand({
    ok: compared,
    id: 'gpu.manifests',
    code: 'policy_manifests',
    expected: `measurements compared with manifests of ${needed.join(' and ')}`,
    actual: endorsed ? 'by NVIDIA' : given.length === 0 ? 'none' : given.join(' and '),
    tier: policy.manifests ? 'none' : 'warning',
  });
  if (compared) findings.claim({ executables: CLAIM.approvedBoot });
  const missing = measurements?.withoutReference ?? [];
  if (!policy.withoutReference) {
    findings.demand({
      ok: missing.length === 0,
      id: 'gpu.withoutReference',
      code: 'policy_manifests',
      expected: 'a reference value for every measurement',
      actual: missing.length === 0 ? 'every' : `none for ${missing.join(', ')}`,
      claims: { executables: CLAIM.contraindicated },
    });
  }
  findings.demand({
    ok: revocationChecked || endorsed,
    id: 'gpu.revocation',
    code: 'policy_revocation',
    expected: 'every certificate reported good',
    actual: revocationChecked ? 'good' : endorsed ? 'by NVIDIA' : 'not asked',
    tier: policy.revocation ? 'none' : 'warning',
  });
}

/** What a device says of itself, and what it may say. */
interface Word {
  readonly id: string;
  readonly code: 'policy_version' | 'policy_gpu_mode' | 'policy_product';
  readonly actual: string | undefined;
  readonly allowed: readonly string[] | undefined;
}

function judgeWord({ id, code, actual, allowed }: Word, findings: Findings): void {
  if (allowed === undefined) return;
  findings.demand({
    ok: actual !== undefined && allowed.includes(actual),
    id: `gpu.${id}`,
    code,
    expected: allowed.join(', '),
    actual: actual ?? 'not told',
    claims: OUTDATED,
  });
}
