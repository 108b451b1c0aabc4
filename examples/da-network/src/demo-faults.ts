/**
 * The demo's faults: nodes that withhold, a flipped byte, dead nodes, dead storage nodes. Every
 * choice (which nodes, which row, which bit) is random and new in each run.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { PARITY_SHARDS } from './archive.ts';
import { aggregateDispersal, disperse, encodePayload, nodeOf } from './disperse.ts';
import { sha256Hex } from './put.ts';
import { type RefusedRow, retrieveBlob, shuffle } from './retrieve.ts';
import { DEFAULT_CONFIDENCE, sampleBlob } from './sample.ts';
import type { Session } from './session.ts';

/** Stake that dies, at least. */
export const KILLED_PERCENT = 30n;
/** The withheld blob: the smallest size with k = 256, so that a quarter of the rows is needed. */
export const WITHHELD_BYTES: number = 8_193 * 31;

/** What became of the flipped byte. */
export interface TamperOutcome {
  readonly node: number;
  readonly row: number;
  /** The code with which the node's own store, and then the reader, refused the row. */
  readonly storeCode: string;
  readonly readerCode: string;
  /** Whether the refusal named exactly this row. */
  readonly storeNamed: boolean;
  readonly readerNamed: boolean;
  readonly recovered: boolean;
}

/** What became of the withheld blob. */
export interface WithholdOutcome {
  readonly withholdingNodes: readonly number[];
  readonly signedSeats: number;
  readonly neededSeats: number;
  /** Whether no certificate could be formed. */
  readonly refused: boolean;
  readonly lightClient: 'available' | 'unavailable';
  readonly unresolved: number;
}

/** Kills random nodes until at least 30 % of the stake is dead. */
export async function killStake(
  { chain, cluster }: Session,
  total: bigint,
): Promise<{ nodes: number[]; stake: bigint; share: number }> {
  const nodes: number[] = [];
  let stake = 0n;
  for (const node of shuffle(cluster.aliveNodes())) {
    if (stake * 100n >= total * KILLED_PERCENT) break;
    await cluster.askNode('kill', { node });
    nodes.push(node);
    stake += chain.state.validators[node]!.stake;
  }
  return { nodes, stake, share: Number((stake * 10_000n) / total) / 10_000 };
}

/** Kills as many storage nodes as there are parity shards and reads from the rest. */
export async function loseStorage(
  { root, payload }: { root: Uint8Array; payload: Uint8Array },
  session: Session,
): Promise<{ killed: number[]; recovered: boolean }> {
  const killed = shuffle(session.cluster.aliveStorage()).slice(0, PARITY_SHARDS);
  for (const node of killed) await session.cluster.askStorage('kill', { node });
  const { payload: read, source } = await retrieveBlob(root, session, { archive: true });
  return { killed, recovered: source === 'archive' && sha256Hex(read) === sha256Hex(payload) };
}

/**
 * Flips one byte of a data row on a node's disk. First the node is honest: its store must name the
 * row. Then the node lies and serves it: the reader must refuse exactly this row and still recover.
 */
export async function tamper(
  { root, payload, k }: { root: Uint8Array; payload: Uint8Array; k: number },
  session: Session,
): Promise<TamperOutcome> {
  const { cluster } = session;
  const candidates: { node: number; row: number }[] = [];
  for (const node of cluster.aliveNodes()) {
    for (const row of await cluster.askNode('held', { node, root })) {
      if (row < k) candidates.push({ node, row });
    }
  }
  const { node, row } = candidates[randomInt(candidates.length)]!;
  flipByte(await cluster.askNode('place', { node, root, row }));
  const [answer] = await cluster.askNode('rows', { node, root, rows: [row] });
  const storeCode = answer !== undefined && 'code' in answer ? answer.code : 'served';
  await cluster.askNode('lie', { node, lie: true });
  const retrieval = await retrieveBlob(root, session);
  const [refused, ...others] = retrieval.refusedRows;
  return {
    node,
    row,
    storeCode,
    storeNamed: storeCode === 'record_damaged' && answer?.row === row,
    readerCode: refused?.code ?? 'accepted',
    readerNamed: others.length === 0 && isRefusedByReader(refused, { node, row }),
    recovered: retrieval.source === 'nodes' && sha256Hex(retrieval.payload) === sha256Hex(payload),
  };
}

function isRefusedByReader(
  refused: RefusedRow | undefined,
  expected: { node: number; row: number },
): boolean {
  return (
    refused !== undefined &&
    refused.by === 'reader' &&
    refused.node === expected.node &&
    refused.row === expected.row
  );
}

/** Flips one bit of one byte of the row itself (behind index and form, before the branch). */
function flipByte({ path, offset, bytes }: { path: string; offset: number; bytes: number }): void {
  const BEFORE_ROW = 3;
  const BRANCH_BYTES = 10 * 32;
  const at = offset + BEFORE_ROW + randomInt(bytes - BEFORE_ROW - BRANCH_BYTES);
  const file = openSync(path, 'r+');
  try {
    const byte = new Uint8Array(1);
    readSync(file, byte, 0, 1, at);
    byte[0]! ^= 1 << randomInt(8);
    writeSync(file, byte, 0, 1, at);
  } finally {
    closeSync(file);
  }
}

/** Disperses another blob while all but a few nodes are silent, and samples it. */
export async function withhold(session: Session): Promise<WithholdOutcome> {
  const { cluster, chain, bls } = session;
  const { members } = chain.committee(bls);
  // With k = 256 of 1,024 rows: honest nodes hold less than k rows, so nobody can decode.
  const mostHonestSeats = 255;
  let honestSeats = 0;
  const withholdingNodes: number[] = [];
  for (const member of shuffle(members.map((_, index) => index))) {
    const { seats } = members[member]!;
    if (honestSeats + seats <= mostHonestSeats) honestSeats += seats;
    else withholdingNodes.push(nodeOf(session, member));
  }
  const setAll = async (withhold: boolean): Promise<void> => {
    for (const node of withholdingNodes) await cluster.askNode('withhold', { node, withhold });
  };
  await setAll(true);
  const payload = randomBytes(WITHHELD_BYTES);
  session.progress.show('encoding the blob that will be withheld');
  const blob = await encodePayload(payload, session);
  const dispersal = await disperse({ blob, payload }, session);
  const result = await aggregateDispersal(dispersal, session);
  const report = await sampleBlob(result.header, { session, confidence: DEFAULT_CONFIDENCE });
  await setAll(false);
  return {
    withholdingNodes,
    signedSeats: result.signedSeats,
    neededSeats: result.neededSeats,
    refused: result.certificate === undefined && result.signedSeats < result.neededSeats,
    lightClient: report.status,
    unresolved: report.unresolved.length,
  };
}
