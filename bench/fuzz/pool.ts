/**
 * Valid material that cases start from, made once per run by a native library: blobs of several
 * shapes with commitments, proofs, openings at three shared points, and cells; keys and signatures.
 */
import { FIELD_MODULUS } from '@barycenter/kzg';
import { type Random, seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { plain } from '../src/agreement.ts';
import type { KzgFunction, KzgPeer } from '../src/peers/kzg.ts';
import { element, scalar } from './hostile.ts';

/** One blob and everything about it. */
export interface PoolBlob {
  readonly shape: string;
  readonly blob: Uint8Array;
  readonly commitment: Uint8Array;
  readonly proof: Uint8Array;
  /** At the pool's points, in their order. */
  readonly openings: readonly { readonly y: Uint8Array; readonly proof: Uint8Array }[];
  /** All 128, of the first blobs; empty for the others. */
  readonly cells: readonly Uint8Array[];
  readonly cellProofs: readonly Uint8Array[];
}

/** A signer; `signatures[m]` is over `messages[m]` under Ethereum's tag. */
export interface Signer {
  readonly secretKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

/** All valid material. */
export interface Pool {
  readonly blobs: readonly PoolBlob[];
  /** Those with cells. */
  readonly cellBlobs: readonly PoolBlob[];
  readonly points: readonly Uint8Array[];
  readonly messages: readonly Uint8Array[];
  readonly signers: readonly Signer[];
}

const SEED = 20261121;
const ELEMENTS = 4096;
const ELEMENT_SIZE = 32;
const POINTS = 3;
const CELL_BLOBS = 4;
const SIGNERS = 8;
const MESSAGES = 4;

/** Shapes of blobs: element i, given a generator. */
const SHAPES: readonly (readonly [string, (i: number, random: Random) => bigint])[] = [
  ['random', (_, random) => random.bigint(FIELD_MODULUS)],
  ['constant', () => 7n],
  ['first 70 elements', (i, random) => (i < 70 ? random.bigint(FIELD_MODULUS) : 0n)],
  ['special scalars', (_, random) => scalar(random)],
  ['zero', () => 0n],
  ['r - 1', () => FIELD_MODULUS - 1n],
  ['short scalars', (_, random) => BigInt(random.integer(1 << 16))],
  ['two values', (i) => (i % 2 === 0 ? 1n : FIELD_MODULUS - 1n)],
  ['one element', (i) => (i === 4095 ? 1n : 0n)],
];

/** Makes the pool; about 5 s with a native library. */
export async function makePool(maker: KzgPeer): Promise<Pool> {
  const random = seededRandom(SEED);
  const call = (name: KzgFunction, ...args: unknown[]): unknown => {
    const bound = maker.bind(name, args as never);
    return plain(bound.read!(bound.run()));
  };
  const points = Array.from({ length: POINTS }, () => element(random.bigint(FIELD_MODULUS)));
  const blobs = SHAPES.map(([shape, valueAt], index): PoolBlob => {
    const blob = new Uint8Array(ELEMENTS * ELEMENT_SIZE);
    for (let i = 0; i < ELEMENTS; i++) blob.set(element(valueAt(i, random)), i * ELEMENT_SIZE);
    const commitment = call('blobToKzgCommitment', blob) as Uint8Array;
    const proof = call('computeBlobKzgProof', blob, commitment) as Uint8Array;
    const openings = points.map((z) => {
      const [opening, y] = call('computeKzgProof', blob, z) as [Uint8Array, Uint8Array];
      return { proof: opening, y };
    });
    const [cells, cellProofs] =
      index < CELL_BLOBS
        ? (call('computeCellsAndKzgProofs', blob) as [Uint8Array[], Uint8Array[]])
        : [[], []];
    return { shape, blob, commitment, proof, openings, cells, cellProofs };
  });
  const messages = [
    new Uint8Array(0),
    ...Array.from({ length: MESSAGES - 1 }, (_, i) => random.bytes(32 * (i + 1))),
  ];
  const signers = Array.from({ length: SIGNERS }, () => makeSigner(random, messages));
  return { blobs, cellBlobs: blobs.slice(0, CELL_BLOBS), points, messages, signers };
}

function makeSigner(random: Random, messages: readonly Uint8Array[]): Signer {
  const { longSignatures: scheme } = bls12_381;
  const secretKey = element(random.bigint(FIELD_MODULUS - 1n) + 1n);
  return {
    secretKey,
    publicKey: new Uint8Array(scheme.getPublicKey(secretKey).toBytes(true)),
    signatures: messages.map(
      (message) => new Uint8Array(scheme.sign(scheme.hash(message, TAG), secretKey).toBytes(true)),
    ),
  };
}

/** Ethereum's ciphersuite, draft-irtf-cfrg-bls-signature-05 §4.2.3. */
export const TAG = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
