import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { describe, test } from 'vitest';
import { intelCases } from './cases/intel.ts';

const folder = vectorsFolder('tee');
const read = (path: string) => new Uint8Array(readFileSync(join(folder ?? '', path)));

describe('Intel evidence', async () => {
  for (const { name, run } of await intelCases(folder === undefined ? undefined : read)) {
    test(name, async () => run());
  }
});
