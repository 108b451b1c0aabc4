/** What damage to the nodes' stores costs, and what it must not cost. */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Cluster } from '../src/cluster.ts';
import { nodeFolder, ROW_LOG, storageFolder } from '../src/folders.ts';
import { get } from '../src/get.ts';
import type { NodeMethods } from '../src/protocol.ts';
import { fetchHeader } from '../src/read-header.ts';
import { sample, sampleBlob } from '../src/sample.ts';
import type { Session } from '../src/session.ts';
import { verify } from '../src/verify.ts';
import { codeRejected } from '../test/scratch.ts';
import { inSession, NODES, type Prepared, prepareNetwork } from './prepared.ts';

const prepared = prepareNetwork();

function readBack(network: Prepared, which: 'small' | 'large' = 'large', archive = false) {
  const output = join(network.folder, '..', 'out.bin');
  return inSession(network.folder, async (session) => {
    const report = await get(network[which].id, { session, output, options: { archive } });
    const same = readFileSync(output).equals(readFileSync(network[which].file));
    return { ...report, same };
  });
}

function rowLog(network: Prepared, node: number): string {
  return join(nodeFolder(network.folder, node), ROW_LOG);
}

/** Flips a bit in the stored bytes of a row; returns node and row. */
async function flipRow(network: Prepared): Promise<{ node: number; row: number }> {
  return inSession(network.folder, async ({ cluster }) => {
    const node = 2;
    const { root } = network.large;
    const row = (await cluster.askNode('held', { node, root }))[5]!;
    const place = await cluster.askNode('place', { node, root, row });
    const file = openSync(place.path, 'r+');
    const byte = new Uint8Array(1);
    readSync(file, byte, 0, 1, place.offset + 40);
    writeSync(file, Uint8Array.of(byte[0]! ^ 4), 0, 1, place.offset + 40);
    closeSync(file);
    return { node, row };
  });
}

test('undamaged stores: both files are read from the nodes and verified', async () => {
  const network = prepared();
  expect(await readBack(network, 'small')).toMatchObject({ same: true, source: 'nodes' });
  expect(await readBack(network, 'large')).toMatchObject({ same: true, source: 'nodes' });
  const { file, id } = network.large;
  const report = await inSession(network.folder, (session) => verify(file, { session, id }));
  expect(report).toMatchObject({ rowsChecked: 1024, goneNodes: [] });
});

test('a flipped byte is named by row, costs that row only, and the file is still read', async () => {
  const network = prepared();
  const { node, row } = await flipRow(network);
  const { file, id, root } = network.large;
  await inSession(network.folder, async (session) => {
    const { report } = session.cluster.nodes[node]!;
    expect(report!.damagedRows).toEqual([{ headerRoot: id.slice(5), row }]);
    expect(report!.lostRows).toEqual([]);
    const [answer] = await session.cluster.askNode('rows', { node, root, rows: [row] });
    expect(answer).toEqual({ row, code: 'record_damaged' });
    const failure = verify(file, { session, id });
    await expect(failure).rejects.toMatchObject({ code: 'rows_damaged', row });
    await expect(failure).rejects.toThrow(`node ${node} row ${row} (record_damaged)`);
  });
  expect(await readBack(network)).toMatchObject({ same: true, source: 'nodes' });
});

test('a lying node that serves the flipped byte is refused by row, and the file is still read', async () => {
  const network = prepared();
  const { node, row } = await flipRow(network);
  const { file, id } = network.large;
  await inSession(network.folder, async (session) => {
    await session.cluster.askNode('lie', { node, lie: true });
    await expect(verify(file, { session, id })).rejects.toMatchObject({
      code: 'rows_damaged',
      row,
      message: expect.stringContaining(`node ${node} row ${row} (row_not_committed)`),
    });
  });
});

test('a torn last record is moved aside, the node says so, and nothing else is lost', async () => {
  const network = prepared();
  const log = rowLog(network, 1);
  truncateSync(log, statSync(log).size - 7);
  const whole = statSync(log).size;
  await inSession(network.folder, async ({ cluster }) => {
    const { report } = cluster.nodes[1]!;
    expect(report!.tornBytes).toBeGreaterThan(0);
    const aside = readdirSync(nodeFolder(network.folder, 1)).filter((name) => /torn/.test(name));
    expect(aside).toHaveLength(1);
    const bytes = statSync(join(nodeFolder(network.folder, 1), aside[0]!)).size;
    expect(statSync(log).size + bytes).toBe(whole);
  });
  expect(await readBack(network, 'small')).toMatchObject({ same: true });
  expect(await readBack(network, 'large')).toMatchObject({ same: true });
});

test('a store cut in the middle loses only what was cut, and the lost rows are named', async () => {
  const network = prepared();
  const { file, id, root } = network.large;
  const { row, log } = await inSession(network.folder, async ({ cluster }) => {
    const rows = await cluster.askNode('held', { node: 3, root });
    const last = rows[rows.length - 1]!;
    const place = await cluster.askNode('place', { node: 3, root, row: last });
    return { row: last, log: { path: place.path, size: place.offset + 1 } };
  });
  truncateSync(log.path, log.size);
  await inSession(network.folder, async (session) => {
    await expect(verify(file, { session, id })).rejects.toMatchObject({
      code: 'rows_damaged',
      row,
    });
  });
  expect(await readBack(network)).toMatchObject({ same: true, source: 'nodes' });
});

test('with a node gone the file is read from the others, and verify says who is gone', async () => {
  const network = prepared();
  renameSync(nodeFolder(network.folder, 0), join(network.folder, 'elsewhere'));
  const { file, id } = network.large;
  await inSession(network.folder, async (session) => {
    expect(session.cluster.aliveNodes()).toEqual([1, 2, 3]);
    expect(session.cluster.nodes[0]!.error!.code).toBe('state_damaged');
    expect(await verify(file, { session, id })).toMatchObject({ goneNodes: [0] });
  });
  expect(await readBack(network)).toMatchObject({ same: true, source: 'nodes' });
});

test('with all nodes gone the archive is read, and the result says so', async () => {
  const network = prepared();
  renameSync(join(network.folder, 'nodes'), join(network.folder, 'elsewhere'));
  expect(await readBack(network, 'small')).toMatchObject({ same: true, source: 'archive' });
  expect(await readBack(network, 'large')).toMatchObject({ same: true, source: 'archive' });
});

test('the archive is read on request, without 4 of its 14 nodes, but not without 5', async () => {
  const network = prepared();
  for (const node of [0, 3, 9, 13]) {
    renameSync(storageFolder(network.folder, node), join(network.folder, `away-${node}`));
  }
  expect(await readBack(network, 'large', true)).toMatchObject({ same: true, source: 'archive' });
  renameSync(storageFolder(network.folder, 5), join(network.folder, 'away-5'));
  expect(await codeRejected(() => readBack(network, 'large', true))).toBe('archive_unavailable');
  expect(await readBack(network, 'large')).toMatchObject({ same: true, source: 'nodes' });
});

test('with everything gone nothing is written; with the folders back nothing was lost', async () => {
  const network = prepared();
  const away = join(network.folder, 'away');
  renameSync(join(network.folder, 'nodes'), `${away}-nodes`);
  renameSync(join(network.folder, 'storage'), `${away}-storage`);
  const { file, id } = network.large;
  expect(await codeRejected(() => readBack(network))).toBe('header_unavailable');
  const judged = inSession(network.folder, (session) => verify(file, { session, id }));
  expect(await codeRejected(() => judged)).toBe('header_unavailable');
  expect(existsSync(join(network.folder, '..', 'out.bin'))).toBe(false);
  expect(existsSync(join(network.folder, 'nodes'))).toBe(false);
  renameSync(`${away}-nodes`, join(network.folder, 'nodes'));
  renameSync(`${away}-storage`, join(network.folder, 'storage'));
  expect(await readBack(network)).toMatchObject({ same: true, source: 'nodes' });
});

test('rows lost and no archive: refused, and a light client says unavailable', async () => {
  const network = prepared();
  for (let node = 0; node < NODES; node++) {
    renameSync(rowLog(network, node), join(network.folder, `rows-${node}`));
  }
  const { id, root } = network.small;
  const output = join(network.folder, 'out');
  await inSession(network.folder, async (session) => {
    const light = sample(id, { session, confidence: 0.999_999 });
    expect(await codeRejected(() => light)).toBe('unavailable');
    const { certificate } = session.chain.blob(root);
    session.chain.recordBlob(root, { certificate, archive: undefined });
    const reading = (archive: boolean) => get(id, { session, output, options: { archive } });
    expect(await codeRejected(() => reading(false))).toBe('rows_unavailable');
    expect(await codeRejected(() => reading(true))).toBe('archive_unavailable');
  });
});

test('a light client keeps its draw: a second run asks for the same cells, and for all of them', async () => {
  const network = prepared();
  const { id } = network.small;
  const run = async (session: Session) => {
    const asked = new Set<string>();
    const askNode: Cluster['askNode'] = (method, input) => {
      if (method === 'cell') {
        const { row, cell } = input as NodeMethods['cell']['input'];
        asked.add(`${row}:${cell}`);
      }
      return session.cluster.askNode(method, input);
    };
    const cluster = { ...session.cluster, askNode };
    const report = await sample(id, { session: { ...session, cluster }, confidence: 0.9 });
    return { report, asked };
  };
  const first = await inSession(network.folder, run);
  const path = join(network.folder, 'light', id.slice(5));
  const kept = readFileSync(path);
  expect(first.report.status).toBe('available');
  expect(first.report.confidence).toBeGreaterThanOrEqual(0.9);
  expect(first.asked.size).toBe(first.report.samples);
  const second = await inSession(network.folder, run);
  expect(second.asked).toEqual(first.asked);
  expect(second.report).toEqual(first.report);
  expect(readFileSync(path).equals(kept)).toBe(true);
  // What was available once is not available for ever.
  await inSession(network.folder, async (session) => {
    for (let node = 0; node < NODES; node++) {
      await session.cluster.askNode('withhold', { node, withhold: true });
    }
    const { root } = network.small;
    const { header } = await fetchHeader(root, session);
    const report = await sampleBlob(header, { session, confidence: 0.9 });
    expect(report).toMatchObject({ status: 'unavailable', resolved: 0, confidence: 0 });
  });
  truncateSync(path, kept.length - 1);
  await expect(inSession(network.folder, run)).rejects.toMatchObject({
    code: 'state_damaged',
    reason: 'samples_corrupt',
  });
});
