/** A small results file for the tests of its format and of the report. */
import type { ContenderResult, Results, Row } from '../src/results.ts';
import { spread, summarize } from '../src/statistics.ts';

/** A contender that takes `cpuMs`; `ratio` is over `oursMs`. */
export function contender(name: string, cpuMs: number, oursMs: number): ContenderResult {
  const times = (ms: number): ContenderResult['cpuMs'] => {
    const samples = [ms, ms, ms];
    return { ...summarize(samples), spread: spread(summarize(samples)), samples };
  };
  return {
    name,
    version: '1.0.0',
    calls: 1,
    cpuMs: times(cpuMs),
    wallMs: times(cpuMs * 2),
    ratio: { cpu: cpuMs / oursMs, wall: cpuMs / oursMs },
  };
}

/** A row of the table `kzg` in which ours takes 10 ms and ox 85. */
export function exampleRow(change: Partial<Row> = {}): Row {
  return {
    name: 'kzg::blobToKzgCommitment/elements=4096',
    table: 'kzg',
    measuredAt: '2026-11-21T00:00:00.000Z',
    commit: '0123456789ab',
    backend: 'fma',
    machineScale: 1,
    load: [0.5, 1],
    processPeakRssMib: 300,
    contenders: [contender('ours', 10, 10), contender('ox', 85, 10)],
    absent: [],
    verdicts: [{ rule: 'faster', peer: 'ox', bound: 8, measured: 8.5, met: true }],
    ...change,
  };
}

/** A file with these rows. */
export function exampleResults(rows: readonly Row[]): Results {
  return {
    format: 1,
    backend: 'auto',
    quick: false,
    machine: { cpu: 'A', cores: 2, memoryGib: 24, system: 'linux x64', runtime: 'Node 24' },
    modules: [{ path: 'kzg/src/fma.wasm', bytes: 150_000, gzipBytes: 60_000 }],
    rows,
  };
}
