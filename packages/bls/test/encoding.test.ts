import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { checkEncoding, coordinate } from '../src/encoding.ts';
import { fromInteger, withFirstByte } from './bytes.ts';

const P = bls12_381.fields.Fp.ORDER;
const KEY = { size: 48, what: 'key' };

/** Compressed flag set on x, which must be below 2^381. */
const compressed = (x: bigint) => {
  const bytes = fromInteger(x, 48);
  return withFirstByte(bytes, bytes[0]! | 0x80);
};

test('p derives from the curve parameter: p = (x - 1)^2 (x^4 - x^2 + 1) / 3 + x', () => {
  const x = -0xd201000000010000n;
  expect(((x - 1n) ** 2n * (x ** 4n - x ** 2n + 1n)) / 3n + x).toBe(P);
});

test('x is accepted exactly if it is below p', () => {
  for (const x of [0n, 1n, P - 1n]) {
    expect(checkEncoding(compressed(x), KEY)).toEqual({ infinity: false });
  }
  for (const x of [P, P + 1n, 2n ** 381n - 1n]) {
    expect(() => checkEncoding(compressed(x), KEY)).toThrow(/not below the field modulus/);
  }
  const random = seededRandom(0xc0de);
  for (let i = 0; i < 500; i++) {
    const x = i % 2 === 0 ? random.bigint(2n ** 381n) : P - 128n + random.bigint(256n);
    let accepted = true;
    try {
      checkEncoding(compressed(x), KEY);
    } catch {
      accepted = false;
    }
    expect(accepted, `seed ${random.seed}, x = ${x}`).toBe(x < P);
    if (accepted) expect(coordinate(compressed(x), 0)).toBe(x);
  }
});
