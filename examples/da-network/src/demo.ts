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
import { MAX_BLOB_BYTES, schemeName } from '@barycenter/da-sampling';
import { DATA_SHARDS, PARITY_SHARDS } from './archive.ts';
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
import type { DemoReport } from './demo-report.ts';
import {
  describeArchive,
  describeCertificate,
  describeDispersal,
  describeGeometry,
  describeKilling,
  describeLoss,
  describeNetwork,
  describeSampling,
  describeTampering,
  describeWithholding,
  renderSummary,
} from './demo-text.ts';
import { archivePayload, certify, disperse, encodePayload } from './disperse.ts';
import { NetworkError } from './errors.ts';
import { formatIdentifier } from './identifier.ts';
import { openParts } from './parts.ts';
import { sha256Hex } from './put.ts';
import { counted, grouped } from './render.ts';
import { retrieveBlob } from './retrieve.ts';
import { DEFAULT_CONFIDENCE, sampleBlob } from './sample.ts';
import { type Session, type SessionOptions, withSession } from './session.ts';

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
    `barycenter demo: ${basename(path)}, ${counted(payload.length, 'byte')}, sha256 ${sha256Hex(payload)}`,
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
  const { chain, progress } = session;
  const { profile } = chain.state;
  const isKzg = schemeName(profile) === 'kzg';
  const stake = chain.state.validators.reduce((sum, validator) => sum + validator.stake, 0n);
  clock.step('network', describeNetwork(chain.state.validators.length, stake));

  progress.show('encoding, extending, committing, opening');
  const blob = await encodePayload(payload, session);
  const root = blob.headerRoot;
  const { k, n, c } = blob.geometry;
  clock.step('encode', describeGeometry(blob.geometry, schemeName(profile)));

  const dispersal = await disperse({ blob, payload }, session);
  clock.step('disperse', describeDispersal(dispersal, payload.length));

  progress.show('certifying');
  const certified = await certify(dispersal, session);
  clock.step('certify', describeCertificate(certified));

  const archived = await archivePayload({ payload, certified }, session);
  clock.step('archive', describeArchive(archived));

  const sampled = await sampleBlob(certified.header, { session, confidence: DEFAULT_CONFIDENCE });
  clock.step('sample', describeSampling(sampled));

  const withheld = await withhold(session);
  clock.step('withhold', describeWithholding(withheld));

  const tampered = await tamper({ root, payload, k }, session);
  clock.step('tamper', describeTampering(tampered));

  const killed = await killStake(session, stake);
  const retrieval = await retrieveBlob(root, session);
  const sha256 = sha256Hex(payload);
  const recoveredSha256 = sha256Hex(retrieval.payload);
  const recovered = recoveredSha256 === sha256 && retrieval.source === 'nodes';
  const left = session.cluster.aliveNodes().length;
  clock.step('kill', describeKilling({ ...killed, left, recovered }));

  const lost = await loseStorage({ root, payload }, session);
  clock.step('lose', describeLoss(lost));

  const tamperedRejected = tampered.storeNamed && tampered.readerNamed && tampered.recovered;
  const { signedSeats, neededSeats, failureBits } = certified;
  const withheldRefused = withheld.refused && withheld.lightClient === 'unavailable';
  return {
    id: formatIdentifier({ kind: 'blob', headerRoot: root }),
    file: path,
    bytes: payload.length,
    sha256,
    nodes: chain.state.validators.length,
    workers: session.workers,
    geometry: { k, n, c },
    scheme: schemeName(profile),
    backend: {
      ...(isKzg && { kzg: (await session.kzg()).backend() }),
      bls: session.bls.backend(),
    },
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
