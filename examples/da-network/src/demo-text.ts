/** The demo in words: a line for each step, and the summary of what held. */
import type { Geometry, SampleReport, SchemeName } from '@barycenter/da-sampling';
import { DATA_SHARDS, PARITY_SHARDS, SHARD_COUNT } from './archive.ts';
import type { TamperOutcome, WithholdOutcome } from './demo-faults.ts';
import type { DemoReport } from './demo-report.ts';
import type { Archived, Certified, Dispersal } from './disperse.ts';
import { counted, grouped, seconds } from './render.ts';

const WEI = 10n ** 18n;

export function describeNetwork(validators: number, stakeWei: bigint): string {
  const staked = grouped(Number(stakeWei / WEI));
  const archive = counted(SHARD_COUNT, 'storage node');
  return `${counted(validators, 'validator')}, ${staked} staked, all keys proven; ${archive}`;
}

export function describeGeometry({ k, n, c }: Geometry, scheme: SchemeName): string {
  const rows = `${counted(k, 'row')} of ${counted(c, 'element')} -> ${grouped(n)} rows`;
  if (scheme === 'zoda') return `${rows}, ${counted(k, 'checksum')}`;
  return `${rows}, ${counted(k, 'commitment')}, 1 opening`;
}

export function describeDispersal({ attestations, sentBytes }: Dispersal, bytes: number): string {
  const nodes = `${counted(attestations.length, 'node')} checked their rows, stored them and signed`;
  return `${nodes}; ${counted(sentBytes, 'byte')} sent (${(sentBytes / bytes).toFixed(1)}x)`;
}

export function describeCertificate(certified: Certified): string {
  const { signedSeats, neededSeats, failureBits, certificateBytes } = certified;
  const seats = `${grouped(signedSeats)} seats signed, ${neededSeats} needed`;
  return `${seats}; wrong with 2^-${failureBits.toFixed(1)}; ${counted(certificateBytes, 'byte')}`;
}

export function describeArchive({ stored, sentBytes }: Archived): string {
  const shards = `${counted(stored, 'shard')} (${DATA_SHARDS}+${PARITY_SHARDS})`;
  return `${shards} of the certified payload stored; ${counted(sentBytes, 'byte')}`;
}

export function describeSampling(sampled: SampleReport): string {
  const { status, resolved, samples, confidence, bytes } = sampled;
  const cells = `light client: ${status}, ${resolved} of ${counted(samples, 'cell')}`;
  return `${cells}, confidence ${confidence.toFixed(9)}; ${counted(bytes, 'byte')}`;
}

export function describeWithholding(withheld: WithholdOutcome): string {
  const { withholdingNodes, signedSeats, neededSeats, refused, lightClient } = withheld;
  const silent = `${counted(withholdingNodes.length, 'node')} silent`;
  const seats = `${signedSeats} of ${neededSeats} seats, ${refused ? 'no' : 'A'} certificate`;
  return `${silent}: ${seats}; light client: ${lightClient}`;
}

export function describeTampering(tampered: TamperOutcome): string {
  const { node, row, storeCode, readerCode, recovered } = tampered;
  const refusal = `row ${row} refused (store: ${storeCode}, reader: ${readerCode})`;
  return `1 byte flipped on disk of node ${node}: ${refusal}; file ${outcome(recovered)}`;
}

export function describeKilling(killed: {
  readonly nodes: readonly number[];
  readonly share: number;
  readonly left: number;
  readonly recovered: boolean;
}): string {
  const dead = `${counted(killed.nodes.length, 'node')} with ${percent(killed.share)} of the stake`;
  return `${dead} die; file ${outcome(killed.recovered)} from the other ${killed.left}`;
}

export function describeLoss(lost: {
  readonly killed: readonly number[];
  readonly recovered: boolean;
}): string {
  const dead = `${lost.killed.length} of ${SHARD_COUNT} storage nodes die`;
  return `${dead}; file ${outcome(lost.recovered)} from the archive alone`;
}

function outcome(recovered: boolean): string {
  return recovered ? 'recovered' : 'NOT recovered';
}

/** The summary table. */
export function renderSummary(report: DemoReport): string[] {
  const { k, n, c } = report.geometry;
  const facts: readonly (readonly [string, string])[] = [
    ['identifier', report.id],
    ['file', `${counted(report.bytes, 'byte')}, sha256 ${report.sha256}`],
    ['geometry', `k=${k} n=${n} c=${c}`],
    ['scheme', report.scheme],
    [
      'backend',
      Object.entries(report.backend)
        .map(([name, { name: of }]) => `${name} ${of}`)
        .join(', '),
    ],
    ['wire', `${grouped(report.wireBytes)} bytes to the DA nodes`],
    [
      'killed',
      `DA nodes ${report.killedNodes.join(', ')}: ${percent(report.killedStake.share)} of the stake`,
    ],
    ['total', seconds(report.timings.total ?? 0)],
  ];
  const claims = report.claims.map(
    ({ claim, held }) => `  ${held ? 'held  ' : 'FAILED'}  ${claim}`,
  );
  const all = report.claims.every(({ held }) => held);
  return [
    '',
    ...facts.map(([name, value]) => `  ${name.padEnd(12)}${value}`),
    '',
    ...claims,
    '',
    all ? 'all claims held' : 'NOT all claims held',
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
