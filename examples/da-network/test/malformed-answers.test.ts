import { checkHeader, type EncodedBlob, encodeHeaderMessage } from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { beforeAll, expect, test } from 'vitest';
import { encodeShard, shardPayload } from '../src/archive.ts';
import { policyOf } from '../src/da-node.ts';
import { disperse } from '../src/disperse.ts';
import { readArchive } from '../src/read-archive.ts';
import { fetchHeader } from '../src/read-header.ts';
import { collectRows, readAllRows } from '../src/read-rows.ts';
import { answeredIndices, answeredRows } from '../src/received.ts';
import { type Answer, createBase, encodeAs, rowsFor, sessionOver } from './one-process.ts';
import { codeThrown } from './scratch.ts';

const NODES = 3;
const base = createBase(NODES);
const random = seededRandom(20_261_132);
/** k = 64, so that rows are asked of every node. */
const payload = random.bytes(9000);
let blob: EncodedBlob;
/** Row messages by node and row. */
let rows: readonly ReadonlyMap<number, Uint8Array>[];

/** What no honest node answers to anything. */
const MALFORMED: readonly unknown[] = [
  null,
  undefined,
  true,
  7,
  'a text',
  { slice: () => 'x', find: () => null, length: 3 },
  [null, undefined, 'row', [], {}],
  [{ row: 0 }, { row: 0, message: 'no bytes' }, { row: 0, code: 7 }, { row: 0, code: '\u001b[2J' }],
  [
    { row: '0', message: new Uint8Array(9) },
    { row: -1, code: 'x' },
    { row: 0.5, code: 'x' },
  ],
  new Uint8Array(0),
  new Uint8Array(3),
];

beforeAll(() => {
  blob = encodeAs(base(), { payload, nonce: 0n });
  rows = Array.from(
    { length: NODES },
    (_, node) =>
      new Map(
        rowsFor(base(), node, blob).map((message) => [message[0]! | (message[1]! << 8), message]),
      ),
  );
});

/** Honest nodes. */
const honest: Answer = (method, input) => {
  const own = rows[input.node]!;
  if (method === 'held') return [...own.keys()];
  if (method === 'rows') {
    return (input.rows as number[]).map((row) => ({ row, message: own.get(row)! }));
  }
  throw new Error(`not expected: ${method}`);
};

/** Node 0 answers `method` with `value`, everything else is honest. */
function lying(method: string, value: unknown) {
  const node: Answer = (asked, input) =>
    input.node === 0 && asked === method ? value : honest(asked, input);
  return sessionOver(base(), { nodes: [0, 1, 2], node });
}

test('a malformed list of held rows is no list, and the rows are read from the others', async () => {
  const { kzg, config } = base();
  const header = checkHeader(blob.message, { kzg, ...policyOf(config) });
  for (const value of MALFORMED) {
    const { verified, refusedRows } = await collectRows(header, lying('held', value));
    expect(verified, JSON.stringify(value)).toHaveLength(64);
    expect(verified.some(({ index }) => rows[0]!.has(index))).toBe(false);
    expect(refusedRows).toEqual([]);
  }
});

test('a malformed answer for rows is refused row by row, and the rows are read from the others', async () => {
  const { kzg, config } = base();
  const header = checkHeader(blob.message, { kzg, ...policyOf(config) });
  for (const value of MALFORMED) {
    const label = JSON.stringify(value);
    const { verified, refusedRows, receivedBytes } = await collectRows(
      header,
      lying('rows', value),
    );
    expect(verified, label).toHaveLength(64);
    expect(refusedRows.length, label).toBeGreaterThan(0);
    const refused = refusedRows.map(({ row, ...rest }) => ({ known: rows[0]!.has(row), ...rest }));
    const expected = { known: true, node: 0, code: 'answer_malformed', by: 'reader' };
    expect(refused, label).toEqual(refusedRows.map(() => expected));
    const sizes = verified.map(({ index }) => rows.find((own) => own.has(index))!.get(index)!);
    expect(receivedBytes).toBe(sizes.reduce((sum, { length }) => sum + length, 0));
  }
});

test('one good row among malformed ones counts, and no row is both verified and refused', async () => {
  const { kzg, config } = base();
  const header = checkHeader(blob.message, { kzg, ...policyOf(config) });
  const [good, bad, absent] = [...rows[0]!.keys()];
  const requests = new Map([[0, [good!, bad!, absent!]]]);
  const answer = [null, { row: good, message: rows[0]!.get(good!) }, { row: bad, message: 'x' }];
  const session = lying('rows', answer);
  const { verified, refusedRows } = await readAllRows(header, { session, requests });
  expect(verified.map(({ index }) => index)).toEqual([good]);
  expect(refusedRows.map(({ row, code }) => [row, code])).toEqual([
    [bad, 'answer_malformed'],
    [absent, 'answer_malformed'],
  ]);
});

test('a malformed header is refused, and the next one is asked', async () => {
  const root = blob.headerRoot;
  const good = encodeHeaderMessage(blob.message);
  for (const value of MALFORMED) {
    const only = sessionOver(base(), { nodes: [0], node: () => value });
    await expect(fetchHeader(root, only)).rejects.toMatchObject({
      code: 'header_unavailable',
      message: expect.stringMatching(/\((answer_malformed|truncated)\)$/),
    });
    const fromStorage = () => good;
    const both = sessionOver(base(), { nodes: [0], node: () => value, storage: [5], fromStorage });
    const { header, receivedBytes } = await fetchHeader(root, both);
    expect(header.headerRoot).toEqual(root);
    expect(receivedBytes).toBe(good.length + (value instanceof Uint8Array ? value.length : 0));
  }
});

test('a malformed shard is refused, and ten others give the payload', async () => {
  const { kzg, config, chain } = base();
  const header = checkHeader(blob.message, { kzg, ...policyOf(config) });
  const { record, shards } = await shardPayload(payload);
  chain.recordBlob(blob.headerRoot, { certificate: new Uint8Array(1), archive: record });
  const storage = shards.map((_, node) => node);
  for (const value of MALFORMED) {
    const fromStorage: Answer = (_, { node }) => (node < 4 ? value : encodeShard(shards[node]!));
    const session = sessionOver(base(), { nodes: [], node: honest, storage, fromStorage });
    const read = await readArchive(header, session);
    expect(Buffer.compare(read.payload, payload)).toBe(0);
    expect(Number.isInteger(read.receivedBytes)).toBe(true);
    const three = sessionOver(base(), { nodes: [], node: honest, storage: [0, 1, 2], fromStorage });
    await expect(readArchive(header, three)).rejects.toMatchObject({ code: 'archive_unavailable' });
  }
});

test('a malformed attestation is a refusal of that node, not a failure of the dispersal', async () => {
  const attestation = {
    headerRoot: blob.headerRoot,
    validator: 0,
    signature: new Uint8Array(96),
  };
  const wrong = [
    ...MALFORMED,
    { ...attestation, validator: -1 },
    { ...attestation, validator: 'length' },
    { ...attestation, validator: 2 ** 16 },
    { ...attestation, signature: new Uint8Array(95) },
    { ...attestation, headerRoot: 'root' },
  ];
  for (const value of wrong) {
    const node: Answer = (_, { node: asked }) => (asked === 0 ? value : attestation);
    const session = sessionOver(base(), { nodes: [0, 1, 2], node });
    const { attestations, refused } = await disperse({ blob, payload }, session);
    expect(refused, JSON.stringify(value)).toEqual([{ node: 0, code: 'answer_malformed' }]);
    expect(attestations).toHaveLength(2);
  }
});

test('answers are cut to what was asked for', () => {
  expect(answeredIndices([3, 3, 1, 1, 9], 4)).toEqual(new Set([3, 1]));
  expect(answeredIndices([4, -1, 0.5, '2', 2], 5)).toEqual(new Set([4, 2]));
  const message = new Uint8Array(1);
  const answers = [
    { row: 5, message },
    { row: 6, code: 'not_asked' },
    { row: 5, code: 'second' },
    { row: 7, code: 'too_late' },
  ];
  expect(answeredRows(answers, [5, 7, 8])).toEqual(new Map([[5, { row: 5, message }]]));
  expect(codeThrown(() => answeredRows('x', []))).toBe('answer_malformed');
});
