import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { findInvalid } from '../src/batch.ts';

/** Checks over a known set of bad entries, counting how often they are asked. */
function checksFor(bad: ReadonlySet<number>) {
  const asked = { many: 0, one: 0 };
  return {
    asked,
    many: (indices: readonly number[]) => {
      asked.many++;
      return !indices.some((index) => bad.has(index));
    },
    one: (index: number) => {
      asked.one++;
      return !bad.has(index);
    },
  };
}

test('exactly the bad entries are found, in ascending order', () => {
  const random = seededRandom(0xba7c);
  for (let round = 0; round < 2000; round++) {
    const count = random.integer(40);
    const indices = Array.from({ length: count }, (_, i) => i);
    const bad = random.shuffle(indices).slice(0, random.integer(count + 1));
    const found = findInvalid(indices, checksFor(new Set(bad)));
    expect(found, `seed ${random.seed}, round ${round}`).toEqual(bad.sort((a, b) => a - b));
  }
});

test('a good batch is one check, and one bad entry of 1024 at most 20', () => {
  const indices = Array.from({ length: 1024 }, (_, i) => i);
  const good = checksFor(new Set());
  findInvalid(indices, good);
  expect(good.asked).toEqual({ many: 1, one: 0 });
  for (const position of [0, 511, 777, 1023]) {
    const checks = checksFor(new Set([position]));
    expect(findInvalid(indices, checks)).toEqual([position]);
    expect(checks.asked.many, `position ${position}`).toBeLessThanOrEqual(20);
    expect(checks.asked.one, `position ${position}`).toBeLessThanOrEqual(2);
  }
});

test('a combination that fails while every half holds falls back to single checks', () => {
  const bad = new Set([0, 1]);
  const one = (index: number) => !bad.has(index);
  const onlyTheWhole = (indices: readonly number[]) => indices.length < 4;
  expect(findInvalid([0, 1, 2, 3], { many: onlyTheWhole, one })).toEqual([0, 1]);
});

test('an entry is never named unless its own check fails', () => {
  const checks = { many: () => false, one: () => true };
  expect(findInvalid([0, 1, 2, 3, 4], checks)).toEqual([]);
});
