/**
 * `pnpm bench`: measures us and our peers and writes `bench/results/*.json` and `bench/REPORT.md`,
 * in about ten minutes on a quiet machine.
 *
 *   --only TEXT        rows whose name contains TEXT (repeatable); they replace theirs in the file
 *                      (a whole name is measured even if the mode leaves it out)
 *   --backend NAME     auto (default), fma, wide, scalar, js; relaxed, strict (rows of erasure)
 *   --quick            small inputs, three rounds; writes results/quick.json, not the report
 *   --memory WHOSE     ours (default), all, none: peak memory in fresh processes
 *   --list             prints the names of all rows
 *   --report           only generates REPORT.md from the results there are
 *
 * Ends with status 1 if a peer disagrees with us or a row cannot be measured; a missed bound is in
 * the report and does not fail the run.
 */
import { parseArgs } from 'node:util';
import { OPERATIONS } from './operations/all.ts';
import { createBls, createKzg, hasBackend, parseBackend } from './src/backends.ts';
import { readResults, resultsPath, writeReport, writeResults } from './src/files.ts';
import { randomBlob } from './src/inputs.ts';
import { describeMachine, moduleSizes } from './src/machine.ts';
import { alternate, type MeasureOptions } from './src/measure.ts';
import { REFERENCE_COMMIT_MS } from './src/must.ts';
import type { Bench, Operation } from './src/operation.ts';
import { kzgPeer } from './src/peers/all.ts';
import { renderLine } from './src/report.ts';
import { FORMAT, type Row } from './src/results.ts';
import { runRow } from './src/run-row.ts';

const FULL: MeasureOptions = {
  budgetMs: 5000,
  minRounds: 5,
  maxRounds: 21,
  warmupMs: 400,
  sampleMs: 30,
};
const QUICK: MeasureOptions = {
  budgetMs: 1000,
  minRounds: 3,
  maxRounds: 3,
  warmupMs: 50,
  sampleMs: 5,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    backend: { type: 'string', default: 'auto' },
    quick: { type: 'boolean', default: false },
    memory: { type: 'string' },
    list: { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
  },
});

if (values.list) for (const { name } of OPERATIONS) console.log(name);
else if (values.report) console.log(writeReport() ?? 'no results: run the benchmark first');
else await measureAll();

async function measureAll(): Promise<void> {
  const { quick } = values;
  const backend = parseBackend(values.backend);
  const chosen = OPERATIONS.filter(
    (operation) => isChosen(operation, quick) && hasBackend(operation.name, backend),
  );
  if (chosen.length === 0) throw new RangeError('--only: no row has such a name (see --list)');
  const bench: Bench = {
    backend,
    quick,
    kzg: memoized(() => createKzg(backend)),
    bls: memoized(() => createBls(backend)),
  };
  const machineScale = await measureScale(quick);
  console.log(`c-kzg commitment over ${REFERENCE_COMMIT_MS} ms: ${machineScale.toFixed(2)}`);
  const path = resultsPath(backend, quick);
  const old = quick ? undefined : readResults(path);
  const order = OPERATIONS.map(({ name }) => name);
  const rows: Row[] = [];
  for (const operation of chosen) {
    try {
      const row = await runRow(operation, bench, {
        measure: { ...(quick ? QUICK : FULL), ...(quick ? {} : budgetOf(operation)) },
        memory: memoryOption(quick),
        machineScale,
      });
      rows.push(row);
      console.log(renderLine(row));
    } catch (error) {
      console.log(`FAILED  ${operation.name}: ${error instanceof Error ? error.stack : error}`);
      process.exitCode = 1;
    }
    const machine = describeMachine();
    const modules = moduleSizes();
    const fresh = { format: FORMAT, backend, quick, machine, modules, rows };
    writeResults(path, { fresh, old, order });
  }
  if (!quick) console.log(writeReport());
}

function isChosen({ name, slow, quickOnly }: Operation, quick: boolean): boolean {
  if (values.only.includes(name)) return true;
  if (quick ? slow === true : quickOnly === true) return false;
  return values.only.length === 0 || values.only.some((text) => name.includes(text));
}

/** A row's own budget, where it needs less than the others. */
function budgetOf({ budgetMs }: Operation): { budgetMs?: number } {
  return budgetMs === undefined ? {} : { budgetMs };
}

function memoryOption(quick: boolean): 'none' | 'ours' | 'all' {
  const asked = values.memory ?? (quick ? 'none' : 'ours');
  if (asked === 'none' || asked === 'ours' || asked === 'all') return asked;
  throw new RangeError(`--memory: expected none, ours or all, got ${asked}`);
}

/** Native c-kzg's commitment on this machine over the reference machine's; 1 without c-kzg. */
async function measureScale(quick: boolean): Promise<number> {
  const call = (await kzgPeer('c-kzg'))?.bind('blobToKzgCommitment', [randomBlob(0)]);
  if (call === undefined) return 1;
  const [measured] = await alternate([{ name: 'c-kzg', run: call.run }], {
    ...(quick ? QUICK : FULL),
    minRounds: quick ? 3 : 11,
    maxRounds: quick ? 3 : 11,
  });
  return measured!.cpuMs.median / REFERENCE_COMMIT_MS;
}

function memoized<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
