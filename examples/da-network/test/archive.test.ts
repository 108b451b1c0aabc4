import { type CheckedShard, checkShard, commitShards } from '@barycenter/erasure';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import {
  type ArchiveRecord,
  DATA_SHARDS,
  decodeShard,
  encodeShard,
  joinShards,
  PARITY_SHARDS,
  SHARD_COUNT,
  type Shard,
  shardPayload,
  shardSize,
} from '../src/archive.ts';
import { codeThrown } from './scratch.ts';

function checked(record: ArchiveRecord, shards: readonly Shard[], indices: readonly number[]) {
  return indices.map((index): CheckedShard => {
    const { shard, proof } = decodeShard(encodeShard(shards[index]!));
    return checkShard({ root: record.root, index, shardCount: SHARD_COUNT, shard, proof });
  });
}

test('any 10 of the 14 shards give the payload back, whatever its length', async () => {
  const random = seededRandom(1);
  for (const size of [1, 9, 10, 11, 99, 100, 101, 4096, 655_360, 655_361, 2_000_000]) {
    const payload = random.bytes(size);
    const { record, shards } = await shardPayload(payload);
    expect(shards).toHaveLength(DATA_SHARDS + PARITY_SHARDS);
    expect(new Set(shards.map(({ shard }) => shard.length))).toEqual(new Set([shardSize(size)]));
    for (let round = 0; round < 5; round++) {
      const indices = random.shuffle(shards.map((_, i) => i)).slice(0, DATA_SHARDS);
      const joined = await joinShards(checked(record, shards, indices), size);
      expect(Buffer.from(joined).equals(payload), `${size}: ${indices}`).toBe(true);
    }
  }
});

test('nine shards are too few', async () => {
  const { record, shards } = await shardPayload(seededRandom(2).bytes(100));
  const nine = checked(record, shards, [0, 1, 2, 3, 4, 5, 6, 7, 13]);
  await expect(joinShards(nine, 100)).rejects.toMatchObject({ code: 'too_few_shards' });
});

test('a shard with a flipped bit, or at another index, does not pass the Merkle check', async () => {
  const { record, shards } = await shardPayload(seededRandom(3).bytes(100));
  const bytes = encodeShard(shards[4]!);
  bytes[bytes.length - 1]! ^= 1;
  const { shard, proof } = decodeShard(bytes);
  const claim = { root: record.root, shardCount: SHARD_COUNT };
  expect(codeThrown(() => checkShard({ ...claim, index: 4, shard, proof }))).toBe('proof_mismatch');
  expect(codeThrown(() => checkShard({ ...claim, index: 5, ...shards[4]! }))).toBe(
    'proof_mismatch',
  );
});

test('an archive that is no codeword is refused by every reader', async () => {
  const { shards } = await shardPayload(seededRandom(4).bytes(100));
  const wrong = shards.map(({ shard }, i) => (i === 12 ? shard.map((byte) => byte ^ 1) : shard));
  const { root, proofs } = commitShards(wrong);
  const committed = wrong.map((shard, i) => ({ shard, proof: proofs[i]! }));
  for (const indices of [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  ]) {
    const taken = checked({ root, byteLength: 100 }, committed, indices);
    await expect(joinShards(taken, 100)).rejects.toMatchObject({ code: 'not_a_codeword' });
  }
});

test('a stored shard cut short is refused', async () => {
  const bytes = encodeShard((await shardPayload(seededRandom(5).bytes(10))).shards[0]!);
  for (let size = 0; size < bytes.length; size++) {
    expect(codeThrown(() => decodeShard(bytes.subarray(0, size)))).toBe('message_refused');
  }
});
