import { expect, test } from 'vitest';
import { CODECS } from '../src/codec.ts';
import { isProductFaster } from '../src/decoding-path.ts';

/** The most wanted shards that are computed as products. */
const mostProducts = (codec: (typeof CODECS)[number], dataShards: number, parityShards: number) => {
  let wanted = 0;
  while (
    wanted < parityShards &&
    isProductFaster(codec, { dataShards, parityShards, wanted: wanted + 1 })
  ) {
    wanted++;
  }
  return wanted;
};

test('matrix codes know only products', () => {
  for (const codec of CODECS.slice(0, 3)) expect(mostProducts(codec, 128, 128)).toBe(128);
});

test('few shards are products, many are transforms, and the limits are those that were measured', () => {
  expect(mostProducts('leopard-ff8', 10, 4)).toBe(4);
  expect(mostProducts('leopard-ff8', 16, 16)).toBe(10);
  expect(mostProducts('leopard-ff8', 128, 128)).toBe(16);
  expect(mostProducts('leopard-ff16', 1000, 1000)).toBe(11);
  expect(mostProducts('leopard-ff16-low', 1024, 2048)).toBe(24);
  expect(mostProducts('leopard-ff16', 20_000, 300)).toBe(6);
  expect(mostProducts('leopard-ff16', 32_768, 32_768)).toBe(8);
});

test('a single shard is always a product', () => {
  for (const codec of CODECS.slice(4)) {
    for (const [dataShards, parityShards] of [
      [1, 1],
      [3, 9],
      [65_535, 1],
      [1, 65_535],
      [40_000, 9000],
    ] as const) {
      expect(isProductFaster(codec, { dataShards, parityShards, wanted: 1 })).toBe(true);
    }
  }
});
