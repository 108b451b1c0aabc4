import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../src/appraisal/evidence.ts';
import { evidenceHash } from '../src/appraisal/evidence.ts';
import { appraise } from '../src/appraise.ts';
import { parseIntelCollateral } from '../src/intel/collateral.ts';
import { parseQuote } from '../src/intel/quote.ts';
import { parseNvidiaEvidence } from '../src/nvidia/evidence.ts';
import type { PolicyInput } from '../src/policy/policy.ts';
import { prepareCollateral } from '../src/prepare-collateral.ts';
import { appraisalCases } from './cases/appraisal.ts';
import { failedCodes } from './facts-fixture.ts';

const folder = vectorsFolder('tee');
const POLICY = { version: 1 } as const;
const NOW = new Date('2026-07-01T00:00:00Z');
const bytes = (...path: string[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(join(folder as string, ...path)));
const text = (...path: string[]): string => readFileSync(join(folder as string, ...path), 'utf8');

function intelEvidence(kind: 'sgx' | 'tdx', name: string) {
  const cpu = {
    kind,
    bytes: bytes(kind, name, 'quote.bin'),
    collateral: parseIntelCollateral(text(kind, name, 'collateral.json')),
  } as const;
  const meta = JSON.parse(text(kind, name, 'meta.json')) as { verifyAt: number };
  return { cpu, now: new Date(1000 * meta.verifyAt) };
}

/** The report data of a quote or report: these are not answers to anybody here. */
function reportDataOf({ kind, bytes }: NonNullable<Evidence['cpu']>): Uint8Array {
  if (kind === 'snp') return bytes.slice(0x50, 0x90);
  return parseQuote(bytes, { trailing: 'trim' }).body.reportData;
}

function snpEvidence(name: string): NonNullable<Evidence['cpu']> {
  const pem = join(folder as string, 'snp', name, 'vcek.pem');
  const collateral = {
    vcek: existsSync(pem) ? readFileSync(pem, 'utf8') : bytes('snp', name, 'vcek.der'),
    chain: text('snp', 'roots', 'ask_ark_milan.pem'),
  };
  return { kind: 'snp', bytes: bytes('snp', name, 'report.bin'), collateral };
}

function gpuEvidence() {
  const name = 'hopper-545.00-full';
  const report = bytes('nvidia', name, 'report.bin');
  const manifests = ['driver_rim.xml', 'vbios_rim.xml'].map((file) => bytes('nvidia', name, file));
  const gpu = { report, chain: text('nvidia', name, 'chain.pem'), manifests };
  return { gpu, nonce: report.slice(4, 36), now: new Date('2024-06-01T00:00:00Z') };
}

describe.skipIf(folder === undefined)('published evidence', () => {
  test.each(appraisalCases((path) => bytes(path)))('$name', ({ run }) => run());

  test('a GPU with its manifests and without revocation answers is not judged, or a warning', async () => {
    const { gpu, nonce, now } = gpuEvidence();
    const at = (policy: PolicyInput) =>
      appraise({ gpus: [gpu] }, policy, { now, gpuNonces: [nonce] });
    const strict = await at({ version: 1, cpu: [] });
    expect([strict.status, failedCodes(strict)]).toEqual(['none', ['policy_revocation']]);
    const waived = await at({ version: 1, cpu: [], gpu: { revocation: false } });
    expect(waived.status).toBe('warning');
    expect(waived.gpus[0]?.facts?.measurements?.compared).toBe(32);
  });

  test("a GPU's nonce must be the one it was asked with", async () => {
    const { gpu, now } = gpuEvidence();
    const gpuNonces = [new Uint8Array(32).fill(1)];
    const appraisal = await appraise({ gpus: [gpu] }, POLICY, { now, gpuNonces });
    expect(failedCodes(appraisal)).toContain('gpu_nonce_mismatch');
  });

  test('a manifest that was changed is refused, and the device with it', async () => {
    const { gpu, nonce, now } = gpuEvidence();
    const manifests = gpu.manifests.map((xml) => xml.slice());
    const last = manifests[1] as Uint8Array;
    last[last.length >> 1] = (last[last.length >> 1] as number) ^ 1;
    const policy: PolicyInput = { version: 1, cpu: [], gpu: { revocation: false } };
    const appraisal = await appraise({ gpus: [{ ...gpu, manifests }] }, policy, {
      now,
      gpuNonces: [nonce],
    });
    expect(appraisal.status).toBe('contraindicated');
  });

  test('GPUs in protected PCIe mode without their switches are refused, unless waived', async () => {
    const gpus = parseNvidiaEvidence(text('nvidia', 'multi_gpu_hopper.json')).map((device) => ({
      ...device,
      chain: device.chain as string,
    }));
    const strict = await appraise({ gpus }, { version: 1, cpu: [] }, { now: NOW });
    expect(failedCodes(strict)).toContain('gpu_fleet_topology');
    expect(strict.status).toBe('contraindicated');
    const waived = { version: 1, cpu: [], gpu: { topology: false } } as const;
    expect((await appraise({ gpus }, waived, { now: NOW })).status).toBe('none');
  });

  test('CPU and GPU together are as good as the worse of them, for as long as both hold', async () => {
    const { cpu } = intelEvidence('tdx', 'phala-tdx-v4-2025-06');
    const { gpu, nonce } = gpuEvidence();
    const now = new Date('2025-06-21T00:00:00Z');
    const policy: PolicyInput = { version: 1, trailing: 'trim', gpu: { revocation: false } };
    const reportData = reportDataOf(cpu);
    const options = { now, gpuNonces: [nonce], reportData };
    const appraisal = await appraise({ cpu, gpus: [gpu] }, policy, options);
    expect(appraisal.cpu?.status).toBe('affirming');
    expect(appraisal.gpus[0]?.status).toBe('warning');
    expect(appraisal.status).toBe('warning');
    expect(appraisal.expiresAt).toEqual(appraisal.gpus[0]?.expiresAt);
  });

  test('report data that nobody expected is a warning, and other than expected is refused', async () => {
    const { cpu, now } = intelEvidence('tdx', 'google-tdx-v5-2026-02');
    const unasked = await appraise({ cpu }, POLICY, { now });
    expect([unasked.status, failedCodes(unasked)]).toEqual(['warning', ['policy_report_data']]);
    const other = await appraise({ cpu }, POLICY, { now, reportData: new Uint8Array(64).fill(1) });
    expect([other.status, failedCodes(other)]).toEqual(['contraindicated', ['policy_report_data']]);
  });

  test('garbage instead of a revocation list is refused', async () => {
    const { cpu, now } = intelEvidence('tdx', 'phala-tdx-v4-2025-06');
    for (const pckCrl of [new Uint8Array(), new Uint8Array(64).fill(7), cpu.collateral.rootCrl]) {
      const evidence = { cpu: { ...cpu, collateral: { ...cpu.collateral, pckCrl } } };
      const appraisal = await appraise(evidence, { version: 1, trailing: 'trim' }, { now });
      expect(appraisal.status).toBe('contraindicated');
    }
  });

  test('a report of one technology handed over as another is refused', async () => {
    const { cpu, now } = intelEvidence('tdx', 'phala-tdx-v4-2025-06');
    const appraisal = await appraise(
      { cpu: { ...cpu, kind: 'sgx' } },
      { version: 1, trailing: 'trim' },
      { now },
    );
    expect(failedCodes(appraisal)).toEqual(['quote_tee_mismatch']);
  });

  test('prepared collateral gives the same appraisal and the same hash of the evidence', async () => {
    const { cpu, now } = intelEvidence('tdx', 'phala-tdx-v4-2025-06');
    const prepared = await prepareCollateral(cpu.collateral, { now });
    if (!prepared.ok) throw new Error(prepared.message);
    const policy: PolicyInput = { version: 1, trailing: 'trim' };
    const options = { now, reportData: reportDataOf(cpu) };
    const cold = await appraise({ cpu }, policy, options);
    const warm = await appraise({ cpu: { ...cpu, collateral: prepared.facts } }, policy, options);
    expect(warm.status).toBe('affirming');
    expect(warm.evidenceHash).toEqual(cold.evidenceHash);
    expect(warm.factsHash).toEqual(cold.factsHash);
    const late = new Date('2025-08-01T00:00:00Z');
    const expired = await appraise({ cpu: { ...cpu, collateral: prepared.facts } }, policy, {
      now: late,
    });
    expect(expired.status).toBe('contraindicated');
  });

  test('a prepared authority stands for the chain it was made from', async () => {
    const cpu = snpEvidence('gcp-milan-v5');
    if (cpu.kind !== 'snp' || !('chain' in cpu.collateral)) throw new Error('a chain was expected');
    const { vcek, ...authority } = cpu.collateral;
    const prepared = await prepareCollateral(authority, { now: NOW });
    if (!prepared.ok) throw new Error(prepared.message);
    const warm = { ...cpu, collateral: { vcek, authority: prepared.facts } };
    expect(evidenceHash({ cpu: warm })).toEqual(evidenceHash({ cpu }));
    const policy: PolicyInput = { version: 1, snp: { revocation: false } };
    expect((await appraise({ cpu: warm }, policy, { now: NOW })).status).toBe('warning');
  });

  test('the hash of the facts is the same at another time and under another policy', async () => {
    const { cpu, now } = intelEvidence('tdx', 'phala-tdx-v4-2025-06');
    const later = new Date(now.getTime() + 5 * 86_400_000);
    const first = await appraise({ cpu }, { version: 1, trailing: 'trim' }, { now });
    const other: PolicyInput = { version: 1, trailing: 'trim', tdx: { mrTd: [] } };
    const second = await appraise({ cpu }, other, { now: later });
    expect(second.status).not.toBe(first.status);
    expect(second.factsHash).toEqual(first.factsHash);
    expect(second.evidenceHash).toEqual(first.evidenceHash);
    expect(second.policyId).not.toEqual(first.policyId);
  });

  test('every byte and text of the evidence is in its hash', async () => {
    const { cpu } = intelEvidence('tdx', 'phala-tdx-v4-2025-06');
    const { gpu } = gpuEvidence();
    const { collateral } = cpu;
    const hashes = new Set<string>();
    const evidence: Evidence[] = [
      { cpu },
      { cpu, gpus: [gpu] },
      { cpu, gpus: [gpu, gpu] },
      { gpus: [gpu] },
      { gpus: [{ ...gpu, manifests: [] }] },
      { gpus: [{ ...gpu, ocsp: [{ response: Uint8Array.of(1) }] }] },
      { gpus: [{ ...gpu, nras: Uint8Array.of(1) }] },
      { gpus: [{ ...gpu, chain: `${gpu.chain}\n` }] },
      { cpu: { ...cpu, kind: 'sgx' } },
      { cpu: { ...cpu, eventLog: '[]' } },
      { cpu: { ...cpu, bytes: cpu.bytes.subarray(1) } },
      { cpu: { ...cpu, collateral: { ...collateral, rootCrl: Uint8Array.of(1) } } },
      {
        cpu: {
          ...cpu,
          collateral: { ...collateral, tcbInfo: { ...collateral.tcbInfo, text: '{}' } },
        },
      },
    ];
    for (const each of evidence) hashes.add(Buffer.from(evidenceHash(each)).toString('hex'));
    expect(hashes.size).toBe(evidence.length);
  });
});

test('the hash of no evidence is that of its canonical text', () => {
  expect(Buffer.from(evidenceHash({})).toString('hex')).toBe(
    // printf '{"format":"barycenter.tee-evidence/1","gpus":[]}' | sha256sum
    '01c1d6044e61ee637a990ed1b6d9ff0b89eaf5ca8aec4c8e3ce1a6f9fad4c58e',
  );
});

test('what is too long for every verifier is named by its length and refused', async () => {
  const collateral = { vcek: '', chain: '' };
  const cpu = { kind: 'snp', bytes: new Uint8Array(2_097_153), collateral } as const;
  const other = { ...cpu, bytes: new Uint8Array(2_097_153).fill(1) };
  expect(evidenceHash({ cpu })).toEqual(evidenceHash({ cpu: other }));
  expect((await appraise({ cpu }, POLICY, { now: NOW })).status).toBe('contraindicated');
});

describe('misuse throws', () => {
  const cases: [string, unknown, unknown][] = [
    ['no time', POLICY, {}],
    ['no options', POLICY, undefined],
    ['a time that is none', POLICY, { now: new Date(Number.NaN) }],
    ['seconds', POLICY, { now: 1_750_809_600 }],
    ['milliseconds', POLICY, { now: Date.now() }],
    ['text', POLICY, { now: '2026-06-01' }],
    ['no policy', undefined, { now: NOW }],
    ['an empty policy', {}, { now: NOW }],
    ['the text of a policy', '{"version":1}', { now: NOW }],
    ['an unknown knob', { version: 1, tdx: { mrtd: [] } }, { now: NOW }],
    ['report data of 32 bytes', POLICY, { now: NOW, reportData: new Uint8Array(32) }],
    ['a nonce without a GPU', POLICY, { now: NOW, gpuNonces: [new Uint8Array(32)] }],
  ];
  test.each(cases)('%s', async (_, policy, options) => {
    const call = appraise({}, policy as PolicyInput, options as { now: Date });
    await expect(call).rejects.toThrow(/^(now|policy|reportData|gpuNonces): /);
  });

  test('more devices or manifests than there can be', async () => {
    const gpu = { report: new Uint8Array(), chain: '' };
    const gpus = Array.from({ length: 65 }, () => gpu);
    await expect(appraise({ gpus }, POLICY, { now: NOW })).rejects.toThrow(RangeError);
    const manifests = Array.from({ length: 17 }, () => new Uint8Array());
    const crowded = { gpus: [{ ...gpu, manifests }] };
    await expect(appraise(crowded, POLICY, { now: NOW })).rejects.toThrow(RangeError);
  });

  test("NVIDIA's verdict in the evidence, accepted by the policy, and nobody to verify it", async () => {
    const gpu = { report: new Uint8Array(), chain: '', nras: new Uint8Array() };
    const policy = { version: 1, gpu: { nras: true } } as const;
    await expect(appraise({ gpus: [gpu] }, policy, { now: NOW })).rejects.toThrow(TypeError);
    await expect(appraise({ gpus: [gpu] }, POLICY, { now: NOW })).resolves.toBeDefined();
  });

  test('a chain that is no text, such as one that was prepared', async () => {
    const gpus = [{ report: new Uint8Array(), chain: {} }];
    const call = appraise({ gpus } as unknown as Evidence, POLICY, { now: NOW });
    await expect(call).rejects.toThrow(TypeError);
  });

  test('collateral prepared by somebody else', async () => {
    class Elsewhere {}
    const cpu = { kind: 'tdx', bytes: new Uint8Array(), collateral: new Elsewhere() };
    const call = appraise({ cpu } as unknown as Evidence, POLICY, { now: NOW });
    await expect(call).rejects.toThrow(TypeError);
  });
});

test('evidence that is nothing at all is refused, not thrown at', async () => {
  for (const length of [0, 1, 48, 1184, 5000]) {
    const junk = new Uint8Array(length).fill(3);
    const collateral = {
      rootCrl: junk,
      pckCrl: junk,
      pckCrlIssuerChain: '',
      tcbInfo: { text: '', signature: junk, issuerChain: '' },
      qeIdentity: { text: '', signature: junk, issuerChain: '' },
    };
    const gpus = [{ report: junk, chain: 'junk', manifests: [junk], ocsp: [{ response: junk }] }];
    const cpus: NonNullable<Evidence['cpu']>[] = [
      { kind: 'tdx', bytes: junk, collateral, eventLog: 'junk' },
      { kind: 'sgx', bytes: junk, collateral },
      { kind: 'snp', bytes: junk, collateral: { vcek: junk, chain: 'junk', crl: junk } },
    ];
    for (const cpu of cpus) {
      const appraisal = await appraise({ cpu, gpus }, POLICY, { now: NOW });
      expect(appraisal.status).toBe('contraindicated');
      expect(appraisal.gpus[0]?.status).toBe('contraindicated');
    }
  }
});
