/**
 * `pnpm bench:scaling`: bytes and processor time per DA node for 2, 4, 8 and 16 node processes, and
 * the curve carried to 4,096 nodes. Writes results/scaling.json, results/scaling.svg, SCALING.md.
 *
 *   --payload BYTES    default 4 MiB
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawChart } from './scaling/chart.ts';
import {
  createKernels,
  type Measured,
  measureCertificate,
  measureNetwork,
} from './scaling/measure.ts';
import { renderScaling } from './scaling/report.ts';
import { type Costs, simulate } from './scaling/simulate.ts';
import { commitNow, describeMachine, loadNow } from './src/machine.ts';
import { quantile } from './src/statistics.ts';

const NODES = [2, 4, 8, 16];
const LARGEST_NETWORK = 4096;
/** 1 Gbit/s. */
const LINK_BYTES_PER_SECOND = 125e6;

const { values } = parseArgs({
  options: { payload: { type: 'string', default: String(4 * 2 ** 20) } },
});
const payloadBytes = Number(values.payload);
const kernels = await createKernels();
const measured: Measured[] = [];
for (const nodes of NODES) {
  const one = await measureNetwork(nodes, { ...kernels, payloadBytes });
  measured.push(one);
  console.log(`${nodes} nodes: ${Math.round(one.bytes)} bytes, ${one.cpuMs.toFixed(1)} ms a node`);
}
const median = (read: (one: (typeof measured)[number]) => number): number =>
  quantile(measured.map(read), 0.5);
const { headerBytes } = measured[0]!;
const costs: Costs = {
  payloadBytes,
  seats: 1024,
  headerBytes,
  rowBytes: median(({ bytes, rows }) => (bytes - headerBytes) / rows),
  headerMs: median(({ headerMs }) => headerMs),
  rowMs: median(({ rowsMs, rows }) => rowsMs / rows),
  signMs: median(({ signMs }) => signMs),
  encodeMs: median(({ encodeMs }) => encodeMs),
  ...measureCertificate(kernels),
};
const simulated = [];
for (let nodes = NODES[0]!; nodes <= LARGEST_NETWORK; nodes *= 2) {
  simulated.push(simulate(costs, { nodes, linkBytesPerSecond: LINK_BYTES_PER_SECOND }));
}
const results = {
  machine: describeMachine(),
  commit: commitNow(),
  load: loadNow(),
  linkBytesPerSecond: LINK_BYTES_PER_SECOND,
  costs,
  measured,
  simulated,
};
const write = (path: string, text: string): void =>
  writeFileSync(new URL(path, import.meta.url), text);
write('results/scaling.json', `${JSON.stringify(results, null, 1)}\n`);
write('SCALING.md', renderScaling(results));
write(
  'results/scaling.svg',
  drawChart(
    [
      {
        label: 'KiB received, measured',
        colour: '#06c',
        isMeasured: true,
        points: measured.map(({ nodes, bytes }) => [nodes, bytes / 1024] as const),
      },
      {
        label: 'KiB received, simulated',
        colour: '#06c',
        isMeasured: false,
        points: simulated.map((p) => [p.nodes, p.bytesPerMember / 1024] as const),
      },
      {
        label: 'CPU ms of rows, measured',
        colour: '#080',
        isMeasured: true,
        points: measured.map(({ nodes, rowsMs }) => [nodes, rowsMs] as const),
      },
      {
        label: 'CPU ms of rows, simulated',
        colour: '#080',
        isMeasured: false,
        points: simulated.map((p) => [p.nodes, p.rowCpuMsPerMember] as const),
      },
      {
        label: 'CPU ms in all, measured',
        colour: '#c30',
        isMeasured: true,
        points: measured.map(({ nodes, cpuMs }) => [nodes, cpuMs] as const),
      },
      {
        label: 'CPU ms with certificate, simulated',
        colour: '#c30',
        isMeasured: false,
        points: simulated.map((p) => [p.nodes, p.cpuMsPerMember] as const),
      },
    ],
    {
      title: `One blob of ${(payloadBytes / 2 ** 20).toFixed(0)} MiB, per committee member`,
      x: 'nodes (log)',
      y: 'KiB or processor milliseconds (log)',
    },
  ),
);
const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
execFileSync(local('../node_modules/.bin/biome'), ['format', '--write', local('SCALING.md')]);
process.exit(0);
