import { describe, expect, test } from 'vitest';
import type { IntelFacts, TcbStatus } from '../src/intel/facts.ts';
import type { PolicyInput } from '../src/policy/policy.ts';
import {
  ENCLAVE,
  failedCodes,
  filled,
  hexOf,
  INTEL,
  judgeFacts,
  refused,
  sgxFacts,
  tdAttributes,
  tdxFacts,
  verified,
  verifiedCpu,
} from './facts-fixture.ts';

const tcb = (change: Partial<IntelFacts['tcb']>): IntelFacts => ({
  ...INTEL,
  tcb: { ...INTEL.tcb, ...change },
});
const pck = (change: Partial<IntelFacts['pck']>): IntelFacts => ({
  ...INTEL,
  pck: { ...INTEL.pck, ...change },
});
const judged = (policy: Omit<PolicyInput, 'version'>, facts: IntelFacts = INTEL) =>
  judgeFacts({ version: 1, ...policy }, { cpu: verifiedCpu(facts) });

test('genuine, current and not open to debugging is affirming under the default policy', () => {
  for (const facts of [
    tdxFacts(),
    tdxFacts({ kind: 'td10', mrServiceTd: undefined }),
    sgxFacts(),
  ]) {
    const appraisal = judged({}, facts);
    expect(failedCodes(appraisal)).toEqual([]);
    expect(appraisal.status).toBe('affirming');
    expect(appraisal.vector).toEqual({
      'instance-identity': 0,
      configuration: 2,
      executables: 0,
      'file-system': 0,
      hardware: 2,
      'runtime-opaque': 2,
      'storage-opaque': 0,
      'sourced-data': 0,
    });
  }
});

const [SEPT, MIGRATABLE, PKS] = [1n << 28n, 1n << 29n, 1n << 30n];

describe('the defaults refuse', () => {
  const cases: [string, IntelFacts, string][] = [
    ['a debug trust domain', tdxFacts({ attributes: tdAttributes(SEPT | 1n) }), 'policy_debug'],
    [
      'a debug enclave',
      sgxFacts({ attributes: { ...ENCLAVE.attributes, debug: true } }),
      'policy_debug',
    ],
    [
      'a trust domain without SEPT_VE_DISABLE',
      tdxFacts({ attributes: tdAttributes(PKS) }),
      'policy_sept_ve_disable',
    ],
    ...Array.from({ length: 64 }, (_, i): [string, IntelFacts, string] => [
      `reserved attribute bit ${i}`,
      tdxFacts({ attributes: tdAttributes(SEPT | (1n << BigInt(i))) }),
      'policy_attributes',
    ]).filter((_, i) => ![0, 28, 30, 31, 63].includes(i)),
    ['XFAM without SSE', tdxFacts({ xfam: 1n }), 'policy_xfam'],
    ['XFAM with a bit no module allows', tdxFacts({ xfam: 3n | (1n << 3n) }), 'policy_xfam'],
    ['a service TD', tdxFacts({ mrServiceTd: filled(48, 1) }), 'policy_service_td'],
    ['an advisory nobody listed', tcb({ advisories: ['INTEL-SA-00615'] }), 'policy_advisory'],
    ...(
      [
        'ConfigurationNeeded',
        'ConfigurationAndSWHardeningNeeded',
        'OutOfDate',
        'OutOfDateConfigurationNeeded',
        'TDRelaunchAdvised',
        'TDRelaunchAdvisedConfigurationNeeded',
        'Revoked',
      ] as const
    ).map((status): [string, IntelFacts, string] => [
      `status ${status}`,
      tcb({ status }),
      'policy_tcb_status',
    ]),
  ];
  test.each(cases)('%s', (_, facts, code) => {
    const appraisal = judged({}, facts);
    expect(failedCodes(appraisal)).toEqual([code]);
    expect(appraisal.status).toBe('contraindicated');
    expect(Math.max(...Object.values(appraisal.vector))).toBeGreaterThanOrEqual(96);
  });
});

test('bits that TDX modules know are accepted', () => {
  const known = tdAttributes(SEPT | PKS | (1n << 31n) | (1n << 63n));
  expect(judged({}, tdxFacts({ attributes: known })).status).toBe('affirming');
});

describe('a knob holds for what it allows and names what it does not', () => {
  const digest = (size: number, right: number): [string[], string[]] => [
    [hexOf(size, 0xee), hexOf(size, right)],
    [hexOf(size, 0xee)],
  ];
  const [td, wrongTd] = digest(48, 0x32);
  const registers = ['rtmr0', 'rtmr1', 'rtmr2', 'rtmr3'] as const;
  const owned = [
    ['mrSeam', 0x31],
    ['mrConfigId', 0x33],
    ['mrOwner', 0x34],
    ['mrOwnerConfig', 0x35],
  ] as const;
  const cases: [
    string,
    Omit<PolicyInput, 'version'>,
    Omit<PolicyInput, 'version'>,
    string,
    IntelFacts?,
  ][] = [
    ['cpu', { cpu: ['tdx'] }, { cpu: ['sgx', 'snp'] }, 'policy_cpu_kind'],
    ['reportData', { reportData: ['dada'] }, { reportData: ['dadb'] }, 'policy_report_data'],
    ['mrTd', { tdx: { mrTd: td } }, { tdx: { mrTd: wrongTd } }, 'policy_measurement'],
    ['an empty list', {}, { tdx: { mrTd: [] } }, 'policy_measurement'],
    ...registers.map((name, i): (typeof cases)[number] => [
      name,
      { tdx: { [name]: [hexOf(48, 0x40 + i)] } },
      { tdx: { [name]: [hexOf(48, 0x44)] } },
      'policy_measurement',
    ]),
    ...owned.map(([name, value]): (typeof cases)[number] => [
      name,
      { tdx: { [name]: digest(48, value)[0] } },
      { tdx: { [name]: digest(48, value)[1] } },
      'policy_measurement',
    ]),
    [
      'mrServiceTd',
      { tdx: { mrServiceTd: [hexOf(48, 9)] } },
      {},
      'policy_service_td',
      tdxFacts({ mrServiceTd: filled(48, 9) }),
    ],
    [
      'septVeDisable',
      { tdx: { septVeDisable: false } },
      {},
      'policy_sept_ve_disable',
      tdxFacts({ attributes: tdAttributes(0n) }),
    ],
    [
      'attributes.zeros',
      { tdx: { attributes: { zeros: hexOf(8, 0) } } },
      {},
      'policy_attributes',
      tdxFacts({ attributes: tdAttributes(SEPT | MIGRATABLE) }),
    ],
    [
      'attributes.ones',
      { tdx: { attributes: { ones: '0000001000000000' } } },
      { tdx: { attributes: { ones: '0000004000000000' } } },
      'policy_attributes',
    ],
    [
      'xfam.zeros',
      { tdx: { xfam: { zeros: '18e4f9ffffffffff' } } },
      { tdx: { xfam: { zeros: 'fcffffffffffffff' } } },
      'policy_xfam',
    ],
    [
      'xfam.ones',
      { tdx: { xfam: { ones: 'e71a060000000000' } } },
      { tdx: { xfam: { ones: '0300000000000080' } } },
      'policy_xfam',
    ],
    ['eventLog', { tdx: { eventLog: false } }, { tdx: { eventLog: true } }, 'policy_event_log'],
    [
      'mrEnclave',
      { sgx: { mrEnclave: [hexOf(32, 0x11)] } },
      { sgx: { mrEnclave: [hexOf(32, 0x22)] } },
      'policy_measurement',
      sgxFacts(),
    ],
    [
      'mrSigner',
      { sgx: { mrSigner: [hexOf(32, 0x22)] } },
      { sgx: { mrSigner: [hexOf(32, 0x11)] } },
      'policy_measurement',
      sgxFacts(),
    ],
    [
      'isvProdId',
      { sgx: { isvProdId: 7 } },
      { sgx: { isvProdId: 8 } },
      'policy_product_id',
      sgxFacts(),
    ],
    ['minIsvSvn', { sgx: { minIsvSvn: 3 } }, { sgx: { minIsvSvn: 4 } }, 'policy_svn', sgxFacts()],
    [
      'minDate',
      { intel: { tcb: { minDate: '2026-01-10' } } },
      { intel: { tcb: { minDate: '2026-01-11' } } },
      'policy_tcb_date',
    ],
    [
      'minEvaluationDataNumber',
      { intel: { tcb: { minEvaluationDataNumber: 19 } } },
      { intel: { tcb: { minEvaluationDataNumber: 20 } } },
      'policy_tcb_evaluation',
    ],
    [
      'advisories',
      { intel: { tcb: { advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'] } } },
      { intel: { tcb: { advisories: ['INTEL-SA-00289'] } } },
      'policy_advisory',
      tcb({ status: 'SWHardeningNeeded', advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'] }),
    ],
    [
      'ppid.allow',
      { intel: { ppid: { allow: [hexOf(16, 0x51)] } } },
      { intel: { ppid: { allow: [hexOf(16, 0x52)] } } },
      'policy_identity_unknown',
    ],
    [
      'ppid.deny',
      { intel: { ppid: { deny: [hexOf(16, 0x52)] } } },
      { intel: { ppid: { deny: [hexOf(16, 0x51)] } } },
      'policy_identity_denied',
    ],
    [
      'platformInstance.allow',
      { intel: { platformInstance: { allow: [hexOf(16, 0x52)] } } },
      { intel: { platformInstance: { allow: [] } } },
      'policy_identity_unknown',
    ],
    [
      'platformInstance.deny',
      { intel: { platformInstance: { deny: [] } } },
      { intel: { platformInstance: { deny: [hexOf(16, 0x52)] } } },
      'policy_identity_denied',
    ],
    ['smt', { intel: { smt: true } }, { intel: { smt: false } }, 'policy_platform_flag'],
    [
      'dynamicPlatform',
      { intel: { dynamicPlatform: false } },
      { intel: { dynamicPlatform: true } },
      'policy_platform_flag',
    ],
    [
      'cachedKeys',
      { intel: { cachedKeys: true } },
      { intel: { cachedKeys: false } },
      'policy_platform_flag',
    ],
  ];
  test.each(cases)('%s', (_, right, wrong, code, facts = INTEL) => {
    expect(failedCodes(judged(right, facts))).toEqual([]);
    expect(judged(right, facts).status).toBe('affirming');
    expect(failedCodes(judged(wrong, facts))).toEqual([code]);
    expect(judged(wrong, facts).status).toBe('contraindicated');
  });
});

test('measurements that are listed and match are claimed as approved executables', () => {
  expect(judged({ tdx: { mrTd: [hexOf(48, 0x32)] } }).vector.executables).toBe(3);
  expect(judged({ sgx: { mrSigner: [hexOf(32, 0x22)] } }, sgxFacts()).vector.executables).toBe(2);
  const ppid = { allow: [hexOf(16, 0x51)], deny: [] };
  expect(judged({ intel: { ppid } }).vector['instance-identity']).toBe(2);
});

test('what a certificate does not tell is not what a policy asks for', () => {
  const silent = pck({ configuration: undefined, platformInstanceId: undefined });
  expect(failedCodes(judged({}, silent))).toEqual([]);
  expect(failedCodes(judged({ intel: { smt: false } }, silent))).toEqual(['policy_platform_flag']);
  const platformInstance = { allow: [hexOf(16, 0x52)] };
  expect(failedCodes(judged({ intel: { platformInstance } }, silent))).toEqual([
    'policy_identity_unknown',
  ]);
});

test('debugging that a policy allows is a warning, never affirming', () => {
  const open = tdxFacts({ attributes: tdAttributes(SEPT | 1n) });
  const appraisal = judged({ tdx: { debug: true } }, open);
  expect([appraisal.status, appraisal.vector['runtime-opaque']]).toEqual(['warning', 32]);
});

test.each<[TcbStatus & string, string]>([
  ['UpToDate', 'affirming'],
  ['SWHardeningNeeded', 'affirming'],
  ['ConfigurationNeeded', 'warning'],
  ['ConfigurationAndSWHardeningNeeded', 'warning'],
  ['OutOfDate', 'warning'],
  ['OutOfDateConfigurationNeeded', 'warning'],
  ['TDRelaunchAdvised', 'warning'],
  ['TDRelaunchAdvisedConfigurationNeeded', 'warning'],
])('a policy that accepts %s gets the tier %s', (status, tier) => {
  const statuses = [status as Exclude<TcbStatus, 'Revoked'>];
  expect(judged({ intel: { tcb: { statuses } } }, tcb({ status })).status).toBe(tier);
});

describe('days of grace', () => {
  const date = new Date('2026-05-01T00:00:00Z');
  const late = tcb({
    status: 'OutOfDate',
    date,
    advisories: ['INTEL-SA-00615'],
    distance: {
      components: [{ name: 'sgx[0]', actual: 5, newest: 7 }],
      levelsBehind: 1,
      daysBehind: 30,
    },
  });
  const at = (graceDays: number, now: string, facts: IntelFacts = late, statuses?: 'UpToDate'[]) =>
    judgeFacts(
      { version: 1, intel: { tcb: { graceDays, ...(statuses && { statuses }) } } },
      { cpu: verifiedCpu(facts), now: new Date(now) },
    );

  test('make up for an old level until the last moment, as a warning that ends with them', () => {
    const last = at(10, '2026-05-11T00:00:00.000Z');
    expect([last.status, failedCodes(last)]).toEqual(['warning', ['policy_grace']]);
    expect(last.expiresAt).toEqual(new Date('2026-05-11T00:00:00Z'));
    expect(last.cpu?.tcb?.graceUntil).toEqual(last.expiresAt);
    const after = at(10, '2026-05-11T00:00:00.001Z');
    expect(after.status).toBe('contraindicated');
    expect(failedCodes(after)).toEqual(['policy_tcb_status', 'policy_advisory']);
    expect(after.expiresAt).toEqual(INTEL.expiresAt);
  });

  test('say what to update, and without them what else would pass', () => {
    expect(at(10, '2026-05-02').cpu?.tcb?.toPass).toEqual(['update sgx[0] from 5 to 7']);
    expect(at(0, '2026-05-02').cpu?.tcb?.toPass).toEqual([
      'update sgx[0] from 5 to 7',
      'or accept status OutOfDate',
      'or accept INTEL-SA-00615',
    ]);
    expect(judged({}).cpu?.tcb?.toPass).toEqual([]);
  });

  test('never make up for a configuration, a revocation, or what is not their business', () => {
    const configuration = { ...late, tcb: { ...late.tcb, status: 'OutOfDateConfigurationNeeded' } };
    expect(failedCodes(at(10, '2026-05-02', configuration as IntelFacts))).toContain(
      'policy_tcb_status',
    );
    const gone = { ...late, tcb: { ...late.tcb, status: 'Revoked' } } as IntelFacts;
    expect(failedCodes(at(10, '2026-05-02', gone))).toContain('policy_tcb_status');
    const hardening = { ...late, tcb: { ...late.tcb, status: 'SWHardeningNeeded' } } as IntelFacts;
    expect(failedCodes(at(10, '2026-05-02', hardening))).toEqual(['policy_advisory']);
  });
});

test('report data is compared with what the caller expects', () => {
  const cpu = verifiedCpu(INTEL);
  const at = (byte: number) => judgeFacts({ version: 1 }, { cpu, reportData: filled(64, byte) });
  expect(at(0xda).status).toBe('affirming');
  expect(failedCodes(at(0xdb))).toEqual(['policy_report_data']);
});

test('an event log must replay wherever it is given, and be given where it is demanded', () => {
  const cpu = verifiedCpu(INTEL);
  const replayed = { ...cpu, eventLog: verified({ events: [] }) };
  const other = { ...cpu, eventLog: refused('quote_signature_invalid') };
  const demanding = { version: 1, tdx: { eventLog: true } } as const;
  expect(judgeFacts(demanding, { cpu: replayed }).status).toBe('affirming');
  expect(failedCodes(judgeFacts(demanding, { cpu: other }))).toContain('policy_event_log');
  expect(judgeFacts({ version: 1 }, { cpu: other }).status).toBe('contraindicated');
});
