import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vectorsFolder } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../src/bytes.ts';
import { sniff } from '../src/command/sniff.ts';
import { runVerifyCommand } from '../src/command/verify-command.ts';
import { type Answer, encodeBundle, offlineClient } from '../src/fetch.ts';
import { parseQuote } from '../src/intel/quote.ts';
import { hexOf } from './facts-fixture.ts';

const folder = vectorsFolder('tee');
const file = (path: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(join(folder as string, path)));
const TRIM = new TextEncoder().encode('{"version":1,"trailing":"trim"}');

/** Of the quote used most. */
function reportData(): string {
  if (folder === undefined) return '';
  return bytesToHex(parseQuote(file(`${PHALA}/quote.bin`), { trailing: 'trim' }).body.reportData);
}

/** Runs the command with the files of the vectors, and with those made here. */
function run(
  args: readonly string[],
  {
    files = {},
    answers = new Map(),
  }: { files?: Record<string, Uint8Array>; answers?: ReadonlyMap<string, Answer> } = {},
) {
  return runVerifyCommand(args, {
    read: async (path) => files[path] ?? file(path),
    now: () => new Date('2026-07-01T00:00:00Z'),
    client: () => offlineClient({ answers }),
  });
}

const PHALA = 'tdx/phala-tdx-v4-2025-06';
const QUOTE = ['verify', `${PHALA}/quote.bin`, `${PHALA}/collateral.json`, '--policy', 'policy'];
const AT = ['--now', '2025-06-25T00:00:00Z'];
const REPORT_DATA = ['--report-data', reportData()];
const files = { policy: TRIM };

describe.skipIf(folder === undefined)('tee-attest verify', () => {
  test('ends with 0 for affirming evidence and says what it is', async () => {
    const { status, output } = await run([...QUOTE, ...AT, ...REPORT_DATA], { files });
    expect(status).toBe(0);
    expect(output).toMatch(/^AFFIRMING {2}at 2025-06-25T00:00:00\.000Z, until 2025-07-19/);
    expect(output).toMatch(/TDX trust domain +mrTd 91eb2b44/);
    expect(output).toMatch(/\n\d+ checks, 0 do not hold\n$/);
  });

  test('ends with 1 for expired collateral, a denied measurement, a cut quote', async () => {
    const expired = await run(QUOTE, { files });
    expect([expired.status, expired.output]).toEqual([1, expect.stringContaining('_expired')]);
    const policy = new TextEncoder().encode('{"version":1,"trailing":"trim","tdx":{"mrTd":[]}}');
    const denied = await run([...QUOTE, ...AT], { files: { policy } });
    expect([denied.status, denied.output]).toEqual([
      1,
      expect.stringContaining('policy_measurement'),
    ]);
    const cut = file(`${PHALA}/quote.bin`).subarray(0, 1000);
    const args = ['verify', 'cut', '--collateral', `${PHALA}/collateral.json`, ...AT];
    const short = await run(args, { files: { cut } });
    expect([short.status, short.output]).toEqual([1, expect.stringContaining('quote_malformed')]);
  });

  test('compares report data', async () => {
    const { status, output } = await run([...QUOTE, ...AT, '--report-data', hexOf(64, 1)], {
      files,
    });
    expect([status, output]).toEqual([1, expect.stringContaining('policy_report_data')]);
  });

  test('prints JSON, and all checks', async () => {
    const json = await run([...QUOTE, ...AT, ...REPORT_DATA, '--json'], { files });
    const report = JSON.parse(json.output) as { status: string; checks: unknown[] };
    expect(report).toMatchObject({ status: 'affirming', cpu: { facts: { kind: 'tdx' } } });
    const all = await run([...QUOTE, ...AT, ...REPORT_DATA, '--all'], { files });
    expect(all.output.split('\n').filter((line) => line.startsWith('cpu  ok'))).toHaveLength(
      report.checks.length - 3,
    );
    const refused = await run(['verify', `${PHALA}/quote.bin`, '--json']);
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.output)).toMatchObject({ status: 'none', code: 'files' });
  });

  test('takes the certificates of a SEV-SNP report in any form and order', async () => {
    const policy = new TextEncoder().encode('{"version":1,"snp":{"revocation":false}}');
    const chain = 'snp/roots/ask_ark_milan.pem';
    const options = ['--policy', 'policy', '--now', '2026-07-01'];
    const pem = ['verify', chain, 'snp/gcp-milan-v5/vcek.pem', 'snp/gcp-milan-v5/report.bin'];
    const warned = await run([...pem, ...options], { files: { policy } });
    expect([warned.status, warned.output]).toEqual([1, expect.stringMatching(/^WARNING /)]);
    const der = ['verify', 'snp/google-milan-v2/report.bin', 'snp/google-milan-v2/vcek.der', chain];
    const debug = await run([...der, ...options], { files: { policy } });
    expect([debug.status, debug.output]).toEqual([1, expect.stringContaining('policy_debug')]);
  });

  test('puts reports, chains and manifests of GPUs together', async () => {
    const gpu = 'nvidia/hopper-545.00-full';
    const policy = new TextEncoder().encode('{"version":1,"cpu":[],"gpu":{"revocation":false}}');
    const paths = ['chain.pem', 'vbios_rim.xml', 'driver_rim.xml', 'report.bin'].map(
      (name) => `${gpu}/${name}`,
    );
    const nonce = Buffer.from(file(`${gpu}/report.bin`).subarray(4, 36)).toString('hex');
    const { status, output } = await run(
      ['verify', ...paths, '--policy', 'policy', '--now', '2024-06-01', '--nonce', nonce],
      { files: { policy } },
    );
    expect(status).toBe(1);
    expect(output).toMatch(/^WARNING /);
    expect(output).toMatch(/gpu0 +warning +gpu GH100 +driver 545\.00, VBIOS 96\.00\.5E\.00\.01/);
    expect(output).toContain('1 do not hold');
  });

  test.each([
    ['multi_gpu_hopper', 'none', 'policy_manifests'],
    ['multi_switch_ls10_DUPLICATED', 'contraindicated', 'gpu_nonce_constant'],
  ])("reads NVIDIA's evidence file %s with its four devices: %s", async (name, tier, code) => {
    const policy = new TextEncoder().encode('{"version":1,"cpu":[],"gpu":{"topology":false}}');
    const args = ['verify', `nvidia/${name}.json`, '--policy', 'policy'];
    const { status, output } = await run(args, { files: { policy } });
    expect([status, output]).toEqual([1, expect.stringContaining(code)]);
    const devices = output.split('\n').filter((line) => line.startsWith('gpu'));
    expect(devices.slice(0, 4).map((line) => line.split(/ +/)[1])).toEqual(Array(4).fill(tier));
  });

  test('one GPU handed over twice is not two', async () => {
    const policy = new TextEncoder().encode('{"version":1,"cpu":[]}');
    const gpu = ['report.bin', 'chain.pem'].map((name) => `nvidia/hopper-545.00-full/${name}`);
    const args = ['verify', ...gpu, ...gpu, '--policy', 'policy'];
    const { status, output } = await run(args, { files: { policy } });
    expect([status, output]).toEqual([1, expect.stringContaining('policy_device_duplicate')]);
  });

  test('judges a bundle without a network', async () => {
    const collateral = JSON.parse(new TextDecoder().decode(file(`${PHALA}/collateral.json`))) as {
      [name: string]: string;
    };
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const der = (name: string): Uint8Array =>
      Uint8Array.from(Buffer.from(collateral[name]!, 'hex'));
    const fetchedAt = new Date('2025-06-25T00:00:00Z');
    const answer = (body: Uint8Array, header?: string, chain = ''): Answer => ({
      body,
      fetchedAt,
      headers: header === undefined ? {} : { [header]: encodeURIComponent(chain) },
    });
    const fmspc = (JSON.parse(collateral.tcb_info!) as { fmspc: string }).fmspc;
    const answers = new Map([
      [
        `intel/tdx/tcb/${fmspc}/standard`,
        answer(
          text(`{"tcbInfo":${collateral.tcb_info},"signature":"${collateral.tcb_info_signature}"}`),
          'tcb-info-issuer-chain',
          collateral.tcb_info_issuer_chain,
        ),
      ],
      [
        'intel/tdx/qe/standard',
        answer(
          text(
            `{"enclaveIdentity":${collateral.qe_identity},"signature":"${collateral.qe_identity_signature}"}`,
          ),
          'sgx-enclave-identity-issuer-chain',
          collateral.qe_identity_issuer_chain,
        ),
      ],
      [
        'intel/pckcrl/platform',
        answer(der('pck_crl'), 'sgx-pck-crl-issuer-chain', collateral.pck_crl_issuer_chain),
      ],
      ['intel/rootcrl', answer(der('root_ca_crl'))],
    ]);
    const evidence = new Map([['quote.bin', file(`${PHALA}/quote.bin`)]]);
    const bundle = encodeBundle({ evidence, answers });
    const args = ['verify', 'bundle', '--policy', 'policy', ...AT, ...REPORT_DATA];
    const judged = await run(args, { files: { ...files, bundle } });
    expect([judged.status, judged.output]).toEqual([0, expect.stringMatching(/^AFFIRMING /)]);
    const fetched = await run(
      ['verify', `${PHALA}/quote.bin`, '--fetch', '--policy', 'policy', ...AT, ...REPORT_DATA],
      {
        files,
        answers,
      },
    );
    expect(fetched).toEqual(judged);
    const empty = encodeBundle({ evidence, answers: new Map() });
    const lacking = await run(args, { files: { ...files, bundle: empty } });
    expect([lacking.status, lacking.output]).toEqual([
      1,
      expect.stringContaining('fetch_not_found'),
    ]);
  });

  test.each([
    [[`${PHALA}/collateral.json`], /no quote or report/],
    [[`${PHALA}/quote.bin`], /no collateral/],
    [['snp/gcp-milan-v5/report.bin'], /no certificates/],
    [['nvidia/hopper-545.00-full/report.bin'], /1 GPU reports and 0 certificate chains/],
    [[`${PHALA}/quote.bin`, `${PHALA}/quote.bin`], /more than one quote/],
    [[`${PHALA}/quote.bin`, 'snp/gcp-milan-v5/report.bin'], /two CPUs/],
    [['README.md'], /neither evidence nor collateral/],
  ])('files that make no evidence end with 1: %j', async (paths, message) => {
    const { status, output } = await run(['verify', ...paths]);
    expect([status, output]).toEqual([1, expect.stringMatching(message)]);
  });

  test('every kind of file among the vectors is recognised', () => {
    const kinds = [
      ['sgx/phala-sgx-v3-2025-06/quote.bin', 'quote'],
      ['tdx/google-tdx-v5-2026-02/quote.bin', 'quote'],
      ['tdx/google-tdx-v5-2026-02/collateral.json', 'intel-collateral'],
      ['snp/dstack-milan-v3/report.bin', 'snp-report'],
      ['snp/turin-vcek-only/vcek.der', 'certificate'],
      ['snp/roots/ask_ark_genoa.pem', 'pem'],
      ['nvidia/switch-ls10/report.bin', 'gpu-report'],
      ['nvidia/switch-ls10/vbios_rim.xml', 'manifest'],
      ['nvidia/multi_gpu_hopper.json', 'gpu-evidence'],
      ['README.md', 'unknown'],
    ] as const;
    for (const [path, kind] of kinds) expect([path, sniff(file(path))]).toEqual([path, kind]);
    const crl = (
      JSON.parse(readFileSync(join(folder as string, PHALA, 'collateral.json'), 'utf8')) as {
        pck_crl: string;
      }
    ).pck_crl;
    expect(sniff(Uint8Array.from(Buffer.from(crl, 'hex')))).toBe('crl');
    expect(sniff(new Uint8Array())).toBe('unknown');
  });
});

describe('mistakes in the arguments end with 2', () => {
  const cases: [string, string[]][] = [
    ['no command', []],
    ['another command', ['sign', 'policy']],
    ['no file', ['verify']],
    ['an unknown option', ['verify', 'policy', '--quiet']],
    ['an option without its value', ['verify', 'policy', '--now']],
    ['a policy twice', ['verify', 'policy', '--policy', 'policy', '--policy', 'policy']],
    ['a policy that is none', ['verify', 'policy', '--policy', 'junk']],
    ['a time without zone', ['verify', 'policy', '--now', '2026-06-01T00:00:00']],
    ['seconds', ['verify', 'policy', '--now', '1750809600']],
    ['report data too short', ['verify', 'policy', '--report-data', '00']],
    ['a nonce that is no hexadecimal', ['verify', 'policy', '--nonce', 'zz'.repeat(32)]],
    ['a file that is not there', ['verify', 'nowhere/at/all']],
  ];
  test.each(cases)('%s', async (_, args) => {
    const junk = new TextEncoder().encode('{"version":9}');
    expect((await run(args, { files: { policy: TRIM, junk } })).status).toBe(2);
  });

  test('help does not', async () => {
    expect(await run(['--help'])).toMatchObject({ status: 0, output: /^usage: tee-attest verify/ });
  });
});

test('the program prints the result and ends with its status', async () => {
  const program = fileURLToPath(new URL('../bin/tee-attest.ts', import.meta.url));
  const args = ['--conditions=@barycenter/source', program];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, '--help']);
  expect(stdout).toMatch(/^usage: tee-attest verify FILE/);
  const misuse = promisify(execFile)(process.execPath, [...args, 'verify']);
  await expect(misuse).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(/^usage:/) });
});
