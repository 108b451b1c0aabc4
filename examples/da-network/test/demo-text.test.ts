import { expect, test } from 'vitest';
import { createClock } from '../src/clock.ts';
import type { DemoReport } from '../src/demo-report.ts';
import { describeGeometry, describeKilling, renderSummary } from '../src/demo-text.ts';

function reportWith(held: boolean): DemoReport {
  // Only what the summary prints.
  const printed: Partial<DemoReport> = {
    id: 'blob:00',
    bytes: 1,
    sha256: 'ab',
    geometry: { k: 1, n: 1024, c: 1 },
    scheme: 'kzg',
    backend: { kzg: { name: 'js', reason: '' }, bls: { name: 'noble', reason: '' } },
    wireBytes: 1234,
    killedNodes: [3, 1],
    killedStake: { killed: '3', total: '10', share: 0.3 },
    timings: { total: 1500 },
    claims: [
      { claim: 'first', held: true },
      { claim: 'second', held },
    ],
  };
  return printed as DemoReport;
}

test('the summary says of every claim whether it held, and so does its last line', () => {
  const good = renderSummary(reportWith(true));
  expect(good).toContain('  held    second');
  expect(good.at(-1)).toBe('all claims held');
  const bad = renderSummary(reportWith(false));
  expect(bad).toContain('  held    first');
  expect(bad).toContain('  FAILED  second');
  expect(bad.at(-1)).toBe('NOT all claims held');
});

test('a line says what happened, not what was hoped for', () => {
  const killed = { nodes: [1], share: 0.301, left: 3 };
  expect(describeKilling({ ...killed, recovered: true })).toBe(
    '1 node with 30.1 % of the stake die; file recovered from the other 3',
  );
  expect(describeKilling({ ...killed, recovered: false })).toMatch(/file NOT recovered/);
  expect(describeGeometry({ k: 1, n: 1024, c: 2 }, 'kzg')).toBe(
    '1 row of 2 elements -> 1,024 rows, 1 commitment, 1 opening',
  );
  expect(describeGeometry({ k: 64, n: 1024, c: 2 }, 'zoda')).toMatch(/1,024 rows, 64 checksums$/);
});

test('the clock says one numbered line per step and keeps the times by name', () => {
  const lines: string[] = [];
  const clock = createClock((line) => lines.push(line));
  clock.step('encode', 'rows');
  clock.step('certify', 'seats');
  expect(lines[0]).toMatch(/^ 1 encode +[0-9.]+ s {2}rows$/);
  expect(lines[1]).toMatch(/^ 2 certify +[0-9.]+ s {2}seats$/);
  expect(Object.keys(clock.timings())).toEqual(['encode', 'certify', 'total']);
});
