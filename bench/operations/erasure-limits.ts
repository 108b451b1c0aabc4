/** What design/erasure.md, section 5, bounds beside throughput: small calls, first use, memory. */
import type { Codec } from '@barycenter/erasure';
import { createErasurePool } from '@barycenter/erasure/pool';
import { type Backend, erasureBackendOption } from '../src/backends.ts';
import { ensureBuilt } from '../src/built.ts';
import { runChild } from '../src/child.ts';
import { dataShards, digest, type ErasureShape } from '../src/erasure-input.ts';
import { ourCopyingEncode, ourEncode } from '../src/erasure-ours.ts';
import type { Must } from '../src/must.ts';
import { type Contender, type Operation, operation, type Taken } from '../src/operation.ts';
import { ERASURE_PEERS } from '../src/peers/erasure.ts';
import { foreignProgram } from '../src/peers/foreign.ts';

const KIB = 1024;
const GB_PER_S = 1e6;

type Ours = (
  shape: ErasureShape,
  options: { readonly codec: Codec; readonly backend: Backend },
) => ReturnType<Contender<ErasureShape>>;

/** An encode row outside of the table of shapes. */
function encodeRow(options: {
  readonly name: string;
  readonly codec: Codec;
  readonly shape: Omit<ErasureShape, 'lost'>;
  readonly ours: Ours;
  readonly subspace?: boolean;
  readonly must: readonly Must[];
}): Operation {
  const { name, codec, shape, ours, subspace, must } = options;
  const { k, m, bytes } = shape;
  return operation<ErasureShape>({
    name: `erasure::${name}/codec=${codec} k=${k} m=${m} bytes=${bytes}`,
    table: 'erasure',
    must,
    bytes: k * bytes,
    budgetMs: 2000,
    input: async () => ({ ...shape, lost: 0 }),
    contenders: {
      ours: (input, { backend }) => ours(input, { codec, backend }),
      ...(subspace ? { subspace: (input) => ERASURE_PEERS.subspace(input, 'encode') } : {}),
    },
  });
}

const SMALL = { k: 10, m: 4, bytes: KIB };
const BLOB = { k: 1024, m: 2048, bytes: 10 * KIB };

const calls: readonly Operation[] = [
  encodeRow({
    name: 'encodeCopies',
    codec: 'gf8-cauchy',
    shape: { k: 10, m: 4, bytes: 64 * KIB },
    ours: ourCopyingEncode,
    subspace: true,
    must: [{ rule: 'faster', peer: 'subspace', bound: 9 }],
  }),
  encodeRow({
    name: 'encodeCopies',
    codec: 'leopard-ff16-low',
    shape: BLOB,
    ours: ourCopyingEncode,
    must: [{ rule: 'below', bound: (BLOB.k * BLOB.bytes) / (0.42 * GB_PER_S) }],
  }),
  encodeRow({
    name: 'encode',
    codec: 'gf8-cauchy',
    shape: SMALL,
    ours: ourEncode,
    subspace: true,
    must: [{ rule: 'below', bound: 0.003 }],
  }),
  encodeRow({
    name: 'encodeCopies',
    codec: 'gf8-cauchy',
    shape: SMALL,
    ours: ourCopyingEncode,
    subspace: true,
    must: [{ rule: 'below', bound: 0.006 }],
  }),
];

const POOL_BLOBS = 16;

/** Several blobs at once on some workers. */
function pooled(workers: number): Contender<ErasureShape> {
  return async (shape, { backend }) => {
    const pool = await createErasurePool({
      codec: 'leopard-ff16-low',
      dataShards: shape.k,
      parityShards: shape.m,
      workers,
      ...erasureBackendOption(backend),
    });
    const blobs = Array.from({ length: POOL_BLOBS }, () => dataShards(shape));
    return {
      run: () => Promise.all(blobs.map((data) => pool.encode(data))),
      read: (parities) => (parities as Uint8Array[][]).map(digest),
      close: () => pool.dispose(),
    };
  };
}

const pool: Operation = operation<ErasureShape>({
  name: `erasure::encodePool/k=${BLOB.k} m=${BLOB.m} bytes=${BLOB.bytes} blobs=${POOL_BLOBS} workers=2`,
  table: 'workers',
  must: [{ rule: 'faster', peer: 'one worker', bound: 1.7, by: 'wall' }],
  bytes: POOL_BLOBS * BLOB.k * BLOB.bytes,
  slow: true,
  input: async () => ({ ...BLOB, lost: 0 }),
  contenders: { ours: pooled(2), 'one worker': pooled(1) },
});

/** A fresh process of the built package. */
const firstUse: Operation = operation<null>({
  name: 'erasure::firstUse/codec=leopard-ff16 k=1000 m=1000 bytes=1024',
  table: 'erasure-ready',
  must: [{ rule: 'below', bound: 8, by: 'wall' }],
  minRounds: 7,
  budgetMs: 0,
  input: async () => null,
  contenders: {
    ours: async (_, { backend }) => {
      ensureBuilt(['erasure']);
      return { sample: () => start(['ours', backend, '']) };
    },
    'rs-simd wasm': async (_, { backend }) => {
      const path = foreignProgram('rust-wasm');
      return path === undefined
        ? undefined
        : { version: '3.1.0', sample: () => start(['rs-simd wasm', backend, path]) };
    },
  },
});

function start(args: readonly string[]): Promise<Taken> {
  return runChild('erasure-ready-child.ts', args, { source: false });
}

/** A scenario of `erasure-memory-child.ts`, once. */
function memoryRow(scenario: string, keys: string, mostMib: number): Operation {
  return operation<null>({
    name: `erasure::${scenario}/${keys}`,
    table: 'erasure-memory',
    must: [{ rule: 'memory', bound: mostMib }],
    minRounds: 1,
    budgetMs: 0,
    input: async () => null,
    contenders: {
      ours: async (_, { backend }) => ({
        sample: () =>
          runChild<Taken>('erasure-memory-child.ts', [scenario, backend], {
            source: true,
            nodeOptions: ['--expose-gc'],
          }),
      }),
    },
  });
}

export const erasureLimits: readonly Operation[] = [
  ...calls,
  pool,
  firstUse,
  memoryRow('blobMemory', 'k=1024 m=2048 bytes=10240', 36),
  memoryRow('columnMemory', 'k=1024 m=2048 bytes=10240', 8),
  memoryRow('streamGrowth', 'k=10 m=4 gib=1', 64),
  memoryRow('patternGrowth', 'patterns=10000', 1),
];
