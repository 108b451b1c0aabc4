/** Reports as text for people. */
import type { GetReport } from './get.ts';
import type { PutReport } from './put.ts';
import type { SampleResult } from './sample.ts';
import type { VerifyReport } from './verify.ts';

/** A whole number with separators: 881,554. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Milliseconds as seconds with one decimal. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The text of `put`; its first line is the identifier alone, for scripts. */
export function renderPut(report: PutReport): string {
  const wireBytes = report.blobs.reduce((sum, blob) => sum + blob.wireBytes, 0);
  const lines = report.blobs.map(
    ({ id, geometry: { k, n, c }, certificate: { signedSeats, neededSeats, failureBits } }) =>
      `  ${id}  k=${k} n=${n} c=${c}  ${signedSeats} of ${neededSeats} needed seats signed  2^-${failureBits.toFixed(1)}`,
  );
  return text([
    report.id,
    `  ${report.file}: ${grouped(report.bytes)} bytes, sha256 ${report.sha256}`,
    ...lines,
    `  ${grouped(wireBytes)} bytes sent to DA nodes and archive`,
  ]);
}

/** The text of `get`. */
export function renderGet(report: GetReport): string {
  const from = { nodes: 'the DA nodes', archive: 'the archive', mixed: 'DA nodes and archive' };
  return text([
    `${report.output}: ${grouped(report.bytes)} bytes from ${from[report.source]}, sha256 ${report.sha256}`,
    ...report.refusedRows.map(
      ({ node, row, code, by }) => `  row ${row} of node ${node} refused by ${by}: ${code}`,
    ),
  ]);
}

/** The text of `sample`. */
export function renderSample(report: SampleResult): string {
  return text([
    `${report.status}: ${report.samples} cells over ${report.blobs.length} blobs, confidence ${report.confidence}`,
  ]);
}

/** The text of `verify`. */
export function renderVerify(report: VerifyReport): string {
  const gone = report.goneNodes.length === 0 ? '' : `; nodes gone: ${report.goneNodes.join(', ')}`;
  return text([
    `${report.file} is ${report.id}: ${grouped(report.bytes)} bytes, ${report.rowsChecked} rows checked${gone}`,
  ]);
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
