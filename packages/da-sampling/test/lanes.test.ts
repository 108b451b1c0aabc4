import { readFileSync } from 'node:fs';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { embedLanes } from '../../../scripts/lanes.ts';
import { createLanes, factorOf, type Lanes, shoupOf } from '../src/lanes.ts';
import { multiply, PRIME } from '../src/prime-field.ts';

const random = seededRandom(0x1a4e5);
const COUNT = 64;
const EDGES = [0, 1, PRIME - 1, PRIME - 2, 2 ** 30, (PRIME - 1) / 2];

function elements(): number[] {
  return Array.from({ length: COUNT }, () =>
    random.integer(4) === 0 ? EDGES[random.integer(EDGES.length)]! : random.integer(PRIME),
  );
}

for (const name of ['simd', 'js'] as const) {
  describe(`lanes in ${name}`, () => {
    const lanes: Lanes = createLanes(name);

    it('split, join, scale and scaleEach do what they say, for random and extreme elements', () => {
      expect(lanes.name).toBe(name);
      for (let trial = 0; trial < 200; trial++) {
        const [a, b, s] = [elements(), elements(), elements()[0]!];
        const load = (...rows: number[][]) => {
          rows.forEach((row, i) => {
            lanes.words(4 * COUNT).set(row, i * COUNT);
          });
        };
        const rows = (count: number) =>
          Array.from({ length: count }, (_, i) => [
            ...lanes.words(4 * COUNT).subarray(i * COUNT, (i + 1) * COUNT),
          ]);
        const pair = { low: 0, high: COUNT, count: COUNT };
        const plus = (x: number, y: number) => (x + y) % PRIME;
        const minus = (x: number, y: number) => (x - y + PRIME) % PRIME;

        load(a, b);
        lanes.split(pair, factorOf(s));
        expect(rows(2)).toEqual([
          a.map((x, i) => plus(x, multiply(b[i]!, s))),
          a.map((x, i) => minus(x, multiply(b[i]!, s))),
        ]);

        load(a, b);
        lanes.join(pair, factorOf(s));
        expect(rows(2)).toEqual([
          a.map((x, i) => plus(x, b[i]!)),
          a.map((x, i) => multiply(minus(x, b[i]!), s)),
        ]);

        load(a, b);
        lanes.scale({ at: COUNT, count: COUNT }, factorOf(s));
        expect(rows(2)).toEqual([a, b.map((x) => multiply(x, s))]);

        load(a, b, b.map(shoupOf));
        lanes.scaleEach({ at: 0, count: COUNT, factors: COUNT, shoups: 2 * COUNT });
        expect(rows(2)).toEqual([a.map((x, i) => multiply(x, b[i]!)), b]);
      }
    });

    it('keep their words when they grow', () => {
      const own = createLanes(name);
      own.words(4).set([1, 2, 3, 4]);
      const grown = own.words(100_000);
      expect(grown.length).toBeGreaterThanOrEqual(100_000);
      expect([...grown.subarray(0, 5)]).toEqual([1, 2, 3, 4, 0]);
    });
  });
}

describe('the embedded module', () => {
  it('is what kernel/lanes.wat assembles to', () => {
    const embedded = readFileSync(new URL('../src/lanes-module.ts', import.meta.url), 'utf8');
    expect(embedded).toBe(embedLanes());
  });
});
