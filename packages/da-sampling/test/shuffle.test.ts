import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, vectorsFolder } from '@barycenter/testing';
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { shuffledIndex, shuffleList, unshuffleList } from '../src/shuffle.ts';

const folder = vectorsFolder('da');
const random = seededRandom(0x5f1e);

describe.runIf(folder !== undefined)('protolambda/eth2-shuffle vectors', () => {
  const readCases = () =>
    readFileSync(join(folder!, 'shuffle/eth2_shuffle_tests.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => {
        const [seed, count, input, output] = line.trim().split(',');
        const list = (text: string) => (text === '' ? [] : text.split(':').map(Number));
        return {
          seed: hexToBytes(seed!),
          count: Number(count),
          input: list(input!),
          output: list(output!),
        };
      });

  it('hold for every list', () => {
    const cases = readCases();
    expect(cases.length).toBe(240);
    for (const { seed, count, input, output } of cases) {
      expect(input).toHaveLength(count);
      expect(shuffleList(input, seed)).toEqual(output);
      expect(unshuffleList(output, seed)).toEqual(input);
    }
  });

  it('hold for single indices', () => {
    for (const { seed, count, input, output } of readCases()) {
      for (let index = 0; index < count; index += 1 + Math.floor(count / 20)) {
        expect(output[shuffledIndex(index, { count, seed })]).toBe(input[index]);
      }
    }
  });
});

describe('swap-or-not', () => {
  it('is a permutation, and the list agrees with the indices, for every small count', () => {
    for (let count = 1; count < 40; count++) {
      const seed = random.bytes(32);
      const list = Array.from({ length: count }, (_, i) => i);
      const shuffled = unshuffleList(list, seed);
      expect([...shuffled].sort((a, b) => a - b)).toEqual(list);
      expect(list.map((index) => shuffledIndex(index, { count, seed }))).toEqual(shuffled);
    }
    expect(shuffleList([], random.bytes(32))).toEqual([]);
    expect(unshuffleList([7], random.bytes(32))).toEqual([7]);
  });

  it('agrees with the indices beyond one hash of positions', () => {
    const seed = random.bytes(32);
    const count = 1500;
    const shuffled = unshuffleList(
      Array.from({ length: count }, (_, i) => i),
      seed,
    );
    for (let index = 0; index < count; index += 97) {
      expect(shuffledIndex(index, { count, seed })).toBe(shuffled[index]);
    }
  });

  it('refuses an index beyond the count, a count beyond 2^32 and a seed of another length', () => {
    const seed = new Uint8Array(32);
    for (const [index, count] of [
      [5, 5],
      [-1, 5],
      [0, 0],
      [0.5, 5],
      [0, 2 ** 32 + 1],
    ] as const) {
      expect(() => shuffledIndex(index, { count, seed })).toThrow(RangeError);
    }
    expect(() => shuffleList([1, 2], new Uint8Array(31))).toThrow(RangeError);
    expect(() => unshuffleList([1, 2], new Uint8Array(33))).toThrow(RangeError);
    expect(() => shuffledIndex(0, { count: 1, seed: new Uint8Array(33) })).toThrow(RangeError);
  });
});
