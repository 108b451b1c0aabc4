import { expect, test } from 'vitest';
import { canonicalText } from '../src/canonical-json.ts';
import { TeeError } from '../src/errors.ts';
import {
  definePolicy,
  MAX_POLICY_CHARACTERS,
  type PolicyInput,
  parsePolicy,
  policyId,
  policyText,
} from '../src/policy/policy.ts';
import { hexOf } from './facts-fixture.ts';

const DEFAULT = definePolicy({ version: 1 });
const idOf = (input: PolicyInput): string =>
  Buffer.from(policyId(definePolicy(input))).toString('hex');

test('what is left out is filled in with safe defaults', () => {
  expect(DEFAULT).toEqual({
    version: 1,
    cpu: ['sgx', 'snp', 'tdx'],
    trailing: 'reject',
    intel: {
      tcb: { statuses: ['SWHardeningNeeded', 'UpToDate'], advisories: [], graceDays: 0 },
      ppid: { deny: [] },
      platformInstance: { deny: [] },
    },
    sgx: { debug: false, minIsvSvn: 0 },
    tdx: {
      debug: false,
      septVeDisable: true,
      attributes: { ones: '0000000000000000', zeros: 'feffff2fffffff7f' },
      xfam: { ones: '0300000000000000', zeros: '1824f9ffffffffff' },
      mrServiceTd: [hexOf(48, 0)],
      eventLog: false,
    },
    snp: {
      debug: false,
      maxVmpl: 0,
      minTcb: { milan: {}, genoa: {}, turin: {} },
      committed: false,
      required: [],
      forbidden: ['migrationAgent'],
      platformRequired: [],
      platformForbidden: [],
      minGuestSvn: 0,
      chip: { deny: [] },
      revocation: true,
      vlek: false,
    },
    gpu: {
      minCount: 0,
      maxCount: 64,
      minSwitches: 0,
      maxSwitches: 64,
      topology: true,
      manifests: true,
      revocation: true,
      nras: false,
      withoutReference: true,
      device: { deny: [] },
    },
  });
});

test('the id of the default policy changes only on purpose', () => {
  expect(idOf({ version: 1 })).toBe(
    'adebe4906c487a0c53fafb59ac52fd65d90900e20e2706fede86ab129f162992',
  );
});

test('the id is the SHA-256 of the canonical text, defaults included, whatever the order of writing', () => {
  const left = parsePolicy('{"version":1,"cpu":["tdx","sgx"],"tdx":{"debug":false}}');
  const right = parsePolicy(' { "cpu" : ["sgx", "tdx"], "version" : 1 } ');
  expect(policyId(left)).toEqual(policyId(right));
  expect(policyText(left)).toBe(canonicalText(left));
  expect(policyText(parsePolicy(policyText(left)))).toBe(policyText(left));
  expect(idOf({ version: 1, cpu: ['tdx'] })).not.toBe(idOf({ version: 1 }));
});

test('a policy is complete, frozen, and defined once', () => {
  expect(definePolicy(DEFAULT)).toBe(DEFAULT);
  expect(Object.isFrozen(DEFAULT.intel.tcb.statuses)).toBe(true);
  expect(() => {
    (DEFAULT.snp as { debug: boolean }).debug = true;
  }).toThrow(TypeError);
  policyId(DEFAULT).fill(0);
  expect(idOf(DEFAULT)).toBe(idOf({ version: 1 }));
});

test('every member can be written, and stays as it was written', () => {
  const ids = { allow: [hexOf(16, 1)], deny: [hexOf(16, 2)] };
  const tcb = { fmc: 1, bootloader: 2, tee: 3, snp: 4, microcode: 5 };
  const input: PolicyInput = {
    version: 1,
    name: 'all of it',
    cpu: ['snp'],
    trailing: 'trim',
    reportData: ['da'],
    intel: {
      tcb: {
        statuses: ['OutOfDate'],
        advisories: ['INTEL-SA-00615'],
        minDate: '2026-01-01',
        minEvaluationDataNumber: 20,
        graceDays: 30,
      },
      ppid: ids,
      platformInstance: ids,
      smt: false,
      dynamicPlatform: false,
      cachedKeys: true,
    },
    sgx: {
      debug: true,
      mrEnclave: [hexOf(32, 1)],
      mrSigner: [hexOf(32, 2)],
      isvProdId: 65_535,
      minIsvSvn: 1,
    },
    tdx: {
      debug: true,
      septVeDisable: false,
      attributes: { ones: hexOf(8, 1), zeros: hexOf(8, 2) },
      xfam: { ones: hexOf(8, 1), zeros: hexOf(8, 2) },
      mrTd: [hexOf(48, 1)],
      rtmr0: [hexOf(48, 1)],
      rtmr1: [hexOf(48, 1)],
      rtmr2: [hexOf(48, 1)],
      rtmr3: [hexOf(48, 1)],
      mrSeam: [hexOf(48, 1)],
      mrConfigId: [hexOf(48, 1)],
      mrOwner: [hexOf(48, 1)],
      mrOwnerConfig: [hexOf(48, 1)],
      mrServiceTd: [],
      eventLog: true,
    },
    snp: {
      debug: true,
      maxVmpl: 3,
      products: ['Turin'],
      minTcb: { milan: tcb, genoa: tcb, turin: tcb },
      minApi: '1.55',
      minBuild: 21,
      committed: true,
      required: ['ciphertextHiding'],
      forbidden: ['cxl', 'smt'],
      platformRequired: ['aliasCheckComplete'],
      platformForbidden: ['smt'],
      minGuestSvn: 1,
      measurement: [hexOf(48, 1)],
      hostData: [hexOf(32, 1)],
      idKeyDigest: [hexOf(48, 1)],
      authorKeyDigest: [hexOf(48, 1)],
      familyId: [hexOf(16, 1)],
      imageId: [hexOf(16, 1)],
      chip: { allow: [hexOf(64, 1)], deny: [] },
      revocation: false,
      vlek: true,
      cspIds: ['AWS'],
    },
    gpu: {
      minCount: 8,
      maxCount: 8,
      minSwitches: 4,
      maxSwitches: 4,
      topology: false,
      architectures: ['GH100'],
      manifests: false,
      revocation: false,
      nras: true,
      withoutReference: false,
      driverVersions: ['550.144.03'],
      vbiosVersions: ['96.00.5E.00.01'],
      modes: ['protected-pcie'],
      nvdec: 'disabled',
      device: { allow: [hexOf(32, 1)], deny: [] },
    },
  };
  expect(definePolicy(input)).toEqual(input);
  expect(parsePolicy(JSON.stringify(input))).toEqual(input);
});

const REFUSED: [string, string][] = [
  ['no JSON', '{'],
  ['an empty text', ''],
  ['a list', '[]'],
  ['null', 'null'],
  ['no version', '{}'],
  ['another version', '{"version":2}'],
  ['a version in text', '{"version":"1"}'],
  ['an unknown member', '{"version":1,"tdxx":{}}'],
  ['an unknown member inside', '{"version":1,"tdx":{"mrtd":[]}}'],
  ['a member of the prototype', '{"version":1,"__proto__":{}}'],
  ['a member twice', '{"version":1,"tdx":{"debug":false,"debug":false}}'],
  ['a member twice, escaped once', '{"version":1,"tdx":{},"t\\u0064x":{}}'],
  ['null for a section', '{"version":1,"snp":null}'],
  ['upper-case hexadecimal', `{"version":1,"tdx":{"mrTd":["${hexOf(48, 0xab).toUpperCase()}"]}}`],
  ['a digest too short', `{"version":1,"tdx":{"mrTd":["${hexOf(47, 1)}"]}}`],
  ['a digest too long', `{"version":1,"tdx":{"mrTd":["${hexOf(49, 1)}"]}}`],
  ['a digest twice', `{"version":1,"sgx":{"mrSigner":["${hexOf(32, 1)}","${hexOf(32, 1)}"]}}`],
  ['a digest for a list', `{"version":1,"sgx":{"mrSigner":"${hexOf(32, 1)}"}}`],
  ['report data too long', `{"version":1,"reportData":["${hexOf(65, 1)}"]}`],
  ['report data of nothing', '{"version":1,"reportData":[""]}'],
  ['a status that cannot be accepted', '{"version":1,"intel":{"tcb":{"statuses":["Revoked"]}}}'],
  ['an advisory of another form', '{"version":1,"intel":{"tcb":{"advisories":["SA-1"]}}}'],
  ['a day that does not exist', '{"version":1,"intel":{"tcb":{"minDate":"2026-02-30"}}}'],
  ['a time for a day', '{"version":1,"intel":{"tcb":{"minDate":"2026-02-01T00:00:00Z"}}}'],
  ['a fraction', '{"version":1,"intel":{"tcb":{"graceDays":0.5}}}'],
  ['a number too large', '{"version":1,"intel":{"tcb":{"graceDays":3651}}}'],
  ['a negative number', '{"version":1,"snp":{"maxVmpl":-1}}'],
  ['a word for a truth value', '{"version":1,"tdx":{"debug":"false"}}'],
  ['an unknown bit', '{"version":1,"snp":{"required":["debug"]}}'],
  ['an API that is none', '{"version":1,"snp":{"minApi":"1"}}'],
  ['a name with other characters', '{"version":1,"name":"<b>"}'],
];

test.each(REFUSED)('a text is refused as a policy: %s', (_, text) => {
  expect(() => parsePolicy(text)).toThrow(
    expect.objectContaining({ name: 'TeeError', code: 'policy_malformed' }),
  );
});

test('a policy text is read up to its bound', () => {
  const padded = (length: number): string => '{"version":1}'.padEnd(length);
  expect(parsePolicy(padded(MAX_POLICY_CHARACTERS))).toEqual(DEFAULT);
  expect(() => parsePolicy(padded(MAX_POLICY_CHARACTERS + 1))).toThrow(TeeError);
  const list = Array.from({ length: 4097 }, (_, i) => i.toString(16).padStart(64, '0'));
  const input = { version: 1, sgx: { mrEnclave: list } };
  expect(() => parsePolicy(JSON.stringify(input))).toThrow(TeeError);
  expect(() => parsePolicy('['.repeat(500_000))).toThrow(TeeError);
});

test('a mistake of the caller is a TypeError that names the member', () => {
  const wrong = { version: 1, snp: { maxVmpl: 4 } } as const;
  expect(() => definePolicy(wrong)).toThrow(
    /^policy: snp\.maxVmpl: expected an integer from 0 to 3$/,
  );
  const misspelt = { version: 1, snp: { maxVMPL: 0 } } as unknown as PolicyInput;
  expect(() => definePolicy(misspelt)).toThrow(TypeError);
});
