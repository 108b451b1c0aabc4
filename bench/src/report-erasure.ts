/** The erasure coder's part of REPORT.md: throughput of every shape and peer, and memory. */
import { describe, metCell, short, table } from './report-cells.ts';
import type { ContenderResult, Results, Row } from './results.ts';

/** Sections, empty if nothing of it was measured. */
export function erasureTables(results: Results): string[] {
  const of = (key: string): Row[] =>
    results.rows.filter((row) => row.table === key && row.contenders.length > 0);
  return [throughput(of('erasure')), memory(of('erasure-memory'))].filter((text) => text !== '');
}

function throughput(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const peers = [...new Set(rows.flatMap(({ contenders }) => contenders.slice(1).map(nameOf)))];
  const head = ['function', 'ours', 'must: measured', 'met', ...peers];
  const body = rows.map((row) => [
    `\`${row.name}\``,
    gigabytesPerSecond(row, row.contenders[0]),
    row.verdicts.map(describe).join('; '),
    metCell(row.verdicts),
    ...peers.map((peer) =>
      gigabytesPerSecond(
        row,
        row.contenders.find(({ name }) => name === peer),
      ),
    ),
  ]);
  const versions = peers.map((peer) => {
    const result = rows.flatMap(({ contenders }) => contenders).find(({ name }) => name === peer);
    return `${peer} ${result!.version}`;
  });
  const note =
    'GB/s of data (k * bytes over processor time), one thread, memory reused. Programs in other ' +
    'languages (isa-l, klauspost, leopard*: klauspost/reedsolomon, rs-*: Rust) time themselves in ' +
    `turn with ours. Versions: ${versions.join(', ')}.`;
  return `### Erasure coding\n\n${note}\n\n${table(head, body)}`;
}

function memory(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const body = rows.map((row) => [
    `\`${row.name}\``,
    short(row.contenders[0]!.memoryMib ?? 0),
    row.verdicts.map(describe).join('; '),
    metCell(row.verdicts),
  ]);
  const note =
    '`blobMemory` and `columnMemory`: WebAssembly memory, whole shards or columns of them; the others: ' +
    'growth of the process after its start.';
  return `### Erasure coding: memory\n\n${note}\n\n${table(['scenario', 'MiB', 'must: measured', 'met'], body)}`;
}

const nameOf = ({ name }: ContenderResult): string => name;

function gigabytesPerSecond(row: Row, contender: ContenderResult | undefined): string {
  if (contender === undefined || row.bytes === undefined) return '';
  return short(row.bytes / 1e6 / contender.cpuMs.median);
}
