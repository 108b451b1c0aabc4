import { expect, test } from 'vitest';
import { createKeyCache } from '../src/key-cache.ts';

const key = (fill: number) => new Uint8Array(48).fill(fill);

test('it never holds more than its bound, and the least recently used key leaves first', () => {
  const cache = createKeyCache<string>(2);
  cache.set(key(1), 'one');
  cache.set(key(2), 'two');
  expect(cache.get(key(1))).toBe('one');
  cache.set(key(3), 'three');
  expect(cache.size()).toBe(2);
  expect(cache.get(key(2))).toBeUndefined();
  expect(cache.get(key(1))).toBe('one');
  expect(cache.get(key(3))).toBe('three');
  for (let fill = 0; fill < 100; fill++) {
    cache.set(key(fill), 'more');
    expect(cache.size()).toBeLessThanOrEqual(2);
  }
});

test('keys are told apart by every byte, and setting one again is not a second entry', () => {
  const cache = createKeyCache<number>(100);
  for (let i = 0; i < 48; i++) {
    const bytes = new Uint8Array(48);
    bytes[i] = 0xff;
    cache.set(bytes, i);
    cache.set(bytes, i);
  }
  expect(cache.size()).toBe(48);
});

test('changing the array after setting it does not move the entry', () => {
  const cache = createKeyCache<string>(2);
  const bytes = key(1);
  cache.set(bytes, 'one');
  bytes[0] = 9;
  expect(cache.get(bytes)).toBeUndefined();
  expect(cache.get(key(1))).toBe('one');
});
