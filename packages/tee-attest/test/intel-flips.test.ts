import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { verifyQuote } from '../src/intel.ts';
import { intelJudgementRecipes } from './cases/intel-judgements.ts';
import { intelRefusals, spoil } from './cases/intel-negatives.ts';
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
/** OpenSSL and JSON.parse are laxer, and the second verification takes bytes after a quote and either kind. */
const FORM = /_malformed$|^quote_(trailing|tee)_|^chain_(path_length|critical_extension)$/;

describe('Intel evidence against a second verification on node:crypto', () => {
  test('both give the same status to every platform of our own', async () => {
    const keys = await worldKeys();
    for (const { law, recipe, status } of intelJudgementRecipes()) {
      const { trust, ...world } = await buildWorld(keys, recipe);
      expect(nodeStatus({ ...world, roots: trust.intel }), law).toBe(status);
    }
  });

  test('both refuse every spoiled platform, but for rules of form that only ours has', async () => {
    const keys = await worldKeys();
    const judged = intelRefusals().filter(([, code]) => !FORM.test(code));
    expect(judged.length).toBeGreaterThan(80);
    for (const [law, , change] of judged) {
      const { quote, collateral, options } = await spoil(keys, change);
      const roots = options.trust?.intel ?? [];
      expect(nodeStatus({ quote, collateral, now: options.now, roots }), law).toBeUndefined();
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
