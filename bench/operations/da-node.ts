/**
 * What a node does with a 32 MiB blob (profile eip7594): open the header, once per blob; verify rows of
 * 128 KiB, each; and both together for 64 rows beside native libraries that verify the same bytes as
 * EIP-7594 cells, which is what a node without this check does.
 *
 * Reading and repair are measured alone: nobody else has them.
 */
import {
  type CheckedHeader,
  checkHeader,
  EIP7594,
  type EncodedBlob,
  encodeBlob,
  type HeaderPolicy,
  MAX_BLOB_BYTES,
  RowVerifier,
  recoverBlob,
  repairRows,
  type VerifiedRow,
} from '@barycenter/da-sampling';
import type { Kzg } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { benchCommittee, SUBMITTER_KEY } from '../src/da-committee.ts';
import { blobCells } from '../src/inputs.ts';
import { type Bench, type Contender, type Operation, operation } from '../src/operation.ts';
import { kzgPeer } from '../src/peers/all.ts';

const ROWS = 64;
const ROW_BYTES = 4096 * 31;

/** A dispersed blob and what its header is judged by. */
interface Dispersed {
  readonly kzg: Kzg;
  readonly blob: EncodedBlob;
  readonly policy: HeaderPolicy & { readonly kzg: Kzg };
  readonly header: CheckedHeader;
}

let dispersed: Promise<Dispersed> | undefined;

/** The blob of all rows here, encoded once per process. */
export function disperse(bench: Bench): Promise<Dispersed> {
  dispersed ??= (async () => {
    const kzg = await bench.kzg();
    const { domain, committee } = benchCommittee(await bench.bls(), EIP7594);
    const payload = seededRandom(MAX_BLOB_BYTES).bytes(MAX_BLOB_BYTES);
    const blob = encodeBlob(payload, {
      kzg,
      profile: EIP7594,
      domain,
      committee,
      nonce: 0n,
      submitterKey: SUBMITTER_KEY,
    });
    const policy = { kzg, domain, committeeOf: () => committee };
    return { kzg, blob, policy, header: checkHeader(blob.message, policy) };
  })();
  return dispersed;
}

/** Coded rows spread over the whole matrix. */
export function someRows(
  { blob }: Dispersed,
  count: number,
): ReturnType<EncodedBlob['rowMessage']>[] {
  return Array.from({ length: count }, (_, i) => blob.rowMessage(((1024 / count) * i + 3) | 0));
}

function verifyAll(
  messages: ReturnType<EncodedBlob['rowMessage']>[],
  context: { readonly kzg: Kzg; readonly header: CheckedHeader },
): VerifiedRow[] {
  const verifier = new RowVerifier(context);
  return messages.map((message) => verifier.add(message));
}

const common = { table: 'da' as const, slow: true, minRounds: 3, input: async () => undefined };

/** Native verification of 64 rows as 64 x 64 cells. */
function nativeCells(name: 'c-kzg' | 'node-eth-kzg'): Contender<undefined> {
  return async (_, bench) => {
    const peer = await kzgPeer(name);
    if (peer === undefined) return undefined;
    const blobs = await blobCells(ROWS, bench);
    const places = blobs.flatMap((blob) =>
      Array.from({ length: 64 }, (_cell, index) => ({ blob, index })),
    );
    return peer.bind('verifyCellKzgProofBatch', [
      places.map(({ blob }) => blob.commitment),
      places.map(({ index }) => index),
      places.map(({ blob, index }) => blob.cells[index]!),
      places.map(({ blob, index }) => blob.proofs[index]!),
    ]);
  };
}

export const nodeChecks: readonly Operation[] = [
  operation<undefined>({
    ...common,
    name: 'da::checkHeader/rows=256',
    must: [{ rule: 'below', bound: 120 }],
    contenders: {
      ours: async (_, bench) => {
        const { blob, policy } = await disperse(bench);
        return { run: () => checkHeader(blob.message, policy).headerRoot };
      },
    },
  }),
  operation<undefined>({
    ...common,
    name: `da::verifyRows/rows=${ROWS}`,
    must: [{ rule: 'below', bound: 0.2 * ROWS }],
    bytes: ROWS * ROW_BYTES,
    contenders: {
      ours: async (_, bench) => {
        const context = await disperse(bench);
        const messages = someRows(context, ROWS);
        return { run: () => verifyAll(messages, context), read: () => true };
      },
    },
  }),
  operation<undefined>({
    ...common,
    name: `da::nodeCheck/rows=${ROWS}`,
    must: [
      { rule: 'faster', peer: 'c-kzg', bound: 4 },
      { rule: 'faster', peer: 'node-eth-kzg', bound: 4 },
    ],
    bytes: ROWS * ROW_BYTES,
    contenders: {
      ours: async (_, bench) => {
        const context = await disperse(bench);
        const { kzg, blob, policy } = context;
        const messages = someRows(context, ROWS);
        return {
          run: () => verifyAll(messages, { kzg, header: checkHeader(blob.message, policy) }),
          read: () => true,
        };
      },
      'c-kzg': nativeCells('c-kzg'),
      'node-eth-kzg': nativeCells('node-eth-kzg'),
    },
  }),
  operation<undefined>({
    ...common,
    name: 'da::recoverBlob/rows=256',
    must: [],
    bytes: MAX_BLOB_BYTES,
    contenders: {
      ours: async (_, bench) => {
        const context = await disperse(bench);
        const rows = verifyAll(someRows(context, 256), context);
        return {
          run: () => recoverBlob(rows, context),
          read: (outcome) => (outcome as { status: string }).status,
        };
      },
    },
  }),
  operation<undefined>({
    ...common,
    name: 'da::repairRows/lost=1',
    must: [],
    contenders: {
      ours: async (_, bench) => {
        const context = await disperse(bench);
        const rows = verifyAll(someRows(context, 256), context);
        return { run: () => repairRows(rows, { ...context, wanted: [0] }), read: () => true };
      },
    },
  }),
];
