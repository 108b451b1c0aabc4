/**
 * Dispersal of a 32 MiB blob (profile eip7594: 256 rows of 4,096 elements of 31 bytes, extended to
 * 1,024) in its parts: commit, extend, one opening (evaluations of all rows included), row hashes;
 * and as a whole through `encodeBlob`. Beside it native libraries doing plain commitments, and doing
 * cells and proofs, the work that an EIP-7594 blob producer does for as many bytes.
 *
 * Commitments, and cells and proofs, cost the same per row, so they are measured on a sample of rows;
 * `bytes` is what the sample carries, except where a row says that its sample is scaled to all rows.
 * With --quick the matrix has 8 rows extended to 32.
 */
import {
  EIP7594,
  type EncodedBlob,
  encodeBlob,
  geometry,
  MAX_BLOB_BYTES,
  type Profile,
} from '@barycenter/da-sampling';
import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { packPayload } from '../../packages/da-sampling/src/payload.ts';
import { buildRowTree } from '../../packages/da-sampling/src/rows.ts';
import { benchCommittee, SUBMITTER_KEY } from '../src/da-committee.ts';
import { payloadRows } from '../src/inputs.ts';
import { PROCESS_CLOCK } from '../src/measure.ts';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import { kzgPeer } from '../src/peers/all.ts';

const ROWS = 256;
const QUICK_ROWS = 8;
const EXTENSION = 4;
const BYTES_PER_ROW = 4096 * 31;
const SAMPLED_ROWS = 8;
/** Of the native libraries' cells and proofs, which need 80 to 90 s for all rows. */
const SCALED_ROWS = 8;

type Rows = Uint8Array[];
type When = { readonly slow: true } | { readonly quickOnly: true };

/** A library's own work on each row as a blob, one after the other. */
function native(
  name: 'c-kzg' | 'node-eth-kzg',
  work: 'blobToKzgCommitment' | 'computeCellsAndKzgProofs',
): Contender<Rows> {
  return async (rows) => {
    const peer = await kzgPeer(name);
    const calls = rows.map((row) => peer?.bind(work, [row]));
    return (
      peer && {
        run: () => calls.map((call) => call!.run()),
        read: (results) => (results as unknown[]).map((result) => calls[0]!.read!(result)),
      }
    );
  };
}

const commitRows: Operation = operation<Rows>({
  name: `da::commitRows/rows=${SAMPLED_ROWS}`,
  table: 'dispersal',
  must: [],
  bytes: SAMPLED_ROWS * BYTES_PER_ROW,
  input: async () => payloadRows(SAMPLED_ROWS),
  contenders: {
    ours: async (rows, bench) => {
      const kzg = await bench.kzg();
      return { run: () => rows.map((row) => kzg.commitRow(row)) };
    },
    'c-kzg': native('c-kzg', 'blobToKzgCommitment'),
    'node-eth-kzg': native('node-eth-kzg', 'blobToKzgCommitment'),
  },
});

const cellsAndProofs: Operation = operation<Rows>({
  name: 'da::cellsAndProofs/rows=2',
  table: 'dispersal',
  must: [],
  bytes: 2 * BYTES_PER_ROW,
  minRounds: 3,
  slow: true,
  input: async () => payloadRows(2),
  contenders: {
    ours: async (rows, bench) => {
      const kzg = await bench.kzg();
      return { run: () => rows.map((row) => kzg.computeCellsAndKzgProofs(row)) };
    },
    'c-kzg': native('c-kzg', 'computeCellsAndKzgProofs'),
    'node-eth-kzg': native('node-eth-kzg', 'computeCellsAndKzgProofs'),
  },
});

/** The parts that only this design has; measured alone. */
function parts(rowCount: number, when: When): Operation[] {
  const common = {
    ...when,
    table: 'dispersal' as const,
    must: [],
    minRounds: 3,
    bytes: rowCount * BYTES_PER_ROW,
  };
  const keys = `rows=${rowCount} coded=${EXTENSION * rowCount}`;
  return [
    operation<Rows>({
      ...common,
      name: `da::extendRows/${keys}`,
      input: async () => payloadRows(rowCount),
      contenders: {
        ours: async (rows, bench) => {
          const kzg = await bench.kzg();
          return { run: () => kzg.extendRows(rows, { rowCount: EXTENSION * rowCount }) };
        },
      },
    }),
    operation<Rows>({
      ...common,
      name: `da::openRows/rows=${rowCount}`,
      input: async () => payloadRows(rowCount),
      contenders: {
        ours: async (rows, bench) => {
          const kzg = await bench.kzg();
          const random = seededRandom(rowCount);
          const z = random.bigint(FIELD_MODULUS);
          const powers = rows.map(() => random.bigint(FIELD_MODULUS));
          return {
            run: () => {
              const weights = kzg.evaluationWeights(z, 4096);
              const values = rows.map((row) => kzg.evaluateRow(row, weights));
              const { proof } = kzg.openRow(kzg.combineRows(rows, powers), z);
              return [proof, ...values.map((y) => scalarToBytes(y))];
            },
          };
        },
      },
    }),
    operation<Rows>({
      ...common,
      name: `da::hashRows/${keys}`,
      input: async () => payloadRows(rowCount),
      contenders: {
        ours: async (rows) => {
          const coded = Array.from({ length: EXTENSION }, () => rows).flat();
          return { run: () => buildRowTree(coded) };
        },
      },
    }),
  ];
}

/**
 * Payload to header through the package's own function. Beside it the commitments to as many full rows
 * alone, by our kzg and natively: the rows are full where the payload fills the matrix.
 */
function whole(bytes: number, { profile, ...when }: When & { profile: Profile }): Operation {
  const { k, c } = geometry(profile, bytes);
  const isFull = k * c * 31 === bytes && c === 4096;
  const rowsOf = (payload: Uint8Array): Uint8Array[] => packPayload(payload, { k, n: k, c });
  const plain: Record<string, Contender<Uint8Array>> = {
    'ours, 256 commitments': async (payload, bench) => {
      const kzg = await bench.kzg();
      const rows = rowsOf(payload);
      return { run: () => rows.map((row) => kzg.blobToKzgCommitment(row)) };
    },
    'c-kzg, 256 commitments': async (payload, bench) =>
      native('c-kzg', 'blobToKzgCommitment')(rowsOf(payload), bench),
  };
  return operation<Uint8Array>({
    name: `da::encodeBlob/bytes=${bytes}`,
    table: bytes === MAX_BLOB_BYTES ? 'da' : 'dispersal',
    must:
      bytes === MAX_BLOB_BYTES
        ? [
            { rule: 'within', peer: 'ours, 256 commitments', bound: 1.15 },
            { rule: 'faster', peer: 'c-kzg, 256 commitments', bound: 1 },
          ]
        : [],
    ...when,
    bytes,
    minRounds: isFull ? 5 : 1,
    input: async () => seededRandom(bytes).bytes(bytes),
    contenders: {
      ours: encodes(profile),
      ...(isFull ? plain : {}),
    },
  });
}

function encodes(profile: Profile): Contender<Uint8Array> {
  return async (payload, bench) => {
    const kzg = await bench.kzg();
    const { domain, committee } = benchCommittee(await bench.bls(), profile);
    const options = { kzg, profile, domain, committee, nonce: 1n, submitterKey: SUBMITTER_KEY };
    return {
      run: () => encodeBlob(payload, options),
      read: (blob) => (blob as EncodedBlob).message.commitments,
    };
  };
}

/** The whole dispersal beside the cells and proofs of as many blobs, as EIP-7594 disperses them. */
const besideCells: Operation = operation<Uint8Array>({
  name: `da::encodeBlob/bytes=${MAX_BLOB_BYTES} beside=cellsAndProofs scaledFrom=${SCALED_ROWS}of${ROWS}`,
  table: 'da',
  must: [
    { rule: 'faster', peer: 'c-kzg', bound: 4.5 },
    { rule: 'faster', peer: 'node-eth-kzg', bound: 4.5 },
  ],
  slow: true,
  bytes: MAX_BLOB_BYTES,
  minRounds: 3,
  input: async () => seededRandom(MAX_BLOB_BYTES).bytes(MAX_BLOB_BYTES),
  contenders: {
    ours: encodes(EIP7594),
    'c-kzg': scaledCells('c-kzg'),
    'node-eth-kzg': scaledCells('node-eth-kzg'),
  },
});

/** Cells and proofs of some of the payload's rows, a different part in each sample; times for all. */
function scaledCells(name: 'c-kzg' | 'node-eth-kzg'): Contender<Uint8Array> {
  return async (payload) => {
    const peer = await kzgPeer(name);
    if (peer === undefined) return undefined;
    const rows = packPayload(payload, { k: ROWS, n: ROWS, c: 4096 });
    let taken = 0;
    return {
      sample: async () => {
        const calls = Array.from({ length: SCALED_ROWS }, (_, i) =>
          peer.bind('computeCellsAndKzgProofs', [rows[(taken + i) % ROWS]!]),
        );
        taken += SCALED_ROWS;
        const cpu = PROCESS_CLOCK.cpuMs();
        const wall = PROCESS_CLOCK.wallMs();
        for (const call of calls) call.run();
        return {
          cpuMs: ((PROCESS_CLOCK.cpuMs() - cpu) * ROWS) / SCALED_ROWS,
          wallMs: ((PROCESS_CLOCK.wallMs() - wall) * ROWS) / SCALED_ROWS,
          result: true,
        };
      },
    };
  };
}

/** The quick profile: a 32nd of the real one. */
const SMALL: Profile = {
  name: 'bench-small',
  id: 250,
  rowCount: EXTENSION * QUICK_ROWS,
  thresholdRows: 23,
  dataRowSteps: [{ maxElements: QUICK_ROWS * 4096, dataRows: QUICK_ROWS }],
};

export const dispersal: readonly Operation[] = [
  commitRows,
  cellsAndProofs,
  ...parts(QUICK_ROWS, { quickOnly: true }),
  ...parts(ROWS, { slow: true }),
  whole(QUICK_ROWS * BYTES_PER_ROW, { quickOnly: true, profile: SMALL }),
  whole(2 ** 20, { slow: true, profile: EIP7594 }),
  whole(MAX_BLOB_BYTES, { slow: true, profile: EIP7594 }),
  besideCells,
];
