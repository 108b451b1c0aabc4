/** Published vectors of both codecs; format in the README of `vectors/erasure`. */
import { join } from 'node:path';
import { readVector, seededRandom, vectorsFolder } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { CODECS, createErasureSync } from '../src/index.ts';

interface Vector {
  readonly k: number;
  readonly m: number;
  readonly shardBytes: number;
  readonly seed: number;
  readonly dataSha256: string;
  readonly data?: readonly string[];
  readonly parity?: readonly string[];
  readonly parityPrefix16PerShardFirst8?: readonly string[];
  readonly paritySha256: string;
}

const folder = vectorsFolder('erasure');

const vectorsOf = (codec: string): readonly Vector[] =>
  (readVector(join(folder!, `${codec}.json`)) as { vectors: Vector[] }).vectors;

/** The k data shards of a vector: consecutive pieces of its pseudo-random stream. */
const dataOf = ({ k, shardBytes, seed }: Vector): Uint8Array[] => {
  const stream = seededRandom(seed).bytes(k * shardBytes);
  return Array.from({ length: k }, (_, i) => stream.slice(i * shardBytes, (i + 1) * shardBytes));
};

describe.runIf(folder !== undefined).each(CODECS)('%s', (codec) => {
  test('all 39 vectors: parity equals that of the peers, byte for byte', () => {
    const vectors = vectorsOf(codec);
    expect(vectors.length).toBe(39);
    for (const vector of vectors) {
      const { k, m, shardBytes } = vector;
      const name = `${k}+${m} x ${shardBytes}`;
      const data = dataOf(vector);
      expect(bytesToHex(sha256(concatBytes(...data))), name).toBe(vector.dataSha256);
      if (vector.data) expect(data.map(bytesToHex), name).toEqual(vector.data);
      const coder = createErasureSync({ codec, dataShards: k, parityShards: m, shardBytes });
      const parity = coder.encode(data);
      expect(bytesToHex(sha256(concatBytes(...parity))), name).toBe(vector.paritySha256);
      if (vector.parity) expect(parity.map(bytesToHex), name).toEqual(vector.parity);
      const prefixes = parity.slice(0, 8).map((shard) => bytesToHex(shard.subarray(0, 16)));
      if (vector.parityPrefix16PerShardFirst8) {
        expect(prefixes, name).toEqual(vector.parityPrefix16PerShardFirst8);
      }
      expect(coder.verify([...data, ...parity]), name).toBe(true);
    }
  });

  test('all 39 vectors: with min(k, m) data shards lost, all shards come back', () => {
    for (const vector of vectorsOf(codec)) {
      const { k, m } = vector;
      const data = dataOf(vector);
      const coder = createErasureSync({ codec, dataShards: k, parityShards: m });
      const all = [...data, ...coder.encode(data)];
      const slots = all.map((shard, i) => (i < Math.min(k, m) ? null : shard));
      expect(coder.reconstruct(slots).map(bytesToHex)).toEqual(all.map(bytesToHex));
    }
  });
});
