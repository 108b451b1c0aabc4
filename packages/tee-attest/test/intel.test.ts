import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vectorsFolder } from '@barycenter/testing';
import { describe, test } from 'vitest';
import { intelVectorCases } from './cases/intel.ts';

const folder = vectorsFolder('tee');
const read = (path: string) => new Uint8Array(readFileSync(join(folder ?? '', path)));

describe('published Intel evidence', () => {
  if (folder === undefined) return;
  for (const { name, run } of intelVectorCases(read)) test(name, run);
});
