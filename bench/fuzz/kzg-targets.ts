/** The functions of EIP-4844 and EIP-7594 against native c-kzg and node-eth-kzg. */
import { createHash } from 'node:crypto';
import { FIELD_MODULUS } from '@barycenter/kzg';
import type { KzgPeer } from '../src/peers/kzg.ts';
import { bigEndian } from './curve-points.ts';
import { changedBlob, element, pick, scalar } from './hostile.ts';
import {
  anyBlob,
  anyPoint,
  blobBatch,
  blobTriple,
  cellBatch,
  maybeHostile,
  opening,
  recovery,
} from './kzg-cases.ts';
import { kzgRivals } from './rivals.ts';
import { type Target, target } from './target.ts';

type Bytes = Uint8Array;

const ELEMENT_SIZE = 32;
const CELLS = 128;
/** All of them, for the peers that are installed here. */
export function kzgTargets(peers: readonly KzgPeer[]): Target[] {
  return [
    target<[blob: Bytes]>({
      name: 'kzg::blobToKzgCommitment',
      kind: 'commitment',
      generate: (random, pool) => {
        const { what, blob } = anyBlob(random, pool);
        return { what, arguments: [blob] };
      },
      ours: ({ kzg }, args) => kzg.blobToKzgCommitment(...args),
      rivals: kzgRivals(peers, 'blobToKzgCommitment'),
    }),
    target<[blob: Bytes, z: Bytes]>({
      name: 'kzg::computeKzgProof',
      kind: 'commitment',
      generate: (random, pool) => {
        const { what, blob } = anyBlob(random, pool);
        const z = anyPoint(random, pool);
        return { what: `${what}, z ${z.what}`, arguments: [blob, z.bytes] };
      },
      ours: ({ kzg }, args) => kzg.computeKzgProof(...args),
      rivals: kzgRivals(peers, 'computeKzgProof'),
    }),
    target<[blob: Bytes, commitment: Bytes]>({
      name: 'kzg::computeBlobKzgProof',
      kind: 'commitment',
      generate: (random, pool) => {
        const { what, blob } = anyBlob(random, pool);
        const commitment = maybeHostile(random, pick(random, pool.blobs).commitment);
        return {
          what: `${what}, commitment ${commitment.what}`,
          arguments: [blob, commitment.bytes],
        };
      },
      ours: ({ kzg }, args) => kzg.computeBlobKzgProof(...args),
      rivals: kzgRivals(peers, 'computeBlobKzgProof'),
    }),
    target<[commitment: Bytes, z: Bytes, y: Bytes, proof: Bytes]>({
      name: 'kzg::verifyKzgProof',
      kind: 'verifier',
      generate: opening,
      ours: ({ kzg }, args) => kzg.verifyKzgProof(...args),
      rivals: kzgRivals(peers, 'verifyKzgProof'),
    }),
    target<[blob: Bytes, commitment: Bytes, proof: Bytes]>({
      name: 'kzg::verifyBlobKzgProof',
      kind: 'verifier',
      generate: (random, pool) => {
        const { what, triple } = blobTriple(random, pool);
        return { what, arguments: triple };
      },
      ours: ({ kzg }, args) => kzg.verifyBlobKzgProof(...args),
      rivals: kzgRivals(peers, 'verifyBlobKzgProof'),
    }),
    target<[blobs: Bytes[], commitments: Bytes[], proofs: Bytes[]]>({
      name: 'kzg::verifyBlobKzgProofBatch',
      kind: 'verifier',
      generate: blobBatch,
      ours: ({ kzg }, args) => kzg.verifyBlobKzgProofBatch(...args),
      rivals: kzgRivals(peers, 'verifyBlobKzgProofBatch'),
    }),
    target<[blob: Bytes]>({
      name: 'kzg::computeCells',
      kind: 'commitment',
      generate: (random, pool) => {
        const { what, blob } = anyBlob(random, pool);
        return { what, arguments: [blob] };
      },
      ours: ({ kzg }, args) => kzg.computeCells(...args),
      rivals: kzgRivals(peers, 'computeCells'),
    }),
    target<[blob: Bytes]>({
      name: 'kzg::computeCellsAndKzgProofs',
      kind: 'cells',
      generate: (random, pool) => {
        const { what, blob } = anyBlob(random, pool);
        return { what, arguments: [blob] };
      },
      ours: ({ kzg }, args) => kzg.computeCellsAndKzgProofs(...args),
      rivals: kzgRivals(peers, 'computeCellsAndKzgProofs'),
    }),
    target<[indices: number[], cells: Bytes[]]>({
      name: 'kzg::recoverCellsAndKzgProofs',
      kind: 'cells',
      generate: recovery,
      ours: ({ kzg }, args) => kzg.recoverCellsAndKzgProofs(...args),
      rivals: kzgRivals(peers, 'recoverCellsAndKzgProofs', {
        // c-kzg 4.1.0 takes indices in any order, which the specification does not allow, and more
        // than 64 cells that lie on no polynomial.
        'c-kzg': (_, ours) =>
          !ours.accepted && (ours.code === 'index_order' || ours.code === 'cells_inconsistent'),
        'node-eth-kzg': ([indices], ours) => wraps(indices) && !ours.accepted,
      }),
    }),
    target<[commitments: Bytes[], indices: number[], cells: Bytes[], proofs: Bytes[]]>({
      name: 'kzg::verifyCellKzgProofBatch',
      kind: 'verifier',
      generate: cellBatch,
      ours: ({ kzg }, args) => kzg.verifyCellKzgProofBatch(...args),
      rivals: kzgRivals(peers, 'verifyCellKzgProofBatch', {
        'node-eth-kzg': ([, indices], ours) => wraps(indices) && !ours.accepted,
      }),
    }),
    target<[blob: Bytes, commitment: Bytes]>({
      name: 'kzg::computeChallenge',
      kind: 'commitment',
      generate: (random, pool) => ({
        what: 'random',
        arguments: [changedBlob(random, pick(random, pool.blobs).blob).bytes, random.bytes(48)],
      }),
      ours: ({ kzg }, args) => kzg.computeChallenge(...args),
      rivals: { 'node:crypto': { run: ([blob, commitment]) => challenge(blob, commitment) } },
    }),
    target<CellChallenge>({
      name: 'kzg::computeVerifyCellKzgProofBatchChallenge',
      kind: 'commitment',
      generate: (random) => {
        const distinct = 1 + random.integer(3);
        const count = random.integer(4);
        const each = <Item>(make: () => Item): Item[] => Array.from({ length: count }, make);
        return {
          what: `${count} cells`,
          arguments: [
            Array.from({ length: distinct }, () => random.bytes(48)),
            each(() => random.integer(distinct)),
            each(() => random.integer(CELLS)),
            each(() => Array.from({ length: 64 }, () => element(scalar(random)))),
            each(() => random.bytes(48)),
          ],
        };
      },
      ours: ({ kzg }, args) => kzg.computeVerifyCellKzgProofBatchChallenge(...args),
      rivals: { 'node:crypto': { run: cellChallenge } },
    }),
  ];
}

/** node-eth-kzg reads an index of 2^32 and more modulo 2^32; we refuse it. */
export function wraps(indices: readonly number[]): boolean {
  return indices.some((index) => index >= 2 ** 32);
}

type CellChallenge = [
  commitments: Bytes[],
  commitmentIndices: number[],
  cellIndices: number[],
  cosetsEvals: Bytes[][],
  proofs: Bytes[],
];

/**
 * compute_verify_cell_kzg_proof_batch_challenge.
 * consensus-specs fulu/polynomial-commitments-sampling.md.
 */
function cellChallenge(args: CellChallenge): Bytes {
  const [commitments, commitmentIndices, cellIndices, cosetsEvals, proofs] = args;
  const hash = createHash('sha256').update('RCKZGCBATCH__V1_');
  const number = (value: number): void => {
    hash.update(bigEndian(BigInt(value)).slice(40));
  };
  number(4096);
  number(64);
  number(commitments.length);
  number(cellIndices.length);
  for (const commitment of commitments) hash.update(commitment);
  for (const [k, evals] of cosetsEvals.entries()) {
    number(commitmentIndices[k]!);
    number(cellIndices[k]!);
    for (const value of evals) hash.update(value);
    hash.update(proofs[k]!);
  }
  return element(BigInt(`0x${hash.digest('hex')}`) % FIELD_MODULUS);
}

/** compute_challenge. consensus-specs deneb/polynomial-commitments.md. */
function challenge(blob: Bytes, commitment: Bytes): Bytes {
  if (blob.length !== 4096 * ELEMENT_SIZE) throw new Error('blob length');
  for (let at = 0; at < blob.length; at += ELEMENT_SIZE) {
    const hex = Buffer.from(blob.subarray(at, at + ELEMENT_SIZE)).toString('hex');
    if (BigInt(`0x${hex}`) >= FIELD_MODULUS) throw new Error('not canonical');
  }
  const degree = new Uint8Array(16);
  degree[14] = 4096 >> 8;
  const digest = createHash('sha256')
    .update('FSBLOBVERIFY_V1_')
    .update(degree)
    .update(blob)
    .update(commitment)
    .digest('hex');
  return element(BigInt(`0x${digest}`) % FIELD_MODULUS);
}
