import { KzgError } from '@barycenter/kzg';
import { expect, test } from 'vitest';
import { type Engine, POINT_STATUS, type PointList } from '../src/engine.ts';
import { MAX_CACHED_POINTS, PointCache } from '../src/point-cache.ts';

/** Points that are the first two bytes of their encoding; 0xff.. is none. */
type Named = PointList & { readonly names: readonly string[] };

const nameOf = (bytes: Uint8Array): string => `${bytes[0]}.${bytes[1]}`;
const list = (names: readonly string[]): Named => ({ count: names.length, names });
const point = (a: number, b = 0): Uint8Array => Uint8Array.of(a, b, ...new Uint8Array(46));

/** A cache, and the names of the points that were decoded for it, call by call. */
function open(): { cache: PointCache; decoded: string[][] } {
  const decoded: string[][] = [];
  const engine = {
    decodePoints(encodings: readonly Uint8Array[]) {
      const names = encodings.map(nameOf);
      decoded.push(names);
      const statuses = encodings.map(([first]) =>
        first === 0xff ? POINT_STATUS.notOnCurve : POINT_STATUS.finite,
      );
      return { points: list(names), statuses: Uint8Array.from(statuses) };
    },
    joinPoints: (lists: readonly Named[]) => list(lists.flatMap(({ names }) => names)),
    slicePoints: ({ names }: Named, from: number, to: number) => list(names.slice(from, to)),
  } as unknown as Engine;
  return { cache: new PointCache(engine), decoded };
}

test('a commitment is decoded once, a proof each time, and both come in order', () => {
  const { cache, decoded } = open();
  const proofs = [point(9), point(8)];
  cache.decode([point(1), point(2)], proofs);
  const pair = cache.decode([point(3), point(2), point(4), point(1)], proofs);
  expect(pair.commitments).toEqual(list(['3.0', '2.0', '4.0', '1.0']));
  expect(pair.proofs).toEqual(list(['9.0', '8.0']));
  expect(decoded[1]).toEqual(['3.0', '4.0', '9.0', '8.0']);
  cache.decodeOne({ commitment: point(4), proof: point(9) });
  expect(decoded[2]).toEqual(['9.0']);
  expect(cache.size).toBe(4);
});

test('nothing of a list with a bad point is remembered, and the bad one is named', () => {
  const { cache } = open();
  const good = [point(1), point(2)];
  cache.decode([point(2)], []);
  const fault = (message: RegExp, index?: number): unknown =>
    expect.objectContaining({
      code: 'point_not_on_curve',
      index,
      message: expect.stringMatching(message),
    });
  expect(() => cache.decode([point(1), point(2), point(0xff)], good)).toThrow(
    fault(/^commitment/, 2),
  );
  expect(() => cache.decode(good, [point(7), point(0xff)])).toThrow(fault(/^proof/, 1));
  const one = { commitment: point(1), proof: point(0xff) };
  expect(() => cache.decodeOne(one)).toThrow(fault(/^proof/));
  expect(() => cache.decode([new Uint8Array(47)], [])).toThrow(KzgError);
  expect(cache.size).toBe(1);
});

test('at most 1,024 are kept, and the least recently used leave first', () => {
  const { cache, decoded } = open();
  const many = Array.from({ length: MAX_CACHED_POINTS }, (_, i) => point(i >> 8, i & 255));
  cache.decode(many, []);
  cache.decode([point(0, 0)], []); // used again: the next to leave is 0.1
  cache.decode([point(100)], []);
  expect(cache.size).toBe(MAX_CACHED_POINTS);
  cache.decode([point(0, 0), point(0, 1), point(0, 3), point(100)], []);
  expect(decoded.at(-1)).toEqual(['0.1']);
});
