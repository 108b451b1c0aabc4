/** One machine of test vendors, put together by the eight steps of `bind.ts`, appraised as a whole. */
import { createHash } from 'node:crypto';
import { seededRandom } from '@barycenter/testing';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { beforeAll, expect, test } from 'vitest';
import type { Appraisal } from '../src/appraisal/appraisal.ts';
import { appraisedKey, cpuMeasurement } from '../src/appraisal/appraised-key.ts';
import type { CompositionRequest } from '../src/appraisal/composition.ts';
import type { Evidence, GpuEvidence } from '../src/appraisal/evidence.ts';
import { type AppraiseOptions, appraise } from '../src/appraise.ts';
import {
  type AttestedKey,
  attestedKeyId,
  checkProposal,
  signAttestedKey,
  verifyAttestedKey,
} from '../src/attested-key.ts';
import {
  bindingReportData,
  blockChallenge,
  computeBind,
  DSTACK_EVENT,
  dstackEventDigest,
  gpuCommit,
  gpuNonce,
} from '../src/binding.ts';
import { definePolicy, policyId } from '../src/policy/policy.ts';
import { PRODUCTION_TRUST } from '../src/trust.ts';
import { signer } from './attested-key-fixture.ts';
import { buildWorld, goodRecipe, type Keys, worldKeys } from './cases/intel-world.ts';
import {
  type Device,
  gpuFields,
  testDevice,
  testReport,
  testVendor,
  type Vendor,
} from './synthetic-device.ts';

const random = seededRandom(69);
const NOW = new Date('2026-06-01T12:00:00Z');
const REPORT_DATA_AT = 48 + 520;
const RTMRS_AT = 48 + 328;
const XFAM_AT = 48 + 128;
/** Manifests and revocation of the devices are another test's matter; without them the best is a warning. */
const policy = definePolicy({
  version: 1,
  cpu: ['tdx'],
  gpu: { manifests: false, revocation: false },
});
const UNCHECKED = ['policy_manifests', 'policy_revocation'];

const workerSecret = random.bytes(32);
const workerKey = {
  algorithm: 'secp256k1' as const,
  publicKey: secp256k1.getPublicKey(workerSecret, true),
};
const block = {
  kind: 'block' as const,
  number: 9n,
  hash: random.bytes(32),
  time: new Date(NOW.getTime() - 10_000),
  isFinal: true,
};
const about = { chainId: 1n, registry: random.bytes(20), operator: random.bytes(20) };

type Known = Device & { readonly deviceId: Uint8Array };

let keys: Keys;
let vendor: Vendor;
let devices: readonly Known[];
let bare: typeof machine;
let machine: { readonly evidence: Evidence; readonly options: AppraiseOptions };

const sha = (name: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash(name).update(Buffer.concat(parts)).digest());
const derOf = (device: Device): Uint8Array =>
  Buffer.concat(device.chain.map(({ certificate }) => certificate));

/** What a worker with these devices hands over. */
async function collect(devices: readonly Known[]): Promise<typeof machine> {
  const { number: blockNumber, hash: blockHash } = block;
  const challenge = blockChallenge({ ...about, blockNumber, blockHash });
  const deviceIds = devices.map(({ deviceId }) => deviceId);
  const bind = computeBind({
    ...about,
    challenge,
    policyId: policyId(policy),
    keys: [workerKey],
    deviceIds,
  });
  const gpus: GpuEvidence[] = [];
  for (const [index, device] of devices.entries()) {
    const nonce = gpuNonce(bind, { index, deviceId: device.deviceId });
    gpus.push({
      report: await testReport(device, gpuFields(device), { nonce }),
      chain: device.pem,
    });
  }
  const commit = gpuCommit(
    gpus.map(({ report }, i) => ({
      deviceId: deviceIds[i] as Uint8Array,
      report,
      chain: derOf(devices[i] as Device),
    })),
  );
  const digest = dstackEventDigest(commit);
  const recipe = goodRecipe('td10');
  recipe.editSigned = (quote) => {
    quote[XFAM_AT] = 3;
    quote.set(bindingReportData(bind, commit), REPORT_DATA_AT);
    quote.fill(0, RTMRS_AT, RTMRS_AT + 192);
    quote.set(sha('sha384', new Uint8Array(48), digest), RTMRS_AT + 144);
  };
  const world = await buildWorld(keys, recipe);
  const event = {
    imr: 3,
    event_type: 134217729,
    digest: Buffer.from(digest).toString('hex'),
    event: DSTACK_EVENT,
    event_payload: Buffer.from(commit).toString('hex'),
  };
  const claim = {
    keys: [workerKey],
    possession: secp256k1.sign(bind, workerSecret, { prehash: false }),
  };
  const binding: CompositionRequest = {
    claim,
    expected: { ...about, challenge: block, deviceCount: devices.length },
  };
  return {
    evidence: {
      cpu: {
        kind: 'tdx',
        bytes: world.quote,
        collateral: world.collateral,
        eventLog: JSON.stringify([event]),
      },
      gpus,
    },
    options: { now: NOW, trust: { ...PRODUCTION_TRUST, ...world.trust, ...vendor.trust }, binding },
  };
}

const failed = ({ checks }: Appraisal): string[] =>
  checks.flatMap(({ ok, code }) => (ok ? [] : [code]));

async function codes(
  evidence: Evidence,
  change: Partial<CompositionRequest> = {},
): Promise<string[]> {
  const { options } = machine;
  const binding = { ...(options.binding as CompositionRequest), ...change };
  return failed(await appraise(evidence, policy, { ...options, binding }));
}

beforeAll(async () => {
  keys = await worldKeys();
  vendor = await testVendor();
  const made = [await testDevice(vendor, 'GH100'), await testDevice(vendor, 'GH100')];
  devices = made
    .map((device) => ({ ...device, deviceId: sha('sha256', device.chain[1].key.spki) }))
    .sort((left, right) => Buffer.compare(left.deviceId, right.deviceId));
  machine = await collect(devices);
  bare = await collect([]);
});

test('a machine that followed the steps is bound: key, operator and devices', async () => {
  const appraisal = await appraise(machine.evidence, policy, machine.options);
  expect(new Set(failed(appraisal))).toEqual(new Set(UNCHECKED));
  expect(appraisal.status).toBe('warning');
  expect(appraisal.binding).toMatchObject({
    operator: about.operator,
    channel: 'none',
    collectedByMeasuredCode: true,
    deviceIds: devices.map(({ deviceId }) => deviceId),
  });
});

test('an affirmed machine is one whose key an appraiser vouches for', async () => {
  const appraisal = await appraise(bare.evidence, policy, bare.options);
  expect(failed(appraisal)).toEqual([]);
  expect(appraisal.status).toBe('affirming');
  const found = appraisedKey(appraisal);
  const { affirmed: _, expiresAt, ...fields } = found;
  const seconds = BigInt(NOW.getTime() / 1000);
  const statement: AttestedKey = {
    keyId: attestedKeyId(about, found),
    ...fields,
    notBefore: seconds,
    notAfter: seconds + 3600n,
    setEpoch: 1,
  };
  expect(expiresAt.getTime()).toBeGreaterThan(NOW.getTime());
  checkProposal(statement, found, { now: NOW, setEpoch: 1 });
  const appraiser = signer();
  const signatures = [
    signAttestedKey(statement, { domain: about, secretKey: appraiser.secretKey }),
  ];
  const appraisers = { epoch: 1, threshold: 1, addresses: [appraiser.address] };
  const request = { domain: about, appraisers, now: NOW, policyId: policyId(policy) };
  expect((await verifyAttestedKey({ statement, signatures }, request)).ok).toBe(true);

  const warned = appraisedKey(await appraise(machine.evidence, policy, machine.options));
  expect(() => checkProposal(statement, warned, { now: NOW, setEpoch: 1 })).toThrow(
    expect.objectContaining({ code: 'statement_not_affirmed' }),
  );
});

test('what was started is named by the module, the contents and RTMR0 to RTMR2, and not by RTMR3', async () => {
  const { cpu } = await appraise(bare.evidence, policy, bare.options);
  const facts = cpu?.facts;
  if (facts?.kind !== 'tdx' || facts.body.kind === 'sgx') throw new Error('no trust domain');
  const { body } = facts;
  const named = (change: Partial<typeof body>): string =>
    Buffer.from(cpuMeasurement({ ...facts, body: { ...body, ...change } })).toString('hex');
  const other = random.bytes(48);
  const registers = body.rtmrs.map((_, at) => ({
    rtmrs: body.rtmrs.map((own, i) => (i === at ? other : own)) as unknown as typeof body.rtmrs,
  }));
  const started = ['mrSeam', 'mrTd', 'mrConfigId', 'mrOwner', 'mrOwnerConfig'] as const;
  const changes = [...started.map((name) => ({ [name]: other })), ...registers.slice(0, 3)];
  expect(new Set([named({}), ...changes.map(named)]).size).toBe(1 + changes.length);
  expect(named(registers[3] ?? {})).toBe(named({}));
});

test('two appraisers at different times find the same to vouch for', async () => {
  const later = new Date(NOW.getTime() + 60_000);
  const [one, two] = await Promise.all(
    [NOW, later].map(async (now) =>
      appraisedKey(await appraise(machine.evidence, policy, { ...machine.options, now })),
    ),
  );
  expect(two).toEqual(one);
});

test('a report of another session of the same device is not the one that was bound', async () => {
  const { gpus = [], cpu } = machine.evidence;
  const [first, second] = gpus as [GpuEvidence, GpuEvidence];
  const device = devices[0] as Device;
  const replayed = {
    ...first,
    report: await testReport(device, gpuFields(device), { nonce: random.bytes(32) }),
  };
  expect(await codes({ cpu, gpus: [replayed, second] })).toContain('binding_gpu_nonce');
  const again = {
    ...first,
    report: await testReport(device, gpuFields(device), { nonce: first.report.slice(4, 36) }),
  };
  expect(await codes({ cpu, gpus: [again, second] })).toContain('binding_gpu_commit');
});

test('devices left out, doubled, reordered or exchanged are refused', async () => {
  const { gpus = [], cpu } = machine.evidence;
  const [first, second] = gpus as [GpuEvidence, GpuEvidence];
  expect(await codes({ cpu, gpus: [first] })).toContain('binding_device_count');
  expect(await codes({ cpu, gpus: [first, first] })).toContain('binding_device_duplicate');
  expect(await codes({ cpu, gpus: [second, first] })).toContain('binding_device_order');
});

test('evidence for another operator, chain, registry, policy or key is refused', async () => {
  const { evidence, options } = machine;
  const { claim, expected } = options.binding as CompositionRequest;
  const others = [{ operator: random.bytes(20) }, { chainId: 2n }, { registry: random.bytes(20) }];
  for (const other of others)
    expect(await codes(evidence, { expected: { ...expected, ...other } })).toContain(
      'binding_gpu_nonce',
    );
  const stricter = definePolicy({ ...policy, name: 'another' });
  expect(failed(await appraise(evidence, stricter, options))).toContain('binding_gpu_nonce');
  const thief = {
    algorithm: 'secp256k1' as const,
    publicKey: secp256k1.getPublicKey(random.bytes(32), true),
  };
  expect(await codes(evidence, { claim: { ...claim, keys: [thief] } })).toContain(
    'binding_gpu_nonce',
  );
  expect(await codes(evidence, { claim: { ...claim, possession: random.bytes(64) } })).toContain(
    'binding_possession',
  );
});

test('refused evidence is bound to nothing, and such an appraisal vouches for no key', async () => {
  const { cpu, gpus = [] } = machine.evidence;
  const [first, second] = gpus as [GpuEvidence, GpuEvidence];
  const broken = {
    ...first,
    report: first.report.map((byte, i) => (i === 3000 ? byte ^ 1 : byte)),
  };
  const appraisal = await appraise({ cpu, gpus: [broken, second] }, policy, machine.options);
  expect(failed(appraisal)).toContain('policy_binding');
  expect(appraisal.status).toBe('contraindicated');
  expect(() => appraisedKey(appraisal)).toThrow(TypeError);
  expect(await codes({ gpus })).toContain('policy_binding');
});

test('report data that nobody compared is at best a warning', async () => {
  const { binding: _, ...options } = bare.options;
  const appraisal = await appraise(bare.evidence, policy, options);
  expect(failed(appraisal)).toEqual(['policy_report_data']);
  expect(appraisal.status).toBe('warning');
});

test('a binding and report data or nonces together are a mistake of the caller', async () => {
  const { evidence, options } = machine;
  await expect(
    appraise(evidence, policy, { ...options, reportData: new Uint8Array(64) }),
  ).rejects.toThrow(TypeError);
  await expect(appraise(evidence, policy, { ...options, gpuNonces: [] })).rejects.toThrow(
    TypeError,
  );
});
