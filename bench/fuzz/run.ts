/** Runs the cases of a target: ours on every back end against every rival. */
import { createHash } from 'node:crypto';
import { type Random, seededRandom } from '@barycenter/testing';
import { agree, type Outcome, plain } from '../src/agreement.ts';
import { type Case, writeCase } from './case-text.ts';
import type { Pool } from './pool.ts';
import type { TargetSummary } from './summary.ts';
import { type Rival, SHARE, type Subject, type Target } from './target.ts';

/** A case in which ours and a rival differ. */
export interface Difference {
  readonly item: Case;
  readonly backend: string;
  readonly rival: string;
  readonly ours: string;
  readonly theirs: string;
}

/** After so many differences the rest of a target's cases are not run. */
const MAX_DIFFERENCES = 5;
/** From so many cases on, a verifier must have met both answers; else its generator is broken. */
const ENOUGH_CASES = 200;

/** Errors of ours that are no refusal but a crash. Generated arguments have the right types. */
const FAULT =
  /^(TypeError|ReferenceError|SyntaxError|RuntimeError|CompileError|InternalError)|stack size/;

/** How many cases a target has when verifiers have `cases`. At least one. */
export function caseCount(target: Target, cases: number): number {
  return Math.max(1, Math.round(cases * SHARE[target.kind]));
}

/** The generator of a case: a function of the run's seed, the target and the case's number. */
export function caseRandom(target: Target, seed: number, number: number): Random {
  let hash = 0x811c9dc5; // FNV-1a over the three, with murmur3's finish
  for (const byte of new TextEncoder().encode(`${seed}/${target.name}/${number}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return seededRandom((hash ^ (hash >>> 16)) >>> 0);
}

/** Generates and compares all cases of one target. */
export function runTarget(
  target: Target,
  options: {
    readonly pool: Pool;
    readonly subjects: readonly Subject[];
    readonly seed: number;
    readonly cases: number;
    readonly report: (difference: Difference) => void;
  },
): TargetSummary {
  const { pool, subjects, seed, report } = options;
  const counts = { cases: 0, accepted: 0, no: 0, refused: 0, failures: 0 };
  const compared: Record<string, number> = {};
  const total = caseCount(target, options.cases);
  for (let number = 0; number < total && counts.failures < MAX_DIFFERENCES; number++) {
    const generated = target.generate(caseRandom(target, seed, number), pool);
    const item: Case = { target: target.name, seed, number, ...generated };
    const asked = Object.entries(target.rivals).filter(
      ([, { every }]) => number % (every ?? 1) === 0,
    );
    const { outcome, differences } = compareCase(target, item, { subjects, rivals: asked });
    counts.cases++;
    counts[answerOf(target, outcome)]++;
    for (const [name] of asked) compared[name] = (compared[name] ?? 0) + subjects.length;
    counts.failures += differences.length;
    for (const difference of differences) report(difference);
  }
  const oneSided = counts.accepted === 0 || counts.no + counts.refused === 0;
  if (target.kind === 'verifier' && total >= ENOUGH_CASES && oneSided) {
    throw new Error(`${target.name}: the cases met only one answer`);
  }
  return { name: target.name, ...counts, compared };
}

/** A verifier says yes by `true` alone; other functions give a value, false among them, or refuse. */
function answerOf(target: Target, outcome: Outcome): 'accepted' | 'no' | 'refused' {
  if (!outcome.accepted) return 'refused';
  const yes = target.kind === 'verifier' ? outcome.value === true : outcome.value !== false;
  return yes ? 'accepted' : 'no';
}

/** Runs one case everywhere; the outcome is that of the first back end. */
export function compareCase(
  target: Target,
  item: Case,
  options: {
    readonly subjects: readonly Subject[];
    readonly rivals: readonly (readonly [string, Rival<unknown>])[];
  },
): { outcome: Outcome; differences: Difference[] } {
  const given = fingerprint(item.arguments);
  const differences: Difference[] = [];
  const ours = options.subjects.map((subject) => ({
    backend: subject.backend,
    outcome: attempt(() => target.ours(subject, item.arguments)),
  }));
  for (const { backend, outcome } of ours) {
    if (outcome.accepted || !FAULT.test(outcome.error)) continue;
    const texts = { ours: describe(outcome), theirs: 'no fault' };
    differences.push({ item, backend, rival: 'anybody', ...texts });
  }
  for (const [rival, { run, excuse }] of options.rivals) {
    const theirs = attempt(() => run(item.arguments));
    for (const { backend, outcome } of ours) {
      if (agree(outcome, theirs) || excuse?.(item.arguments, outcome, theirs)) continue;
      const texts = { ours: describe(outcome), theirs: describe(theirs) };
      differences.push({ item, backend, rival, ...texts });
    }
  }
  // Arguments belong to the caller.
  if (fingerprint(item.arguments) !== given) {
    throw new Error(`${item.target}: an argument was changed\n${writeCase(item)}`);
  }
  return { outcome: ours[0]!.outcome, differences };
}

/** Changes with every byte and number of the arguments. */
function fingerprint(args: unknown): string {
  const hash = createHash('sha1');
  const add = (value: unknown): void => {
    if (value instanceof Uint8Array) hash.update(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
    else hash.update(String(value));
    hash.update(',');
  };
  add(args);
  return hash.digest('hex');
}

/** A value or a refusal. */
function attempt(run: () => unknown): Outcome {
  try {
    return { accepted: true, value: plain(run()) };
  } catch (error) {
    if (!(error instanceof Error)) return { accepted: false, error: String(error) };
    const text = `${error.name}: ${error.message}`;
    const { code } = error as { code?: unknown };
    return { accepted: false, error: text, ...(typeof code === 'string' ? { code } : {}) };
  }
}

function describe(outcome: Outcome): string {
  if (!outcome.accepted) return `refused (${outcome.error.slice(0, 200)})`;
  const text = JSON.stringify(outcome.value, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
  return text.length > 200 ? `${text.slice(0, 200)}... (${text.length} characters)` : text;
}
