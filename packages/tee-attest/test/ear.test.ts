import { generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { earClaims } from '../src/appraisal/ear.ts';
import { factsHash } from '../src/appraisal/facts-hash.ts';
import { appraisalReport, describeAppraisal } from '../src/appraisal/report.ts';
import { tierOf, worstTier, worstVector } from '../src/appraisal/vector.ts';
import type { BindingFacts } from '../src/binding.ts';
import { canonicalText } from '../src/canonical-json.ts';
import {
  ENCLAVE,
  failedCodes,
  filled,
  GPU,
  hexOf,
  INTEL,
  judgeFacts,
  NOW,
  refused,
  SNP,
  sgxFacts,
  snpFacts,
  tdxFacts,
  verifiedCpu,
  verifiedGpu,
} from './facts-fixture.ts';

const VERIFIER = { developer: 'barycenter', build: '1.0.0' };
const BOTH = judgeFacts({ version: 1 }, { cpu: verifiedCpu(INTEL), gpus: [verifiedGpu()] });

test('the ranges of AR4SI §2.3.2 are the tiers', () => {
  const tiers = [-128, -96, -32, -2, -1, 0, 1, 2, 31, 32, 95, 96, 127].map(tierOf);
  expect(tiers).toEqual([
    'contraindicated',
    'contraindicated',
    'warning',
    'affirming',
    ...(['none', 'none', 'none'] as const),
    ...(['affirming', 'affirming', 'warning', 'warning'] as const),
    ...(['contraindicated', 'contraindicated'] as const),
  ]);
});

test('the whole is as good as its worst part, and no claim says nothing', () => {
  expect(worstTier(['affirming', 'none', 'warning'])).toBe('none');
  expect(worstTier(['none', 'contraindicated'])).toBe('contraindicated');
  const { vector } = BOTH;
  expect(worstVector([vector, { ...vector, hardware: 97, executables: 0 }])).toEqual({
    ...vector,
    hardware: 97,
  });
});

test('a refusal without a failed check in its list is a refusal all the same', () => {
  const silent = { ...refused('crl_missing'), checks: [] } as const;
  const cpu = { ...verifiedCpu(INTEL), result: silent };
  expect(judgeFacts({ version: 1 }, { cpu }).status).toBe('none');
});

test('a refused part claims that cryptographic validation failed; a missing list claims nothing', () => {
  const cpu = verifiedCpu(INTEL);
  const bad = judgeFacts(
    { version: 1 },
    { cpu: { ...cpu, result: refused('quote_signature_invalid') } },
  );
  expect(bad.status).toBe('contraindicated');
  expect([...new Set(Object.values(bad.vector))]).toEqual([99]);
  const blind = judgeFacts({ version: 1 }, { cpu: { ...cpu, result: refused('crl_missing') } });
  expect([blind.status, failedCodes(blind)]).toEqual(['none', ['crl_missing']]);
  expect([...new Set(Object.values(blind.vector))]).toEqual([0]);
});

describe('an attestation result', () => {
  test('says of each part and of the whole what the appraisal says', () => {
    const claims = earClaims(BOTH, VERIFIER);
    expect(claims).toMatchObject({
      eat_profile: 'tag:github.com,2023:veraison/ear',
      iat: NOW.getTime() / 1000,
      exp: INTEL.expiresAt.getTime() / 1000,
      'ear.verifier-id': VERIFIER,
      'barycenter.evidence-hash': hexOf(32, 0),
    });
    expect(Object.keys(claims.submods)).toEqual(['all', 'cpu', 'gpu0']);
    expect(claims.submods.cpu).toMatchObject({
      'ear.status': 'affirming',
      'ear.trustworthiness-vector': { configuration: 2, hardware: 2, 'runtime-opaque': 2 },
      'ear.veraison.annotated-evidence': { kind: 'tdx', body: { mrTd: hexOf(48, 0x32) } },
    });
    const hash = Buffer.from(BOTH.policyId).toString('base64url');
    expect(claims.submods.gpu0?.['ear.appraisal-policy-id']).toBe(`ni:///sha-256;${hash}`);
  });

  test('of refused evidence has neither facts nor an end', () => {
    const result = refused('crl_missing');
    const appraisal = judgeFacts({ version: 1 }, { cpu: { ...verifiedCpu(INTEL), result } });
    const claims = earClaims(appraisal, VERIFIER);
    expect(claims).not.toHaveProperty('exp');
    expect(claims).not.toHaveProperty('barycenter.facts-hash');
    expect(claims.submods.cpu).toEqual({
      'ear.status': 'none',
      'ear.appraisal-policy-id': expect.stringMatching(/^ni:\/\/\/sha-256;[\w-]{43}$/),
    });
  });

  test('is signed and read as a JWT', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const claims = earClaims(BOTH, VERIFIER);
    const jwt = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(privateKey);
    const { payload } = await jwtVerify(jwt, publicKey, { currentDate: NOW });
    expect(payload).toEqual(JSON.parse(JSON.stringify(claims)));
  });
});

describe('the hash of the facts', () => {
  test('does not look at times, nonces, report data or the order of devices', () => {
    const other = verifiedGpu({ deviceId: filled(32, 1) });
    const first = judgeFacts(
      { version: 1 },
      { cpu: verifiedCpu(INTEL), gpus: [verifiedGpu(), other] },
    );
    const later = {
      ...INTEL,
      expiresAt: new Date('2030-01-01'),
      reportData: filled(64, 1),
      tcb: { ...INTEL.tcb, date: new Date('2020-01-01') },
    };
    const again = judgeFacts(
      { version: 1, tdx: { mrTd: [] } },
      {
        cpu: verifiedCpu(later),
        gpus: [other, verifiedGpu({ nonce: filled(32, 1), expiresAt: NOW })],
        now: new Date('2026-06-15'),
      },
    );
    expect(again.factsHash).toEqual(first.factsHash);
  });

  test('looks at every measurement, version, status and identity', () => {
    const tcb = INTEL.tcb;
    const variants = [
      { cpu: INTEL },
      { cpu: INTEL, gpus: [GPU] },
      { gpus: [GPU] },
      { cpu: tdxFacts({ mrTd: filled(48, 1) }) },
      { cpu: tdxFacts({ rtmrs: [filled(48, 1), filled(48, 1), filled(48, 1), filled(48, 1)] }) },
      { cpu: tdxFacts({ xfam: 3n }) },
      { cpu: tdxFacts({ mrServiceTd: undefined }) },
      { cpu: { ...INTEL, pck: { ...INTEL.pck, ppid: filled(16, 1) } } },
      { cpu: { ...INTEL, pck: { ...INTEL.pck, pceSvn: 1 } } },
      { cpu: { ...INTEL, tcb: { ...tcb, status: 'OutOfDate' as const } } },
      { cpu: { ...INTEL, tcb: { ...tcb, advisories: ['INTEL-SA-00615'] } } },
      { cpu: { ...INTEL, tcb: { ...tcb, evaluationDataNumber: 20 } } },
      { cpu: sgxFacts() },
      { cpu: sgxFacts({ mrSigner: filled(32, 1) }) },
      { cpu: sgxFacts({ isvSvn: ENCLAVE.isvSvn + 1 }) },
      { cpu: SNP },
      { cpu: snpFacts({ measurement: filled(48, 1) }) },
      { cpu: snpFacts({ vmpl: 1 }) },
      { cpu: snpFacts({ currentMitigations: 0n }) },
      { cpu: snpFacts({ currentMitigations: 1n }) },
      { cpu: snpFacts({}, { chipId: undefined }) },
      { gpus: [{ ...GPU, deviceId: filled(32, 1) }] },
      { gpus: [{ ...GPU, fwid: filled(48, 1) }] },
      { gpus: [{ ...GPU, driverVersion: '1.0' }] },
      { gpus: [{ ...GPU, measurements: undefined }] },
      { gpus: [{ ...GPU, revocationChecked: false }] },
      { gpus: [{ ...GPU, report: { ...GPU.report, measurements: [] } }] },
    ];
    const hashes = new Set(variants.map((facts) => Buffer.from(factsHash(facts)).toString('hex')));
    expect(hashes.size).toBe(variants.length);
  });

  test('changes its meaning only on purpose', () => {
    expect(Buffer.from(factsHash({ cpu: INTEL, gpus: [GPU] })).toString('hex')).toBe(
      '98e22f01b701ea452e3da03573be7bf341bb52ee218615de8c720a32f84fa7d1',
    );
  });
});

describe('a report', () => {
  test('is plain JSON with every check', () => {
    const report = appraisalReport(BOTH);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(() => canonicalText(report)).not.toThrow();
    expect(report.checks).toHaveLength(BOTH.checks.length);
    expect(report).toMatchObject({
      status: 'affirming',
      appraisedAt: NOW.toISOString(),
      expiresAt: INTEL.expiresAt.toISOString(),
      cpu: { answer: hexOf(64, 0xda), tcb: { status: 'UpToDate' }, facts: { kind: 'tdx' } },
      gpus: [{ answer: hexOf(32, 0x71), facts: { deviceId: hexOf(32, 0x74) } }],
    });
    const snp = judgeFacts(
      { version: 1 },
      { cpu: verifiedCpu(snpFacts({ currentMitigations: 5n })) },
    );
    expect(appraisalReport(snp)).toMatchObject({ cpu: { facts: { mitigations: '0x5' } } });
  });

  test('says what the evidence is bound to', () => {
    expect(appraisalReport(BOTH)).not.toHaveProperty('binding');
    const binding: BindingFacts = {
      chainId: 1n,
      registry: filled(20, 1),
      operator: filled(20, 2),
      policyId: BOTH.policyId,
      challenge: filled(32, 3),
      bind: filled(32, 4),
      gpuCommit: filled(32, 5),
      keys: [],
      signer: { algorithm: 'secp256k1', publicKey: filled(33, 2) },
      signerAddress: undefined,
      deviceIds: [filled(32, 6)],
      channel: 'none',
      collectedByMeasuredCode: true,
    };
    const report = appraisalReport({ ...BOTH, binding });
    expect(() => canonicalText(report)).not.toThrow();
    expect(report.binding).toMatchObject({
      chainId: '1',
      operator: hexOf(20, 2),
      challenge: hexOf(32, 3),
      deviceIds: [hexOf(32, 6)],
      collectedByMeasuredCode: true,
    });
  });

  test('as text names the verdict, the parts and the checks that do not hold', () => {
    expect(describeAppraisal(BOTH).split('\n')[0]).toBe(
      'AFFIRMING  at 2026-06-01T00:00:00.000Z, until 2026-07-01T00:00:00.000Z',
    );
    const failing = judgeFacts({ version: 1, tdx: { mrTd: [] } }, { cpu: verifiedCpu(INTEL) });
    const lines = describeAppraisal(failing).split('\n');
    expect(lines[0]).toMatch(/^CONTRAINDICATED /);
    expect(lines.filter((line) => line.includes('policy_'))).toEqual([
      expect.stringMatching(
        /^cpu +contraindicated +policy\.tdx\.mrTd +policy_measurement +expected one of 0, got 3232/,
      ),
    ]);
    const all = describeAppraisal(failing, { all: true }).split('\n');
    expect(all.length - lines.length).toBe(failing.checks.length - 1);
  });
});
