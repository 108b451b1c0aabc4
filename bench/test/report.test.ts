import { describe, expect, test } from 'vitest';
import { renderLine, renderReport } from '../src/report.ts';
import { contender, exampleResults, exampleRow } from './example-results.ts';

const MISSED = exampleRow({
  name: 'kzg::computeCells/cells=128',
  verdicts: [{ rule: 'within', peer: 'c-kzg', bound: 0.8, measured: 0.9, met: false }],
});

describe('the report', () => {
  test('has one line per row: ours, each peer with its ratio, the bounds, and whether they are met', () => {
    const report = renderReport({ results: [exampleResults([exampleRow()])], explanations: {} });
    expect(report).toContain('| function | ours | ox | must: measured | met |');
    expect(report).toContain(
      '| `kzg::blobToKzgCommitment/elements=4096` | 10 (20) | 85 (170) 8.5× | ≥ 8× ox: 8.5× | yes |',
    );
    expect(report).not.toContain('Bounds that are not met');
  });

  test('erasure rows are rates of data, with the versions of peers, and memory has its own table', () => {
    const rows = [
      exampleRow({ name: 'erasure::encode/k=10', table: 'erasure', bytes: 5e6 }),
      exampleRow({
        name: 'erasure::blobMemory/k=1024',
        table: 'erasure-memory',
        contenders: [{ ...contender('ours', 10, 10), memoryMib: 33 }],
        verdicts: [{ rule: 'memory', peer: undefined, bound: 36, measured: 33, met: true }],
      }),
    ];
    const report = renderReport({ results: [exampleResults(rows)], explanations: {} });
    expect(report).toContain('| `erasure::encode/k=10` | 0.5 | ≥ 8× ox: 8.5× | yes | 0.0588 |');
    expect(report).toContain('Versions: ox 1.0.0.');
    expect(report).toContain('| `erasure::blobMemory/k=1024` | 33 | ≤ 36 MiB: 33 | yes |');
  });

  test('counts have a table of their own, with all digits and their unit', () => {
    const rows = [
      exampleRow({
        name: 'da::gasOfVerify/validators=200',
        table: 'da-figures',
        unit: 'gas',
        contenders: [{ ...contender('ours', 10, 10), figure: 244_878 }],
        verdicts: [
          { rule: 'atMost', peer: undefined, bound: 260_000, measured: 244_878, met: true },
        ],
      }),
      exampleRow({
        name: 'da::gasOfForm/validators=200',
        table: 'da-figures',
        unit: 'gas',
        contenders: [],
        verdicts: [],
      }),
    ];
    const report = renderReport({ results: [exampleResults(rows)], explanations: {} });
    expect(report).toContain(
      '| `da::gasOfVerify/validators=200` | 244,878 gas | ≤ 260,000: 244,878 | yes |',
    );
    expect(report).toContain('| `da::gasOfForm/validators=200` | absent |  |  |');
    expect(renderLine(rows[0]!)).toContain('\t244,878 gas\t');
  });

  test('sizes of bundles are counts too, beside those of data availability', () => {
    const bundle = exampleRow({
      name: 'tee::bundleGzip/entries=intel+amd',
      table: 'tee-figures',
      unit: 'bytes',
      contenders: [{ ...contender('ours', 10, 10), figure: 40_045 }],
      verdicts: [{ rule: 'atMost', peer: undefined, bound: 60_000, measured: 40_045, met: true }],
    });
    const report = renderReport({ results: [exampleResults([bundle])], explanations: {} });
    expect(report).toContain('### TEE evidence: bundles');
    expect(report).toContain('| 40,045 bytes | ≤ 60,000: 40,045 | yes |');
    expect(report).not.toContain('### Data availability: gas');
  });

  test('a missed bound is listed with its explanation, or as not explained', () => {
    const results = [exampleResults([MISSED])];
    const silent = renderReport({ results, explanations: {} });
    expect(silent).toContain('| ≤ 0.8 of c-kzg: 0.9 | **no** |');
    expect(silent).toContain('- `kzg::computeCells/cells=128`: **not explained**');
    const explanations = { 'auto kzg::computeCells/cells=128': 'Two thirds are copies.' };
    expect(renderReport({ results, explanations })).toContain(': Two thirds are copies.');
  });

  test('a row that could not be measured is not met, and an absent peer leaves it open', () => {
    const rows = [
      exampleRow({ contenders: [], verdicts: [] }),
      exampleRow({
        verdicts: [{ rule: 'faster', peer: 'ox', bound: 8, measured: undefined, met: undefined }],
      }),
    ];
    const report = renderReport({ results: [exampleResults(rows)], explanations: {} });
    expect(report).toContain('| absent |');
    expect(report).toContain('| ≥ 8× ox: not measured | not measured |');
  });

  test('the parts of a dispersal add up, the commitments scaled from their sample', () => {
    const part = (name: string, ms: number, rows: number) =>
      exampleRow({
        name,
        table: 'dispersal',
        bytes: rows * 4096 * 31,
        contenders: [contender('ours', ms, ms)],
        verdicts: [],
      });
    const rows = [
      part('da::commitRows/rows=8', 100, 8), // 3,200 for 256
      part('da::extendRows/rows=256 coded=1024', 500, 256),
      part('da::openRows/rows=256', 200, 256),
      part('da::hashRows/rows=256 coded=1024', 100, 256),
    ];
    const report = renderReport({ results: [exampleResults(rows)], explanations: {} });
    expect(report).toMatch(/sum of the parts\*\*.* \| ours \| 4000 \| 8\.13 \|/);
  });

  test('a module over its size is not met', () => {
    const results = exampleResults([exampleRow()]);
    const modules = [{ path: 'kzg/src/fma.wasm', bytes: 200_001, gzipBytes: 1 }];
    const explanations = {};
    expect(renderReport({ results: [results], explanations })).toContain(
      '| 150000 | 60000 | 200000 / 70000 | yes |',
    );
    const large = renderReport({ results: [{ ...results, modules }], explanations });
    expect(large).toContain('| 200001 | 1 | 200000 / 70000 | no |');
  });

  test('other back ends follow with their own tables', () => {
    const scalar = { ...exampleResults([MISSED]), backend: 'scalar' };
    const results = [exampleResults([exampleRow()]), scalar];
    const report = renderReport({ results, explanations: {} });
    const at = report.indexOf('## Back end scalar, Node 24');
    expect(at).toBeGreaterThan(0);
    expect(report.indexOf('computeCells')).toBeGreaterThan(at);
  });

  test('the line for the terminal names what was missed', () => {
    expect(renderLine(exampleRow())).not.toContain('missed');
    expect(renderLine(MISSED)).toContain('missed: ≤ 0.8 of c-kzg: 0.9');
  });
});
