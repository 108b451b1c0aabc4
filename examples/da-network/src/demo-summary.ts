/** The demo's last lines: what was claimed, whether it held, and how long everything took. */
import type { DemoReport } from './demo.ts';
import { grouped, seconds } from './render.ts';

/** The summary table. */
export function renderSummary(report: DemoReport): string[] {
  const { k, n, c } = report.geometry;
  const facts: readonly (readonly [string, string])[] = [
    ['identifier', report.id],
    ['file', `${grouped(report.bytes)} bytes, sha256 ${report.sha256}`],
    ['geometry', `k=${k} n=${n} c=${c}`],
    ['backend', `kzg ${report.backend.kzg.name}, bls ${report.backend.bls.name}`],
    ['wire', `${grouped(report.wireBytes)} bytes to the DA nodes`],
    [
      'killed',
      `DA nodes ${report.killedNodes.join(', ')}: ${percent(report.killedStake.share)} of the stake`,
    ],
    ['total', seconds(report.timings.total ?? 0)],
  ];
  const claims = report.claims.map(
    ({ claim, held }) => `  ${held ? 'held  ' : 'FAILED'}  ${claim}`,
  );
  const all = report.claims.every(({ held }) => held);
  return [
    '',
    ...facts.map(([name, value]) => `  ${name.padEnd(12)}${value}`),
    '',
    ...claims,
    '',
    all ? 'all claims held' : 'NOT all claims held',
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
