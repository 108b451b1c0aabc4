/**
 * `pnpm fuzz`: our functions against other implementations on generated cases.
 *
 *   --cases N        cases per verifier and point operation (default 2000); commitments and proofs
 *                    have a tenth, cells and proofs and recovery a hundredth
 *   --seed N         default: from the clock; always printed
 *   --only TEXT      targets whose name contains TEXT (repeatable)
 *   --backend NAMES  back ends of ours, separated by commas (default auto)
 *   --replay CASE    one case as printed, a file that holds it, or `-` for standard input
 *   --record         writes bench/results/fuzz.json, from which the report is made
 *
 * A difference is printed with the case as one line of JSON. Last line: `N passed, N failed`, one
 * per target.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { check, finish } from '../scripts/checks.ts';
import { blsTargets } from './fuzz/bls-targets.ts';
import { readCase, writeCase } from './fuzz/case-text.ts';
import { kzgTargets } from './fuzz/kzg-targets.ts';
import { makePool } from './fuzz/pool.ts';
import { rowTargets } from './fuzz/row-targets.ts';
import { compareCase, type Difference, runTarget } from './fuzz/run.ts';
import type { TargetSummary } from './fuzz/summary.ts';
import type { Subject } from './fuzz/target.ts';
import { createBls, createKzg, parseBackend } from './src/backends.ts';
import { writeFuzzSummary } from './src/files.ts';
import { commitNow, describeMachine } from './src/machine.ts';
import { kzgPeer } from './src/peers/all.ts';
import { type KzgPeer, ourKzg } from './src/peers/kzg.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', multiple: true, default: [] },
    backend: { type: 'string', default: 'auto' },
    replay: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});

const subjects = await makeSubjects(values.backend.split(','));
const peers = await nativePeers();
const targets = [...kzgTargets(peers), ...rowTargets(peers), ...blsTargets()];
if (values.replay === undefined) await fuzz();
else await replay(values.replay);

async function fuzz(): Promise<void> {
  const seed = count('--seed', values.seed);
  const cases = count('--cases', values.cases);
  const chosen = targets.filter(
    ({ name }) => values.only.length === 0 || values.only.some((text) => name.includes(text)),
  );
  console.log(`seed ${seed}, ${cases} cases, back ends ${values.backend}`);
  const pool = await makePool(peers[0] ?? ourKzg(subjects[0]!.kzg));
  const summaries: TargetSummary[] = [];
  for (const target of chosen) {
    const started = performance.now();
    await check(`${target.name} (seed ${seed})`, () => {
      const summary = runTarget(target, { pool, subjects, seed, cases, report });
      summaries.push(summary);
      console.log(describe(summary, performance.now() - started));
      if (summary.failures > 0) throw new Error(`${summary.failures} differences`);
    });
  }
  if (values.record) {
    writeFuzzSummary({
      seed,
      backends: subjects.map(({ backend }) => backend),
      commit: commitNow(),
      runtime: describeMachine().runtime,
      measuredAt: new Date().toISOString(),
      targets: summaries,
    });
  }
  finish();
}

/** Runs one case and prints what everybody makes of it. */
async function replay(source: string): Promise<void> {
  const text = existsSync(source) ? readFileSync(source, 'utf8') : source;
  const item = readCase(source === '-' ? readFileSync(0, 'utf8') : text);
  const target = targets.find(({ name }) => name === item.target);
  if (target === undefined) throw new RangeError(`no target ${item.target}`);
  await check(`${item.target}: ${item.what}`, () => {
    const rivals = Object.entries(target.rivals);
    const { outcome, differences } = compareCase(target, item, { subjects, rivals });
    console.log(`ours: ${outcome.accepted ? 'accepted' : outcome.error}`);
    for (const difference of differences) report(difference);
    if (differences.length > 0) throw new Error(`${differences.length} differences`);
  });
  finish();
}

function report({ item, backend, rival, ours, theirs }: Difference): void {
  console.log(`DIFFERS ${item.target}, case ${item.number}: ${item.what}`);
  console.log(`  ours (${backend}): ${ours}\n  ${rival}: ${theirs}\n${writeCase(item)}`);
}

function describe(summary: TargetSummary, ms: number): string {
  const { cases, accepted, no, refused, compared } = summary;
  const peerCounts = Object.entries(compared).map(([name, number]) => `${name} ${number}`);
  const each = (ms / cases).toFixed(1);
  return `        ${cases} cases: ${accepted} accepted, ${no} false, ${refused} refused; compared with ${peerCounts.join(', ')}; ${each} ms each`;
}

async function makeSubjects(backends: readonly string[]): Promise<Subject[]> {
  const made: Subject[] = [];
  for (const name of backends) {
    const backend = parseBackend(name);
    const kzg = await createKzg(backend);
    made.push({ backend: kzg.backend().name, kzg, bls: await createBls(backend) });
  }
  return made;
}

/** The native libraries that load here; a line is printed for each that does not. */
async function nativePeers(): Promise<KzgPeer[]> {
  const loaded = [await kzgPeer('c-kzg'), await kzgPeer('node-eth-kzg')];
  return loaded.filter((peer) => peer !== undefined);
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${name}: expected a positive integer, got ${text}`);
  }
  return value;
}
