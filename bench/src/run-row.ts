/** Measures one operation: input, comparison of all contenders, alternating timing, memory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { agree, type Outcome, outcomeOf } from './agreement.ts';
import { runChild } from './child.ts';
import { erasureBackend } from './erasure-ours.ts';
import { commitNow, loadNow, versionOf } from './machine.ts';
import { alternate, type Measurement, type MeasureOptions, type Runnable } from './measure.ts';
import { ALLOWANCE, judge } from './must.ts';
import type { Bench, Contest, Operation } from './operation.ts';
import type { Call } from './peers/kzg.ts';
import type { ContenderResult, Row } from './results.ts';

/** How a run measures. */
export interface RunOptions {
  readonly measure: MeasureOptions;
  /** Whose peak memory is measured, each in a fresh process. */
  readonly memory: 'none' | 'ours' | 'all';
  readonly machineScale: number;
}

/** The row, or an Error if a peer computes something else than ours. */
export async function runRow(
  operation: Operation,
  bench: Bench,
  options: RunOptions,
): Promise<Row> {
  const load = loadNow();
  const input = await operation.input(bench);
  const contests = await build(operation, input, bench);
  try {
    return await runContests(operation, { input, contests, bench, options, load });
  } finally {
    for (const contest of contests.values()) contest.close?.();
  }
}

async function runContests(
  operation: Operation,
  given: {
    readonly input: unknown;
    readonly contests: ReadonlyMap<string, Contest>;
    readonly bench: Bench;
    readonly options: RunOptions;
    readonly load: number;
  },
): Promise<Row> {
  const { input, contests, bench, options, load } = given;
  const absent = Object.keys(operation.contenders).filter((name) => !contests.has(name));
  const backend = await backendName(operation, bench);
  const shared = {
    name: operation.name,
    table: operation.table,
    measuredAt: new Date().toISOString(),
    commit: commitNow(),
    backend,
    machineScale: options.machineScale,
    ...(operation.bytes === undefined ? {} : { bytes: operation.bytes }),
    ...(operation.unit === undefined ? {} : { unit: operation.unit }),
    absent,
  };
  if (!contests.has('ours')) {
    const processPeakRssMib = peakRssMib();
    return { ...shared, processPeakRssMib, load: [load, loadNow()], contenders: [], verdicts: [] };
  }
  await compare(operation, input, { bench, contests });
  const peaks = new Map<string, number>();
  const memory = new Map<string, number>();
  const figures = new Map<string, number>();
  const runnables = [...contests].map(([name, contest]) =>
    runnable({ name, contest, peaks, memory, figures }),
  );
  const minRounds = operation.minRounds ?? options.measure.minRounds;
  const measured = await alternate(runnables, {
    ...options.measure,
    minRounds: Math.min(minRounds, options.measure.maxRounds),
  });
  if (options.memory !== 'none') {
    const names = options.memory === 'all' ? [...contests.keys()] : ['ours'];
    const here = names.filter((name) => 'run' in contests.get(name)!);
    await measureMemory({ operation, input, bench, names: here, peaks });
  }
  const contenders = withRatios(measured, { contests, peaks, memory, figures });
  const times = new Map(
    contenders.map(({ name, cpuMs, wallMs, memoryMib, figure }) => [
      name,
      { cpuMs: cpuMs.median, wallMs: wallMs.median, memoryMib, figure },
    ]),
  );
  const verdicts = judge(operation.must, {
    ours: times.get('ours')!,
    peers: times,
    allowance: ALLOWANCE[bench.backend],
    machineScale: options.machineScale,
  });
  const processPeakRssMib = peakRssMib();
  return { ...shared, processPeakRssMib, load: [load, loadNow()], contenders, verdicts };
}

/** Contenders that are installed here, ours first. */
async function build(
  operation: Operation,
  input: unknown,
  bench: Bench,
): Promise<Map<string, Contest>> {
  const contests = new Map<string, Contest>();
  try {
    for (const [name, contender] of Object.entries(operation.contenders)) {
      const contest = await contender(input, bench);
      if (contest !== undefined) contests.set(name, contest);
    }
  } catch (error) {
    for (const contest of contests.values()) contest.close?.();
    throw error;
  }
  return contests;
}

/** Every contender must give ours' result, and say no to the wrong input where there is one. */
async function compare(
  operation: Operation,
  input: unknown,
  { bench, contests }: { bench: Bench; contests: ReadonlyMap<string, Contest> },
): Promise<void> {
  let ours: Outcome | undefined;
  for (const [name, contest] of contests) {
    if (!('run' in contest)) continue;
    const outcome = await outcomeOf(contest);
    if (!outcome.accepted) throw new Error(`${operation.name}: ${name} failed: ${outcome.error}`);
    ours ??= outcome;
    if (!agree(ours, outcome)) throw new Error(`${operation.name}: ${name} and ours differ`);
  }
  if (operation.wrong === undefined) return;
  for (const [name, contest] of await build(operation, operation.wrong(input), bench)) {
    const outcome = await outcomeOf(contest as Call);
    if (outcome.accepted && outcome.value !== false) {
      throw new Error(`${operation.name}: ${name} accepts what is wrong`);
    }
  }
}

/** What the measurement calls; a contest that samples itself also notes its memory and counts. */
function runnable(options: {
  name: string;
  contest: Contest;
  peaks: Map<string, number>;
  memory: Map<string, number>;
  figures: Map<string, number>;
}): Runnable {
  const { name, contest, peaks, memory, figures } = options;
  if ('run' in contest) return { name, run: contest.run };
  const sample = async () => {
    const taken = await contest.sample();
    if (taken.result !== true) throw new Error(`${name} did not verify`);
    keepGreatest(peaks, name, taken.peakRssMib);
    keepGreatest(memory, name, taken.memoryMib);
    keepGreatest(figures, name, taken.figure);
    return taken;
  };
  return { name, sample };
}

function keepGreatest(kept: Map<string, number>, name: string, value: number | undefined): void {
  if (value !== undefined) kept.set(name, Math.max(kept.get(name) ?? 0, value));
}

/** Runs each named contender of this process alone in a fresh one and notes its peak. */
async function measureMemory(options: {
  operation: Operation;
  input: unknown;
  bench: Bench;
  names: readonly string[];
  peaks: Map<string, number>;
}): Promise<void> {
  const { operation, input, bench, names, peaks } = options;
  const folder = mkdtempSync(join(tmpdir(), 'barycenter-bench-'));
  try {
    const path = join(folder, 'input');
    writeFileSync(path, serialize(input));
    for (const name of names) {
      const args = [operation.name, name, bench.backend, path];
      const child = await runChild<{ peakRssMib: number }>('memory-child.ts', args, {
        source: true,
      });
      peaks.set(name, child.peakRssMib);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function withRatios(
  measured: readonly Measurement[],
  notes: {
    readonly contests: ReadonlyMap<string, Contest>;
    readonly peaks: ReadonlyMap<string, number>;
    readonly memory: ReadonlyMap<string, number>;
    readonly figures: ReadonlyMap<string, number>;
  },
): ContenderResult[] {
  const ours = measured[0]!;
  return measured.map((contender) => {
    const peak = notes.peaks.get(contender.name);
    const memory = notes.memory.get(contender.name);
    const figure = notes.figures.get(contender.name);
    return {
      ...contender,
      version: notes.contests.get(contender.name)?.version ?? versionOf(contender.name),
      ratio: {
        cpu: contender.cpuMs.median / ours.cpuMs.median,
        wall: contender.wallMs.median / ours.wallMs.median,
      },
      ...(peak === undefined ? {} : { peakRssMib: peak }),
      ...(memory === undefined ? {} : { memoryMib: memory }),
      ...(figure === undefined ? {} : { figure }),
    };
  });
}

async function backendName(operation: Operation, bench: Bench): Promise<string> {
  if (operation.name.startsWith('erasure::')) return erasureBackend(bench.backend);
  if (operation.name.startsWith('tee::')) return 'webcrypto';
  const made = operation.table === 'bls' ? await bench.bls() : await bench.kzg();
  return made.backend().name;
}

/** Of the whole process since its start. */
function peakRssMib(): number {
  return process.resourceUsage().maxRSS / 1024;
}
