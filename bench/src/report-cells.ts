/** Cells and tables of REPORT.md, as text. */
import type { Verdict } from './must.ts';

/** A verdict in words: the bound and what was measured. */
export function describe(verdict: Verdict): string {
  const { rule, peer, bound, measured } = verdict;
  const got = (format: (value: number) => string): string =>
    measured === undefined ? 'not measured' : format(measured);
  if (rule === 'below') {
    return `≤ ${short(bound)} ms${peer === undefined ? '' : ` ${peer}`}: ${got(short)}`;
  }
  if (rule === 'atMost') return `≤ ${whole(bound)}: ${got(whole)}`;
  if (rule === 'memory') return `≤ ${short(bound)} MiB: ${got(short)}`;
  if (rule === 'within') return `≤ ${short(bound)} of ${peer}: ${got(short)}`;
  return `≥ ${short(bound)}× ${peer}: ${got(factor)}`;
}

/** Whether all of a row's bounds are met. */
export function metCell(verdicts: readonly Verdict[]): string {
  if (verdicts.some(({ met }) => met === false)) return '**no**';
  if (verdicts.some(({ met }) => met === undefined)) return 'not measured';
  return verdicts.length === 0 ? '' : 'yes';
}

/** A ratio. */
export function factor(value: number): string {
  return `${short(value)}×`;
}

/** A count, all digits. */
export function whole(value: number): string {
  return value.toLocaleString('en');
}

/** Three significant digits, and all digits before the point. */
export function short(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return Number(value.toPrecision(3)).toString();
}

/** A table in Markdown. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
