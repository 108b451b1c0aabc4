import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { verifyQuote } from '../src/intel.ts';
import { intelJudgementRecipes } from './cases/intel-judgements.ts';
import {
  INTEL_SAMPLES,
  type IntelSample,
  readSample,
  refuseCollateralFlips,
  refuseQuoteFlips,
  SUPPORTED_SAMPLES,
} from './cases/intel-vectors.ts';
import { buildWorld, worldKeys } from './cases/intel-world.ts';
import { nodeStatus } from './oracle/intel.ts';

const folder = vectorsFolder('tee');
const read = (path: string) => new Uint8Array(readFileSync(join(folder ?? '', path)));
const all = process.env.BARYCENTER_LONG !== undefined;
const accepts = (sample: Pick<IntelSample, 'quote' | 'collateral' | 'now'>) =>
  nodeStatus(sample) !== undefined;
describe('Intel evidence against a second verification on node:crypto', () => {
  test('both give the same status to every platform of our own', async () => {
    const keys = await worldKeys();
    for (const { law, recipe, status } of intelJudgementRecipes()) {
      const { trust, ...world } = await buildWorld(keys, recipe);
      expect(nodeStatus({ ...world, roots: trust.intel }), law).toBe(status);
    }
  });

  if (folder === undefined) return;

  test('both give the same status to every published quote', async () => {
    for (const name of INTEL_SAMPLES) {
      const sample = await readSample(read, name);
      const { quote, collateral, now } = sample;
      const result = await verifyQuote(quote, collateral, { now, trailing: 'trim' });
      expect(nodeStatus(sample), name).toBe(result.ok ? result.facts.tcb.status : undefined);
    }
  });

  test.each(SUPPORTED_SAMPLES)('%s: both refuse every flipped bit of the quote', async (name) => {
    const sample = await readSample(read, name);
    expect(await refuseQuoteFlips(sample, { all, seed: 5, accepts })).toBeGreaterThan(2_000);
  });

  test.each(all ? SUPPORTED_SAMPLES : SUPPORTED_SAMPLES.slice(1, 4))(
    '%s: both refuse every flipped byte of the collateral',
    async (name) => {
      const sample = await readSample(read, name);
      expect(await refuseCollateralFlips(sample, { all, seed: 7, accepts })).toBeGreaterThan(700);
    },
  );
});
