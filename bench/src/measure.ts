/**
 * Alternating measurement: every contender is timed once per round, in an order that rotates, so
 * that a machine that slows down slows all of them. A sample is the mean of as many calls as fill
 * `sampleMs`, in processor time of the whole process (all its threads) with elapsed time beside it.
 */
import { type Summary, spread, summarize } from './statistics.ts';

/** One sample in milliseconds per call. */
export interface Sample {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** What is timed: `run` repeatedly in this process, or `sample`, which measures itself once. */
export type Runnable =
  | { readonly name: string; run(): unknown }
  | { readonly name: string; sample(): Promise<Sample> };

/** How long a measurement may take. */
export interface MeasureOptions {
  /** Rounds are as many as fit into this time, between the two bounds. */
  readonly budgetMs: number;
  readonly minRounds: number;
  readonly maxRounds: number;
  /** Untimed calls before the first round, so that compilers have settled. */
  readonly warmupMs: number;
  /** Least duration of one sample; short calls are repeated to fill it. */
  readonly sampleMs: number;
  /** Replaced by tests. */
  readonly clock?: Clock;
}

/** Processor time of the process and elapsed time, both in milliseconds from any origin. */
export interface Clock {
  cpuMs(): number;
  wallMs(): number;
}

/** The samples of one contender and their summary, milliseconds per call. */
export interface Measurement {
  readonly name: string;
  /** Calls per sample. */
  readonly calls: number;
  readonly cpuMs: Summary & { readonly spread: number; readonly samples: readonly number[] };
  readonly wallMs: Summary & { readonly spread: number; readonly samples: readonly number[] };
}

/** process.cpuUsage (user and system, all threads) and performance.now. */
export const PROCESS_CLOCK: Clock = {
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  wallMs: () => performance.now(),
};

/** Measures all contenders against each other; results in the order given. */
export async function alternate(
  contenders: readonly Runnable[],
  options: MeasureOptions,
): Promise<Measurement[]> {
  const clock = options.clock ?? PROCESS_CLOCK;
  const plans: Plan[] = [];
  for (const contender of contenders) plans.push(await plan(contender, { ...options, clock }));
  const roundMs = plans.reduce((sum, { calls, callMs }) => sum + calls * callMs, 0);
  // A contender that times itself (a fresh process) has no plan, so nothing says how many rounds fit.
  const timesItself = contenders.some((contender) => !('run' in contender));
  const fitting = timesItself ? 0 : Math.floor(options.budgetMs / Math.max(roundMs, 1e-3));
  const rounds = Math.max(options.minRounds, Math.min(options.maxRounds, fitting));
  const samples: Sample[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const at = (i + round) % contenders.length;
      samples[at]!.push(await sampleOnce(contenders[at]!, { calls: plans[at]!.calls, clock }));
    }
  }
  return contenders.map(({ name }, i) => ({
    name,
    calls: plans[i]!.calls,
    cpuMs: summarized(samples[i]!.map(({ cpuMs }) => cpuMs)),
    wallMs: summarized(samples[i]!.map(({ wallMs }) => wallMs)),
  }));
}

interface Plan {
  readonly calls: number;
  readonly callMs: number;
}

/** Warms a contender up and finds how many calls fill a sample. */
async function plan(
  contender: Runnable,
  { warmupMs, sampleMs, clock }: MeasureOptions & { readonly clock: Clock },
): Promise<Plan> {
  if (!('run' in contender)) return { calls: 1, callMs: 0 };
  const started = clock.wallMs();
  let fastest = Number.POSITIVE_INFINITY;
  do {
    const { wallMs } = await sampleOnce(contender, { calls: 1, clock });
    fastest = Math.min(fastest, wallMs);
  } while (clock.wallMs() - started < warmupMs);
  const callMs = Math.max(fastest, 1e-6);
  return { calls: Math.max(1, Math.ceil(sampleMs / callMs)), callMs };
}

async function sampleOnce(
  contender: Runnable,
  { calls, clock }: { calls: number; clock: Clock },
): Promise<Sample> {
  if (!('run' in contender)) return contender.sample();
  const cpu = clock.cpuMs();
  const wall = clock.wallMs();
  for (let i = 0; i < calls; i++) {
    const result = contender.run();
    if (result instanceof Promise) await result;
  }
  return { cpuMs: (clock.cpuMs() - cpu) / calls, wallMs: (clock.wallMs() - wall) / calls };
}

function summarized(samples: readonly number[]): Measurement['cpuMs'] {
  const summary = summarize(samples);
  return { ...summary, spread: spread(summary), samples };
}
