/**
 * What a light client at 2^-40 asks for and receives, by profile: one real run each, at the smallest
 * payload that has all of the profile's data rows (cells are 2 KiB whatever the payload). Bounds are the
 * table of da-review.md §2: samples of 2,048 + 48 bytes, and 48 bytes for each of k commitments.
 */
import {
  checkHeader,
  EIP7594,
  encodeBlob,
  encodeHeaderMessage,
  geometry,
  LightClient,
  type Profile,
  RowVerifier,
  STRONG,
  serveCell,
  ZG,
} from '@barycenter/da-sampling';
import { seededRandom } from '@barycenter/testing';
import { counted } from '../src/counted.ts';
import { benchCommittee, SUBMITTER_KEY } from '../src/da-committee.ts';
import type { Must } from '../src/must.ts';
import { type Bench, type Operation, operation } from '../src/operation.ts';

const BITS = 40;
const BYTES_PER_SAMPLE = 2048 + 48;
const BYTES_PER_COMMITMENT = 48;

/** da-review.md §2: samples at 2^-40, and k. */
const REVIEWED = [
  { profile: EIP7594, samples: 58, k: 256 },
  { profile: STRONG, samples: 58, k: 512 },
  { profile: ZG, samples: 68, k: 1024 },
] as const;

/** One run. */
interface Received {
  readonly cells: number;
  /** Cells, their proofs and the commitments. */
  readonly bytes: number;
  /** Cells, their proofs and the header message: commitments, evaluations, core, opening, signature. */
  readonly bytesWithHeader: number;
}

const runs = new Map<Profile, Promise<Received>>();

/** A blob in the hands of one node, sampled until it is known to be available. */
async function sample(profile: Profile, bench: Bench): Promise<Received> {
  const kzg = await bench.kzg();
  const { domain, committee } = benchCommittee(await bench.bls(), profile);
  const signed = { domain, committee, nonce: 0n, submitterKey: SUBMITTER_KEY };
  const payload = seededRandom(profile.id).bytes(leastFullPayload(profile));
  const blob = encodeBlob(payload, { kzg, profile, ...signed });
  const header = checkHeader(blob.message, { kzg, domain, committeeOf: () => committee });
  const verifier = new RowVerifier({ kzg, header });
  const node = {
    id: 'node',
    rows: async () => Array.from({ length: profile.rowCount }, (_, row) => row),
    cell: async ({ row, cellIndex }: { row: number; cellIndex: number }) =>
      serveCell(verifier.add(blob.rowMessage(row)), cellIndex, { kzg }),
  };
  const store = { load: async () => undefined, save: async () => undefined };
  const random = seededRandom(BITS);
  const report = await new LightClient({
    kzg,
    header,
    targetBits: BITS,
    random: (size) => random.bytes(size),
    store,
    sources: [node],
  }).sample();
  if (report.status !== 'available' || report.bits < BITS) throw new Error('not sampled');
  const { commitments } = blob.message;
  return {
    cells: report.samples,
    bytes: report.bytes + commitments.reduce((sum, { length }) => sum + length, 0),
    bytesWithHeader: report.bytes + encodeHeaderMessage(blob.message).length,
  };
}

/** One element more than the profile's small-blob rule takes with fewer rows. */
function leastFullPayload(profile: Profile): number {
  const steps = profile.dataRowSteps;
  const bytes = 31 * (steps[steps.length - 2]!.maxElements + 1);
  if (geometry(profile, bytes).k !== steps[steps.length - 1]!.dataRows) throw new Error('not full');
  return bytes;
}

function row(
  profile: Profile,
  options: {
    readonly what: string;
    readonly figure: keyof Received;
    readonly must: readonly Must[];
  },
): Operation {
  const { what, figure, must } = options;
  return operation<undefined>({
    name: `da::${what}/profile=${profile.name} bits=${BITS}`,
    table: 'da-figures',
    unit: figure === 'cells' ? 'cells' : 'bytes',
    must,
    slow: true,
    minRounds: 1,
    input: async () => undefined,
    contenders: {
      ours: async (_, bench) => {
        const run = runs.get(profile) ?? sample(profile, bench);
        runs.set(profile, run);
        const received = await run;
        return counted(() => received[figure]);
      },
    },
  });
}

export const lightClients: readonly Operation[] = REVIEWED.flatMap(({ profile, samples, k }) => [
  row(profile, {
    what: 'sampledCells',
    figure: 'cells',
    must: [{ rule: 'atMost', bound: samples }],
  }),
  row(profile, {
    what: 'sampledBytes',
    figure: 'bytes',
    must: [{ rule: 'atMost', bound: samples * BYTES_PER_SAMPLE + k * BYTES_PER_COMMITMENT }],
  }),
  row(profile, { what: 'sampledBytesWithHeader', figure: 'bytesWithHeader', must: [] }),
]);
