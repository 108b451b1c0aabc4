/**
 * Deterministic inputs. Commitments and proofs are made by native c-kzg where it is installed, so
 * that inputs cost little with a slow back end; they are compared with ours before every timing.
 */

import { FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { normalizeZ } from '@noble/curves/abstract/curve.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import type { Bench } from './operation.ts';
import { kzgPeer } from './peers/all.ts';
import { type KzgPeer, ourKzg } from './peers/kzg.ts';
import type { Terms } from './peers/msm.ts';

/** A blob with its commitment and proof. */
export interface CommittedBlob {
  readonly blob: Uint8Array;
  readonly commitment: Uint8Array;
  readonly proof: Uint8Array;
}

/** A blob with all its cells and their proofs. */
export interface BlobCells {
  readonly commitment: Uint8Array;
  readonly cells: readonly Uint8Array[];
  readonly proofs: readonly Uint8Array[];
}

/** The arguments of verifyKzgProof. */
export interface Opening {
  readonly commitment: Uint8Array;
  readonly z: Uint8Array;
  readonly y: Uint8Array;
  readonly proof: Uint8Array;
}

const SEED = 1;
const OPENING_SEED = 77;
const ELEMENTS_PER_BLOB = 4096;
const ELEMENT_SIZE = 32;

const blobs: CommittedBlob[] = [];
const cells: BlobCells[] = [];

/** A blob of random field elements; the seed is the blob's number. */
export function randomBlob(number: number): Uint8Array<ArrayBuffer> {
  return randomElements(ELEMENTS_PER_BLOB, SEED + number);
}

/** `count` random field elements, 32 bytes each. */
export function randomElements(count: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const out = new Uint8Array(count * ELEMENT_SIZE);
  for (let i = 0; i < count; i++) {
    out.set(scalarToBytes(random.bigint(FIELD_MODULUS)), i * ELEMENT_SIZE);
  }
  return out;
}

/** Full rows of elements below 2^248, as a payload packs them. */
export function payloadRows(count: number): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, (_, i) => {
    const row = seededRandom(SEED + i).bytes(ELEMENTS_PER_BLOB * ELEMENT_SIZE);
    for (let at = 0; at < row.length; at += ELEMENT_SIZE) row[at] = 0;
    return row;
  });
}

/** The first `count` blobs with commitments and proofs. */
export async function committedBlobs(count: number, bench: Bench): Promise<CommittedBlob[]> {
  const maker = await makerOf(bench);
  while (blobs.length < count) {
    const blob = randomBlob(blobs.length);
    const commitment = maker.bind('blobToKzgCommitment', [blob]).run() as Uint8Array;
    const proof = maker.bind('computeBlobKzgProof', [blob, commitment]).run() as Uint8Array;
    blobs.push(copyOf({ blob, commitment, proof }));
  }
  return blobs.slice(0, count);
}

/** The first `count` blobs with their cells and proofs. */
export async function blobCells(count: number, bench: Bench): Promise<BlobCells[]> {
  const maker = await makerOf(bench);
  const committed = await committedBlobs(count, bench);
  while (cells.length < count) {
    const { blob, commitment } = committed[cells.length]!;
    const call = maker.bind('computeCellsAndKzgProofs', [blob]);
    const [list, proofs] = call.read!(call.run()) as [Uint8Array[], Uint8Array[]];
    cells.push({ commitment, cells: list.map(plain), proofs: proofs.map(plain) });
  }
  return cells.slice(0, count);
}

/**
 * 2^log2Count terms: random scalars, and the points 2^i P, which nobody's batched addition can find
 * equal or opposite by the way they were made. About 3 s for 2^18.
 */
export function sumTerms(log2Count: number): Terms {
  const { Point } = bls12_381.G1;
  const count = 2 ** log2Count;
  const doublings: (typeof Point.BASE)[] = [];
  let point = Point.BASE.multiply(seededRandom(SEED).bigint(FIELD_MODULUS));
  for (let i = 0; i < count; i++) {
    doublings.push(point);
    point = point.double();
  }
  const points = new Uint8Array(count * 96);
  // Not toBytes: it checks every point to be in the subgroup.
  for (const [i, affine] of normalizeZ(Point, doublings).entries()) {
    const { x, y } = affine.toAffine();
    const hex = x.toString(16).padStart(96, '0') + y.toString(16).padStart(96, '0');
    points.set(Buffer.from(hex, 'hex'), i * 96);
  }
  return { points, scalars: randomElements(count, SEED) };
}

/** The opening of the first blob at a random point. */
export async function firstOpening(bench: Bench): Promise<Opening> {
  const maker = await makerOf(bench);
  const { blob, commitment } = (await committedBlobs(1, bench))[0]!;
  const z = randomElements(1, OPENING_SEED);
  const [proof, y] = maker.bind('computeKzgProof', [blob, z]).run() as [Uint8Array, Uint8Array];
  return { commitment, z, y: plain(y), proof: plain(proof) };
}

async function makerOf(bench: Bench): Promise<KzgPeer> {
  return (await kzgPeer('c-kzg')) ?? ourKzg(await bench.kzg());
}

/** c-kzg returns Buffers, which travel to another process differently from arrays. */
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

function copyOf({ blob, commitment, proof }: CommittedBlob): CommittedBlob {
  return { blob, commitment: plain(commitment), proof: plain(proof) };
}
