/** The folder `bench/results` and the report generated from it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FuzzSummary } from '../fuzz/summary.ts';
import type { Backend } from './backends.ts';
import { EXPLANATIONS } from './explanations.ts';
import { renderReport } from './report.ts';
import { checkResults, type Results } from './results.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Where results lie. */
export const RESULTS_FOLDER: string = fileURLToPath(new URL('../results', import.meta.url));
/** The report. */
export const REPORT: string = fileURLToPath(new URL('../REPORT.md', import.meta.url));
const FUZZ = join(RESULTS_FOLDER, 'fuzz.json');

/** Order of the files in the report; the first that exists is the main one. */
const ORDER: readonly Backend[] = ['auto', 'fma', 'wide', 'scalar', 'js', 'relaxed', 'strict'];

/** The file of full runs on a back end under this runtime and major version, or of quick runs. */
export function resultsPath(backend: string, quick: boolean): string {
  const { bun, node } = process.versions;
  const runtime = bun === undefined ? `node${major(node)}` : `bun${major(bun)}`;
  return join(RESULTS_FOLDER, quick ? 'quick.json' : `${runtime}-${backend}.json`);
}

/** A results file, or undefined if there is none. Throws if it has another format. */
export function readResults(path: string): Results | undefined {
  if (!existsSync(path)) return undefined;
  return checkResults(JSON.parse(readFileSync(path, 'utf8')));
}

/** Writes a results file; `fresh` replaces rows of the same name in `old`, kept in `order`. */
export function writeResults(
  path: string,
  options: {
    readonly fresh: Results;
    readonly old: Results | undefined;
    readonly order: readonly string[];
  },
): Results {
  const { fresh, old, order } = options;
  const names = new Set(fresh.rows.map(({ name }) => name));
  const kept = old?.rows.filter(({ name }) => !names.has(name) && order.includes(name)) ?? [];
  const rows = [...kept, ...fresh.rows].sort(
    (a, b) => order.indexOf(a.name) - order.indexOf(b.name),
  );
  const merged = checkResults({ ...fresh, rows });
  writeFileSync(path, `${withoutBreaks(JSON.stringify(merged, rounded, 1))}\n`);
  return merged;
}

/** Writes `bench/results/fuzz.json`. */
export function writeFuzzSummary(summary: FuzzSummary): void {
  writeFileSync(FUZZ, `${JSON.stringify(summary, null, 1)}\n`);
}

/** What REPORT.md should say, or undefined if there are no results of full runs. */
export function reportText(): string | undefined {
  const results = readdirSync(RESULTS_FOLDER)
    .filter((name) => /^(?:node|bun)\d+-\w+\.json$/.test(name))
    .sort()
    .reverse() // Node before Bun
    .map((name) => readResults(join(RESULTS_FOLDER, name))!)
    .sort((a, b) => ORDER.indexOf(a.backend as Backend) - ORDER.indexOf(b.backend as Backend));
  if (results.length === 0) return undefined;
  const fuzz = existsSync(FUZZ)
    ? { fuzz: JSON.parse(readFileSync(FUZZ, 'utf8')) as FuzzSummary }
    : {};
  return renderReport({ results, ...fuzz, explanations: EXPLANATIONS });
}

/** Generates REPORT.md; returns its path from the root, or undefined if there are no results. */
export function writeReport(): string | undefined {
  const text = reportText();
  if (text === undefined) return undefined;
  writeFileSync(REPORT, text);
  return relative(ROOT, REPORT);
}

function major(version: string): string {
  return version.split('.')[0]!;
}

/** Lists and summaries of samples are most of a file: each takes one line. */
function withoutBreaks(json: string): string {
  const join = (part: string): string => part.replace(/\n\s*/g, '');
  return json.replace(/\[\n[-+.,\de\s]*\]/g, join).replace(/\{\n\s*"median"[^{}]*\}/g, join);
}

/** Times keep five significant digits: nanoseconds of a millisecond are noise. */
function rounded(key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  return key === '' ? value : Number(value.toPrecision(5));
}
