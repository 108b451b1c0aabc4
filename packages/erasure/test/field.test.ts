import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { field, multiply } from '../src/field.ts';
import { CANTOR8, CANTOR16, GF8 } from '../src/reference/slow-field.ts';

test.each([
  ['gf8', GF8],
  ['cantor8', CANTOR8],
] as const)('%s: multiply equals that of polynomials for all 65,536 pairs', (name, slow) => {
  const wrong: string[] = [];
  for (let left = 0; left < 256; left++) {
    for (let right = 0; right < 256; right++) {
      const product = multiply(field(name), left, right);
      if (product !== slow.multiply(left, right)) wrong.push(`${left}*${right}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('cantor16: multiply equals that of polynomials for 20,000 random pairs and for 0', () => {
  const random = seededRandom(0xf16);
  for (let round = 0; round < 20_000; round++) {
    const left = random.integer(65_536);
    const right = round % 100 === 0 ? 0 : random.integer(65_536);
    const product = multiply(field('cantor16'), left, right);
    expect(product, `${left}*${right}`).toBe(CANTOR16.multiply(left, right));
  }
});

test.each(['gf8', 'cantor8', 'cantor16'] as const)(
  '%s: the generator runs through all non-zero elements, and log inverts exp',
  (name) => {
    const { exp, log, order } = field(name);
    expect(new Set(exp.subarray(0, order)).size).toBe(order);
    expect(exp.includes(0)).toBe(false);
    for (let i = 0; i < order; i++) {
      if (exp[i + order] !== exp[i] || log[exp[i]!] !== i) throw new Error(`exponent ${i}`);
    }
  },
);

describe('the Cantor bases', () => {
  test.each([
    ['cantor8', 8],
    ['cantor16', 16],
  ] as const)('%s: x^2 + x shifts the bits of every x down by one', (name, bits) => {
    for (let x = 0; x < 2 ** bits; x++) {
      const value = multiply(field(name), x, x) ^ x;
      if (value !== x >> 1) throw new Error(`x = ${x}: ${value}`);
    }
  });
});
