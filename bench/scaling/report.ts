/** SCALING.md from the results. */
import type { Machine } from '../src/results.ts';
import type { Measured } from './measure.ts';
import type { Costs, Point } from './simulate.ts';

/** How far N times a cost may be from that of the smallest network (issue: within 15 %). */
const TOLERANCE = 0.15;

/** The page. */
export function renderScaling(results: {
  readonly machine: Machine;
  readonly commit: string;
  readonly load: number;
  readonly linkBytesPerSecond: number;
  readonly costs: Costs;
  readonly measured: readonly Measured[];
  readonly simulated: readonly Point[];
}): string {
  const { machine, costs, measured, simulated } = results;
  const verdict = (name: string, read: (one: Measured) => number): string => {
    const first = measured[0]!;
    const ratios = measured.map((one) => (one.nodes * read(one)) / (first.nodes * read(first)));
    const worst = Math.max(...ratios.map((ratio) => Math.abs(ratio - 1)));
    const cells = ratios.map((ratio) => ratio.toFixed(3)).join(' | ');
    return `| ${name} | ${cells} | ${worst <= TOLERANCE ? 'within 15 %' : '**not 1/N**'} |`;
  };
  const last = simulated[simulated.length - 1]!;
  const ms = (value: number): string => value.toFixed(2);
  return `# Scaling of a DA node

Written by \`pnpm bench:scaling\`; data in [results/scaling.json](results/scaling.json). Payload
${costs.payloadBytes.toLocaleString('en')} bytes, profile \`eip7594\`, ${machine.cpu}, ${machine.cores} cores, ${machine.runtime}, commit ${results.commit}, load ${results.load}.

![bytes and processor time per node](results/scaling.svg)

## Measured: real processes

Every node takes its rows on standard input, checks header and rows and signs; processor time of
its whole process without start-up. Nodes work one after another, so that they do not disturb each other.

| nodes | rows | bytes | header ms | rows ms | sign ms | in all ms |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${measured
  .map(
    (one) =>
      `| ${one.nodes} | ${one.rows} | ${Math.round(one.bytes).toLocaleString('en')} | ${ms(one.headerMs)} | ${ms(one.rowsMs)} | ${ms(one.signMs)} | ${ms(one.cpuMs)} |`,
  )
  .join('\n')}

N times the cost, over that of ${measured[0]!.nodes} nodes (1 is exactly 1/N):

| | ${measured.map(({ nodes }) => nodes).join(' | ')} | |
| --- | ${measured.map(() => '---:').join(' | ')} | --- |
${verdict('bytes', ({ bytes }) => bytes)}
${verdict('processor time of rows', ({ rowsMs }) => rowsMs)}
${verdict('processor time in all', ({ cpuMs }) => cpuMs)}

Processor time in all is therefore not 1/N, and cannot be: of a node's time
**${ms(costs.headerMs + costs.signMs)} ms are fixed** (opening the header and signing, once per blob at every node, however many there
are) and **${costs.rowMs.toFixed(3)} ms are due for each row**, received and checked (the check
alone is \`da::verifyRows\` in [REPORT.md](REPORT.md)). Only the second part is divided by N; the two are
equal at ${Math.round((costs.headerMs + costs.signMs) / costs.rowMs)} rows a node, that is at ${Math.round((costs.seats * costs.rowMs) / (costs.headerMs + costs.signMs))} nodes. Here every node takes rows; \`planDeliveries\` sends the payload itself where a node has k seats or more.

## Simulated

Equal stakes; a core and a link of ${(results.linkBytesPerSecond * 8) / 1e9} Gbit/s per node; every node checks the certificate; every node
also disperses and aggregates its share of the blobs, on a second core. Bytes and time are per blob and
committee member; upload of dispersers equals what members receive.

| nodes | members | bytes | CPU ms | of which rows | blobs/s | payload MiB/s | bottleneck |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
${simulated
  .map(
    (p) =>
      `| ${p.nodes} | ${Math.round(p.members)} | ${Math.round(p.bytesPerMember).toLocaleString('en')} | ${ms(p.cpuMsPerMember)} | ${ms(p.rowCpuMsPerMember)} | ${p.blobsPerSecond.toFixed(1)} | ${p.payloadMiBPerSecond.toFixed(1)} | ${p.bottleneck} |`,
  )
  .join('\n')}

The bottleneck at ${last.nodes} nodes is: **${last.bottleneck}**. One disperser alone carries
${((1000 / costs.encodeMs) * (costs.payloadBytes / 2 ** 20)).toFixed(1)} MiB/s, whatever the network (${ms(costs.encodeMs)} ms a blob); aggregation takes
${ms(costs.attestationMs)} ms an attestation, a certificate of 1,024 members ${ms(costs.certificateMs)} ms.

Not modelled: latency, several seats by chance (a member may have more than the mean), light clients, reading, repair.
`;
}
