import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../operations/all.ts';
import { REPORT, RESULTS_FOLDER, readResults, reportText, writeResults } from '../src/files.ts';
import { checkResults } from '../src/results.ts';
import { exampleResults, exampleRow } from './example-results.ts';

describe('results files', () => {
  test('what a run makes is accepted', () => {
    const results = exampleResults([exampleRow()]);
    expect(checkResults(JSON.parse(JSON.stringify(results)))).toEqual(results);
  });

  test('a file with a wrong or missing field is refused, and the field is named', () => {
    const broken: [string, (file: never) => unknown][] = [
      ['format', (file) => ({ ...(file as object), format: 2 })],
      ['quick', (file) => ({ ...(file as object), quick: undefined })],
      ['machine.cores', () => withMachine({ cores: 'two' })],
      ['rows[0].name', () => withRow({ name: 'blobToKzgCommitment' })],
      ['rows[0].machineScale', () => withRow({ machineScale: Number.NaN })],
      ['rows[0].contenders[0]', () => withRow({ contenders: exampleRow().contenders.slice(1) })],
      ['rows[0].contenders[0].cpuMs', () => withRow({ contenders: [{ ...first(), cpuMs: 3 }] })],
      ['rows[0].contenders[0].ratio', () => withRow({ contenders: [{ ...first(), ratio: 1 }] })],
      ['rows[0].verdicts[0].bound', () => withRow({ verdicts: [{ bound: null }] })],
    ];
    for (const [field, change] of broken) {
      const file = change(exampleResults([exampleRow()]) as never);
      expect(() => checkResults(file), field).toThrow(`${field}: expected`);
    }
    expect(() => checkResults(null)).toThrow(TypeError);
  });

  test('writing replaces rows of the same name, keeps the others, and orders them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'barycenter-bench-'));
    const path = join(folder, 'node24-auto.json');
    const [a, b, gone] = ['kzg::a/n=1', 'kzg::b/n=1', 'kzg::gone/n=1'];
    const order = [a!, b!];
    try {
      const old = exampleResults([a!, b!, gone!].map((name) => exampleRow({ name })));
      const fresh = exampleResults([exampleRow({ name: b!, commit: 'fresh' })]);
      writeResults(path, { fresh, old, order });
      const rows = readResults(path)!.rows;
      expect(rows.map(({ name, commit }) => [name, commit])).toEqual([
        [a, '0123456789ab'],
        [b, 'fresh'],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('the committed files have this format, and REPORT.md is what they say', () => {
    const names = readdirSync(RESULTS_FOLDER).filter((name) => /^node\d+-/.test(name));
    for (const name of names) expect(readResults(join(RESULTS_FOLDER, name))).toBeDefined();
    const text = reportText();
    if (text !== undefined) expect(readFileSync(REPORT, 'utf8')).toBe(text);
    if (names.includes('node24-auto.json')) expect(text).toContain('\n\nBack end auto (');
    expect(text === undefined).toBe(names.length === 0);
  });
});

describe('operations', () => {
  test('have distinct names of the form module::operation/key=value, and ours comes first', () => {
    const names = OPERATIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, contenders } of OPERATIONS) {
      expect(name).toMatch(/^[a-z]+::\w+\/\w+=\S+( \w+=\S+)*$/);
      expect(Object.keys(contenders)[0]).toBe('ours');
    }
  });

  test('bounds name contenders of their row', () => {
    for (const { name, must, contenders } of OPERATIONS) {
      for (const item of must) {
        if ('peer' in item) expect(Object.keys(contenders), name).toContain(item.peer);
      }
    }
  });
});

function first(): object {
  return exampleRow().contenders[0]!;
}

function withRow(change: object): unknown {
  return exampleResults([{ ...exampleRow(), ...change } as never]);
}

function withMachine(change: object): unknown {
  const results = exampleResults([]);
  return { ...results, machine: { ...results.machine, ...change } };
}
