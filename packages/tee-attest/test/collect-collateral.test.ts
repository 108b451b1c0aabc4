import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { appraise } from '../src/appraise.ts';
import { parseCertificate } from '../src/certificate.ts';
import { collectGpu, collectIntel, collectSnp } from '../src/collect-collateral.ts';
import { TeeError } from '../src/errors.ts';
import type { CollateralClient } from '../src/fetch.ts';
import { readPem } from '../src/pem.ts';
import { NOW, snpWorld, type World } from './cases/amd-world.ts';
import { failedCodes } from './facts-fixture.ts';

const folder = vectorsFolder('tee');
const bytes = (path: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(join(folder as string, path)));

/** Answers by the first of the names that a request's key begins with; keeps the keys. */
function service(answers: Readonly<Record<string, Uint8Array>>): {
  readonly client: CollateralClient;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const get: CollateralClient['get'] = async ({ key }) => {
    asked.push(key);
    const name = Object.keys(answers).find((each) => key.startsWith(each));
    if (name === undefined) throw new TeeError('fetch_not_found', key);
    return { body: answers[name] as Uint8Array, headers: {}, fetchedAt: NOW, stale: false };
  };
  return { client: { get }, asked };
}

describe('a SEV-SNP report and what AMD publishes', () => {
  let world: World;
  beforeAll(async () => {
    world = await snpWorld('Genoa');
  });
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const kds = async () =>
    service({
      'amd/vcek/Genoa/cert_chain': text(world.chain.vcek),
      'amd/vcek/Genoa/crl': world.crl,
      'amd/vcek/Genoa/': await world.vcek(),
      'amd/vlek/Genoa/cert_chain': text(world.chain.vlek),
      'amd/vlek/Genoa/crl': world.crl,
    });
  const judge = (report: Uint8Array, collateral: Awaited<ReturnType<typeof collectSnp>>) =>
    appraise(
      { cpu: { kind: 'snp', bytes: report, collateral } },
      { version: 1 },
      {
        now: NOW,
        trust: world.trust,
        reportData: report.slice(0x50, 0x90),
      },
    );

  test('are enough to affirm it', async () => {
    const report = await world.report();
    const { client, asked } = await kds();
    const collateral = await collectSnp(report, client);
    const appraisal = await judge(report, collateral);
    expect(appraisal.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(appraisal.status).toBe('affirming');
    expect(asked).toHaveLength(3);
    expect(asked.join()).toContain('blSPL=04&teeSPL=02&snpSPL=23&ucodeSPL=213');
  });

  test('refuse it where its authority is revoked or the list has ended', async () => {
    const report = await world.report();
    const collateral = await collectSnp(report, (await kds()).client);
    const revoked = await world.makeCrl({ revoked: [parseCertificate(world.ask).serial] });
    const ended = await world.makeCrl({ nextUpdate: new Date(NOW.getTime() - 1000) });
    for (const [crl, code] of [
      [revoked, 'certificate_revoked'],
      [ended, 'crl_expired'],
    ] as const) {
      const appraisal = await judge(report, { ...collateral, crl });
      expect([appraisal.status, failedCodes(appraisal)]).toEqual(['contraindicated', [code]]);
    }
  });

  test("give no verdict without the list, or without the key's certificate", async () => {
    const report = await world.report();
    const collateral = await collectSnp(report, (await kds()).client);
    for (const [lack, code] of [
      [{ crl: undefined }, 'policy_revocation'],
      [{ vcek: undefined }, 'snp_endorsement_missing'],
    ] as const) {
      const appraisal = await judge(report, { ...collateral, ...lack });
      expect([appraisal.status, failedCodes(appraisal)]).toEqual(['none', [code]]);
    }
  });

  test('lack the key that a cloud loads, which the guest must bring', async () => {
    const report = await world.report({ signingKey: 1 });
    const collateral = await collectSnp(report, (await kds()).client);
    expect(collateral).not.toHaveProperty('vcek');
    expect((await judge(report, collateral)).status).toBe('none');
  });
});

describe.skipIf(folder === undefined)('public samples', () => {
  test('a report that does not tell its product says so', async () => {
    const old = bytes('snp/google-milan-v2/report.bin');
    await expect(collectSnp(old, service({}).client)).rejects.toMatchObject({
      code: 'snp_product_mismatch',
    });
  });

  test('a chip is asked for by its number and reported TCB', async () => {
    const report = bytes('snp/gcp-milan-v5/report.bin');
    const [vcek] = readPem(new TextDecoder().decode(bytes('snp/gcp-milan-v5/vcek.pem')));
    const { client, asked } = service({
      'amd/vcek/Milan/cert_chain': bytes('snp/roots/ask_ark_milan.pem'),
      'amd/vcek/Milan/crl': Uint8Array.of(0x30),
      'amd/vcek/Milan/': vcek as Uint8Array,
    });
    expect((await collectSnp(report, client)).vcek).toEqual(vcek);
    const chip = Buffer.from(report.slice(0x1a0, 0x1e0)).toString('hex');
    expect(asked.some((key) => key.startsWith(`amd/vcek/Milan/${chip}?blSPL=04`))).toBe(true);
  });

  test('a GPU is asked about by its versions, board and certificates; what nobody has is left out', async () => {
    const name = 'nvidia/hopper-545.00-full';
    const chain = new TextDecoder().decode(bytes(`${name}/chain.pem`));
    const { client, asked } = service({});
    const report = bytes(`${name}/report.bin`);
    expect(await collectGpu({ report, chain }, client)).toEqual({ manifests: [], ocsp: [] });
    expect(asked.filter((key) => key.startsWith('nvidia/rim/'))).toEqual([
      'nvidia/rim/NV_GPU_DRIVER_GH100_545.00',
      'nvidia/rim/NV_GPU_VBIOS_1010_0200_882_96005E0001',
    ]);
    expect(asked.filter((key) => key.startsWith('nvidia/ocsp/'))).toHaveLength(3);
  });

  test('a switch has one manifest, and its answers come back', async () => {
    const chain = new TextDecoder().decode(bytes('nvidia/switch-ls10/chain.pem'));
    const answer = Uint8Array.of(0x30, 0);
    const { client, asked } = service({ 'nvidia/ocsp/': answer });
    const report = bytes('nvidia/switch-ls10/report.bin');
    const found = await collectGpu({ report, chain }, client);
    expect(found.ocsp).toEqual([answer, answer, answer].map((response) => ({ response })));
    expect(asked.filter((key) => key.startsWith('nvidia/rim/'))).toEqual([
      'nvidia/rim/NV_SWITCH_BIOS_5612_0002_890_9610550001',
    ]);
  });

  test('other failures than absence are not hidden', async () => {
    const down: CollateralClient = {
      get: () => Promise.reject(new TeeError('fetch_failed', 'no answer')),
    };
    const quote = bytes('tdx/google-tdx-v5-2026-02/quote.bin');
    await expect(collectIntel(quote, down)).rejects.toMatchObject({ code: 'fetch_failed' });
    const report = bytes('nvidia/switch-ls10/report.bin');
    const chain = new TextDecoder().decode(bytes('nvidia/switch-ls10/chain.pem'));
    await expect(collectGpu({ report, chain }, down)).rejects.toMatchObject({
      code: 'fetch_failed',
    });
  });
});
