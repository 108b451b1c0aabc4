import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { CODECS } from '../src/codec.ts';
import { encodingColumns, evaluationCode, lagrangeRows } from '../src/evaluation-code.ts';
import {
  generatorMatrix,
  invertMatrix,
  multiplyMatrices,
  slowFieldOf,
} from '../src/reference/generator.ts';

const range = (start: number, end: number) =>
  Array.from({ length: end - start }, (_, i) => start + i);

/** Shapes [k, m]: all up to 12 shards, then the extremes and the shapes on which peers panic. */
const SHAPES: [number, number][] = [
  ...range(2, 13).flatMap((n) => range(1, n).map((k): [number, number] => [k, n - k])),
  [1, 127],
  [127, 1],
  [5, 120],
  [31, 33],
  [30, 64],
];

const toRows = (flat: Uint16Array, width: number) =>
  range(0, flat.length / width).map((r) => [...flat.subarray(r * width, (r + 1) * width)]);

describe.each(CODECS)('%s', (codec) => {
  const parityRows = (k: number, m: number) => {
    const code = evaluationCode(codec, { dataShards: k, parityShards: m });
    return toRows(lagrangeRows(code, { sources: range(0, k), wanted: range(k, k + m) }), k);
  };

  test('parity coefficients equal the generator matrix as its source defines it', () => {
    for (const [k, m] of SHAPES) {
      // The reference inverts a k x k matrix slowly; larger ones are compared through vectors.
      if (codec.startsWith('gf8') && k > 40) continue;
      const generator = generatorMatrix(codec, { dataShards: k, parityShards: m });
      expect(parityRows(k, m), `${k}+${m}`).toEqual(generator.slice(k));
    }
  });

  test('decoding coefficients equal the inverted k x k matrix for random sets of survivors', () => {
    const random = seededRandom(0xe2a5);
    const field = slowFieldOf(codec);
    for (let round = 0; round < 40; round++) {
      const k = 1 + random.integer(12);
      const m = 1 + random.integer(12);
      const shape = { dataShards: k, parityShards: m };
      const order = random.shuffle(range(0, k + m));
      const sources = order.slice(0, k);
      const wanted = order.slice(k);
      const generator = generatorMatrix(codec, shape);
      const expected = multiplyMatrices(
        field,
        wanted.map((i) => generator[i]!),
        invertMatrix(
          field,
          sources.map((i) => generator[i]!),
        ),
      );
      const rows = lagrangeRows(evaluationCode(codec, shape), { sources, wanted });
      expect(toRows(rows, k), `seed ${random.seed} round ${round}`).toEqual(expected);
    }
  });

  test('no coefficient is zero, so every present shard contributes (MDS)', () => {
    for (const [k, m] of [...SHAPES, [128, 128], [100, 60]] as const) {
      expect(parityRows(k, m).some((row) => row.includes(0))).toBe(false);
    }
  });

  test('the columns of the encoder are those of its rows', () => {
    for (const [k, m] of [
      [1, 1],
      [3, 5],
      [7, 2],
      [90, 70],
    ] as const) {
      const columns = encodingColumns(evaluationCode(codec, { dataShards: k, parityShards: m }));
      const rows = parityRows(k, m);
      for (const c of range(0, k)) expect([...columns(c)]).toEqual(rows.map((row) => row[c]));
    }
  });
});
