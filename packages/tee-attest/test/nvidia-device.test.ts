import { createHash, type KeyObject, verify as nodeVerify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVectors, seededRandom, vectorsFolder } from '@barycenter/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { portableCrypto } from '../src/crypto.ts';
import { createNvidiaChainCache, prepareNvidiaChain } from '../src/nvidia/chain.ts';
import {
  type NvidiaCollateral,
  type NvidiaOptions,
  verifyNvidiaDevice,
} from '../src/nvidia/device.ts';
import type { NvidiaEvidence } from '../src/nvidia/evidence.ts';
import { parseGpuReport } from '../src/nvidia/report.ts';
import { ALONE, DEVICE_VECTORS, nvidiaDeviceCases, readEvidence } from './cases/nvidia-device.ts';
import {
  type Device,
  gpuFields,
  NONCE,
  NOW,
  signReport,
  switchFields,
  testDevice,
  testReport,
  testVendor,
  unsignedReport,
  type Vendor,
  withFields,
} from './synthetic-device.ts';

const folder = vectorsFolder('tee');
const read = (path: string) =>
  new Uint8Array(readFileSync(join(findVectors('tee') ?? '', 'nvidia', path)));

const random = seededRandom(72);
const sample = () => process.env.BARYCENTER_LONG !== undefined || random.integer(16) === 0;

let vendor: Vendor;
let gpu: Device;
let options: NvidiaOptions;
beforeAll(async () => {
  vendor = await testVendor();
  gpu = await testDevice(vendor, 'GH100');
  options = {
    now: NOW,
    nonce: NONCE,
    trust: vendor.trust,
    revocation: 'unchecked',
    manifests: 'unchecked',
  };
});

/** The code of a verification, `ok` if it succeeded; its last check must say the same. */
async function codeOf(
  evidence: NvidiaEvidence,
  changed: Partial<NvidiaOptions> = {},
  collateral: NvidiaCollateral = {},
): Promise<string> {
  const result = await verifyNvidiaDevice(evidence, collateral, { ...options, ...changed });
  expect(result.checks.every(({ ok }) => ok)).toBe(result.ok);
  if (!result.ok) expect(result.checks.at(-1)?.code).toBe(result.code);
  return result.ok ? 'ok' : result.code;
}

describe.runIf(folder !== undefined)('published evidence', () => {
  for (const { name, run } of nvidiaDeviceCases(read, sample)) it(name, run);

  it('is judged the same by signatures in JavaScript', async () => {
    for (const { path } of DEVICE_VECTORS) {
      const evidence = await readEvidence(read, path);
      const { nonce } = parseGpuReport(evidence.report);
      const [web, portable] = await Promise.all([
        verifyNvidiaDevice(evidence, {}, { ...ALONE, nonce }),
        verifyNvidiaDevice(evidence, {}, { ...ALONE, nonce, crypto: portableCrypto() }),
      ]);
      expect(portable).toEqual(web);
    }
  });

  it('is judged the same by node:crypto, which reads certificates itself', async () => {
    for (const { path } of DEVICE_VECTORS) {
      const evidence = await readEvidence(read, path);
      const { nonce } = parseGpuReport(evidence.report);
      const result = await verifyNvidiaDevice(evidence, {}, { ...ALONE, nonce });
      expect(result.ok).toBe(nodeAccepts(evidence));
      if (!result.ok) continue;
      const device = new X509Certificate(pemBlocks(evidence.chain)[1] ?? '');
      const spki = device.publicKey.export({ type: 'spki', format: 'der' });
      expect(Buffer.from(result.facts.deviceId)).toEqual(
        createHash('sha256').update(spki).digest(),
      );
    }
  });

  it('with a changed bit is refused by node:crypto too, so that no refusal is ours alone', async () => {
    const vectors = process.env.BARYCENTER_LONG === undefined ? 1 : DEVICE_VECTORS.length;
    for (const { path } of DEVICE_VECTORS.slice(0, vectors)) {
      const { report, chain } = await readEvidence(read, path);
      const key = new X509Certificate(pemBlocks(chain)[0] ?? '').publicKey;
      for (let bit = 0; bit < 8 * report.length; bit++) {
        if (!sample()) continue;
        const mutant = report.slice();
        mutant[bit >> 3] = (mutant[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(nodeVerifies(mutant, key), `bit ${bit} of ${path}, seed ${random.seed}`).toBe(false);
      }
    }
  });

  it('has the ueid that NVIDIA prints in its token for the same device', async () => {
    const evidence = await readEvidence(read, 'hopper-550.90.07');
    const { nonce } = parseGpuReport(evidence.report);
    const result = await verifyNvidiaDevice(evidence, {}, { ...ALONE, nonce });
    const [, tokens] = JSON.parse(
      new TextDecoder().decode(read('nras/hopper_v3_detached_eat.json')),
    ) as [unknown, Record<string, string>];
    const payload = Buffer.from(tokens['GPU-0']?.split('.')[1] ?? '', 'base64url').toString();
    expect(result.ok && result.facts.ueid).toBe((JSON.parse(payload) as { ueid: string }).ueid);
  });

  it('with the nonce that every sample shares is refused unless samples are asked for', async () => {
    const evidence = await readEvidence(read, 'hopper-550.90.07');
    const { nonce } = parseGpuReport(evidence.report);
    expect(await codeOf(evidence, { ...ALONE, nonce, sampleNonce: 'refused' })).toBe(
      'gpu_nonce_constant',
    );
  });

  it('is not trusted under another root', async () => {
    const evidence = await readEvidence(read, 'hopper-545.00-full');
    const { nonce } = parseGpuReport(evidence.report);
    expect(await codeOf(evidence, { now: NOW, nonce })).toBe('chain_untrusted_root');
  });
});

describe('a device', () => {
  it('is accepted by a root of our own, as Hopper, Blackwell and switch', async () => {
    expect(await codeOf({ report: await testReport(gpu), chain: gpu.pem })).toBe('ok');
    const blackwell = await testDevice(vendor, 'GB100');
    const report = await testReport(blackwell);
    expect(await codeOf({ report, chain: blackwell.pem })).toBe('ok');
    const node = await testDevice(vendor, 'LS_10');
    const fields = switchFields(new Uint8Array(8).fill(3), []);
    const linked = await testReport(node, fields, { blocks: 31 });
    expect(await codeOf({ report: linked, chain: node.pem })).toBe('ok');
  });

  it('answers with the nonce it was asked with, and no other', async () => {
    const other = NONCE.slice().reverse();
    const report = await testReport(gpu, gpuFields(gpu), { nonce: other });
    expect(await codeOf({ report, chain: gpu.pem })).toBe('gpu_nonce_mismatch');
    expect(await codeOf({ report, chain: gpu.pem }, { nonce: other })).toBe('ok');
  });

  it('with a nonce of one repeated byte is refused even if that was asked for', async () => {
    for (const byte of [0, 0xff, 0x41]) {
      const nonce = new Uint8Array(32).fill(byte);
      const report = await testReport(gpu, gpuFields(gpu), { nonce });
      expect(await codeOf({ report, chain: gpu.pem }, { nonce })).toBe('gpu_nonce_constant');
    }
  });

  it('is what its evidence file claims: nonce and architecture', async () => {
    const evidence = { report: await testReport(gpu), chain: gpu.pem };
    const claimed = { architecture: 'GH100', nonce: NONCE };
    expect(await codeOf({ ...evidence, claimed })).toBe('ok');
    expect(await codeOf({ ...evidence, claimed: { ...claimed, architecture: 'GB100' } })).toBe(
      'gpu_architecture_mismatch',
    );
    expect(await codeOf({ ...evidence, claimed: { ...claimed, nonce: new Uint8Array(32) } })).toBe(
      'gpu_nonce_mismatch',
    );
  });

  it('of one kind does not speak with the chain of the other', async () => {
    const node = await testDevice(vendor, 'LS_10');
    const asSwitch = await testReport(gpu, switchFields(new Uint8Array(8).fill(3), []));
    expect(await codeOf({ report: asSwitch, chain: gpu.pem })).toBe('gpu_architecture_mismatch');
    const asGpu = await testReport(node, gpuFields(gpu));
    expect(await codeOf({ report: asGpu, chain: node.pem })).toBe('gpu_architecture_mismatch');
  });

  it('runs the firmware that its certificate was issued for, where the report says so', async () => {
    const other = withFields(gpuFields(gpu), [[20, new Uint8Array(48).fill(9)]]);
    expect(await codeOf({ report: await testReport(gpu, other), chain: gpu.pem })).toBe(
      'gpu_fwid_mismatch',
    );
    const silent = gpuFields(gpu).filter(([type]) => type !== 20);
    expect(await codeOf({ report: await testReport(gpu, silent), chain: gpu.pem })).toBe('ok');
  });

  it('signs its report with its own leaf key', async () => {
    const other = await testDevice(vendor, 'GH100');
    const report = await signReport(other, unsignedReport(gpuFields(gpu)));
    expect(await codeOf({ report, chain: gpu.pem })).toBe('gpu_report_signature_invalid');
  });

  it('with a signature of zeros or beyond the order is refused', async () => {
    const report = await testReport(gpu);
    for (const byte of [0, 0xff]) {
      for (const [from, to] of [
        [96, 48],
        [48, 0],
      ] as const) {
        const forged = report.slice().fill(byte, report.length - from, report.length - to);
        expect(await codeOf({ report: forged, chain: gpu.pem })).toBe(
          'gpu_report_signature_invalid',
        );
      }
    }
  });

  it('needs the caller to give a time and a nonce', async () => {
    const evidence = { report: await testReport(gpu), chain: gpu.pem };
    const verify = (changed: object) =>
      verifyNvidiaDevice(evidence, {}, { ...options, ...changed });
    for (const now of [undefined, Number.NaN, 1_700_000_000, new Date(Number.NaN)])
      await expect(verify({ now })).rejects.toThrow(TypeError);
    for (const nonce of [undefined, new Uint8Array(31), 'nonce'])
      await expect(verify({ nonce })).rejects.toThrow(RangeError);
  });

  it('by default needs manifests and revocation answers', async () => {
    const evidence = { report: await testReport(gpu), chain: gpu.pem };
    const strict = { now: NOW, nonce: NONCE, trust: vendor.trust };
    const code = async (lax: Partial<NvidiaOptions>) => {
      const result = await verifyNvidiaDevice(evidence, {}, { ...strict, ...lax });
      return result.ok ? 'ok' : result.code;
    };
    expect(await code({})).toBe('ocsp_missing');
    expect(await code({ revocation: 'unchecked' })).toBe('gpu_manifest_missing');
    expect(await code({ manifests: 'unchecked' })).toBe('ocsp_missing');
  });

  it('expires with the first of its certificates', async () => {
    const notAfter = new Date('2028-01-01T00:00:00Z');
    const short = await testDevice(vendor, 'GH100', { device: { notAfter } });
    const evidence = { report: await testReport(short), chain: short.pem };
    const result = await verifyNvidiaDevice(evidence, {}, options);
    expect(result.ok && result.facts.expiresAt).toEqual(notAfter);
    const late = new Date(notAfter.getTime() + 1000);
    expect(await codeOf(evidence, { now: late })).toBe('chain_expired');
  });
});

describe('a chain verified before', () => {
  it('saves all signature checks but that of the report', async () => {
    let verified = 0;
    const inner = portableCrypto();
    const crypto: typeof inner = {
      ...inner,
      verify: (signed) => {
        verified++;
        return inner.verify(signed);
      },
    };
    const chains = createNvidiaChainCache(1);
    const evidence = { report: await testReport(gpu), chain: gpu.pem };
    for (const count of [5, 6, 7]) {
      expect(await codeOf(evidence, { crypto, chains })).toBe('ok');
      expect(verified).toBe(count);
    }
    const other = await testDevice(vendor, 'GH100');
    const second = { report: await testReport(other), chain: other.pem };
    expect(await codeOf(second, { crypto, chains })).toBe('ok');
    expect(verified).toBe(12);
    expect(await codeOf(evidence, { crypto, chains })).toBe('ok');
    expect(verified).toBe(17);
  });

  it('is refused again once it has expired or its root is no longer trusted', async () => {
    const notAfter = new Date('2028-01-01T00:00:00Z');
    const short = await testDevice(vendor, 'GH100', { device: { notAfter } });
    const prepared = await prepareNvidiaChain(short.pem, options);
    if (!prepared.ok) throw new Error(prepared.code);
    const evidence = { report: await testReport(short), chain: prepared.facts };
    expect(await codeOf(evidence)).toBe('ok');
    expect(await codeOf(evidence, { now: new Date('2028-01-01T00:00:01Z') })).toBe('chain_expired');
    expect(await codeOf(evidence, { trust: { nvidiaDevice: [] } })).toBe('chain_untrusted_root');
  });

  it('is not kept if it was refused', async () => {
    const chains = createNvidiaChainCache();
    const evidence = { report: await testReport(gpu), chain: gpu.pem };
    const trust = { nvidiaDevice: [] };
    expect(await codeOf(evidence, { chains, trust })).toBe('chain_untrusted_root');
    expect(chains.get(gpu.pem)).toBeUndefined();
  });

  it('says the same whatever its holder does to what it was told', async () => {
    const prepared = await prepareNvidiaChain(gpu.pem, options);
    if (!prepared.ok) throw new Error(prepared.code);
    const evidence = { report: await testReport(gpu), chain: prepared.facts };
    const first = await verifyNvidiaDevice(evidence, {}, options);
    if (!first.ok) throw new Error(first.code);
    const { deviceId, fwid, nonce } = structuredClone(first.facts);
    for (const bytes of [first.facts.deviceId, first.facts.fwid, first.facts.nonce]) bytes.fill(0);
    prepared.facts.identity.deviceId.fill(0);
    const second = await verifyNvidiaDevice(evidence, {}, options);
    expect(second.ok && second.facts).toMatchObject({ deviceId, fwid, nonce });
  });

  it('cannot be made up by the caller', async () => {
    const prepared = await prepareNvidiaChain(gpu.pem, options);
    if (!prepared.ok) throw new Error(prepared.code);
    const evidence = { report: await testReport(gpu), chain: { ...prepared.facts } };
    await expect(verifyNvidiaDevice(evidence, {}, options)).rejects.toThrow(TypeError);
  });

  it('stands in a cache of 1 to 4096 chains', () => {
    for (const capacity of [0, 1.5, 4097, Number.NaN])
      expect(() => createNvidiaChainCache(capacity)).toThrow(RangeError);
  });
});

function pemBlocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
}

/** Signatures only, by OpenSSL: the leaf over all but the last 96 bytes, and each certificate. */
function nodeAccepts({ report, chain }: { report: Uint8Array; chain: string }): boolean {
  const certificates = pemBlocks(chain).map((pem) => new X509Certificate(pem));
  const chained = certificates
    .slice(0, -1)
    .every((one, i) => one.verify((certificates[i + 1] as X509Certificate).publicKey));
  return chained && nodeVerifies(report, (certificates[0] as X509Certificate).publicKey);
}

function nodeVerifies(report: Uint8Array, key: KeyObject): boolean {
  const [signed, signature] = [report.subarray(0, -96), report.subarray(-96)];
  return nodeVerify('sha384', signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
