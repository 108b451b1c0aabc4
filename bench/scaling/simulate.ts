/**
 * Carries measured costs of one blob to networks of any size: equal stakes, n seats, one core and one
 * link a node; every node is in its turn a disperser and aggregator, on a core of its own.
 */

/** Measured costs of one blob; times in processor milliseconds. */
export interface Costs {
  readonly payloadBytes: number;
  readonly seats: number;
  readonly headerBytes: number;
  readonly rowBytes: number;
  /** Open the header and deal the rows, once per blob and member. */
  readonly headerMs: number;
  readonly rowMs: number;
  readonly signMs: number;
  readonly encodeMs: number;
  readonly attestationMs: number;
  readonly certificateMs: number;
}

export type Bottleneck =
  | 'row checks'
  | 'header check'
  | 'certificate check'
  | 'row bytes'
  | 'header bytes'
  | 'disperser'
  | 'aggregator';

/** One network size. */
export interface Point {
  readonly nodes: number;
  readonly members: number;
  readonly bytesPerMember: number;
  readonly cpuMsPerMember: number;
  readonly rowCpuMsPerMember: number;
  readonly blobsPerSecond: number;
  readonly payloadMiBPerSecond: number;
  readonly bottleneck: Bottleneck;
}

/** The network of `nodes` equal nodes with links of `linkBytesPerSecond` each way. */
export function simulate(
  costs: Costs,
  { nodes, linkBytesPerSecond }: { readonly nodes: number; readonly linkBytesPerSecond: number },
): Point {
  const { seats } = costs;
  // Up to n nodes all have a seat; beyond, n draws with replacement hit so many different ones.
  const members = nodes <= seats ? nodes : nodes * (1 - (1 - 1 / nodes) ** seats);
  const rows = seats / members;
  const rowCpu = rows * costs.rowMs;
  const fixedCpu = costs.headerMs + costs.signMs;
  const cpu = rowCpu + fixedCpu + costs.certificateMs;
  const rowBytes = rows * costs.rowBytes;
  const bytes = rowBytes + costs.headerBytes;
  const nodeName: Bottleneck =
    rowCpu >= Math.max(fixedCpu, costs.certificateMs)
      ? 'row checks'
      : fixedCpu >= costs.certificateMs
        ? 'header check'
        : 'certificate check';
  const limits: readonly (readonly [Bottleneck, number])[] = [
    [nodeName, 1000 / cpu],
    [rowBytes >= costs.headerBytes ? 'row bytes' : 'header bytes', linkBytesPerSecond / bytes],
    ['disperser', (1000 * nodes) / costs.encodeMs],
    ['aggregator', (1000 * nodes) / (members * costs.attestationMs)],
  ];
  const [bottleneck, blobsPerSecond] = limits.reduce((a, b) => (b[1] < a[1] ? b : a));
  return {
    nodes,
    members,
    bytesPerMember: bytes,
    cpuMsPerMember: cpu,
    rowCpuMsPerMember: rowCpu,
    blobsPerSecond,
    payloadMiBPerSecond: (blobsPerSecond * costs.payloadBytes) / 2 ** 20,
    bottleneck,
  };
}
