/**
 * `demo`: the main job end to end on a real file, in a network of its own under `DIR/demo`, one line
 * per step. Each step ends in a claim that is tested here, not asserted: the demo holds only if every
 * claim does.
 *
 *   network, encode, disperse, certify, archive    a file becomes a certified, archived blob
 *   sample                                         a light client sees that it is available
 *   withhold                                       another blob, most nodes silent: no certificate,
 *                                                  and the light client says unavailable
 *   tamper                                         one flipped byte on a disk: named by row, refused
 *   kill                                           nodes with 30 % of the stake die; read all the same
 *   lose                                           4 of 14 storage nodes die; the archive still reads
 */
import { basename } from 'node:path';
import { MAX_BLOB_BYTES, type SampleReport } from '@barycenter/da-sampling';
import { DATA_SHARDS, PARITY_SHARDS, SHARD_COUNT } from './archive.ts';
import { type Clock, createClock } from './clock.ts';
import { defaultFile } from './default-file.ts';
import {
  KILLED_PERCENT,
  killStake,
  loseStorage,
  tamper,
  WITHHELD_BYTES,
  withhold,
} from './demo-faults.ts';
import { prepareDemoFolder } from './demo-folder.ts';
import { renderSummary } from './demo-summary.ts';
import { archivePayload, certify, disperse, encodePayload } from './disperse.ts';
import { NetworkError } from './errors.ts';
import { formatIdentifier } from './identifier.ts';
import { openParts } from './parts.ts';
import { sha256Hex } from './put.ts';
import { grouped } from './render.ts';
import { retrieveBlob } from './retrieve.ts';
import { DEFAULT_CONFIDENCE, sampleBlob } from './sample.ts';
import { type Session, type SessionOptions, withSession } from './session.ts';

/** A statement that the demo tested. */
export interface Claim {
  readonly claim: string;
  readonly held: boolean;
}

/** The demo's JSON document. */
export interface DemoReport {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly nodes: number;
  readonly workers: number;
  readonly geometry: { readonly k: number; readonly n: number; readonly c: number };
  readonly backend: Readonly<
    Record<'kzg' | 'bls', { readonly name: string; readonly reason: string }>
  >;
  /** Milliseconds by step, and `total`. */
  readonly timings: Readonly<Record<string, number>>;
  /** Bytes the disperser sent to the DA nodes. */
  readonly wireBytes: number;
  /** Bytes of the other legs. */
  readonly otherWireBytes: Readonly<
    Record<'attestations' | 'certificate' | 'archive' | 'sampling' | 'retrieval', number>
  >;
  readonly certificate: {
    readonly signedSeats: number;
    readonly neededSeats: number;
    readonly failureBits: number;
  };
  readonly killedNodes: readonly number[];
  /** Stake in wei as decimal text. */
  readonly killedStake: { readonly killed: string; readonly total: string; readonly share: number };
  readonly recovered: boolean;
  readonly recoveredSha256: string;
  readonly recoveredFrom: string;
  readonly archive: {
    readonly dataShards: number;
    readonly parityShards: number;
    readonly killed: number;
    readonly killedStorageNodes: readonly number[];
    readonly recovered: boolean;
  };
  readonly sampled: SampleReport;
  readonly tamperedRejected: boolean;
  readonly tampered: {
    readonly node: number;
    readonly row: number;
    /** How the node's own store and how the reader refused the row. */
    readonly storeCode: string;
    readonly readerCode: string;
    readonly recovered: boolean;
  };
  readonly withheldRefused: boolean;
  readonly withheld: {
    readonly bytes: number;
    readonly withholdingNodes: readonly number[];
    readonly signedSeats: number;
    readonly neededSeats: number;
    readonly lightClient: string;
    readonly unresolved: number;
  };
  readonly claims: readonly Claim[];
}

/** Inputs of `demo` beside the file. */
export interface DemoOptions extends Omit<SessionOptions, 'create'> {
  /** Prints a lasting line. */
  readonly say: (line: string) => void;
}

/** Runs the demo; throws `NetworkError` only where it cannot go on. */
export async function demo(file: string | undefined, options: DemoOptions): Promise<DemoReport> {
  const path = file ?? defaultFile();
  const payload = readWhole(path);
  const clock = createClock(options.say);
  prepareDemoFolder(options.folder);
  options.say(
    `barycenter demo: ${basename(path)}, ${grouped(payload.length)} bytes, sha256 ${sha256Hex(payload)}`,
  );
  return withSession({ ...options, create: true }, async (session) => {
    const report = await runSteps({ path, payload, clock }, session);
    for (const line of renderSummary(report)) options.say(line);
    return report;
  });
}

interface Input {
  readonly path: string;
  readonly payload: Uint8Array;
  readonly clock: Clock;
}

async function runSteps({ path, payload, clock }: Input, session: Session): Promise<DemoReport> {
  const kzg = await session.kzg();
  const { chain, progress } = session;
  const stake = chain.state.validators.reduce((sum, validator) => sum + validator.stake, 0n);
  clock.step('network', () => {
    const { length } = chain.state.validators;
    return `${length} validators, ${grouped(Number(stake / 10n ** 18n))} staked, all keys proven; ${SHARD_COUNT} storage nodes`;
  });

  progress.show('encoding, extending, committing, opening');
  const blob = await encodePayload(payload, session);
  const { k, n, c } = blob.geometry;
  const root = blob.headerRoot;
  clock.step(
    'encode',
    () => `${k} rows of ${c} elements -> ${n} rows, ${k} commitments, 1 opening`,
  );

  const dispersal = await disperse({ blob, payload }, session);
  clock.step('disperse', () => {
    const ratio = (dispersal.sentBytes / payload.length).toFixed(1);
    return `${dispersal.attestations.length} nodes checked their rows, stored them and signed; ${grouped(dispersal.sentBytes)} bytes sent (${ratio}x)`;
  });

  progress.show('certifying');
  const certified = await certify(dispersal, session);
  const { signedSeats, neededSeats, failureBits } = certified;
  clock.step(
    'certify',
    () =>
      `${signedSeats} seats signed, ${neededSeats} needed; wrong with 2^-${failureBits.toFixed(1)}; ${certified.certificateBytes} bytes`,
  );

  const archived = await archivePayload({ payload, certified }, session);
  clock.step(
    'archive',
    () =>
      `${archived.stored} shards (${DATA_SHARDS}+${PARITY_SHARDS}) of the certified payload stored; ${grouped(archived.sentBytes)} bytes`,
  );

  const sampled = await sampleBlob(certified.header, { session, confidence: DEFAULT_CONFIDENCE });
  clock.step(
    'sample',
    () =>
      `light client: ${sampled.status}, ${sampled.resolved} of ${sampled.samples} cells, confidence ${sampled.confidence.toFixed(9)}; ${grouped(sampled.bytes)} bytes`,
  );

  const withheld = await withhold(session);
  clock.step(
    'withhold',
    () =>
      `${withheld.withholdingNodes.length} nodes silent: ${withheld.signedSeats} of ${withheld.neededSeats} seats, no certificate; light client: ${withheld.lightClient}`,
  );

  const tampered = await tamper({ root, payload, k }, session);
  clock.step(
    'tamper',
    () =>
      `1 byte flipped on disk of node ${tampered.node}: row ${tampered.row} refused (store: ${tampered.storeCode}, reader: ${tampered.readerCode}); file ${tampered.recovered ? 'recovered' : 'LOST'}`,
  );

  const killed = await killStake(session, stake);
  const retrieval = await retrieveBlob(root, session);
  const recoveredSha256 = sha256Hex(retrieval.payload);
  clock.step(
    'kill',
    () =>
      `${killed.nodes.length} nodes with ${(100 * killed.share).toFixed(1)} % of the stake die; file recovered from the other ${session.cluster.aliveNodes().length}`,
  );

  const lost = await loseStorage({ root, payload }, session);
  clock.step(
    'lose',
    () =>
      `${lost.killed.length} of ${SHARD_COUNT} storage nodes die; file recovered from the archive alone`,
  );

  const sha256 = sha256Hex(payload);
  const recovered = recoveredSha256 === sha256 && retrieval.source === 'nodes';
  const tamperedRejected = tampered.storeNamed && tampered.readerNamed && tampered.recovered;
  const withheldRefused = withheld.refused && withheld.lightClient === 'unavailable';
  return {
    id: formatIdentifier({ kind: 'blob', headerRoot: root }),
    file: path,
    bytes: payload.length,
    sha256,
    nodes: chain.state.validators.length,
    workers: session.workers,
    geometry: { k, n, c },
    backend: { kzg: kzg.backend(), bls: session.bls.backend() },
    timings: clock.timings(),
    wireBytes: dispersal.sentBytes,
    otherWireBytes: {
      attestations: dispersal.receivedBytes,
      certificate: certified.certificateBytes,
      archive: archived.sentBytes,
      sampling: sampled.bytes,
      retrieval: retrieval.receivedBytes,
    },
    certificate: { signedSeats, neededSeats, failureBits },
    killedNodes: killed.nodes,
    killedStake: { killed: killed.stake.toString(), total: stake.toString(), share: killed.share },
    recovered,
    recoveredSha256,
    recoveredFrom: retrieval.source,
    archive: {
      dataShards: DATA_SHARDS,
      parityShards: PARITY_SHARDS,
      killed: lost.killed.length,
      killedStorageNodes: lost.killed,
      recovered: lost.recovered,
    },
    sampled,
    tamperedRejected,
    tampered: {
      node: tampered.node,
      row: tampered.row,
      storeCode: tampered.storeCode,
      readerCode: tampered.readerCode,
      recovered: tampered.recovered,
    },
    withheldRefused,
    withheld: {
      bytes: WITHHELD_BYTES,
      withholdingNodes: withheld.withholdingNodes,
      signedSeats: withheld.signedSeats,
      neededSeats: withheld.neededSeats,
      lightClient: withheld.lightClient,
      unresolved: withheld.unresolved,
    },
    claims: [
      { claim: 'certified by at least the needed seats', held: signedSeats >= neededSeats },
      {
        claim: `a light client is sure with confidence ${DEFAULT_CONFIDENCE} or more`,
        held: sampled.status === 'available' && sampled.confidence >= DEFAULT_CONFIDENCE,
      },
      { claim: 'a withheld blob gets no certificate', held: withheld.refused },
      {
        claim: 'a light client says a withheld blob is unavailable',
        held: withheld.lightClient === 'unavailable',
      },
      { claim: 'a flipped byte is named by row in its store', held: tampered.storeNamed },
      { claim: 'a flipped byte is refused by row at the reader', held: tampered.readerNamed },
      { claim: 'the file is recovered around the flipped byte', held: tampered.recovered },
      {
        claim: `at least ${KILLED_PERCENT} % of the stake was killed`,
        held: killed.stake * 100n >= stake * KILLED_PERCENT,
      },
      { claim: 'the file is recovered from the other nodes, same sha256', held: recovered },
      { claim: 'the archive without 4 of 14 gives the file, same sha256', held: lost.recovered },
    ],
  };
}

/** The demo's input as one payload; throws `NetworkError`. */
function readWhole(path: string): Uint8Array {
  const parts = openParts(path);
  try {
    if (parts.count === 1) return parts.read(0);
  } finally {
    parts.close();
  }
  throw new NetworkError(
    'file_too_large',
    `the demo takes one blob, at most ${grouped(MAX_BLOB_BYTES)} bytes; use put for larger files`,
  );
}
