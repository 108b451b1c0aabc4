/**
 * Evidence of authorities of our own, made here with the runtime's WebCrypto: what no public sample has.
 * Intel's and AMD's are the cases of the package's own tests, run on the built package.
 */
import {
  type NvidiaCollateral,
  type NvidiaOptions,
  verifyNvidiaDevice,
  verifyReferenceManifest,
} from '@barycenter/tee-attest/nvidia';
import { snpSyntheticCases } from '../../../packages/tee-attest/test/cases/amd.ts';
import { intelCases } from '../../../packages/tee-attest/test/cases/intel.ts';
import {
  type Device,
  gpuFields,
  type Issued,
  issue,
  NONCE,
  NOW,
  pemOf,
  switchFields,
  type TestAnswer,
  testAnswer,
  testDevice,
  testReport,
  testVendor,
  type Vendor,
} from '../../../packages/tee-attest/test/synthetic-device.ts';
import {
  manifest,
  RIM_NOW,
  rimAuthority,
} from '../../../packages/tee-attest/test/synthetic-rim.ts';
import { type Case, expectEqual } from './suite.ts';
import { named } from './tee-vectors.ts';

const OCSP_SIGNING = {
  oid: '2.5.29.37',
  value: Uint8Array.of(0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 9),
};
const HOUR_MS = 3_600_000;

interface Scene {
  readonly vendor: Vendor;
  readonly gpu: Device;
  readonly report: Uint8Array;
  readonly options: NvidiaOptions;
}

/** The code under which a set of revocation answers is refused, each about the device's certificate. */
const ANSWERS: readonly (readonly [
  string,
  string,
  (scene: Scene) => Promise<Partial<TestAnswer>> | Partial<TestAnswer>,
])[] = [
  ['good', 'ok', () => ({})],
  ['revoked', 'certificate_revoked', () => ({ status: 'revoked' })],
  ['on hold', 'certificate_revoked', () => ({ status: 'hold' })],
  ['unknown', 'ocsp_unknown', () => ({ status: 'unknown' })],
  ['expired', 'ocsp_expired', () => ({ nextUpdate: new Date(NOW.getTime() - 1000) })],
  [
    'of the future',
    'ocsp_not_yet_valid',
    () => ({ thisUpdate: new Date(NOW.getTime() + HOUR_MS) }),
  ],
  [
    'about another certificate',
    'ocsp_certificate_mismatch',
    ({ vendor }) => ({ about: vendor.root }),
  ],
  ['signed by another key', 'ocsp_signature_invalid', ({ gpu }) => ({ signer: gpu.chain[0].key })],
  ['by a responder for OCSP', 'ok', (scene) => delegated(scene, [OCSP_SIGNING])],
  ['by a responder for nothing', 'ocsp_responder_unauthorised', (scene) => delegated(scene, [])],
];

/** A responder that the provisioner named. */
async function delegated(
  { vendor }: Scene,
  extensions: readonly (typeof OCSP_SIGNING)[],
): Promise<Partial<TestAnswer>> {
  const options = { authority: undefined, extensions };
  const responder = await issue('Responder', vendor.provisioners.GH100, options);
  return { responder, certificates: [responder] };
}

/** Everything that is refused or judged without a published sample. */
export async function syntheticCases(): Promise<Case[]> {
  return [
    ...named('intel', await intelCases(undefined)),
    ...named('snp', snpSyntheticCases()),
    ...(await deviceCases()),
  ];
}

async function deviceCases(): Promise<Case[]> {
  const scene = await setScene();
  return [
    { name: 'synthetic: Hopper, Blackwell and switch are accepted', check: () => all(scene) },
    { name: 'synthetic: chains of 4 and 6, and spoofed ones', check: () => wrongChains(scene) },
    ...ANSWERS.map(([what, code, change]) => ({
      name: `synthetic: a revocation answer ${what} gives ${code}`,
      check: async () => {
        const changed = await change(scene);
        expectEqual(await codeOf(scene, { ocsp: await answers(scene, changed) }), code);
      },
    })),
    {
      name: 'synthetic: an answer must repeat the nonce of its request',
      check: () => nonces(scene),
    },
    { name: 'synthetic: manifests of our own root, and of none', check: manifests },
  ];
}

async function setScene(): Promise<Scene> {
  const vendor = await testVendor();
  const gpu = await testDevice(vendor, 'GH100');
  const options: NvidiaOptions = {
    now: NOW,
    nonce: NONCE,
    trust: vendor.trust,
    manifests: 'unchecked',
  };
  return { vendor, gpu, report: await testReport(gpu), options };
}

async function codeOf(
  { report, gpu, options }: Scene,
  collateral: NvidiaCollateral,
  change: Partial<NvidiaOptions> = {},
  chain: string = gpu.pem,
): Promise<string> {
  const changed = { ...options, ...change };
  const result = await verifyNvidiaDevice({ report, chain }, collateral, changed);
  return result.ok ? 'ok' : result.code;
}

/** Answers about the three certificates between leaf and root; the first is changed. */
async function answers(
  { gpu }: Scene,
  change: Partial<TestAnswer>,
): Promise<{ response: Uint8Array }[]> {
  const between = [1, 2, 3].map((i) => ({
    about: gpu.chain[i] as Issued,
    issuer: gpu.chain[i + 1] as Issued,
  }));
  const made = between.map((answer, i) => testAnswer(i === 0 ? { ...answer, ...change } : answer));
  return (await Promise.all(made)).map((response) => ({ response }));
}

async function all({ vendor, options }: Scene): Promise<void> {
  for (const name of ['GH100', 'GB100', 'LS_10'] as const) {
    const device = await testDevice(vendor, name);
    const pdi = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const isSwitch = name === 'LS_10';
    const fields = isSwitch ? switchFields(pdi, [pdi]) : gpuFields(device);
    const report = await testReport(device, fields, { blocks: isSwitch ? 31 : 64 });
    const evidence = { report, chain: device.pem };
    const changed = { ...options, revocation: 'unchecked' as const };
    const result = await verifyNvidiaDevice(evidence, {}, changed);
    expectEqual(result.ok && result.facts.architecture, name);
    const untrusted = { now: NOW, nonce: NONCE, revocation: changed.revocation };
    const stranger = await verifyNvidiaDevice(evidence, {}, untrusted);
    expectEqual(stranger.ok || stranger.code, 'chain_untrusted_root');
  }
}

async function wrongChains(scene: Scene): Promise<void> {
  const { gpu, vendor } = scene;
  const [leaf, device, provisioner, identity, root] = gpu.chain;
  const wrong: readonly (readonly [readonly Issued[], string])[] = [
    [[leaf, device, provisioner, identity], 'chain_length'],
    [[leaf, device, provisioner, identity, root, root], 'chain_length'],
    [[leaf, device, vendor.provisioners.LS_10, identity, root], 'chain_wrong_role'],
    [[leaf, device, provisioner, vendor.identities.GB100, root], 'chain_wrong_role'],
    [[device, leaf, provisioner, identity, root], 'chain_wrong_role'],
  ];
  for (const [chain, code] of wrong) {
    const options = { revocation: 'unchecked' } as const;
    expectEqual(await codeOf(scene, {}, options, pemOf(chain)), code);
  }
  expectEqual(await codeOf(scene, {}), 'ocsp_missing');
}

async function nonces(scene: Scene): Promise<void> {
  const nonce = Uint8Array.of(1, 2, 3);
  const [first, ...rest] = await answers(scene, { nonce });
  const asked = (value: Uint8Array) => [{ ...first!, nonce: value }, ...rest];
  expectEqual(await codeOf(scene, { ocsp: asked(nonce) }), 'ok');
  const other = await codeOf(scene, { ocsp: asked(Uint8Array.of(1, 2, 4)) });
  expectEqual(other, 'ocsp_nonce_mismatch');
}

async function manifests(): Promise<void> {
  const authority = await rimAuthority();
  const xml = await manifest(authority);
  const { trust } = authority;
  const good = await verifyReferenceManifest(xml, { now: RIM_NOW, trust });
  expectEqual(good.ok && good.facts.version, '550.90.07');
  const other = await verifyReferenceManifest(xml, { now: RIM_NOW });
  expectEqual(other.ok || other.code, 'chain_untrusted_root');
  const late = new Date('2036-01-01T00:00:01Z');
  const expired = await verifyReferenceManifest(xml, { now: late, trust });
  expectEqual(expired.ok || expired.code, 'chain_expired');
  const text = new TextDecoder().decode(xml).replace('550.90.07', '550.90.08');
  const changed = await verifyReferenceManifest(new TextEncoder().encode(text), {
    now: RIM_NOW,
    trust,
  });
  expectEqual(changed.ok || changed.code, 'xml_digest_mismatch');
}
