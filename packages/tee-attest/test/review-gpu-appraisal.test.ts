/** A GPU with everything that the default policy asks for, and with each part of it left out by the worker. */
import { beforeAll, expect, it } from 'vitest';
import type { GpuEvidence } from '../src/appraisal/evidence.ts';
import { appraise } from '../src/appraise.ts';
import { bytesToHex } from '../src/bytes.ts';
import { PRODUCTION_TRUST } from '../src/trust.ts';
import { failedCodes } from './facts-fixture.ts';
import {
  type Device,
  type Issued,
  measurementOf,
  NONCE,
  NOW,
  testAnswer,
  testDevice,
  testReport,
  testVendor,
  type Vendor,
} from './synthetic-device.ts';
import {
  body,
  manifest,
  NAMES,
  type RimAuthority,
  resource,
  rimAuthority,
} from './synthetic-rim.ts';

let vendor: Vendor;
let device: Device;
let authority: RimAuthority;
let gpu: GpuEvidence & {
  readonly manifests: readonly Uint8Array[];
  readonly ocsp: readonly { readonly response: Uint8Array }[];
};

const answersAbout = (chain: readonly Issued[], from: number) =>
  Promise.all(
    chain.slice(from, -1).map(async (about, i) => {
      const issuer = chain[from + i + 1] as Issued;
      return { response: await testAnswer({ about, issuer }) };
    }),
  );

beforeAll(async () => {
  [vendor, authority] = await Promise.all([testVendor(), rimAuthority()]);
  device = await testDevice(vendor, 'GH100');
  const signers = NAMES.map((subject, i): Issued => {
    const [key, certificate] = [authority.keys[i], authority.chain[i]];
    if (key === undefined || certificate === undefined) throw new Error('no such signer');
    return { subject, key, certificate, serial: i + 1 };
  });
  const about = (version: string, index: number) =>
    manifest(authority, {
      content: body({
        meta: `<Meta colloquialVersion="${version}"></Meta>`,
        resources: resource(index, bytesToHex(measurementOf(index))),
      }),
    });
  gpu = {
    report: await testReport(device),
    chain: device.pem,
    manifests: [await about('545.00', 0), await about('96.00.5E.00.01', 1)],
    ocsp: [...(await answersAbout(device.chain, 1)), ...(await answersAbout(signers, 0))],
  };
});

async function verdict(changes: Partial<GpuEvidence>): Promise<[string, string[]]> {
  const appraisal = await appraise(
    { gpus: [{ ...gpu, ...changes }] },
    { version: 1, cpu: [] },
    {
      now: NOW,
      gpuNonces: [NONCE],
      trust: { ...PRODUCTION_TRUST, ...vendor.trust, ...authority.trust },
    },
  );
  return [appraisal.status, failedCodes(appraisal)];
}

it('a GPU with both manifests and answers about all certificates is affirming', async () => {
  expect(await verdict({})).toEqual(['affirming', []]);
});

it('a manifest left out, of driver or VBIOS, leaves no verdict', async () => {
  for (const left of [0, 1]) {
    const manifests = (gpu.manifests ?? []).filter((_, i) => i === left);
    expect(await verdict({ manifests })).toEqual(['none', ['policy_manifests']]);
  }
});

it('an answer left out, about the device or a signer, leaves no verdict', async () => {
  for (const left of (gpu.ocsp ?? []).keys()) {
    const ocsp = (gpu.ocsp ?? []).filter((_, i) => i !== left);
    expect(await verdict({ ocsp })).toEqual(['none', ['policy_revocation']]);
  }
});
