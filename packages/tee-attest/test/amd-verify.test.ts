import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, vectorsFolder } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { parseSnpReport, verifySnp } from '../src/amd.ts';
import { portableCrypto } from '../src/crypto.ts';
import { TeeError } from '../src/errors.ts';
import {
  refuseFlips,
  SAMPLE_NAMES,
  type SnpEvidence,
  SYNTHETIC_NAMES,
  snpSamples,
  snpSyntheticCases,
  snpSynthetics,
  snpVectorCases,
} from './cases/amd.ts';
import { nodeAccepts } from './oracle/amd.ts';

const SEED = 67;
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

  // The certificates of one public sample and of one synthetic VLEK stand for the others by default.
  const whole = new Set(['google-milan-v2', 'Turin VLEK']);
  for (const [i, name] of [
    ...(folder === undefined ? [] : SAMPLE_NAMES),
    ...SYNTHETIC_NAMES,
  ].entries()) {
    const certificates = all || whole.has(name);
    const what = certificates ? 'the report, the certificates and the list' : 'the report';
    it(`refuses every flipped bit of ${what} of ${name}, and so does node:crypto`, async () => {
      const evidence = (await everything()).find((item) => item.name === name) as SnpEvidence;
      const options = { all, seed: 3 + i, certificates, agree: nodeAccepts };
      expect(await refuseFlips(evidence, options)).toBeGreaterThan(500);
    });
  }
});

describe('SEV-SNP parsers', () => {
  it('throw nothing but TeeErrors for random bytes up to 1 MB and for mutated reports', async () => {
    const random = seededRandom(SEED);
    const [evidence] = await snpSynthetics();
    const { report, collateral, options } = evidence as SnpEvidence;
    for (let round = 0; round < 300; round++) {
      const size = round % 3 === 0 ? 1184 : random.integer(round % 30 === 1 ? 1 << 20 : 3_000);
      const bytes = random.bytes(size);
      if (round % 6 === 0) bytes.set(report.subarray(0, 0x50));
      const label = `seed ${SEED}, round ${round}`;
      expect(() => parseSnpReport(bytes), label).toThrow(TeeError);
      const text = String.fromCharCode(...bytes.subarray(0, 50_000));
      for (const judged of [
        { ...collateral, vcek: bytes },
        { ...collateral, vcek: text },
        { ...collateral, chain: text },
        { ...collateral, crl: bytes },
      ]) {
        expect((await verifySnp(report, judged, options)).ok, label).toBe(false);
      }
      expect((await verifySnp(bytes, collateral, options)).ok, label).toBe(false);
    }
  });
});
