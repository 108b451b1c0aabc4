import { beforeAll, describe, expect, it } from 'vitest';
import { verifyNvidiaDevice } from '../src/nvidia/device.ts';
import type { ReferenceManifest } from '../src/nvidia/reference-manifest.ts';
import {
  type Device,
  type Fields,
  gpuFields,
  measurementOf,
  NONCE,
  NOW,
  switchFields,
  testAnswer,
  testDevice,
  testReport,
  testVendor,
  type Vendor,
  withFields,
} from './synthetic-device.ts';

let vendor: Vendor;
let gpu: Device;
beforeAll(async () => {
  vendor = await testVendor();
  gpu = await testDevice(vendor, 'GH100');
});

type Measurements = ReferenceManifest['measurements'];

const EXPIRES = new Date('2028-01-01T00:00:00Z');

/** Indices whose reference values are what synthetic reports say. */
const good = (...indices: readonly number[]): Measurements =>
  indices.map((index) => ({
    index,
    active: true,
    size: 48,
    alternatives: [measurementOf(index)],
  }));

const manifest = (
  kind: ReferenceManifest['kind'],
  measurements: Measurements,
  changed: Partial<ReferenceManifest> = {},
): ReferenceManifest => ({
  id: kind,
  version: kind === 'driver' ? '545.00' : '96.00.5e.00.01',
  kind,
  sha256: new Uint8Array(32).fill(kind.length),
  expiresAt: EXPIRES,
  measurements,
  ...changed,
});

async function verify(
  driverRim: ReferenceManifest | undefined,
  vbiosRim: ReferenceManifest | undefined,
  fields: Fields = gpuFields(gpu),
  now: Date = NOW,
) {
  const evidence = { report: await testReport(gpu, fields), chain: gpu.pem };
  const options = { now, nonce: NONCE, trust: vendor.trust, revocation: 'unchecked' as const };
  return verifyNvidiaDevice(evidence, { driverRim, vbiosRim }, options);
}

async function codeOf(...given: Parameters<typeof verify>): Promise<string> {
  const result = await verify(...given);
  return result.ok ? 'ok' : result.code;
}

const driver = (...indices: readonly number[]) => manifest('driver', good(...indices));
const vbios = (...indices: readonly number[]) => manifest('vbios', good(...indices));

describe('measurements', () => {
  it('that meet both manifests are counted, and those without reference named', async () => {
    const result = await verify(driver(3, 4, 35), vbios(0, 1));
    if (!result.ok) throw new Error(result.code);
    const { measurements, expiresAt } = result.facts;
    expect(measurements).toMatchObject({ compared: 4, skipped: [35] });
    expect(measurements?.withoutReference).toHaveLength(59);
    expect(measurements?.withoutReference).not.toContain(35);
    expect(measurements?.manifests.map(({ id }) => id)).toEqual(['driver', 'vbios']);
    expect(expiresAt).toEqual(EXPIRES);
  });

  it('equal one of their alternatives', async () => {
    const other = new Uint8Array(48);
    const either = good(3).map((one) => ({ ...one, alternatives: [other, measurementOf(3)] }));
    expect(await codeOf(manifest('driver', either), vbios(0))).toBe('ok');
    const neither = good(3).map((one) => ({ ...one, alternatives: [other, measurementOf(4)] }));
    expect(await codeOf(manifest('driver', neither), vbios(0))).toBe('gpu_measurement_mismatch');
    const none = good(3).map((one) => ({ ...one, alternatives: [] }));
    expect(await codeOf(manifest('driver', none), vbios(0))).toBe('gpu_measurement_mismatch');
  });

  it('have the size of their reference', async () => {
    const longer = good(3).map((one) => ({ ...one, size: 64 }));
    expect(await codeOf(manifest('driver', longer), vbios(0))).toBe('gpu_measurement_mismatch');
    const cut = good(3).map((one) => ({
      ...one,
      size: 32,
      alternatives: one.alternatives.map((value) => value.subarray(0, 32)),
    }));
    expect(await codeOf(manifest('driver', cut), vbios(0))).toBe('gpu_measurement_mismatch');
  });

  it('that a manifest wants and the report has not are missed', async () => {
    expect(await codeOf(driver(64), vbios(0))).toBe('gpu_measurement_mismatch');
  });

  it('are compared only where the reference is active', async () => {
    const inactive = good(3).map((one) => ({ ...one, active: false, alternatives: [] }));
    expect(await codeOf(manifest('driver', [...good(4), ...inactive]), vbios(0))).toBe('ok');
    expect(await codeOf(manifest('driver', inactive), vbios(0))).toBe('gpu_manifest_mismatch');
  });

  it('of the video decoder are skipped only while it is off', async () => {
    const wrong = good(35).map((one) => ({ ...one, alternatives: [new Uint8Array(48)] }));
    const both = [manifest('driver', wrong), vbios(0)] as const;
    expect(await codeOf(...both)).toBe('ok');
    const on = withFields(gpuFields(gpu), [[11, Uint8Array.of(0xaa)]]);
    expect(await codeOf(...both, on)).toBe('gpu_measurement_mismatch');
    const unsaid = gpuFields(gpu).filter(([type]) => type !== 11);
    expect(await codeOf(...both, unsaid)).toBe('gpu_measurement_mismatch');
  });
});

describe('manifests', () => {
  it('have no index in common, nor one twice', async () => {
    expect(await codeOf(driver(3), vbios(3))).toBe('gpu_manifest_conflict');
    expect(await codeOf(driver(3, 3), vbios(0))).toBe('gpu_manifest_conflict');
  });

  it('are of the versions that the report states', async () => {
    const newer = manifest('driver', good(3), { version: '545.01' });
    expect(await codeOf(newer, vbios(0))).toBe('gpu_manifest_version_mismatch');
    const older = manifest('vbios', good(0), { version: '96.00.5E.00.00' });
    expect(await codeOf(driver(3), older)).toBe('gpu_manifest_version_mismatch');
  });

  it('of driver and VBIOS are not exchanged', async () => {
    expect(await codeOf(vbios(0), driver(3))).toBe('gpu_manifest_mismatch');
  });

  it('are for this board where they name one', async () => {
    const platform = { project: '1010', projectSku: '0200', chipSku: '882' };
    const same = manifest('vbios', good(0), { platform });
    expect(await codeOf(driver(3), same)).toBe('ok');
    for (const field of ['project', 'projectSku', 'chipSku']) {
      const other = manifest('vbios', good(0), { platform: { ...platform, [field]: '9' } });
      expect(await codeOf(driver(3), other)).toBe('gpu_manifest_mismatch');
    }
  });

  it('are valid at the given time', async () => {
    const late = new Date(EXPIRES.getTime() + 1);
    const last = await codeOf(driver(3), vbios(0), gpuFields(gpu), EXPIRES);
    expect(last).toBe('ok');
    expect(await codeOf(driver(3), vbios(0), gpuFields(gpu), late)).toBe('gpu_manifest_expired');
    const timeless = manifest('vbios', good(0), { expiresAt: new Date(Number.NaN) });
    expect(await codeOf(driver(3), timeless)).toBe('gpu_manifest_expired');
  });

  it('must have signers that were reported good, where revocation is asked for', async () => {
    const ocsp = await Promise.all(
      ([1, 2, 3] as const).map(async (i) => ({
        response: await testAnswer({
          about: gpu.chain[i],
          issuer: gpu.chain[i + 1] ?? vendor.root,
        }),
      })),
    );
    const evidence = { report: await testReport(gpu), chain: gpu.pem };
    const judge = async (
      drivers: Partial<ReferenceManifest>,
      revocation: 'required' | 'unchecked' = 'required',
    ) => {
      const driverRim = manifest('driver', good(3), drivers);
      const vbiosRim = manifest('vbios', good(0), { revocationChecked: true });
      const options = { now: NOW, nonce: NONCE, trust: vendor.trust, revocation };
      const result = await verifyNvidiaDevice(evidence, { driverRim, vbiosRim, ocsp }, options);
      return result.ok ? result.facts.revocationChecked : result.code;
    };
    expect(await judge({ revocationChecked: true })).toBe(true);
    expect(await judge({ revocationChecked: false })).toBe('ocsp_missing');
    expect(await judge({})).toBe('ocsp_missing');
    expect(await judge({}, 'unchecked')).toBe(false);
  });

  it('must be given, for a switch only that of its VBIOS', async () => {
    expect(await codeOf(undefined, vbios(0))).toBe('gpu_manifest_missing');
    expect(await codeOf(driver(3), undefined)).toBe('gpu_manifest_missing');
    const node = await testDevice(vendor, 'LS_10');
    const fields = switchFields(new Uint8Array(8).fill(3), []);
    const evidence = { report: await testReport(node, fields, { blocks: 31 }), chain: node.pem };
    const options = {
      now: NOW,
      nonce: NONCE,
      trust: vendor.trust,
      revocation: 'unchecked' as const,
    };
    const vbiosRim = manifest('vbios', good(0), { version: '96.10.55.00.01' });
    const result = await verifyNvidiaDevice(evidence, { vbiosRim }, options);
    expect(result.ok && result.facts.measurements?.compared).toBe(1);
    const driven = await verifyNvidiaDevice(evidence, { vbiosRim, driverRim: driver(3) }, options);
    expect(driven.ok || driven.code).toBe('gpu_manifest_version_mismatch');
  });
});
