import { FIELD_MODULUS } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { interpolateInPlace } from '../src/domain.ts';
import {
  barycentricWeights,
  blobDomainPoints,
  evaluateAt,
  innerProduct,
  quotientValues,
} from '../src/js/polynomial.ts';
import { randomScalars } from './random-rows.ts';
import { divide, domainByDefinition, evaluate, lagrange } from './reference/polynomial.ts';

const SEED = 0x90f;

test('the blob domain is the definition', () => {
  expect(blobDomainPoints()).toEqual(domainByDefinition(4096));
});

test(`weights evaluate values as Lagrange's formula does (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const values = randomScalars(random, 3);
  const z = random.bigint(FIELD_MODULUS);
  const expected = lagrange(blobDomainPoints(), values, z);
  expect(innerProduct(values, barycentricWeights(z, 3)!)).toBe(expected);
  expect(innerProduct(values, barycentricWeights(z, 100)!)).toBe(expected);
  expect(evaluateAt(values, z)).toBe(expected);
  expect(evaluateAt(values, 0n)).toBe(lagrange(blobDomainPoints(), values, 0n));
});

test(`at a domain point the value is the one stored there, zero beyond (seed ${SEED})`, () => {
  const values = randomScalars(seededRandom(SEED), 5);
  for (const i of [0, 4, 5, 4095]) {
    const z = blobDomainPoints()[i]!;
    expect(barycentricWeights(z, 5)).toBeUndefined();
    expect(evaluateAt(values, z)).toBe(values[i] ?? 0n);
  }
});

test(`quotients are those of long division, in and outside the domain (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const values = randomScalars(random, 7);
  const coefficients = [...values, ...new Array<bigint>(4096 - 7).fill(0n)];
  interpolateInPlace(coefficients);
  for (const z of [random.bigint(FIELD_MODULUS), 0n, 1n, blobDomainPoints()[6]!]) {
    const y = evaluate(coefficients, z);
    const quotient = quotientValues(values, { z, y });
    interpolateInPlace(quotient);
    const expected = divide([coefficients[0]! - y, ...coefficients.slice(1)], [-z, 1n]);
    expect(expected.remainder).toEqual([0n]);
    expect(quotient).toEqual([...expected.quotient, 0n]);
  }
});
