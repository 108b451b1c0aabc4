/**
 * Encoding and decoding in the shapes of design/erasure.md, section 5, and its bounds. Decoding has
 * lost as many data shards as can be lost. Where the design compares with catid/leopard, klauspost's
 * Leopard with AVX2 takes its place.
 *
 * GB/s are of data: k * bytes over time. Ours works in its own memory (`session`), as native peers
 * do; `copies` rows go through `encode` with shards of the caller, copies in and out.
 */
import type { Codec } from '@barycenter/erasure';
import type { ErasureShape } from '../src/erasure-input.ts';
import { ourDecode, ourEncode } from '../src/erasure-ours.ts';
import type { Must } from '../src/must.ts';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import { ERASURE_PEERS, type ErasurePeerName, type ErasureWork } from '../src/peers/erasure.ts';

const KIB = 1024;

/** At most what a row takes; rows of large shapes take it five times over for five rounds. */
const BUDGET_MS = 3000;

const faster = (peer: ErasurePeerName, bound: number): Must => ({ rule: 'faster', peer, bound });

const SMALL_FIELD: readonly ErasurePeerName[] = [
  'subspace',
  'rs-simd wasm',
  'isa-l',
  'klauspost avx2',
  'klauspost best',
  'klauspost cauchy best',
  'leopard8 avx2',
  'leopard8 best',
  'leopard16 avx2',
  'leopard16 best',
  'rs-simd avx2',
  'rs-simd ssse3',
  'rs-erasure',
];
const LARGE_FIELD: readonly ErasurePeerName[] = [
  'rs-simd wasm',
  'leopard16 avx2',
  'leopard16 best',
  'rs-simd avx2',
  'rs-simd ssse3',
];

/** One shape with its peers and bounds. */
interface Case {
  readonly codec: Codec;
  readonly k: number;
  readonly m: number;
  readonly bytes: number;
  readonly peers: readonly ErasurePeerName[];
  readonly encode: readonly Must[];
  readonly decode: readonly Must[];
  readonly quick?: boolean;
}

const CASES: readonly Case[] = [
  {
    codec: 'gf8-cauchy',
    k: 10,
    m: 4,
    bytes: 64 * KIB,
    peers: ['ronomon', ...SMALL_FIELD],
    encode: [faster('subspace', 12), faster('ronomon', 1.3)],
    decode: [faster('subspace', 11)],
    quick: true,
  },
  {
    codec: 'leopard-ff8',
    k: 16,
    m: 16,
    bytes: 64 * KIB,
    peers: SMALL_FIELD,
    encode: [faster('subspace', 30), faster('isa-l', 1.2)],
    decode: [faster('subspace', 12), faster('leopard8 avx2', 0.7)],
  },
  {
    codec: 'leopard-ff8',
    k: 100,
    m: 100,
    bytes: 10 * KIB,
    peers: ['raptorq', ...SMALL_FIELD],
    encode: [faster('subspace', 100), faster('isa-l', 3.5)],
    decode: [faster('subspace', 38), faster('isa-l', 2.8)],
  },
  {
    codec: 'leopard-ff8',
    k: 128,
    m: 128,
    bytes: 4 * KIB,
    peers: ['raptorq', ...SMALL_FIELD],
    encode: [faster('subspace', 200), faster('isa-l', 5.5)],
    decode: [faster('subspace', 90), faster('isa-l', 9)],
  },
  {
    codec: 'leopard-ff16',
    k: 1000,
    m: 1000,
    bytes: KIB,
    peers: ['raptorq', ...LARGE_FIELD],
    encode: [faster('rs-simd wasm', 11), faster('rs-simd ssse3', 0.9), faster('raptorq', 17)],
    decode: [faster('rs-simd wasm', 9)],
    quick: true,
  },
  {
    codec: 'leopard-ff16-low',
    k: 1024,
    m: 2048,
    bytes: 10 * KIB,
    peers: ['raptorq', ...LARGE_FIELD],
    encode: [faster('rs-simd wasm', 8.5), faster('rs-simd avx2', 0.55)],
    decode: [faster('rs-simd wasm', 7.5), faster('rs-simd avx2', 0.7)],
  },
  {
    codec: 'leopard-ff16',
    k: 32_768,
    m: 32_768,
    bytes: 64,
    peers: LARGE_FIELD,
    encode: [
      faster('rs-simd wasm', 10),
      faster('leopard16 avx2', 0.9),
      faster('rs-simd avx2', 0.9),
    ],
    decode: [faster('rs-simd wasm', 6)],
  },
];

/** The parts that all rows share. */
function row(
  { k, m, bytes, peers, quick }: Omit<Case, 'encode' | 'decode'>,
  what: {
    readonly name: string;
    readonly work: ErasureWork;
    readonly lost: number;
    readonly must: readonly Must[];
    readonly ours: Contender<ErasureShape>;
  },
): Operation {
  const contenders: Record<string, Contender<ErasureShape>> = { ours: what.ours };
  for (const peer of peers) contenders[peer] = (shape) => ERASURE_PEERS[peer](shape, what.work);
  return operation<ErasureShape>({
    name: what.name,
    table: 'erasure',
    must: what.must,
    bytes: k * bytes,
    budgetMs: BUDGET_MS,
    ...(quick === true ? {} : { slow: true }),
    input: async () => ({ k, m, bytes, lost: what.lost }),
    contenders,
  });
}

const keysOf = ({ codec, k, m, bytes }: Omit<Case, 'peers' | 'encode' | 'decode'>): string =>
  `codec=${codec} k=${k} m=${m} bytes=${bytes}`;

function encodeRow(shape: Case): Operation {
  const { codec } = shape;
  return row(shape, {
    name: `erasure::encode/${keysOf(shape)}`,
    work: 'encode',
    lost: 0,
    must: shape.encode,
    ours: (input, { backend }) => ourEncode(input, { codec, backend }),
  });
}

function decodeRow(shape: Case): Operation {
  const { k, m } = shape;
  return lossRow(shape, { lost: Math.min(k, m), must: shape.decode, name: 'decode' });
}

function lossRow(
  shape: Omit<Case, 'encode' | 'decode'>,
  { lost, must, name }: { lost: number; must: readonly Must[]; name: string },
): Operation {
  const { codec } = shape;
  return row(shape, {
    name: `erasure::${name}/${keysOf(shape)} lost=${lost}`,
    work: 'decode',
    lost,
    must,
    ours: (input, { backend }) => ourDecode(input, { codec, backend }),
  });
}

/** Few of many lost: the case of every repair. */
const FEW: Omit<Case, 'encode' | 'decode'> = {
  codec: 'leopard-ff16',
  k: 1000,
  m: 1000,
  bytes: KIB,
  peers: LARGE_FIELD,
};

export const erasure: readonly Operation[] = [
  ...CASES.map(encodeRow),
  ...CASES.map(decodeRow),
  lossRow(FEW, { lost: 1, must: [faster('leopard16 avx2', 8)], name: 'decode' }),
  lossRow(FEW, { lost: 8, must: [faster('leopard16 avx2', 1.3)], name: 'decode' }),
];
