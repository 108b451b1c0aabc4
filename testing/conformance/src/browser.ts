/**
 * Entry of the conformance suite in a browser: the page loads this module, which loads the vectors
 * from the server of `chromium.ts` and posts its log back. The address says which page it is:
 * `/` runs the suite, or the groups named after `?`; `/forbidden` is served under a policy that allows no
 * WebAssembly.
 */
import { type Bls, createBls } from '@barycenter/bls';
import { createErasure } from '@barycenter/erasure';
import { createKzg } from '@barycenter/kzg';
import { bls } from './bls.ts';
import { daSampling } from './da-sampling.ts';
import { daZoda } from './da-zoda.ts';
import { erasureWith } from './erasure.ts';
import { kzgWith } from './kzg.ts';
import { readmeWith, runInWebWorker } from './readme.ts';
import { expectEqual, type Group, runGroups, type VectorFile } from './suite.ts';
import { teeAttest } from './tee-attest.ts';

const lines: string[] = [];
console.log = (...values: unknown[]) => void lines.push(values.join(' '));

const worker = (path: string) => ({
  createWorker: (): Worker => new Worker(path, { type: 'module' }),
});

/** Without WebAssembly the TypeScript runs, says why, and is right. */
const forbidden: Group = {
  name: 'a page without WebAssembly',
  build: async () => [
    {
      name: 'kzg runs TypeScript and says why',
      check: async () => {
        const kzg = await createKzg();
        const { name, reason } = kzg.backend();
        expectEqual([name, /WebAssembly/.test(reason)], ['js', true]);
        const row = new Uint8Array(64).fill(3);
        const { proof, y } = kzg.openRow(row, 5n);
        const checked = kzg.checkCommitments([kzg.commitRow(row)]);
        expectEqual(kzg.verifyRowOpening(checked, [1n], 5n, y, proof), true);
      },
    },
    {
      name: 'bls runs JavaScript and says why',
      check: async () => {
        const scheme: Bls = await createBls();
        expectEqual(scheme.backend().name, 'noble');
        const secret = scheme.keyGen(new Uint8Array(32));
        const message = Uint8Array.of(1);
        const signature = scheme.sign(secret, message);
        expectEqual(scheme.verify(scheme.publicKey(secret), message, signature), true);
      },
    },
    {
      name: 'erasure runs JavaScript and says why',
      check: async () => {
        const coder = await createErasure({ codec: 'auto', dataShards: 3, parityShards: 2 });
        const { name, reason } = coder.backend();
        expectEqual([name, /WebAssembly/.test(reason)], ['js', true]);
        const data = [1, 2, 3].map((byte) => new Uint8Array(5).fill(byte));
        const [first, second] = coder.encode(data);
        expectEqual(coder.reconstruct([data[0]!, null, null, first!, second!]).slice(0, 3), data);
      },
    },
    {
      name: 'nothing can be compiled here',
      check: async () => {
        const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
        const compiled = await WebAssembly.compile(empty).catch(() => undefined);
        expectEqual(compiled, undefined);
      },
    },
  ],
};

const readme = readmeWith({ url: (file) => `/${file}.js`, runInWorker: runInWebWorker });
const groups =
  location.pathname === '/forbidden'
    ? [forbidden, readme]
    : [
        erasureWith(worker('/erasure-pool-worker.js')),
        bls,
        kzgWith(worker('/pool-worker.js')),
        daSampling,
        daZoda,
        teeAttest,
        readme,
      ];

const chosen = location.search.slice(1).split(',').filter(Boolean);
const wanted = groups.filter(({ name }) => chosen.length === 0 || chosen.includes(name));

let counts = { passed: 0, failed: 1 };
try {
  counts = await runGroups(wanted, async (set) => {
    const response = await fetch(`/vectors/${set}.json`);
    return response.ok ? ((await response.json()) as VectorFile[]) : undefined;
  });
} catch (error) {
  lines.push(`FAILED ${error}`);
}
lines.push(`${counts.passed} passed, ${counts.failed} failed`);
await fetch('/log', { method: 'POST', body: lines.join('\n') });
