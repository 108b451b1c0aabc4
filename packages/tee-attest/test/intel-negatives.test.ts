import { describe, test } from 'vitest';
import { intelNegativeCases } from './cases/intel-negatives.ts';
import { worldKeys } from './cases/intel-world.ts';

describe('Intel evidence on a platform of our own', async () => {
  for (const { name, run } of intelNegativeCases(await worldKeys())) test(name, run);
});
