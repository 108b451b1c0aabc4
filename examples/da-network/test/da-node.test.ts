import {
  CELLS_PER_ROW,
  type EncodedBlob,
  encodeHeaderMessage,
  HEADER_BYTES,
  isEquivocation,
} from '@barycenter/da-sampling';
import type { Kzg } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { beforeAll, expect, test, vi } from 'vitest';
import { MAX_PROOFS_PER_PEER } from '../src/da-node.ts';
import { decodeEvidence, equivocationKey, MAX_EQUIVOCATIONS } from '../src/equivocation.ts';
import { nodeFolder, ROW_LOG } from '../src/folders.ts';
import { createKernels, type Kernels } from '../src/kernels.ts';
import { recordSize } from '../src/log-format.ts';
import { LogStore } from '../src/log-store.ts';
import { copyOf, createBase, encodeAs, encodeUnopened, rowsFor } from './one-process.ts';
import { codeRejected, codeThrown } from './scratch.ts';

/** Signatures recovered, by da-sampling too: its only way to authenticate a header. */
const recoveries = vi.hoisted(() => ({ count: 0 }));
vi.mock('@noble/curves/secp256k1.js', async (importOriginal) => {
  const actual = await importOriginal<typeof import('@noble/curves/secp256k1.js')>();
  const { secp256k1 } = actual;
  const fromBytes: typeof secp256k1.Signature.fromBytes = (...bytes) => {
    recoveries.count++;
    return secp256k1.Signature.fromBytes(...bytes);
  };
  return { ...actual, secp256k1: { ...secp256k1, Signature: { fromBytes } } };
});

const NODES = 2;
const base = createBase(NODES);
const random = seededRandom(20_261_130);
/** k = 64, c = 5. */
const payload = random.bytes(9000);
const smallPayload = random.bytes(500);
let blob: EncodedBlob;
let header: Uint8Array;
let rows: readonly Uint8Array[];
let small: EncodedBlob;

beforeAll(() => {
  blob = encodeAs(base(), { payload, nonce: 1000n });
  header = encodeHeaderMessage(blob.message);
  rows = rowsFor(base(), 0, blob);
  small = encodeAs(base(), { payload: smallPayload, nonce: 2000n });
});

/** Why a node refused; a bare code for its own refusals. */
async function reasonRejected(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    const { code, reason } = error as { code: string; reason?: string };
    return reason ?? code;
  }
  throw new Error('nothing was thrown');
}

/** Kernels that count the calls of the operations on curves and rows. */
function countingKernels(): { kernels: Kernels; calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const counting = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (from, name) => {
        const value: unknown = Reflect.get(from, name);
        if (typeof value !== 'function') return value;
        return (...inputs: unknown[]): unknown => {
          calls[String(name)] = (calls[String(name)] ?? 0) + 1;
          return value.apply(from, inputs);
        };
      },
    });
  const { bls, kzg } = base();
  const kernels = { bls: async () => counting(bls), kzg: async () => counting(kzg) };
  return { kernels, calls };
}

test('a dispersal is stored once: header, assigned rows, attestation, and no byte more', async () => {
  const network = copyOf(base());
  const node = network.node(0);
  const before = network.nodeBytes(0);
  const first = await node.disperse({ header, rows });
  const stored = network.nodeBytes(0) - before;
  const bodies = [
    header.length,
    ...rows.map((row) => row.length),
    130 + 65 + HEADER_BYTES + 2 * rows.length,
  ];
  expect(stored).toBe(bodies.reduce((sum, bytes) => sum + recordSize(bytes), 0));
  expect(node.held({ root: blob.headerRoot })).toHaveLength(rows.length);
  for (const again of [{ header, rows }, { header, payload }, { header }]) {
    expect(await node.disperse(again)).toEqual(first);
  }
  expect(network.nodeBytes(0) - before).toBe(stored);
});

test('copies of a row, rows beyond the assigned, and rows beside the payload grow no log', async () => {
  const network = copyOf(base());
  const node = network.node(0);
  const before = network.nodeBytes(0);
  const refusals: readonly [string, Parameters<typeof node.disperse>[0]][] = [
    ['rows_excess', { header, rows: [...rows, rows[0]!] }],
    ['bad_form', { header, rows: [...rows, ...Array<Uint8Array>(2000).fill(rows[0]!)] }],
    ['rows_missing', { header, rows: [...rows.slice(1), rows[1]!] }],
    ['rows_missing', { header, rows: rows.slice(1) }],
    ['rows_missing', { header }],
    ['payload_and_rows', { header, payload, rows }],
    ['payload_mismatch', { header, payload: payload.subarray(1) }],
    ['payload_mismatch', { header, payload: Uint8Array.from(payload).reverse() }],
  ];
  for (const [reason, input] of refusals) {
    expect(await reasonRejected(() => node.disperse(input)), reason).toBe(reason);
    expect(network.nodeBytes(0), reason).toBe(before);
  }
  expect(node.held({ root: blob.headerRoot })).toEqual([]);
  // And the same header with its own rows is signed.
  expect((await node.disperse({ header, rows })).headerRoot).toEqual(blob.headerRoot);
});

test('unsigned and foreign submitters, garbage, and rows of others or of nobody are refused', async () => {
  const network = copyOf(base());
  const node = network.node(0);
  const foreign = encodeUnopened(base(), { payload, nonce: 1000n, key: random.bytes(32) });
  const changed = (change: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = Uint8Array.from(header);
    change(bytes);
    return bytes;
  };
  const cases: readonly [string, Uint8Array][] = [
    ['submitter_refused', encodeHeaderMessage(foreign.message)],
    ['signature_malformed', changed((bytes) => bytes.fill(0, HEADER_BYTES, HEADER_BYTES + 65))],
    ['submitter_mismatch', changed((bytes) => bytes.set(foreign.message.signature, HEADER_BYTES))],
    ['truncated', random.bytes(300)],
    ['truncated', header.subarray(0, header.length - 1)],
    ['trailing_bytes', Uint8Array.from([...header, 0])],
  ];
  for (const [reason, bytes] of cases) {
    expect(await reasonRejected(() => node.disperse({ header: bytes, rows })), reason).toBe(reason);
  }
  const foreignRows = rowsFor(base(), 1, blob).slice(0, rows.length);
  while (foreignRows.length < rows.length) foreignRows.push(foreignRows[0]!);
  expect(await reasonRejected(() => node.disperse({ header, rows: foreignRows }))).toBe(
    'rows_missing',
  );
  const altered = rows.map((row) =>
    Uint8Array.from(row, (byte, i) => (i === 40 ? byte ^ 1 : byte)),
  );
  expect(await reasonRejected(() => node.disperse({ header, rows: altered }))).toBe(
    'row_not_committed',
  );
  expect(node.held({ root: blob.headerRoot })).toEqual([]);
});

test('a message of the wrong types is refused with a code', async () => {
  const node = copyOf(base()).node(0);
  const root = blob.headerRoot;
  for (const wrong of [null, undefined, 'text', 1.5, -1, {}, [], [7]] as never[]) {
    expect(await codeRejected(() => node.disperse({ header: wrong }))).toBe('message_refused');
    if (wrong !== undefined) {
      expect(await codeRejected(() => node.disperse({ header, payload: wrong }))).toBe(
        'message_refused',
      );
    }
    expect(await codeRejected(() => node.disperse({ header, rows: rows.map(() => wrong) }))).toBe(
      'message_refused',
    );
    expect(codeThrown(() => node.header({ root: wrong }))).toBe('message_refused');
    expect(codeThrown(() => node.held({ root: wrong }))).toBe('message_refused');
    expect(codeThrown(() => node.rows({ root, rows: [wrong] }))).toBe('message_refused');
    const cell = { root, row: 0, cell: 0, peer: 'p' };
    for (const field of ['root', 'row', 'cell']) {
      const input = { ...cell, [field]: wrong };
      expect(await codeRejected(() => node.cell(input)), field).toBe('message_refused');
    }
  }
  expect(codeThrown(() => node.rows({ root, rows: Array<number>(1025).fill(0) }))).toBe(
    'message_refused',
  );
  const beyond = { root, row: 0, cell: CELLS_PER_ROW, peer: 'p' };
  expect(await codeRejected(() => node.cell(beyond))).toBe('message_refused');
});

test('one message costs one signature check, and a held blob none and no curve work at all', async () => {
  const { kernels, calls } = countingKernels();
  const network = copyOf(base());
  const node = network.node(0, kernels);
  recoveries.count = 0;
  const first = await node.disperse({ header, rows });
  expect(recoveries.count).toBe(1);
  expect(calls.checkCommitments).toBe(1);
  const before = { ...calls };
  const junk = Uint8Array.from(header).fill(0xff, HEADER_BYTES);
  for (const input of [{ header }, { header, rows }, { header, payload }, { header: junk, rows }]) {
    expect(await node.disperse(input)).toEqual(first);
  }
  expect(recoveries.count).toBe(1);
  expect(calls).toEqual(before);
  // Also after a restart, when nothing but the log remembers.
  node.close();
  const restarted = network.node(0, kernels);
  expect(await restarted.disperse({ header })).toEqual(first);
  expect(recoveries.count).toBe(1);
  expect(calls).toEqual({ ...before, publicKey: before.publicKey! + 1 });
});

test('a header is opened at most once, however often it comes without its rows', async () => {
  const { kernels, calls } = countingKernels();
  const node = copyOf(base()).node(0, kernels);
  recoveries.count = 0;
  for (let i = 0; i < 3; i++) {
    expect(await reasonRejected(() => node.disperse({ header }))).toBe('rows_missing');
  }
  expect(recoveries.count).toBe(0);
  expect(calls.checkCommitments).toBeUndefined();
  const junk = rows.map((row) => new Uint8Array(row.length));
  for (let i = 0; i < 3; i++) await codeRejected(() => node.disperse({ header, rows: junk }));
  expect(recoveries.count).toBe(1);
  expect(calls.checkCommitments).toBe(1);
  expect(calls.verifyRowOpening).toBe(1);
});

test('what is stored is the header message that was checked, not the one beside the rows', async () => {
  const node = copyOf(base()).node(0);
  const junkRows = rows.map((row) => new Uint8Array(row.length));
  await codeRejected(() => node.disperse({ header, rows: junkRows })); // opened
  const junk = Uint8Array.from(header).fill(0xff, HEADER_BYTES);
  await node.disperse({ header: junk, rows });
  expect(Buffer.compare(node.header({ root: blob.headerRoot }), header)).toBe(0);
});

test('a second header for a nonce is refused, also after a restart, and the proof is kept', async () => {
  const network = copyOf(base());
  const { chain } = base();
  const { domain, submitter } = chain.state;
  const node = network.node(0);
  expect(node.report.equivocations).toBe(0);
  await node.disperse({ header, rows });
  const second = encodeUnopened(base(), { payload: smallPayload, nonce: 1000n });
  const third = encodeUnopened(base(), { payload: random.bytes(40), nonce: 1000n });
  const send = (to: typeof node, { message }: EncodedBlob) =>
    codeRejected(() => to.disperse({ header: encodeHeaderMessage(message) }));
  // Nobody is framed by a header that its submitter did not sign.
  const { message } = second;
  const unsigned = { ...second, message: { ...message, signature: blob.message.signature } };
  expect(await send(node, unsigned)).toBe('submitter_mismatch');
  expect(node.equivocations()).toEqual([]);
  node.close();

  const restarted = network.node(0);
  expect(await send(restarted, second)).toBe('equivocation');
  const kept = network.nodeBytes(0);
  expect(await send(restarted, third)).toBe('equivocation');
  expect(network.nodeBytes(0)).toBe(kept);
  restarted.close();

  const again = network.node(0);
  expect(again.report.equivocations).toBe(1);
  const [proof, ...others] = again.equivocations();
  expect(others).toEqual([]);
  const evidence = decodeEvidence(proof!);
  expect(evidence.first.signature).toEqual(blob.message.signature);
  expect(evidence.second.signature).toEqual(second.message.signature);
  expect(isEquivocation(evidence, { domain, submitter: submitter.address })).toBe(true);
  expect(codeThrown(() => decodeEvidence(proof!.subarray(1)))).toBe('message_refused');
  expect(await again.disperse({ header })).toMatchObject({ headerRoot: blob.headerRoot });
});

test('a second header is refused and kept as proof also where the first one was never signed', async () => {
  const { domain, submitter } = base().chain.state;
  const node = copyOf(base()).node(0);
  const junk = rows.map((row) => new Uint8Array(row.length));
  await codeRejected(() => node.disperse({ header, rows: junk }));
  const second = encodeUnopened(base(), { payload: smallPayload, nonce: 1000n });
  const sent = { header: encodeHeaderMessage(second.message), payload: smallPayload };
  expect(await codeRejected(() => node.disperse(sent))).toBe('equivocation');
  const evidence = decodeEvidence(node.equivocations()[0]!);
  expect(isEquivocation(evidence, { domain, submitter: submitter.address })).toBe(true);
});

test('the proofs that a node keeps are bounded, and beyond them it still refuses', async () => {
  const network = copyOf(base());
  const { config } = network;
  network.node(0).close();
  const store = LogStore.open(nodeFolder(config.folder, 0), ROW_LOG);
  store.append(
    Array.from({ length: MAX_EQUIVOCATIONS }, (_, i) => ({
      ...equivocationKey({ submitter: config.submitter, nonce: BigInt(i) }),
      body: new Uint8Array(646),
    })),
  );
  store.close();
  const node = network.node(0);
  expect(node.report.equivocations).toBe(MAX_EQUIVOCATIONS);
  await node.disperse({ header, rows });
  const before = network.nodeBytes(0);
  const second = encodeUnopened(base(), { payload: smallPayload, nonce: 1000n });
  const sent = { header: encodeHeaderMessage(second.message), payload: smallPayload };
  expect(await codeRejected(() => node.disperse(sent))).toBe('equivocation');
  expect(network.nodeBytes(0)).toBe(before);
});

test('a peer gets a bounded number of cell proofs of a blob; kept ones are free, others go on', async () => {
  let computed = 0;
  const fake: Kzg = {
    ...base().kzg,
    computeCellProof: () => {
      computed++;
      return { cell: new Uint8Array(2048), proof: new Uint8Array(48) };
    },
  };
  const kernels: Kernels = {
    ...createKernels(),
    bls: async () => base().bls,
    kzg: async () => fake,
  };
  const node = copyOf(base()).node(0, kernels);
  const root = small.headerRoot;
  await node.disperse({ header: encodeHeaderMessage(small.message), payload: smallPayload });
  const held = node.held({ root });
  expect(held.length * CELLS_PER_ROW).toBeGreaterThan(MAX_PROOFS_PER_PEER);
  const ask = (index: number, peer: string) =>
    node.cell({ root, row: held[index >> 7]!, cell: index & 127, peer });
  for (let index = 0; index < MAX_PROOFS_PER_PEER; index++) await ask(index, 'greedy');
  expect(computed).toBe(MAX_PROOFS_PER_PEER);
  expect(await reasonRejected(() => ask(MAX_PROOFS_PER_PEER, 'greedy'))).toBe('quota_used');
  await ask(MAX_PROOFS_PER_PEER - 1, 'greedy');
  expect(computed).toBe(MAX_PROOFS_PER_PEER);
  await ask(MAX_PROOFS_PER_PEER, 'modest');
  expect(computed).toBe(MAX_PROOFS_PER_PEER + 1);
});
