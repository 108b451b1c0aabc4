/**
 * Entry of the conformance suite on Node, Bun and Deno: `conformance.mjs VECTORS [GROUP ...]`.
 * VECTORS is the folder of JSON files that run.ts made (one per set; a set without a file is
 * absent). A browser needs an entry of its own that loads the same files by `fetch`.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { bls } from './bls.ts';
import { daSampling } from './da-sampling.ts';
import { daZoda } from './da-zoda.ts';
import { erasure } from './erasure.ts';
import { kzg } from './kzg.ts';
import { runGroups, type VectorFile } from './suite.ts';

const [folder, ...chosen] = process.argv.slice(2);
const groups = [erasure, bls, kzg, daSampling, daZoda].filter(
  ({ name }) => chosen.length === 0 || chosen.includes(name),
);

const { passed, failed } = await runGroups(groups, async (set) => {
  const path = `${folder}/${set}.json`;
  if (!existsSync(path)) return undefined;
  return JSON.parse(await readFile(path, 'utf8')) as VectorFile[];
});
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
