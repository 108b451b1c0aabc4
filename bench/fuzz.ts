/**
 * `pnpm fuzz`: our functions against other implementations on generated cases.
 *
 *   --cases N        cases per verifier and point operation (default 2000); commitments and proofs
 *                    have a tenth, cells and proofs and recovery a hundredth
 *   --seed N         default: from the clock; always printed
 *   --only TEXT      targets whose name contains TEXT (repeatable)
 *   --backend NAMES  back ends of ours, separated by commas (default auto)
 *   --jobs N         targets spread over N processes (default 1)
 *   --replay CASE    one case as printed, a file that holds it, or `-` for standard input
 *   --record         writes bench/results/fuzz.json, from which the report is made
 *
 * A difference is printed with the case as one line of JSON. Last line: `N passed, N failed`, one
 * per target.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { addCounts, check, finish } from '../scripts/checks.ts';
import { blsTargets } from './fuzz/bls-targets.ts';
import { readCase, writeCase } from './fuzz/case-text.ts';
import { kzgTargets } from './fuzz/kzg-targets.ts';
import { makePool } from './fuzz/pool.ts';
import { rowTargets } from './fuzz/row-targets.ts';
import { compareCase, type Difference, runTarget } from './fuzz/run.ts';
import type { FuzzSummary, TargetSummary } from './fuzz/summary.ts';
import type { Subject, Target } from './fuzz/target.ts';
import { teeTargets } from './fuzz/tee-targets.ts';
import { createBls, createKzg, parseBackend } from './src/backends.ts';
import { writeFuzzSummary } from './src/files.ts';
import { commitNow, describeMachine } from './src/machine.ts';
import { kzgPeer } from './src/peers/all.ts';
import { type KzgPeer, ourKzg } from './src/peers/kzg.ts';

/** What a part prints before its summary. */
const SUMMARY = 'summary ';

/** What a run needs. */
interface Setting {
  readonly subjects: readonly Subject[];
  readonly peers: readonly KzgPeer[];
  readonly targets: readonly Target[];
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    only: { type: 'string', multiple: true, default: [] },
    backend: { type: 'string', default: 'auto' },
    jobs: { type: 'string', default: '1' },
    part: { type: 'string' },
    replay: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});

const jobs = count('--jobs', values.jobs);
if (jobs > 1 && values.part === undefined) await spread(jobs);
else await fuzzHere();

/** Runs this script once per part and adds up what the parts count. */
async function spread(parts: number): Promise<void> {
  const { cases, seed, backend, only } = values;
  const shared = ['--cases', cases, '--seed', seed, '--backend', backend];
  const summaries = await Promise.all(
    Array.from({ length: parts }, (_, part) =>
      runPart([
        ...shared,
        ...only.flatMap((text) => ['--only', text]),
        '--jobs',
        String(parts),
        '--part',
        String(part),
      ]),
    ),
  );
  if (values.record) {
    writeFuzzSummary({ ...summaries[0]!, targets: summaries.flatMap(({ targets }) => targets) });
  }
  finish();
}

/** One part in its own process: passes its lines on, adds its counts, gives its summary. */
async function runPart(args: readonly string[]): Promise<FuzzSummary> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let summary: FuzzSummary | undefined;
  let counts = { passed: 0, failed: 1 };
  for await (const line of createInterface({ input: child.stdout })) {
    const found = /^(\d+) passed, (\d+) failed$/.exec(line);
    if (found !== null) counts = { passed: Number(found[1]), failed: Number(found[2]) };
    else if (line.startsWith(SUMMARY)) summary = JSON.parse(line.slice(SUMMARY.length));
    else console.log(line);
  }
  addCounts(counts);
  if (summary === undefined) throw new Error('a part ended without its summary');
  return summary;
}

/** The run, or a replay, in this process. */
async function fuzzHere(): Promise<void> {
  const subjects = await makeSubjects(values.backend.split(','));
  const peers = await nativePeers();
  const targets = [...kzgTargets(peers), ...rowTargets(peers), ...blsTargets(), ...teeTargets()];
  if (values.replay === undefined) await fuzz({ subjects, peers, targets });
  else await replay(values.replay, { subjects, targets });
}

async function fuzz({ subjects, peers, targets }: Setting): Promise<void> {
  const seed = count('--seed', values.seed);
  const cases = count('--cases', values.cases);
  const part = Number(values.part ?? 0);
  const chosen = targets
    .filter(
      ({ name }) => values.only.length === 0 || values.only.some((text) => name.includes(text)),
    )
    .filter((_, i) => i % jobs === part);
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
  const summary: FuzzSummary = {
    seed,
    backends: subjects.map(({ backend }) => backend),
    commit: commitNow(),
    runtime: describeMachine().runtime,
    measuredAt: new Date().toISOString(),
    targets: summaries,
  };
  if (values.part !== undefined) console.log(`${SUMMARY}${JSON.stringify(summary)}`);
  if (values.record) writeFuzzSummary(summary);
  finish();
}

/** Runs one case and prints what everybody makes of it. */
async function replay(
  source: string,
  { subjects, targets }: Pick<Setting, 'subjects' | 'targets'>,
): Promise<void> {
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
