/**
 * What a light client must ask for (da-review.md §2): bytes for a confidence, the test that tolerates
 * silent holders, and how many clients servers can fool that see the queries.
 *
 * Notation: n rows, any k of which decode; 128 cells per row, any 64 of which decode; phi the least
 * share of cells whose loss is fatal; s samples.
 */
import { CELL_BYTES, CELL_PROOF_BYTES } from './cells.ts';
import { CELLS_PER_ROW } from './samples.ts';
import { MAX_SAMPLES, undecodableShare } from './security.ts';
import { binomialTailLog2, chooseLog2, type Share } from './tails.ts';

/** Bytes of one commitment; a client needs all k to derive those of the sampled rows. */
const COMMITMENT_BYTES = 48;

/** Rows of the matrix: any k of n. */
type Shape = { readonly k: number; readonly n: number };

/** Bytes that `samples` cells cost: cells, their proofs, and the k commitments. */
export function sampleBytes(shape: Shape, samples: number): number {
  return samples * (CELL_BYTES + CELL_PROOF_BYTES) + shape.k * COMMITMENT_BYTES;
}

/** Bytes of rebuilding one unanswered cell from k cells of its column. */
export function repairBytes(shape: Shape): number {
  return shape.k * (CELL_BYTES + CELL_PROOF_BYTES);
}

/** Ask for `samples` cells and accept if at most `unanswered` of them get no answer. */
export type TolerantTest = { readonly samples: number; readonly unanswered: number };

/**
 * The smallest test, for clients that will not repair columns, that accepts an undecodable matrix with
 * probability at most 2^-bits, and rejects a decodable one of which `silentShare` of the cells get no
 * answer with probability at most 2^-rejectionBits. RangeError if no test of MAX_SAMPLES does.
 * O(MAX_SAMPLES^2) at worst; less than a second.
 */
export function tolerantTest(
  shape: Shape,
  options: { readonly bits: number; readonly rejectionBits: number; readonly silentShare: Share },
): TolerantTest {
  const { bits, rejectionBits, silentShare } = options;
  const answered = complement(undecodableCells(shape));
  let unanswered = 0;
  for (let samples = 1; samples <= MAX_SAMPLES; samples++) {
    // Both conditions move one way in `unanswered`, and the least that silence needs only grows.
    const rejects = (most: number) =>
      binomialTailLog2(samples, { share: silentShare, from: most + 1 }) > -rejectionBits;
    while (rejects(unanswered)) unanswered++;
    const accepted = binomialTailLog2(samples, { share: answered, from: samples - unanswered });
    if (accepted <= -bits) return { samples, unanswered };
  }
  throw new RangeError(`silentShare: no test of at most ${MAX_SAMPLES} samples separates it`);
}

/**
 * Servers that see the queries can answer some clients fully and still withhold an undecodable set.
 * Except with probability 2^-bits, fewer than this many of `clients` clients with `samples` cells
 * each are fooled: union bound over all sets of the size of a minimal undecodable one,
 * C(128 n, W) C(clients, m) (1 - phi)^(samples m) <= 2^-bits. `clients` if the bound says nothing.
 * O(128 n + m).
 */
export function fooledClients(
  shape: Shape,
  options: { readonly clients: number; readonly samples: number; readonly bits: number },
): number {
  const { clients, samples, bits } = options;
  const { numerator, denominator } = undecodableCells(shape);
  const sets = chooseLog2(Number(denominator), Number(numerator));
  const passes = samples * Math.log2(1 - undecodableShare(shape));
  let groups = 0; // log2 C(clients, m)
  for (let m = 1; m <= clients; m++) {
    groups += Math.log2((clients - m + 1) / m);
    if (sets + groups + m * passes <= -bits) return m;
  }
  return clients;
}

/**
 * How many clients of `samples` cells must pool what they received before the expected number of
 * distinct cells leaves less than an undecodable set missing: 128 n (1 - 1/(128 n))^(samples m) < W.
 */
export function clientsToDecode(shape: Shape, samples: number): number {
  const cells = CELLS_PER_ROW * shape.n;
  return Math.ceil(Math.log(undecodableShare(shape)) / (samples * Math.log1p(-1 / cells)));
}

/** phi as a fraction of cell counts: W = 65 (n - k + 1) of 128 n. */
function undecodableCells(shape: Shape): Share {
  const rows = BigInt(shape.n - shape.k + 1);
  return { numerator: 65n * rows, denominator: BigInt(CELLS_PER_ROW * shape.n) };
}

function complement({ numerator, denominator }: Share): Share {
  return { numerator: denominator - numerator, denominator };
}
