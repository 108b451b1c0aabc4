import { describe, test } from 'vitest';
import { intelJudgementCases } from './cases/intel-judgements.ts';
import { worldKeys } from './cases/intel-world.ts';

describe('Intel quotes on a platform of our own', async () => {
  for (const { name, run } of intelJudgementCases(await worldKeys())) test(name, run);
});
