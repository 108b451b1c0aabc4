/**
 * Entry of the conformance suite on Node, Bun and Deno: `conformance.mjs VECTORS [GROUP ...]`.
 * VECTORS is the folder of JSON files that run.ts made (one per set; a set without a file is
 * absent). `browser.ts` is the entry of a browser.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { Worker as NodeWorker } from 'node:worker_threads';
import { bls } from './bls.ts';
import { daSampling } from './da-sampling.ts';
import { daZoda } from './da-zoda.ts';
import { erasure } from './erasure.ts';
import { kzg } from './kzg.ts';
import { readmeWith, runInWebWorker } from './readme.ts';
import { runGroups, type VectorFile } from './suite.ts';
import { teeAttest } from './tee-attest.ts';

const [folder, ...chosen] = process.argv.slice(2);
const readme = readmeWith({
  url: (file) => new URL(`./${file}.mjs`, import.meta.url).href,
  runInWorker: typeof Worker === 'function' ? runInWebWorker : runInNodeWorker,
});
const groups = [erasure, bls, kzg, daSampling, daZoda, teeAttest, readme].filter(
  ({ name }) => chosen.length === 0 || chosen.includes(name),
);

const { passed, failed } = await runGroups(groups, async (set) => {
  const path = `${folder}/${set}.json`;
  if (!existsSync(path)) return undefined;
  return JSON.parse(await readFile(path, 'utf8')) as VectorFile[];
});
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** Node's workers end by themselves, with status 0 if the module ran to its end. */
function runInNodeWorker(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new NodeWorker(new URL(url), { stdout: true });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the worker ended with ${code}`));
    });
  });
}
