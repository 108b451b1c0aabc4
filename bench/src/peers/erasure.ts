/**
 * Other erasure coders as contenders. Each is used in the way that is best for it: whole shapes in
 * one array, memory kept between calls. Results are compared by digest: parity with ours in the same
 * code, restored shards with the data.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Codec } from '@barycenter/erasure';
import { dataShards, digest, type ErasureShape, requireDigest } from '../erasure-input.ts';
import { parityDigest } from '../erasure-ours.ts';
import type { Contest } from '../operation.ts';
import { type ForeignRequest, foreignContest, foreignProgram } from './foreign.ts';

/** What is measured. */
export type ErasureWork = 'encode' | 'decode';

type Peer = (shape: ErasureShape, work: ErasureWork) => Promise<Contest | undefined>;

const require = createRequire(import.meta.url);

const program =
  (
    name: 'isal' | 'klauspost' | 'rust',
    { codec, same }: { readonly codec: string; readonly same: (shape: ErasureShape) => Codec },
  ): Peer =>
  (shape, work) => {
    const { k, m, bytes, lost } = shape;
    const request: ForeignRequest = { op: work, codec, k, m, bytes, lost };
    const expected = () =>
      work === 'decode'
        ? digest(dataShards(shape).slice(0, lost))
        : parityDigest(shape, same(shape));
    return foreignContest(name, request, expected);
  };

const always = (codec: Codec) => (): Codec => codec;

/** The rate that reed-solomon-simd chooses. */
function simdCode({ k, m }: ErasureShape): Codec {
  const power = (count: number): number => 2 ** Math.ceil(Math.log2(count));
  return power(k) < power(m) ? 'leopard-ff16-low' : 'leopard-ff16';
}

const leopard8 = always('leopard-ff8');
const leopard16 = always('leopard-ff16');

/** All peers, by the name that the report shows. */
export const ERASURE_PEERS = {
  subspace,
  ronomon,
  raptorq,
  'rs-simd wasm': simdWasm,
  'isa-l': program('isal', { codec: 'cauchy', same: always('gf8-cauchy') }),
  'klauspost avx2': program('klauspost', {
    codec: 'vandermonde avx2',
    same: always('gf8-vandermonde'),
  }),
  'klauspost best': program('klauspost', {
    codec: 'vandermonde best',
    same: always('gf8-vandermonde'),
  }),
  'klauspost cauchy best': program('klauspost', {
    codec: 'cauchy best',
    same: always('gf8-cauchy'),
  }),
  'leopard8 avx2': program('klauspost', { codec: 'leopard8 avx2', same: leopard8 }),
  'leopard8 best': program('klauspost', { codec: 'leopard8 best', same: leopard8 }),
  'leopard16 avx2': program('klauspost', { codec: 'leopard16 avx2', same: leopard16 }),
  'leopard16 best': program('klauspost', { codec: 'leopard16 best', same: leopard16 }),
  'rs-simd avx2': program('rust', { codec: 'simd', same: simdCode }),
  'rs-simd ssse3': program('rust', { codec: 'simd ssse3', same: simdCode }),
  'rs-erasure': program('rust', { codec: 'erasure', same: always('gf8-vandermonde') }),
} as const satisfies Readonly<Record<string, Peer>>;

/** A name in the report. */
export type ErasurePeerName = keyof typeof ERASURE_PEERS;

/** @subspace/reed-solomon-erasure.wasm: the crate reed-solomon-erasure without vectors; k + m <= 256. */
async function subspace(shape: ErasureShape, work: ErasureWork): Promise<Contest | undefined> {
  const { k, m, bytes, lost } = shape;
  const name = '@subspace/reed-solomon-erasure.wasm';
  const { ReedSolomonErasure } = require(
    name,
  ) as typeof import('@subspace/reed-solomon-erasure.wasm');
  const coder = await ReedSolomonErasure.fromCurrentDirectory();
  const shards = inOneArray(shape);
  if (coder.encode(shards, k, m) !== ReedSolomonErasure.RESULT_OK) return undefined;
  const available = Array.from({ length: k + m }, (_, i) => i >= lost);
  const parity = () => [shards.subarray(k * bytes)];
  const restored = () => [shards.subarray(0, lost * bytes)];
  const expected = work === 'encode' ? parityDigest(shape, 'gf8-vandermonde') : digest(restored());
  return {
    version: packageVersion(name),
    run: () =>
      work === 'encode' ? coder.encode(shards, k, m) : coder.reconstruct(shards, k, m, available),
    read: () => isRight(name, work === 'encode' ? parity() : restored(), expected),
  };
}

/** What of @ronomon/reed-solomon is used; it has no types. */
interface Ronomon {
  readonly MAX_K: number;
  readonly MAX_M: number;
  create(k: number, m: number): Buffer;
  encode(
    ...args: [
      context: Buffer,
      sources: number,
      targets: number,
      buffer: Buffer,
      bufferOffset: number,
      bufferSize: number,
      parity: Buffer,
      parityOffset: number,
      paritySize: number,
      done: (error?: Error) => void,
    ]
  ): void;
}

/**
 * @ronomon/reed-solomon: native, a bit matrix of its own, k <= 24, m <= 6, shards of 8 n bytes. It
 * always computes in a thread of Node's pool.
 */
async function ronomon(shape: ErasureShape, work: ErasureWork): Promise<Contest | undefined> {
  const { k, m, bytes, lost } = shape;
  const name = '@ronomon/reed-solomon';
  const coder = require(name) as Ronomon;
  if (k > coder.MAX_K || m > coder.MAX_M || bytes % 8 !== 0) return undefined;
  const context = coder.create(k, m);
  const all = Buffer.from(inOneArray(shape).buffer);
  const data = all.subarray(0, k * bytes);
  const parity = all.subarray(k * bytes);
  const bits = (from: number, to: number): number => 2 ** to - 2 ** from;
  const call = (sources: number, targets: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (error?: Error): void => (error ? reject(error) : resolve());
      coder.encode(context, sources, targets, data, 0, data.length, parity, 0, parity.length, done);
    });
  const encode = (): Promise<void> => call(bits(0, k), bits(k, k + m));
  await encode();
  const expected = digest([data.subarray(0, lost * bytes)]);
  if (work === 'encode') return { version: packageVersion(name), run: encode, read: () => true };
  return {
    version: packageVersion(name),
    run: () => call(bits(lost, k + m), bits(0, lost)),
    read: () => isRight(name, [data.subarray(0, lost * bytes)], expected),
  };
}

/** raptorq (RFC 6330), a fountain code: m repair packets; decoding from k others of k+m. */
async function raptorq(shape: ErasureShape, work: ErasureWork): Promise<Contest | undefined> {
  const { k, m, bytes, lost } = shape;
  if (bytes > 0xffff) return undefined;
  // Its package.json names no entry that Node knows.
  const path = require.resolve('raptorq/raptorq.js');
  const { initSync, Encoder, Decoder } = (await import(path)) as typeof import('raptorq');
  initSync(readFileSync(require.resolve('raptorq/raptorq_bg.wasm')));
  const data = inOneArray(shape).subarray(0, k * bytes);
  const encode = (): Uint8Array[] => {
    const encoder = Encoder.with_defaults(data, bytes);
    const packets = encoder.encode(m);
    encoder.free();
    return packets;
  };
  const version = packageVersion('raptorq');
  if (work === 'encode') return { version, run: encode, read: () => true };
  const packets = encode();
  const kept = packets.slice(lost);
  return {
    version,
    run: () => {
      const decoder = Decoder.with_defaults(BigInt(data.length), bytes);
      for (const packet of kept) {
        const decoded = decoder.decode(packet);
        if (decoded !== undefined) return decoded;
      }
      throw new Error('not decoded');
    },
    read: (decoded) => isRight('raptorq', [decoded as Uint8Array], digest([data])),
  };
}

/** The functions of bench/peers/rust-wasm. */
interface SimdWasm {
  readonly memory: WebAssembly.Memory;
  open(k: number, m: number, bytes: number): number;
  shards(coder: number): number;
  encode(coder: number): void;
  decode(coder: number, lost: number): void;
  close(coder: number): void;
}

/** reed-solomon-simd compiled to WebAssembly as it is today, without copies between the memories. */
async function simdWasm(shape: ErasureShape, work: ErasureWork): Promise<Contest | undefined> {
  const { k, m, bytes, lost } = shape;
  const path = foreignProgram('rust-wasm');
  if (path === undefined) return undefined;
  const { instance } = await WebAssembly.instantiate(readFileSync(path));
  const functions = instance.exports as unknown as SimdWasm;
  const coder = functions.open(k, m, bytes);
  const view = (from: number, to: number): Uint8Array =>
    new Uint8Array(
      functions.memory.buffer,
      functions.shards(coder) + from * bytes,
      (to - from) * bytes,
    );
  view(0, k).set(inOneArray(shape).subarray(0, k * bytes));
  functions.encode(coder);
  const expected =
    work === 'encode'
      ? parityDigest(shape, simdCode(shape))
      : digest(dataShards(shape).slice(0, lost));
  if (work === 'decode') view(0, lost).fill(0);
  return {
    version: '3.1.0',
    run: () => (work === 'encode' ? functions.encode(coder) : functions.decode(coder, lost)),
    read: () =>
      isRight('rs-simd wasm', [work === 'encode' ? view(k, k + m) : view(0, lost)], expected),
  };
}

/** The data shards, and zeros for the parity. */
function inOneArray(shape: ErasureShape): Uint8Array<ArrayBuffer> {
  const { k, m, bytes } = shape;
  const all = new Uint8Array((k + m) * bytes);
  dataShards(shape).forEach((shard, i) => {
    all.set(shard, i * bytes);
  });
  return all;
}

function isRight(name: string, shards: readonly Uint8Array[], expected: number): true {
  requireDigest(name, shards, expected);
  return true;
}

function packageVersion(name: string): string {
  const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
