import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Committee,
  type EncodedBlob,
  type EpochSchedule,
  encodeBlob,
  encodeHeaderMessage,
  lockedUntil,
  sampleCommittee,
} from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { beforeAll, expect, test } from 'vitest';
import { encodeShard, shardPayload } from '../src/archive.ts';
import { signArchive } from '../src/archive-signature.ts';
import { nodeFolder, ROW_LOG, readKey, submitterFile } from '../src/folders.ts';
import { RECORD_KIND } from '../src/log-format.ts';
import { LogStore } from '../src/log-store.ts';
import type { HostConfig } from '../src/protocol.ts';
import { certificateFor, copyOf, createBase } from './one-process.ts';
import { codeThrown } from './scratch.ts';

const SCHEDULE: EpochSchedule = {
  genesisSeconds: 1000,
  epochSeconds: 100,
  graceSeconds: 30,
  signMarginSeconds: 10,
  beaconLeadSeconds: 20,
  retentionSeconds: 500,
};
/** From when on nobody is owed what epoch 1 certified. */
const OVER = lockedUntil(SCHEDULE, 1n);
const at = (blockSeconds: number): Pick<HostConfig, 'retention'> => ({
  retention: { schedule: SCHEDULE, blockSeconds },
});

const base = createBase(2);
const payload = seededRandom(20_261_121).bytes(400);
let first: EncodedBlob;
let second: EncodedBlob;
let next: Committee;
let later: EncodedBlob;

beforeAll(() => {
  first = encodeFor(base().config.committee, { bytes: payload, nonce: 0n });
  second = encodeFor(base().config.committee, { bytes: payload.slice(1), nonce: 0n });
  const { domain, validators, profile } = base().chain.state;
  const seed = new Uint8Array(32).fill(2);
  next = sampleCommittee({ bls: base().bls, domain, epoch: 2n, seed, validators, profile });
  later = encodeFor(next, { bytes: payload, nonce: 1n });
});

function encodeFor(
  committee: Committee,
  { bytes, nonce }: { bytes: Uint8Array; nonce: bigint },
): EncodedBlob {
  const { domain, profile } = base().chain.state;
  const submitterKey = readKey(submitterFile(base().folder));
  return encodeBlob(bytes, { kzg: base().kzg, profile, domain, committee, nonce, submitterKey });
}

function dispersal(blob: EncodedBlob, bytes = payload) {
  return { header: encodeHeaderMessage(blob.message), payload: bytes };
}

/** 'stored', or why the node refused. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'stored';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('a blob is kept whole until the stake behind it is released, and gone a second later', async () => {
  const network = copyOf(base());
  const node = network.with(at(1100)).node(0);
  await node.disperse(dispersal(first));
  const held = node.held({ root: first.headerRoot });
  node.close();

  const owing = network.with(at(OVER - 1)).node(0);
  expect(owing.held({ root: first.headerRoot })).toEqual(held);
  expect(owing.report.lostRows).toEqual([]);
  owing.close();

  const released = network.with(at(OVER)).node(0);
  expect(released.held({ root: first.headerRoot })).toEqual([]);
  expect(codeThrown(() => released.header({ root: first.headerRoot }))).toBe('record_absent');
  expect(released.report).toMatchObject({ records: 1, damagedRows: [], lostRows: [] });
  expect(network.nodeBytes(0)).toBeLessThan(300);
});

test('what is pruned is never signed anew, not even by a clock that was set back', async () => {
  const network = copyOf(base());
  const node = network.with(at(1100)).node(0);
  await node.disperse(dispersal(first));
  node.close();
  network.with(at(OVER)).node(0).close();
  const back = network.with(at(1100)).node(0);
  expect(await outcome(back.disperse(dispersal(second, payload.slice(1))))).toBe('epoch_pruned');
  expect(await outcome(back.disperse(dispersal(first)))).toBe('epoch_pruned');
});

test('pruning one epoch leaves every byte of the next, and a crash in its middle changes nothing', async () => {
  const network = copyOf(base());
  const node = network.with(at(1150)).node(0);
  await node.disperse(dispersal(first));
  node.close();
  const other = network.with({ ...at(1200), committee: next }).node(0);
  await other.disperse(dispersal(later));
  const held = other.held({ root: later.headerRoot });
  const [before] = other.rows({ root: later.headerRoot, rows: held.slice(0, 1) });
  other.close();

  // The crash: the number is written, nothing is deleted, and half a new log lies about.
  const folder = nodeFolder(network.config.folder, 0);
  const store = LogStore.open(folder, ROW_LOG);
  const body = new Uint8Array(8);
  body[0] = 1;
  store.append([{ kind: RECORD_KIND.pruned, root: new Uint8Array(32), index: 0, body }]);
  store.close();
  const halfway = join(folder, `${ROW_LOG}.0123456789ab.tmp`);
  writeFileSync(halfway, readFileSync(join(folder, ROW_LOG)).subarray(0, 1000));

  const restarted = network.with({ ...at(1200), committee: next }).node(0);
  expect(existsSync(halfway)).toBe(false);
  expect(restarted.held({ root: first.headerRoot })).toEqual([]);
  expect(restarted.held({ root: later.headerRoot })).toEqual(held);
  expect(restarted.rows({ root: later.headerRoot, rows: held.slice(0, 1) })).toEqual([before]);
  expect(restarted.report).toMatchObject({ damagedRows: [], lostRows: [] });
  const size = network.nodeBytes(0);
  restarted.close();
  network.with({ ...at(1200), committee: next }).node(0);
  expect(network.nodeBytes(0)).toBe(size);
});

test('a damaged header record frees no nonce, and its blob is still pruned in time', async () => {
  const network = copyOf(base());
  const node = network.with(at(1100)).node(0);
  await node.disperse(dispersal(first));
  node.close();
  const folder = nodeFolder(network.config.folder, 0);
  const store = LogStore.open(folder, ROW_LOG);
  const key = { kind: RECORD_KIND.header, root: first.headerRoot, index: 0 };
  const { offset } = store.bodyPlace(key)!;
  store.close();
  const bytes = readFileSync(join(folder, ROW_LOG));
  bytes[offset + 5]! ^= 1;
  writeFileSync(join(folder, ROW_LOG), bytes);

  const damaged = network.with(at(1100)).node(0);
  expect(codeThrown(() => damaged.header({ root: first.headerRoot }))).toBe('record_damaged');
  const sent = dispersal(second, payload.slice(1));
  expect(await outcome(damaged.disperse(sent))).toBe('equivocation');
  damaged.close();
  const released = network.with(at(OVER)).node(0);
  expect(released.report.records).toBe(1);
  expect(readdirSync(folder)).toContain(ROW_LOG);
  expect(network.nodeBytes(0)).toBeLessThan(300); // the evidence of that epoch went with it
});

test('a storage node keeps shards by the same rule, one payload for a nonce', async () => {
  const network = copyOf(base());
  const offer = async (blob: EncodedBlob, bytes: Uint8Array) => {
    const header = encodeHeaderMessage(blob.message);
    const certificate = await certificateFor(base(), { blob, header, payload: bytes });
    const { record, shards } = await shardPayload(bytes);
    const { domain } = base().chain.state;
    const claim = { domain, headerRoot: blob.headerRoot, archiveRoot: record.root };
    const archiveSignature = signArchive(claim, readKey(submitterFile(base().folder)));
    const shard = encodeShard(shards[3]!);
    return { header, certificate, archiveRoot: record.root, archiveSignature, shard };
  };
  const honest = await offer(first, payload);
  const node = network.with(at(1100)).storage(3);
  await node.archive(honest);
  const another = { ...honest, header: encodeHeaderMessage(second.message) };
  expect(await outcome(node.archive(another))).toBe('equivocation');
  node.close();
  const owing = network.with(at(OVER - 1)).storage(3);
  expect(owing.shard({ root: first.headerRoot })).toEqual(honest.shard);
  owing.close();
  const released = network.with(at(OVER)).storage(3);
  expect(codeThrown(() => released.shard({ root: first.headerRoot }))).toBe('record_absent');
  expect(await outcome(released.archive(honest))).toBe('epoch_pruned');
});
