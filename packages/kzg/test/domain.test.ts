import { FIELD_MODULUS } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import {
  domainPoint,
  domainPoints,
  evaluateInPlace,
  interpolateInPlace,
  reverseBits,
  rootOfUnity,
  shiftInPlace,
} from '../src/domain.ts';
import { randomScalars } from './random-rows.ts';
import { domainByDefinition, evaluate, pow } from './reference/polynomial.ts';

const SEED = 0xd07a1;
const SIZES = [1, 2, 4, 8, 64, 128];

test('the root of unity of size n has order exactly n', () => {
  for (const size of [2, 4, 128, 4096, 8192, 65_536]) {
    expect(pow(rootOfUnity(size), BigInt(size))).toBe(1n);
    expect(pow(rootOfUnity(size), BigInt(size / 2))).toBe(FIELD_MODULUS - 1n);
  }
});

test('reversing bits is the string reversal of the binary digits', () => {
  for (const [index, bits] of [
    [0, 0],
    [1, 1],
    [6, 3],
    [1, 12],
    [5000, 13],
  ] as const) {
    const digits = bits === 0 ? '0' : index.toString(2).padStart(bits, '0');
    expect(reverseBits(index, bits)).toBe(Number.parseInt([...digits].reverse().join(''), 2));
  }
});

test.each(SIZES)('the domain of size %i is the definition', (size) => {
  const points = domainByDefinition(size);
  expect(domainPoints(size, size)).toEqual(points);
  expect(points.map((_, i) => domainPoint(size, i))).toEqual(points);
});

test.each(SIZES)(`the transform of size %i evaluates at every point (seed ${SEED})`, (size) => {
  const coefficients = randomScalars(seededRandom(SEED + size), size);
  const values = [...coefficients];
  evaluateInPlace(values);
  expect(values).toEqual(domainByDefinition(size).map((x) => evaluate(coefficients, x)));
  interpolateInPlace(values);
  expect(values).toEqual(coefficients);
});

test('transforms of 8,192 elements at the largest values invert each other', () => {
  const values = new Array<bigint>(8192).fill(FIELD_MODULUS - 1n);
  const copy = [...values];
  evaluateInPlace(copy);
  expect(copy[0]).toBe(FIELD_MODULUS - 8192n);
  expect(copy.slice(1).every((value) => value === 0n)).toBe(true);
  interpolateInPlace(copy);
  expect(copy).toEqual(values);
});

test(`shifting coefficients substitutes the argument (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const [shift, x] = randomScalars(random, 2) as [bigint, bigint];
  const coefficients = randomScalars(random, 9);
  const shifted = [...coefficients];
  shiftInPlace(shifted, shift);
  expect(evaluate(shifted, x)).toBe(evaluate(coefficients, shift * x));
});
