import { describe, expect, test } from 'vitest';
import type { VerifiedGpu } from '../src/appraisal/judge.ts';
import type { NrasFacts } from '../src/nras/facts.ts';
import type { NvidiaFacts } from '../src/nvidia/facts.ts';
import type { PolicyInput } from '../src/policy/policy.ts';
import {
  failedCodes,
  filled,
  GPU,
  hexOf,
  INTEL,
  judgeFacts,
  refused,
  verified,
  verifiedCpu,
  verifiedGpu,
} from './facts-fixture.ts';

type Knobs = NonNullable<PolicyInput['gpu']>;

const judged = (gpu: Knobs, ...gpus: VerifiedGpu[]) =>
  judgeFacts({ version: 1, cpu: [], gpu }, { gpus: gpus.length === 0 ? [verifiedGpu()] : gpus });
const another = (byte: number, facts: Partial<NvidiaFacts> = {}): VerifiedGpu =>
  verifiedGpu({ deviceId: filled(32, byte), ...facts });

test('a device whose firmware and certificates were all compared is affirming', () => {
  const appraisal = judged({});
  expect([appraisal.status, failedCodes(appraisal)]).toEqual(['affirming', []]);
  expect(appraisal.gpus[0]?.vector).toMatchObject({ hardware: 2, executables: 3 });
});

describe('a knob holds for what it allows and names what it does not', () => {
  const cases: [string, Knobs, Knobs, string][] = [
    ['minCount', { minCount: 1 }, { minCount: 2 }, 'policy_device_count'],
    ['maxCount', { maxCount: 1 }, { maxCount: 0 }, 'policy_device_count'],
    ['minSwitches', { minSwitches: 0 }, { minSwitches: 1 }, 'policy_device_count'],
    ['architectures', { architectures: ['GH100'] }, { architectures: ['GB100'] }, 'policy_product'],
    [
      'driverVersions',
      { driverVersions: ['550.144.03'] },
      { driverVersions: ['550.144'] },
      'policy_version',
    ],
    [
      'vbiosVersions',
      { vbiosVersions: ['96.00.5E.00.01'] },
      { vbiosVersions: [] },
      'policy_version',
    ],
    ['modes', { modes: ['single'] }, { modes: ['protected-pcie'] }, 'policy_gpu_mode'],
    ['nvdec', { nvdec: 'enabled' }, { nvdec: 'disabled' }, 'policy_gpu_mode'],
    ['withoutReference', {}, { withoutReference: false }, 'policy_manifests'],
    [
      'device.allow',
      { device: { allow: [hexOf(32, 0x74)] } },
      { device: { allow: [hexOf(32, 0x75)] } },
      'policy_identity_unknown',
    ],
    [
      'device.deny',
      { device: { deny: [hexOf(32, 0x75)] } },
      { device: { deny: [hexOf(32, 0x74)] } },
      'policy_identity_denied',
    ],
  ];
  test.each(cases)('%s', (_, right, wrong, code) => {
    expect(failedCodes(judged(right))).toEqual([]);
    expect(judged(right).status).toBe('affirming');
    expect(failedCodes(judged(wrong))).toEqual([code]);
    expect(judged(wrong).status).toBe('contraindicated');
  });

  test('maxSwitches', () => {
    const link = another(1, { kind: 'switch', architecture: 'LS_10', driverVersion: undefined });
    expect(judged({ maxCount: 0, maxSwitches: 1 }, link).status).toBe('affirming');
    expect(failedCodes(judged({ maxSwitches: 0 }, link))).toEqual(['policy_device_count']);
    // A switch runs no driver and decodes no video.
    const knobs: Knobs = { driverVersions: ['550.144.03'], nvdec: 'enabled' };
    expect(judged(knobs, link).status).toBe('affirming');
  });
});

test('what a device does not tell is not what a policy asks for', () => {
  const silent = verifiedGpu({ features: { mode: undefined, nvdec: undefined } });
  expect(judged({}, silent).status).toBe('affirming');
  expect(failedCodes(judged({ modes: ['single'] }, silent))).toEqual(['policy_gpu_mode']);
  expect(failedCodes(judged({ nvdec: 'disabled' }, silent))).toEqual(['policy_gpu_mode']);
});

test('one device cannot stand for two', () => {
  expect(judged({ minCount: 2 }, another(1), another(2)).status).toBe('affirming');
  const twice = judged({ minCount: 2 }, another(1), another(1));
  expect([twice.status, failedCodes(twice)]).toEqual([
    'contraindicated',
    ['policy_device_duplicate'],
  ]);
});

test('without manifests or revocation answers there is no verdict; waived, a warning', () => {
  const bare = verifiedGpu({ measurements: undefined, revocationChecked: false });
  expect(failedCodes(judged({}, bare))).toEqual(['policy_manifests', 'policy_revocation']);
  expect(judged({}, bare).status).toBe('none');
  expect(judged({ manifests: false }, bare).status).toBe('none');
  expect(judged({ manifests: false, revocation: false }, bare).status).toBe('warning');
});

test.each([0, 1])('one of two manifests does not compare everything', (left) => {
  const { manifests = [] } = GPU.measurements ?? {};
  const measurements = GPU.measurements && {
    ...GPU.measurements,
    manifests: manifests.filter((_, i) => i === left),
  };
  const half = judged({}, verifiedGpu({ measurements }));
  expect([half.status, failedCodes(half)]).toEqual(['none', ['policy_manifests']]);
  expect(half.gpus[0]?.vector.executables).toBe(0);
});

describe('links in protected PCIe mode', () => {
  const protects = { mode: 'protected-pcie', nvdec: 'enabled' } as const;
  const linked = (
    byte: number,
    links: readonly string[] | undefined,
    pdi?: string,
  ): VerifiedGpu => {
    const kind = pdi === undefined ? 'gpu' : 'switch';
    const opaque = { ...GPU.report.opaque, links, pdi };
    const features = kind === 'gpu' ? protects : { mode: undefined, nvdec: undefined };
    return another(byte, { kind, features, report: { ...GPU.report, opaque } });
  };
  const attested = [linked(1, ['aa']), linked(2, ['aa']), linked(3, ['01', '02'], 'aa')];

  test('lead to attested switches, and those to as many GPUs', () => {
    expect(judged({}, ...attested).status).toBe('affirming');
  });

  test.each<[string, readonly VerifiedGpu[]]>([
    ['a switch that is not attested', attested.slice(0, 2)],
    ['another switch', [linked(1, ['bb']), ...attested.slice(1)]],
    ['what the GPU does not tell', [linked(1, undefined), ...attested.slice(1)]],
    ['a GPU more than there are', attested.slice(1)],
  ])('to %s are refused', (_, gpus) => {
    const appraisal = judged({}, ...gpus);
    expect([appraisal.status, failedCodes(appraisal)]).toEqual([
      'contraindicated',
      ['gpu_fleet_topology'],
    ]);
  });
});

test('a nonce that nobody expected is a warning', () => {
  const stale = judged({}, verifiedGpu({}, { fresh: false }));
  expect([stale.status, failedCodes(stale)]).toEqual(['warning', ['policy_nonce']]);
});

test('a device that was refused makes the whole contraindicated', () => {
  const bad = verifiedGpu({}, { result: refused('quote_signature_invalid') });
  const appraisal = judgeFacts(
    { version: 1 },
    { cpu: verifiedCpu(INTEL), gpus: [another(1), bad] },
  );
  expect(appraisal.status).toBe('contraindicated');
  expect(appraisal.cpu?.status).toBe('affirming');
  expect(appraisal.gpus.map(({ status }) => status)).toEqual(['affirming', 'contraindicated']);
  expect([appraisal.factsHash, appraisal.expiresAt]).toEqual([undefined, undefined]);
});

describe("NVIDIA's verdict", () => {
  const bare = { measurements: undefined, revocationChecked: false };
  const device: NrasFacts['devices'][number] = {
    name: 'GPU-0',
    kind: 'gpu',
    ueid: GPU.ueid as string,
    model: 'GH100 A01 GSP BROM',
    driverVersion: GPU.driverVersion,
    vbiosVersion: GPU.vbiosVersion,
    warning: undefined,
    claims: {},
  };
  const expiresAt = new Date('2026-06-01T01:00:00Z');
  const answer = (change: Partial<NrasFacts> = {}): NrasFacts => ({
    issuer: 'https://nras.attestation.nvidia.com',
    version: '3.0',
    nonce: GPU.nonce,
    devices: [device],
    keyIds: [],
    issuedAt: new Date('2026-06-01T00:00:00Z'),
    expiresAt,
    ...change,
  });

  test('stands in for manifests and revocation answers, for as long as it is valid', () => {
    const appraisal = judged({ nras: true }, verifiedGpu(bare, { nras: verified(answer()) }));
    expect([appraisal.status, failedCodes(appraisal)]).toEqual(['affirming', []]);
    expect(appraisal.expiresAt).toEqual(expiresAt);
  });

  test.each<[string, Partial<NrasFacts>]>([
    ['another device', { devices: [{ ...device, ueid: '1' }] }],
    ['another driver', { devices: [{ ...device, driverVersion: '1.0' }] }],
    ['another VBIOS', { devices: [{ ...device, vbiosVersion: '1.0' }] }],
    ['another nonce', { nonce: filled(32, 1) }],
  ])('about %s does not', (_, change) => {
    const gpu = verifiedGpu(bare, { nras: verified(answer(change)) });
    const appraisal = judged({ nras: true }, gpu);
    expect(appraisal.status).toBe('contraindicated');
    expect(failedCodes(appraisal)).toContain('policy_nras');
  });

  test('that is negative is one', () => {
    const gpu = verifiedGpu({}, { nras: refused('quote_signature_invalid') });
    expect(judged({ nras: true }, gpu).status).toBe('contraindicated');
  });
});

test('without any evidence, or without that of a CPU, there is nothing to affirm', () => {
  expect(judgeFacts({ version: 1, cpu: [] }, {}).status).toBe('contraindicated');
  const alone = judgeFacts({ version: 1 }, { gpus: [verifiedGpu()] });
  expect([alone.status, failedCodes(alone)]).toEqual(['contraindicated', ['policy_cpu_missing']]);
});
