/** Callers may hand over buffers that are written to while signatures are verified, Node's pooled ones too. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { beforeAll, expect, it } from 'vitest';
import { appraisalReport, evidenceHash } from '../src/appraisal.ts';
import { appraise } from '../src/appraise.ts';
import { type CryptoProvider, defaultCrypto } from '../src/crypto.ts';
import { verifyNvidiaDevice } from '../src/nvidia/device.ts';
import { prepareCollateral } from '../src/prepare-collateral.ts';
import { PRODUCTION_TRUST } from '../src/trust.ts';
import { NOW as SNP_NOW, snpWorld, type World } from './cases/amd-world.ts';
import {
  type Device,
  NONCE,
  NOW,
  testAnswer,
  testDevice,
  testReport,
  testVendor,
  type Vendor,
} from './synthetic-device.ts';

let vendor: Vendor;
let device: Device;
let world: World;
beforeAll(async () => {
  vendor = await testVendor();
  [device, world] = await Promise.all([testDevice(vendor, 'GH100'), snpWorld('Genoa')]);
});

/** Writes over `buffers` as soon as anything is verified or hashed, after so many calls. */
function overwriting(buffers: readonly Uint8Array[], calls = 0): CryptoProvider {
  const genuine = defaultCrypto();
  let made = 0;
  const spoil = async (): Promise<void> => {
    if (made++ < calls) return;
    for (const buffer of buffers) buffer.fill(0x41);
  };
  return {
    name: 'overwriting',
    verify: async (signed) => {
      await spoil();
      return genuine.verify(signed);
    },
    digest: async (hash, data) => {
      await spoil();
      return genuine.digest(hash, data);
    },
  };
}

it('a device is judged by the bytes that were handed over, though their buffers change', async () => {
  const genuine = await testReport(device);
  const report = Buffer.from(genuine);
  const answers = await Promise.all(
    [1, 2, 3].map(async (i) => {
      const [about, issuer] = [device.chain[i], device.chain[i + 1]];
      if (about === undefined || issuer === undefined) throw new Error('chain');
      return Buffer.from(await testAnswer({ about, issuer }));
    }),
  );
  // Four certificates and the report come before the answers.
  for (const [buffers, calls] of [
    [[report], 0],
    [answers, 5],
  ] as const) {
    const result = await verifyNvidiaDevice(
      { report, chain: device.pem },
      { ocsp: answers.map((response) => ({ response })) },
      {
        now: NOW,
        nonce: NONCE,
        trust: vendor.trust,
        manifests: 'unchecked',
        crypto: overwriting(buffers, calls),
      },
    );
    expect(result.ok ? bytesToHex(result.facts.report.nonce) : result.code).toBe(bytesToHex(NONCE));
    report.set(genuine);
  }
});

it('an appraisal is about the evidence that its hash names, though buffers change meanwhile', async () => {
  const report = await testReport(device);
  const vcek = await world.vcek();
  const snp = await world.report();
  const evidence = () => ({
    cpu: {
      kind: 'snp' as const,
      bytes: Buffer.from(snp),
      collateral: {
        vcek: Buffer.from(vcek),
        chain: world.chain.vcek,
        crl: Buffer.from(world.crl),
      },
    },
    gpus: [{ report: Buffer.from(report), chain: device.pem }],
  });
  const judged = async (spoilt: boolean) => {
    const own = evidence();
    const { cpu, gpus } = own;
    const buffers = [
      cpu.bytes,
      cpu.collateral.vcek,
      cpu.collateral.crl,
      ...gpus.map((gpu) => gpu.report),
    ];
    const appraisal = await appraise(
      own,
      { version: 1 },
      {
        now: SNP_NOW,
        trust: { ...PRODUCTION_TRUST, ...world.trust, ...vendor.trust },
        crypto: overwriting(spoilt ? buffers : []),
        reportData: new Uint8Array(64).fill(0xda),
        gpuNonces: [NONCE],
      },
    );
    return appraisalReport(appraisal);
  };
  const [plain, spoilt] = [await judged(false), await judged(true)];
  expect(spoilt).toEqual(plain);
  expect(plain.evidenceHash).toBe(bytesToHex(evidenceHash(evidence())));
});

it('prepared collateral hashes as what was verified, though its source changes meanwhile', async () => {
  const crl = Buffer.from(world.crl);
  const source = { chain: world.chain.vcek, crl };
  const vcek = await world.vcek();
  const hash = (collateral: object) =>
    evidenceHash({ cpu: { kind: 'snp', bytes: vcek, collateral: collateral as never } });
  const expected = hash({ ...source, crl: Buffer.from(crl) });
  const prepared = await prepareCollateral(source, {
    now: SNP_NOW,
    trust: world.trust,
    crypto: overwriting([crl]),
  });
  if (!prepared.ok) throw new Error(prepared.code);
  expect(hash({ authority: prepared.facts })).toEqual(expected);
});
