import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { CODECS, recoveryRows } from '../src/codec.ts';
import { generatorMatrix, invertMatrix, multiplyMatrices } from '../src/reference/matrix-code.ts';

const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, i) => start + i);

/** Shapes [k, m]: all up to 12 shards, then the extremes and the shapes on which peers panic. */
const SHAPES: [number, number][] = [
  ...range(2, 13).flatMap((n) => range(1, n).map((k): [number, number] => [k, n - k])),
  [1, 255],
  [255, 1],
  [5, 250],
  [31, 33],
  [30, 226],
];

describe.each(CODECS)('%s', (codec) => {
  test('parity coefficients equal the generator matrix as its source defines it', () => {
    for (const [k, m] of SHAPES) {
      // The reference inverts a k x k matrix slowly; 255 x 255 is compared through published vectors.
      if (codec === 'gf8-vandermonde' && k > 40) continue;
      const generator = generatorMatrix(codec, { dataShards: k, parityShards: m });
      const rows = recoveryRows({ codec, present: range(0, k), wanted: range(k, k + m) });
      expect(
        rows.map((row) => [...row]),
        `${k}+${m}`,
      ).toEqual(generator.slice(k));
    }
  });

  test('decoding coefficients equal the inverted k x k matrix for random sets of survivors', () => {
    const random = seededRandom(0xe2a5);
    for (let round = 0; round < 60; round++) {
      const k = 1 + random.integer(16);
      const m = 1 + random.integer(16);
      const order = random.shuffle(range(0, k + m));
      const present = order.slice(0, k);
      const wanted = order.slice(k);
      const generator = generatorMatrix(codec, { dataShards: k, parityShards: m });
      const inverse = invertMatrix(present.map((i) => generator[i]!));
      const expected = multiplyMatrices(
        wanted.map((i) => generator[i]!),
        inverse,
      );
      const rows = recoveryRows({ codec, present, wanted });
      expect(
        rows.map((row) => [...row]),
        `seed ${random.seed} round ${round}`,
      ).toEqual(expected);
    }
  });

  test('no coefficient is zero, so every present shard contributes (MDS)', () => {
    for (const [k, m] of [...SHAPES, [128, 128], [200, 55]] as const) {
      const rows = recoveryRows({ codec, present: range(0, k), wanted: range(k, k + m) });
      expect(rows.some((row) => row.includes(0))).toBe(false);
    }
  });
});
