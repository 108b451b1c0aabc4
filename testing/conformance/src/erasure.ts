/** Conformance of `@barycenter/erasure`: both GF(2^8) codecs byte for byte, recovery, commitments. */
import { checkShard, commitShards, createErasure, createErasureSync } from '@barycenter/erasure';
import { seededRandom } from '../../src/random.ts';
import {
  type Case,
  expectEqual,
  expectError,
  expectThrows,
  type Group,
  type LoadVectors,
  toHex,
  vectorsOrSkip,
  withItem,
} from './suite.ts';

const CODECS = ['gf8-vandermonde', 'gf8-cauchy'] as const;

type ErasureVector = {
  readonly k: number;
  readonly m: number;
  readonly shardBytes: number;
  readonly seed: number;
  readonly dataSha256: string;
  readonly parity?: readonly string[];
  readonly paritySha256: string;
};

export const erasure: Group = { name: 'erasure', build };

async function build(load: LoadVectors): Promise<Case[]> {
  const files = await vectorsOrSkip('erasure', load);
  const cases: Case[] = [];
  for (const codec of CODECS) {
    const file = files.find(({ path }) => path === codec);
    const { vectors } = (file?.content ?? { vectors: [] }) as { vectors: ErasureVector[] };
    for (const vector of vectors) {
      const shape = `${vector.k}+${vector.m} x ${vector.shardBytes} bytes`;
      cases.push({
        name: `${codec} ${shape}: parity is the peers' byte for byte, and any k shards recover`,
        check: () => checkVector(codec, vector),
      });
    }
    cases.push({
      name: `${codec}: a flipped byte is not consistent, and its shard fails its commitment`,
      check: () => checkTampering(codec),
    });
  }
  cases.push({
    name: 'an unknown codec, too few shards and foreign proofs are refused',
    check: checkRefusals,
  });
  return cases;
}

async function checkVector(codec: (typeof CODECS)[number], vector: ErasureVector): Promise<void> {
  const { k, m, shardBytes, seed } = vector;
  const stream = seededRandom(seed).bytes(k * shardBytes);
  expectEqual(await sha256(stream), vector.dataSha256);
  const data = Array.from({ length: k }, (_, i) =>
    stream.slice(i * shardBytes, (i + 1) * shardBytes),
  );
  const coder = await createErasure({ codec, dataShards: k, parityShards: m });
  const parity = coder.encode(data);
  expectEqual(await sha256(concatenate(parity)), vector.paritySha256);

  const shards: (Uint8Array | null)[] = [...data, ...parity];
  const order = seededRandom(seed + 1).shuffle(shards.map((_, index) => index));
  for (const lost of order.slice(0, m)) shards[lost] = null;
  expectEqual(coder.reconstruct(shards), [...data, ...parity]);
  expectEqual(coder.verify([...data, ...parity]), true);
}

function checkTampering(codec: (typeof CODECS)[number]): void {
  const random = seededRandom(0x5eed);
  const coder = createErasureSync({ codec, dataShards: 10, parityShards: 4 });
  const data = Array.from({ length: 10 }, () => random.bytes(1000));
  const shards = [...data, ...coder.encode(data)];
  const { root, proofs } = commitShards(shards);
  for (const [index, shard] of shards.entries()) {
    const claim = { root, index, shardCount: shards.length, proof: proofs[index]! };
    checkShard({ ...claim, shard });
    const flipped = shard.slice();
    flipped[random.integer(flipped.length)]! ^= 1 << random.integer(8);
    expectEqual(coder.verify(withItem(shards, index, flipped)), false);
    expectError(() => checkShard({ ...claim, shard: flipped }), { name: 'ErasureError' });
  }
}

function checkRefusals(): void {
  const options = { codec: 'gf8-quantum' as 'gf8-cauchy', dataShards: 2, parityShards: 2 };
  const error = expectThrows(() => createErasureSync(options)) as Error;
  expectEqual(error.message.includes('unknown codec'), true);
  const coder = createErasureSync({ codec: 'gf8-cauchy', dataShards: 2, parityShards: 2 });
  const shard = Uint8Array.of(1, 2, 3);
  expectThrows(() => coder.reconstruct([shard, null, null, null]));
  expectThrows(() => coder.encode([shard]));
  const { root, proofs } = commitShards([shard, Uint8Array.of(4, 5, 6)]);
  const claim = { root, index: 1, shardCount: 2, shard, proof: proofs[1]! };
  expectError(() => checkShard(claim), { name: 'ErasureError' });
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
