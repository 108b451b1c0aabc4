/** The demo as a process, on a file of 300,003 bytes (k = 256): its document, claim by claim. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import type { DemoReport } from '../src/demo-report.ts';
import { scratchFolder } from '../test/scratch.ts';
import { barycenterJson } from './cli.ts';

/** Node 24 runs a WebAssembly kernel; which one depends on the processor. */
const KERNEL = expect.stringMatching(/^(fma|wide|scalar)$/);

test('the demo holds, and its document says everything that was claimed', {
  timeout: 15 * 60_000,
}, async () => {
  const folder = scratchFolder();
  const bytes = seededRandom(20_261_123).bytes(300_003);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(folder, 'file'), bytes);
  const { code, stderr, document } = await barycenterJson(['demo', 'file'], folder);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(document).toMatchObject({
    ok: true,
    command: 'demo',
    file: 'file',
    bytes: 300_003,
    sha256,
    geometry: { k: 256, n: 1024, c: 38 },
    scheme: 'kzg',
    backend: { kzg: { name: KERNEL }, bls: { name: KERNEL } },
    certificate: { signedSeats: 1024, neededSeats: 717 },
    recovered: true,
    recoveredSha256: sha256,
    recoveredFrom: 'nodes',
    archive: { dataShards: 10, parityShards: 4, killed: 4, recovered: true },
    sampled: { status: 'available', samples: 29, resolved: 29 },
    tamperedRejected: true,
    tampered: { storeCode: 'record_damaged', readerCode: 'row_not_committed', recovered: true },
    withheldRefused: true,
    withheld: { neededSeats: 717, lightClient: 'unavailable' },
  });
  const report = document as unknown as DemoReport;
  expect(report.certificate.failureBits).toBeGreaterThan(144);
  expect(report.sampled.confidence).toBeGreaterThanOrEqual(0.999_999);
  expect(report.wireBytes).toBeGreaterThan(4 * bytes.length);
  expect(report.withheld.signedSeats).toBeLessThan(256);
  expect(report.withheld.unresolved).toBeGreaterThan(0);
  expect(report.claims.map(({ held }) => held)).toEqual(report.claims.map(() => true));
  const { killed, total, share } = report.killedStake;
  expect(BigInt(killed) * 10n).toBeGreaterThanOrEqual(BigInt(total) * 3n);
  expect(share).toBeGreaterThanOrEqual(0.3);
  // The dead are dead: their folders were moved away; the others are where they were.
  const state = join(folder, 'barycenter-data', 'demo', 'nodes');
  for (let node = 0; node < 16; node++) {
    const name = String(node).padStart(2, '0');
    expect(existsSync(join(state, name)), name).toBe(!report.killedNodes.includes(node));
  }
  const steps = ['network', 'encode', 'disperse', 'certify', 'archive', 'sample', 'withhold'];
  expect(Object.keys(report.timings)).toEqual([...steps, 'tamper', 'kill', 'lose', 'total']);
});

test('the demo holds over hashes alone, and get, sample and verify know the network', {
  timeout: 15 * 60_000,
}, async () => {
  const folder = scratchFolder();
  const bytes = seededRandom(20_261_124).bytes(300_003);
  writeFileSync(join(folder, 'file'), bytes);
  const { code, document } = await barycenterJson(['demo', 'file', '--scheme', 'zoda'], folder);
  expect(code).toBe(0);
  const report = document as unknown as DemoReport;
  expect(report).toMatchObject({ scheme: 'zoda', geometry: { k: 256, n: 1024, c: 40 } });
  expect(report.backend).toEqual({ bls: { name: KERNEL, reason: expect.any(String) } });
  expect(report.sampled).toMatchObject({ status: 'available', samples: 10, resolved: 10 });
  expect(report.claims.map(({ held }) => held)).toEqual(report.claims.map(() => true));

  const put = await barycenterJson(['put', 'file', '--scheme', 'zoda', '--nodes', '4'], folder);
  const { id } = put.document as unknown as { id: string };
  expect((await barycenterJson(['get', id, '-o', 'copy'], folder)).code).toBe(0);
  expect(new Uint8Array(readFileSync(join(folder, 'copy')))).toEqual(bytes);
  expect((await barycenterJson(['sample', id], folder)).code).toBe(0);
  expect((await barycenterJson(['verify', 'file', id], folder)).code).toBe(0);
  const other = await barycenterJson(['put', 'file', '--profile', 'eip7594'], folder);
  expect(other.document).toMatchObject({ ok: false, code: 'profile_mismatch' });
});
