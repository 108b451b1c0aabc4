import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { shoupOf } from '../src/lanes.ts';
import { invert, multiply, PRIME, power, quotientOf, rootOfUnity } from '../src/prime-field.ts';

const random = seededRandom(0xf1e1d);
const P = BigInt(PRIME);
/** Edges first: products whose quotients lie next to an integer. */
const ELEMENTS = [
  0,
  1,
  2,
  PRIME - 1,
  PRIME - 2,
  (PRIME + 1) / 2,
  (PRIME - 1) / 2,
  2 ** 24,
  2 ** 30,
];
while (ELEMENTS.length < 600) ELEMENTS.push(random.integer(PRIME));

describe('the prime field', () => {
  it('has p = 2^31 - 2^24 + 1, a prime with 2^24 in p - 1', () => {
    expect(PRIME).toBe(2 ** 31 - 2 ** 24 + 1);
    for (let d = 2; d * d <= PRIME; d++) if (PRIME % d === 0) expect.fail(`${d} divides p`);
    expect((PRIME - 1) % 2 ** 24).toBe(0);
  });

  it('multiplies as integers modulo p, edges included', () => {
    for (const a of ELEMENTS) {
      for (const b of ELEMENTS) {
        const product = multiply(a, b);
        if (BigInt(product) !== (BigInt(a) * BigInt(b)) % P) expect.fail(`${a} * ${b}`);
      }
    }
  });

  it('inverts and takes powers', () => {
    for (const a of ELEMENTS.slice(1, 100)) expect(multiply(a, invert(a))).toBe(1);
    expect(power(5, 0)).toBe(1);
    expect(power(5, 13)).toBe(Number(5n ** 13n % P));
  });

  it('has roots of unity of exactly each order up to 2^24, and no others', () => {
    for (let log = 1; log <= 24; log++) {
      expect(power(rootOfUnity(2 ** log), 2 ** (log - 1))).toBe(PRIME - 1);
    }
    for (const order of [0, 3, 12, 2 ** 25]) expect(() => rootOfUnity(order)).toThrow(RangeError);
  });

  it('has quotients for both arithmetics: exact in 32 bits, at most one too large in doubles', () => {
    for (const w of ELEMENTS) {
      expect(shoupOf(w)).toBe(Number((BigInt(w) << 32n) / P));
      for (const b of ELEMENTS.slice(0, 60)) {
        const excess = Math.floor(b * quotientOf(w)) - Number((BigInt(b) * BigInt(w)) / P);
        if (excess !== 0 && excess !== 1) expect.fail(`${b} * ${w}: ${excess}`);
      }
    }
  });
});
