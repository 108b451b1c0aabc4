import { FIELD_MODULUS } from '@barycenter/kzg';
import { type Random, seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { innerProduct } from '../src/js/polynomial.ts';
import { rowProduct, rowWeights } from '../src/js/row-product.ts';
import { readScalars, writeScalars } from '../src/scalar.ts';
import { randomRow, randomScalars } from './random-rows.ts';

const SEED = 0x70d;

/** The element below r with the largest digits: all but the first 16 bits are ones. */
const LARGEST_DIGITS = (0x73ecn << 240n) | (2n ** 240n - 1n);

test(`a product is that of bigints, for whole and broken blocks of elements (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const list = randomScalars(random, 4096);
  const weights = rowWeights(list);
  for (const count of [1, 2, 63, 64, 65, 127, 128, 1000, 4095, 4096]) {
    const row = randomRow(random, count);
    expect(rowProduct(row, weights)).toBe(innerProduct(readScalars(row), list));
  }
});

test(`weights of a broken block give the product of bigints (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  for (const count of [1, 63, 65, 133]) {
    const list = randomScalars(random, count);
    const row = randomRow(random, count);
    expect(rowProduct(row, rowWeights(list))).toBe(innerProduct(readScalars(row), list));
  }
});

test('4,096 products of the largest digits, and of r - 1, are exact', () => {
  for (const value of [LARGEST_DIGITS, FIELD_MODULUS - 1n]) {
    const list = new Array<bigint>(4096).fill(value);
    const weights = rowWeights(list);
    expect(rowProduct(writeScalars(list), weights)).toBe(innerProduct(list, list));
    const ones = new Uint8Array(131_072).fill(255); // not canonical: the bound does not need it
    expect(rowProduct(ones, weights)).toBe(innerProduct(readScalars(ones), list));
  }
});

test(`digits at the borders of their range are exact (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  for (let round = 0; round < 20; round++) {
    const [row, list] = [borderScalars(random, 200), borderScalars(random, 200)];
    expect(rowProduct(writeScalars(row), rowWeights(list))).toBe(innerProduct(row, list));
  }
});

test('one digit times one digit lands at the sum of their places', () => {
  for (let i = 0; i < 16; i++) {
    for (let j = 0; j < 16; j++) {
      const [a, b] = [1n << BigInt(16 * i), 1n << BigInt(16 * j)];
      const product = rowProduct(writeScalars([0n, a]), rowWeights([5n, b]));
      expect(product).toBe((a * b) % FIELD_MODULUS);
    }
  }
});

test(`a row that differs in one bit has another product (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const row = randomRow(random, 70);
  const weights = rowWeights(randomScalars(random, 70));
  const before = rowProduct(row, weights);
  for (let byte = 0; byte < row.length; byte++) {
    row[byte]! ^= 1 << (byte % 8);
    expect(rowProduct(row, weights)).not.toBe(before);
    row[byte]! ^= 1 << (byte % 8);
  }
});

function borderScalars(random: Random, count: number): bigint[] {
  const borders = [0n, 1n, 0x7fffn, 0x8000n, 0xfffen, 0xffffn];
  return Array.from({ length: count }, () => {
    let value = BigInt(random.integer(0x73ed));
    for (let digit = 1; digit < 16; digit++) {
      value = (value << 16n) | borders[random.integer(borders.length)]!;
    }
    return value;
  });
}
