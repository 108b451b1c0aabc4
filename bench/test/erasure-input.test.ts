import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dataShards, digest, requireDigest } from '../src/erasure-input.ts';

describe('the data of the erasure rows', () => {
  test('is the formula that the programs in other languages use', () => {
    const shards = dataShards({ k: 300, m: 1, bytes: 600, lost: 0 });
    expect(shards[0]!.slice(0, 3)).toEqual(Uint8Array.of(0, 121, 242));
    expect(shards[299]![599]).toBe(((7 * 299 + 13 * 599 + 2) * 29 + 1) % 256);
  });

  test('a digest is the CRC-32 of all bytes in order, and another one is refused', () => {
    const shards = dataShards({ k: 3, m: 1, bytes: 5, lost: 0 });
    expect(digest(shards)).toBe(crc32(Buffer.concat(shards)));
    expect(() => requireDigest('ours', shards, digest(shards))).not.toThrow();
    expect(() => requireDigest('peer', [...shards].reverse(), digest(shards))).toThrow(
      'peer: digest',
    );
  });
});
