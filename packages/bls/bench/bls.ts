/**
 * Times every operation of every backend that runs here:
 * `node --conditions=@barycenter/source packages/bls/bench/bls.ts [BACKEND ...]`.
 * Prints one line per measurement, `bls::operation/backend=.. tag=.. n=.. : ms`, the best of 5
 * runs in processor time, which other work on the machine disturbs least.
 */
import process from 'node:process';
import { type Bls, compileKernel, createBls } from '../src/index.ts';
import { createNativeBls } from '../src/native.ts';

const MESSAGE = new Uint8Array(32).fill(1);
const SIZES = [64, 200];
const ROUNDS = 5;
const TAGS: [string, { dst?: Uint8Array }][] = [
  ['ethereum', {}],
  ['own', { dst: new TextEncoder().encode('OWN_TAG') }],
];

function measure(label: string, run: () => unknown): void {
  run();
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  console.log(`bls::${label} : ${best.toFixed(2)} ms`);
}

function measureBackend(bls: Bls): void {
  const { name } = bls.backend();
  const count = Math.max(...SIZES);
  const secretKeys = Array.from({ length: count }, (_, i) =>
    bls.keyGen(new Uint8Array(32).fill(i)),
  );
  const keys = secretKeys.map((secretKey) => bls.publicKey(secretKey));
  measure(`publicKey/backend=${name}`, () => bls.publicKey(secretKeys[0]!));
  for (const [tag, options] of TAGS) {
    const where = `backend=${name} tag=${tag}`;
    const sign = (i: number, message: Uint8Array) => bls.sign(secretKeys[i]!, message, options);
    const signatures = secretKeys.map((_, i) => sign(i, MESSAGE));
    measure(`sign/${where}`, () => sign(0, MESSAGE));
    const verify = () => bls.verify(keys[0]!, MESSAGE, signatures[0]!, options);
    measure(`verify/${where}`, verify);
    for (const n of SIZES) {
      const listed = keys.slice(0, n);
      const aggregate = bls.aggregateSignatures(signatures.slice(0, n));
      const fast = () => bls.fastAggregateVerify(listed, MESSAGE, aggregate, options);
      measure(`fastAggregateVerify/${where} n=${n}`, fast);
      const sets = listed.map((publicKey, i) => {
        return { publicKey, message: MESSAGE, signature: signatures[i]! };
      });
      measure(`verifyBatch/${where} messages=1 n=${n}`, () => bls.verifyBatch(sets, options));
    }
    const sets = keys.slice(0, 64).map((publicKey, i) => {
      const message = new Uint8Array(32).fill(i);
      return { publicKey, message, signature: sign(i, message) };
    });
    measure(`verifyBatch/${where} messages=64 n=64`, () => bls.verifyBatch(sets, options));
    const spoilt = sets.map((set, i) => (i === 40 ? { ...set, message: MESSAGE } : set));
    measure(`verifyBatch/${where} messages=64 n=64 bad=1`, () => bls.verifyBatch(spoilt, options));
  }
  const signatures = secretKeys.map((secretKey) => bls.sign(secretKey, MESSAGE));
  measure(`aggregateSignatures/backend=${name} n=200`, () => bls.aggregateSignatures(signatures));
}

async function measureValidation(create: () => Promise<Bls>): Promise<void> {
  const first = await create();
  const { name } = first.backend();
  const keys = Array.from({ length: 200 }, (_, i) =>
    first.publicKey(first.keyGen(new Uint8Array(32).fill(i))),
  );
  const empty = await create(); // its cache holds none of the keys yet
  const start = process.cpuUsage();
  for (const key of keys) empty.isValidPublicKey(key);
  const { user, system } = process.cpuUsage(start);
  const each = (user + system) / 1000 / keys.length;
  console.log(`bls::isValidPublicKey/backend=${name} cached=no : ${each.toFixed(3)} ms`);
  measure(`isValidPublicKey/backend=${name} cached=yes n=200`, () =>
    keys.every((key) => empty.isValidPublicKey(key)),
  );
}

const makers = new Map<string, () => Promise<Bls>>([['native', createNativeBls]]);
for (const backend of ['fma', 'wide', 'scalar'] as const) {
  if (await compileKernel({ backend })) makers.set(backend, () => createBls({ backend }));
}
makers.set('noble', () => createBls({ backend: 'js' }));
const chosen = process.argv.slice(2);
for (const [name, create] of makers) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  measureBackend(await create());
  await measureValidation(create);
}
