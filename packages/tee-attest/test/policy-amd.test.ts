import { describe, expect, test } from 'vitest';
import type { SnpFacts } from '../src/amd/facts.ts';
import type { SnpReport } from '../src/amd/report.ts';
import type { PolicyInput } from '../src/policy/policy.ts';
import {
  failedCodes,
  filled,
  hexOf,
  judgeFacts,
  SNP,
  snpFacts,
  verifiedCpu,
} from './facts-fixture.ts';

type Knobs = NonNullable<PolicyInput['snp']>;

const judged = (snp: Knobs, facts: SnpFacts = SNP) =>
  judgeFacts({ version: 1, snp }, { cpu: verifiedCpu(facts) });
const guest = (change: Partial<SnpReport['policy']>): SnpFacts =>
  snpFacts({ policy: { ...SNP.report.policy, ...change } });
const platform = (change: Partial<SnpReport['platformInfo']>): SnpFacts =>
  snpFacts({ platformInfo: { ...SNP.report.platformInfo, ...change } });

/** What tinfoil-js demands of Genoa by default (design/tee.md §1.2): an example of floors. */
const TINFOIL: Knobs = {
  products: ['Genoa'],
  minTcb: { genoa: { bootloader: 7, snp: 0xe, microcode: 0x48 } },
  minBuild: 21,
  minApi: '1.55',
  committed: true,
};

test('a guest that nobody can debug, asked for at VMPL 0, is affirming under the default policy', () => {
  const appraisal = judged({});
  expect([appraisal.status, failedCodes(appraisal)]).toEqual(['affirming', []]);
  expect(judged(TINFOIL).status).toBe('affirming');
});

describe('a knob holds for what it allows and names what it does not', () => {
  const vlek = snpFacts({}, { signedBy: 'vlek', chipId: undefined, cspId: 'AWS' });
  const firmware = { major: 1, minor: 55, build: 20 };
  const cases: [string, Knobs, Knobs, string, SnpFacts?][] = [
    ['maxVmpl', { maxVmpl: 1 }, {}, 'policy_vmpl', snpFacts({ vmpl: 1 })],
    ['products', { products: ['Genoa'] }, { products: ['Milan', 'Turin'] }, 'policy_product'],
    ['minApi, minor', { minApi: '1.55' }, { minApi: '1.56' }, 'policy_firmware'],
    ['minApi, major', { minApi: '0.99' }, { minApi: '2.0' }, 'policy_firmware'],
    ['minBuild', { minBuild: 21 }, { minBuild: 22 }, 'policy_firmware'],
    [
      'committed TCB',
      {},
      { committed: true },
      'policy_firmware',
      snpFacts({ committedTcb: filled(8, 8) }),
    ],
    [
      'committed firmware',
      {},
      { committed: true },
      'policy_firmware',
      snpFacts({ committedFirmware: firmware }),
    ],
    ['forbidden', { forbidden: [] }, {}, 'policy_guest_policy', guest({ migrationAgent: true })],
    ['forbidden, others', { forbidden: ['cxl'] }, { forbidden: ['smt'] }, 'policy_guest_policy'],
    ['required', { required: ['smt'] }, { required: ['ciphertextHiding'] }, 'policy_guest_policy'],
    [
      'platformForbidden',
      { platformForbidden: ['tsme'] },
      { platformForbidden: ['smt'] },
      'policy_platform_info',
    ],
    ['minGuestSvn', { minGuestSvn: 2 }, { minGuestSvn: 3 }, 'policy_svn'],
    ['measurement', { measurement: [hexOf(48, 0x63)] }, { measurement: [] }, 'policy_measurement'],
    [
      'hostData',
      { hostData: [hexOf(32, 0x64)] },
      { hostData: [hexOf(32, 0)] },
      'policy_measurement',
    ],
    ['idKeyDigest', { idKeyDigest: [hexOf(48, 0x65)] }, { idKeyDigest: [] }, 'policy_measurement'],
    [
      'authorKeyDigest',
      { authorKeyDigest: [hexOf(48, 0x66)] },
      { authorKeyDigest: [] },
      'policy_measurement',
    ],
    ['familyId', { familyId: [hexOf(16, 0x61)] }, { familyId: [] }, 'policy_measurement'],
    ['imageId', { imageId: [hexOf(16, 0x62)] }, { imageId: [] }, 'policy_measurement'],
    [
      'chip.allow',
      { chip: { allow: [hexOf(64, 0x67)] } },
      { chip: { allow: [hexOf(64, 0x68)] } },
      'policy_identity_unknown',
    ],
    [
      'chip.deny',
      { chip: { deny: [hexOf(64, 0x68)] } },
      { chip: { deny: [hexOf(64, 0x67)] } },
      'policy_identity_denied',
    ],
    ['vlek', { vlek: true }, {}, 'policy_vlek', vlek],
    [
      'cspIds',
      { vlek: true, cspIds: ['AWS'] },
      { vlek: true, cspIds: ['Azure'] },
      'policy_vlek',
      vlek,
    ],
  ];
  test.each(cases)('%s', (_, right, wrong, code, facts = SNP) => {
    expect(failedCodes(judged(right, facts))).toEqual([]);
    expect(judged(right, facts).status).toBe('affirming');
    expect(failedCodes(judged(wrong, facts))).toEqual([code]);
    expect(judged(wrong, facts).status).toBe('contraindicated');
  });

  test('platformRequired', () => {
    const knobs: Knobs = { platformRequired: ['aliasCheckComplete'] };
    expect(judged(knobs).status).toBe('affirming');
    const unchecked = platform({ aliasCheckComplete: false });
    expect(failedCodes(judged(knobs, unchecked))).toEqual(['policy_platform_info']);
  });

  test.each(['fmc', 'bootloader', 'tee', 'snp', 'microcode'] as const)('minTcb %s', (name) => {
    const reported = { ...SNP.tcb.reported, fmc: 1, [name]: 5 };
    const facts = snpFacts({}, { product: 'Turin', tcb: { ...SNP.tcb, reported } });
    const least = (value: number): Knobs => ({ minTcb: { turin: { [name]: value } } });
    expect(judged(least(5), facts).status).toBe('affirming');
    expect(failedCodes(judged(least(6), facts))).toEqual(['policy_firmware']);
    expect(judged({ minTcb: { milan: { [name]: 6 } } }, facts).status).toBe('affirming');
  });
});

test('a component that a product does not have is below every floor', () => {
  expect(failedCodes(judged({ minTcb: { genoa: { fmc: 0 } } }))).toEqual(['policy_firmware']);
});

test('debugging is refused, and only a warning where a policy allows it', () => {
  const open = guest({ debug: true });
  expect(failedCodes(judged({}, open))).toEqual(['policy_debug']);
  expect(judged({}, open).status).toBe('contraindicated');
  expect(judged({ debug: true }, open).status).toBe('warning');
});

test('without a revocation list there is no verdict, and a warning where a policy waives it', () => {
  const unchecked = snpFacts({}, { revocation: 'unchecked' });
  expect(failedCodes(judged({}, unchecked))).toEqual(['policy_revocation']);
  expect(judged({}, unchecked).status).toBe('none');
  expect(judged({ revocation: false }, unchecked).status).toBe('warning');
});

test('a chip that the report hides is on no list of allowed chips', () => {
  const hidden = snpFacts({}, { signedBy: 'vlek', chipId: undefined, cspId: 'AWS' });
  const knobs: Knobs = { vlek: true, chip: { allow: [hexOf(64, 0x67)] } };
  expect(failedCodes(judged(knobs, hidden))).toEqual(['policy_identity_unknown']);
});

test('a chip that the report hides may be one that is denied', () => {
  const hidden = snpFacts({}, { signedBy: 'vlek', chipId: undefined, cspId: 'AWS' });
  const knobs: Knobs = { vlek: true, chip: { deny: [hexOf(64, 0x67)] } };
  const appraisal = judged(knobs, hidden);
  expect([appraisal.status, failedCodes(appraisal)]).toEqual([
    'contraindicated',
    ['policy_identity_denied'],
  ]);
});
