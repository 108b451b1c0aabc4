import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, test } from 'vitest';
import { readCase, writeCase } from '../fuzz/case-text.ts';
import {
  COFACTOR_G1,
  COFACTOR_G2,
  encodeG1,
  encodeG2,
  SMALL_ORDERS_G1,
  SMALL_ORDERS_G2,
  smallG1,
  smallG2,
  times,
} from '../fuzz/curve-points.ts';
import type { Pool } from '../fuzz/pool.ts';
import { caseCount, caseRandom, compareCase, type Difference, runTarget } from '../fuzz/run.ts';
import { type Kind, type Subject, type Target, target } from '../fuzz/target.ts';

const SEED = 5;
const SUBJECTS = [{ backend: 'js' }] as Subject[];
const POOL = {} as Pool;

/** A target over a number and bytes; ours and the rival are given. */
function example(
  ours: (value: number, bytes: Uint8Array) => unknown,
  rival: (value: number) => unknown,
  kind: Kind = 'verifier',
): Target {
  return target<[value: number, bytes: Uint8Array]>({
    name: 'test::example',
    kind,
    generate: (random) => ({
      what: 'a number',
      arguments: [random.integer(1000), random.bytes(4)],
    }),
    ours: (_, args) => ours(...args),
    rivals: { rival: { run: ([value]) => rival(value) } },
  });
}

function run(item: Target, cases: number): { found: Difference[]; failures: number } {
  const found: Difference[] = [];
  const report = (difference: Difference): void => void found.push(difference);
  const options = { pool: POOL, subjects: SUBJECTS, seed: SEED, cases, report };
  return { found, failures: runTarget(item, options).failures };
}

const isEven = (value: number): boolean => value % 2 === 0;

describe('a fuzz run', () => {
  test('finds the cases in which ours differs, and each fails again when it is replayed', () => {
    const wrong = example((value) => isEven(value) && value !== 500, isEven);
    const all = run(wrong, 5000);
    expect(all.failures).toBeGreaterThan(0);
    for (const { item } of all.found) {
      const replayed = readCase(writeCase(item));
      expect(replayed).toEqual(item);
      const rivals = Object.entries(wrong.rivals);
      const { differences } = compareCase(wrong, replayed, { subjects: SUBJECTS, rivals });
      expect(differences).toHaveLength(1);
    }
  });

  test('finds nothing where all agree, and counts what it compared', () => {
    const options = { pool: POOL, subjects: SUBJECTS, seed: SEED, cases: 300, report: () => {} };
    const summary = runTarget(example(isEven, isEven), options);
    expect(summary).toMatchObject({ cases: 300, failures: 0, compared: { rival: 300 } });
    expect(summary.accepted + summary.no).toBe(300);
  });

  test('refusals agree whatever their words, but not with an answer', () => {
    const refuse = (words: string) => (): never => {
      throw new RangeError(words);
    };
    expect(run(example(refuse('a'), refuse('b'), 'point'), 10).failures).toBe(0);
    expect(run(example(refuse('a'), isEven, 'point'), 10).failures).toBeGreaterThan(0);
  });

  test('a crash of ours is a difference even where the rival refuses', () => {
    const crash = (): never => {
      throw new TypeError('undefined is not a function');
    };
    const [first] = run(example(crash, crash, 'point'), 10).found;
    expect(first).toMatchObject({ rival: 'anybody', theirs: 'no fault' });
  });

  test('an argument that ours changes is found', () => {
    const careless = (value: number, bytes: Uint8Array): boolean => {
      bytes[0]! ^= 1;
      return isEven(value);
    };
    expect(() => run(example(careless, isEven), 10)).toThrow('an argument was changed');
  });

  test('a verifier whose cases all have one answer is refused: its generator is broken', () => {
    const always = (): boolean => true;
    expect(() => run(example(always, always), 200)).toThrow('only one answer');
    expect(run(example(always, always, 'point'), 200).failures).toBe(0);
  });

  test('a case depends on seed, target and number alone', () => {
    const item = example(isEven, isEven);
    const bytes = (seed: number, number: number): string =>
      Buffer.from(caseRandom(item, seed, number).bytes(16)).toString('hex');
    expect(bytes(1, 1)).toBe(bytes(1, 1));
    expect(new Set([bytes(1, 1), bytes(1, 2), bytes(2, 1), bytes(11, 1), bytes(1, 11)]).size).toBe(
      5,
    );
  });

  test('2,000 cases are 2,000 per verifier and point, 200 per commitment, 20 per cells', () => {
    const kinds: Kind[] = ['verifier', 'point', 'commitment', 'cells'];
    const counts = kinds.map((kind) => caseCount(example(isEven, isEven, kind), 2000));
    expect(counts).toEqual([2000, 2000, 200, 20]);
  });
});

describe('a case as text', () => {
  test('keeps bytes of any length, integers of any size, lists and objects', () => {
    const item = {
      target: 'test::example',
      seed: 1,
      number: 2,
      what: 'everything',
      arguments: [new Uint8Array(0), new Uint8Array(300).fill(7), 2n ** 255n, [{ at: 3 }], 2 ** 32],
    };
    expect(readCase(writeCase(item))).toEqual(item);
  });

  test('anything else is refused', () => {
    expect(() => readCase('{}')).toThrow(TypeError);
    expect(() => readCase('not JSON')).toThrow(SyntaxError);
  });
});

describe('points that honest code never sends', () => {
  test('have the small order they are named for and are outside the subgroup', () => {
    for (const order of SMALL_ORDERS_G1) {
      expect(COFACTOR_G1 % order).toBe(0n);
      const point = smallG1(order);
      expect(point.is0()).toBe(false);
      expect(times(point, order).is0()).toBe(true);
      expect(point.isTorsionFree()).toBe(false);
    }
    for (const order of SMALL_ORDERS_G2) {
      expect(COFACTOR_G2 % order).toBe(0n);
      const point = smallG2(order);
      expect(point.is0()).toBe(false);
      expect(times(point, order).is0()).toBe(true);
      expect(point.isTorsionFree()).toBe(false);
    }
  });

  test('are encoded as the standard says, compared with noble on points of the subgroup', () => {
    for (const scalar of [1n, 2n, 3n, 1000n]) {
      const one = bls12_381.G1.Point.BASE.multiply(scalar);
      const two = bls12_381.G2.Point.BASE.multiply(scalar);
      expect(encodeG1(one)).toEqual(new Uint8Array(one.toBytes(true)));
      expect(encodeG2(two)).toEqual(new Uint8Array(two.toBytes(true)));
    }
  });
});
