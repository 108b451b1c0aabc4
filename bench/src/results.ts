/**
 * The results file: everything a run measured, with the machine and the versions, in JSON. The
 * report is generated from it alone, so numbers in the report are never typed.
 */
import type { Measurement } from './measure.ts';
import type { Verdict } from './must.ts';

/** Version of this format; a file with another one is refused. */
export const FORMAT = 1;

/** Where and with what a row was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly runtime: string;
}

/** One contender of a row. */
export interface ContenderResult extends Measurement {
  readonly version: string;
  /** Its time over ours: 8 means that ours is 8 times faster; 1 for ours. */
  readonly ratio: { readonly cpu: number; readonly wall: number };
  /** Peak resident memory of a process that does only this; absent if not measured. */
  readonly peakRssMib?: number;
  /** Memory of the kind that the row measures; absent in rows of time. */
  readonly memoryMib?: number;
  /** A count in the row's unit; absent in rows of time. */
  readonly figure?: number;
}

/** One row. `ours` is the first contender, and missing peers are named. */
export interface Row {
  readonly name: string;
  readonly table: string;
  readonly measuredAt: string;
  readonly commit: string;
  /** Back end that ran, as the package named it. */
  readonly backend: string;
  /** c-kzg's commitment time in this run over the reference machine's; 1 if c-kzg is absent. */
  readonly machineScale: number;
  /** Load average over one minute before and after, to judge the spread by. */
  readonly load: readonly [before: number, after: number];
  /** Peak resident memory of the measuring process, with all peers loaded in it. */
  readonly processPeakRssMib: number;
  readonly bytes?: number;
  readonly unit?: string;
  readonly contenders: readonly ContenderResult[];
  readonly absent: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** A WebAssembly module that is shipped. */
export interface ModuleSize {
  readonly path: string;
  readonly bytes: number;
  readonly gzipBytes: number;
}

/** A results file. */
export interface Results {
  readonly format: number;
  /** The back end that was asked for. */
  readonly backend: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly modules: readonly ModuleSize[];
  readonly rows: readonly Row[];
}

/** The parsed file if it has this format. Throws TypeError naming the first field that is wrong. */
export function checkResults(value: unknown): Results {
  const file = object(value, 'results');
  if (file.format !== FORMAT) throw new TypeError(`format: expected ${FORMAT}, got ${file.format}`);
  text(file.backend, 'backend');
  if (typeof file.quick !== 'boolean') throw new TypeError('quick: expected a boolean');
  const machine = object(file.machine, 'machine');
  for (const field of ['cpu', 'system', 'runtime']) text(machine[field], `machine.${field}`);
  for (const field of ['cores', 'memoryGib']) positive(machine[field], `machine.${field}`);
  for (const [i, item] of list(file.modules, 'modules').entries()) {
    const module = object(item, `modules[${i}]`);
    text(module.path, `modules[${i}].path`);
    positive(module.bytes, `modules[${i}].bytes`);
    positive(module.gzipBytes, `modules[${i}].gzipBytes`);
  }
  for (const [i, row] of list(file.rows, 'rows').entries()) checkRow(row, `rows[${i}]`);
  return value as Results;
}

function checkRow(value: unknown, at: string): void {
  const row = object(value, at);
  for (const field of ['name', 'table', 'measuredAt', 'commit', 'backend']) {
    text(row[field], `${at}.${field}`);
  }
  if (!/^[a-z]+::\w+\/\w+=\S+( \w+=\S+)*$/.test(row.name as string)) {
    throw new TypeError(`${at}.name: expected module::operation/key=value, got ${row.name}`);
  }
  positive(row.machineScale, `${at}.machineScale`);
  positive(row.processPeakRssMib, `${at}.processPeakRssMib`);
  list(row.load, `${at}.load`);
  for (const name of list(row.absent, `${at}.absent`)) text(name, `${at}.absent`);
  const contenders = list(row.contenders, `${at}.contenders`);
  for (const [i, item] of contenders.entries()) {
    const where = `${at}.contenders[${i}]`;
    const contender = object(item, where);
    text(contender.name, `${where}.name`);
    text(contender.version, `${where}.version`);
    positive(contender.calls, `${where}.calls`);
    for (const clock of ['cpuMs', 'wallMs']) {
      const summary = object(contender[clock], `${where}.${clock}`);
      positive(summary.median, `${where}.${clock}.median`);
      for (const sample of list(summary.samples, `${where}.${clock}.samples`)) {
        positive(sample, `${where}.${clock}.samples`);
      }
    }
    const ratio = object(contender.ratio, `${where}.ratio`);
    for (const clock of ['cpu', 'wall']) positive(ratio[clock], `${where}.ratio.${clock}`);
  }
  const first = contenders[0] as { name?: unknown } | undefined;
  if (first !== undefined && first.name !== 'ours') {
    throw new TypeError(`${at}.contenders[0]: expected ours, got ${first.name}`);
  }
  for (const [i, verdict] of list(row.verdicts, `${at}.verdicts`).entries()) {
    positive(object(verdict, `${at}.verdicts[${i}]`).bound, `${at}.verdicts[${i}].bound`);
  }
}

function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new TypeError(`${at}: expected an object`);
}

function list(value: unknown, at: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${at}: expected an array`);
}

function text(value: unknown, at: string): void {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${at}: expected text`);
}

function positive(value: unknown, at: string): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new TypeError(`${at}: expected a number, got ${value}`);
  }
}
