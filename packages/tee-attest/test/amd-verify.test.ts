import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { verifySnp } from '../src/amd.ts';
import { portableCrypto } from '../src/crypto.ts';
import {
  refuseFlips,
  type SnpEvidence,
  snpSamples,
  snpSyntheticCases,
  snpSynthetics,
  snpVectorCases,
} from './cases/amd.ts';
import { nodeAccepts } from './oracle/amd.ts';

const folder = vectorsFolder('tee');
const read = (path: string) => new Uint8Array(readFileSync(join(folder ?? '', path)));
const all = process.env.BARYCENTER_LONG !== undefined;

async function everything(): Promise<SnpEvidence[]> {
  return [...(folder === undefined ? [] : await snpSamples(read)), ...(await snpSynthetics())];
}

describe('SEV-SNP verification', () => {
  for (const { name, run } of snpSyntheticCases()) it(name, run);
  if (folder !== undefined) for (const { name, run } of snpVectorCases(read)) it(name, run);

  it('gives the same verdict by JavaScript as by WebCrypto', async () => {
    for (const { report, collateral, options } of await everything()) {
      const result = await verifySnp(report, collateral, { ...options, crypto: portableCrypto() });
      expect(result).toEqual(await verifySnp(report, collateral, options));
    }
  });

  it('agrees with a verification written on node:crypto', async () => {
    for (const evidence of await everything())
      expect(nodeAccepts(evidence), evidence.name).toBe(true);
  });

  it('refuses every flipped bit of report, certificates and list, and so does node:crypto', async () => {
    let count = 0;
    const evidence = await everything();
    for (const [i, item] of evidence.entries()) {
      // The certificates of one public sample and of one synthetic VLEK stand for the others.
      const certificates = all || i === 0 || i === evidence.length - 1;
      const seed = 3 + i;
      count += await refuseFlips(item, { all, seed, certificates, agree: nodeAccepts });
    }
    expect(count).toBeGreaterThan(5_000);
  });
});
