/** Published vectors of every codec; format in the README of `vectors/erasure`. */
import { join } from 'node:path';
import { readVector, seededRandom, vectorsFolder } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { autoCodec, type Codec } from '../src/index.ts';
import { ENGINES } from './engines.ts';

interface Vector {
  readonly k: number;
  readonly m: number;
  readonly shardBytes: number;
  readonly seed: number;
  readonly dataSha256: string;
  readonly data?: readonly string[];
  readonly parity?: readonly string[];
  readonly paritySha256PerShard?: readonly string[];
  readonly parityPrefix16PerShardFirst8?: readonly string[];
  readonly paritySha256: string;
  /** Only in the file of reed-solomon-simd. */
  readonly rate?: 'high' | 'low';
}

const folder = vectorsFolder('erasure');

const vectorsOf = (file: string): readonly Vector[] =>
  (readVector(join(folder!, `${file}.json`)) as { vectors: Vector[] }).vectors;

/** The k data shards of a vector: consecutive pieces of its pseudo-random stream. */
const dataOf = ({ k, shardBytes, seed }: Vector): Uint8Array[] => {
  const stream = seededRandom(seed).bytes(k * shardBytes);
  return Array.from({ length: k }, (_, i) => stream.slice(i * shardBytes, (i + 1) * shardBytes));
};

const digest = (shards: readonly Uint8Array[]) => bytesToHex(sha256(concatBytes(...shards)));

/** Each file, how many vectors it has, and which codec makes them. */
const FILES: readonly (readonly [string, number, (vector: Vector) => Codec])[] = [
  ['gf8-vandermonde', 39, () => 'gf8-vandermonde'],
  ['gf8-cauchy', 39, () => 'gf8-cauchy'],
  ['gf8-jerasure', 39, () => 'gf8-jerasure'],
  ['leopard-ff8', 21, () => 'leopard-ff8'],
  ['leopard-ff16', 33, () => 'leopard-ff16'],
  ['rs-simd-ff16', 40, ({ rate }) => (rate === 'low' ? 'leopard-ff16-low' : 'leopard-ff16')],
];

describe.runIf(folder !== undefined).each(ENGINES)('%s', (_, createCoder) => {
  const coderOf = (codec: Codec, { k, m }: Vector) =>
    createCoder({ codec, dataShards: k, parityShards: m });

  test.each(FILES)(
    '%s, all %i vectors: parity equals that of the peers, byte for byte',
    (file, count, codecOf) => {
      const vectors = vectorsOf(file);
      expect(vectors.length).toBe(count);
      for (const vector of vectors) {
        const name = `${vector.k}+${vector.m} x ${vector.shardBytes}`;
        const data = dataOf(vector);
        expect(digest(data), name).toBe(vector.dataSha256);
        if (vector.data) expect(data.map(bytesToHex), name).toEqual(vector.data);
        const coder = coderOf(codecOf(vector), vector);
        const parity = coder.encode(data);
        expect(digest(parity), name).toBe(vector.paritySha256);
        if (vector.parity) expect(parity.map(bytesToHex), name).toEqual(vector.parity);
        if (vector.paritySha256PerShard) {
          const digests = parity.map((shard) => digest([shard]));
          expect(digests, name).toEqual(vector.paritySha256PerShard);
        }
        if (vector.parityPrefix16PerShardFirst8) {
          const prefixes = parity.slice(0, 8).map((shard) => bytesToHex(shard.subarray(0, 16)));
          expect(prefixes, name).toEqual(vector.parityPrefix16PerShardFirst8);
        }
        expect(coder.verify([...data, ...parity]), name).toBe(true);
      }
    },
  );

  test.each(FILES)(
    '%s, all %i vectors: with min(k, m) data shards lost, all shards come back',
    (file, _count, codecOf) => {
      for (const vector of vectorsOf(file)) {
        const data = dataOf(vector);
        const coder = coderOf(codecOf(vector), vector);
        const all = [...data, ...coder.encode(data)];
        const lost = Math.min(vector.k, vector.m);
        const slots = all.map((shard, i) => (i < lost ? null : shard));
        const name = `${vector.k}+${vector.m} x ${vector.shardBytes}`;
        expect(digest(coder.reconstruct(slots)), name).toBe(digest(all));
      }
    },
  );
});

test.runIf(folder !== undefined)('auto is a codec whose rate is that of reed-solomon-simd', () => {
  for (const { k, m, rate } of vectorsOf('rs-simd-ff16')) {
    const codec = autoCodec({ dataShards: k, parityShards: m });
    if (codec.startsWith('leopard-ff16')) expect(codec === 'leopard-ff16-low').toBe(rate === 'low');
  }
});
