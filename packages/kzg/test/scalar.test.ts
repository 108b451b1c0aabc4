import { bytesToScalar, FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { invert, invertEach, power, powersOf, readScalars, writeScalars } from '../src/scalar.ts';
import { randomRow, randomScalars } from './random-rows.ts';
import { inverse, mod, pow } from './reference/polynomial.ts';

const SEED = 0x5ca1a;

test('the modulus is z^4 - z^2 + 1 for the curve parameter z', () => {
  const z = -0xd201000000010000n;
  expect(FIELD_MODULUS).toBe(z ** 4n - z ** 2n + 1n);
  expect(FIELD_MODULUS).toBe(bls12_381.fields.Fr.ORDER);
});

test('an encoded scalar decodes to itself, also at the edges', () => {
  for (const scalar of [0n, 1n, 2n ** 64n, 2n ** 192n - 1n, FIELD_MODULUS - 1n]) {
    expect(bytesToScalar(scalarToBytes(scalar))).toBe(scalar);
  }
  expect(scalarToBytes(258n).slice(30)).toEqual(Uint8Array.of(1, 2));
});

test('values from the modulus on are refused, never reduced', () => {
  for (const value of [FIELD_MODULUS, FIELD_MODULUS + 1n, 2n ** 256n - 1n]) {
    const bytes = Uint8Array.from(Buffer.from(value.toString(16), 'hex'));
    expect(() => bytesToScalar(bytes)).toThrow(
      expect.objectContaining({ name: 'KzgError', code: 'scalar_not_canonical' }),
    );
  }
});

test('any other length than 32 bytes is refused', () => {
  for (const size of [0, 31, 33]) {
    expect(() => bytesToScalar(new Uint8Array(size))).toThrow(
      expect.objectContaining({ code: 'scalar_length' }),
    );
  }
});

test('scalars outside [0, r) and other types are errors of the caller', () => {
  expect(() => scalarToBytes(-1n)).toThrow(RangeError);
  expect(() => scalarToBytes(FIELD_MODULUS)).toThrow(RangeError);
  expect(() => scalarToBytes(5 as unknown as bigint)).toThrow(TypeError);
  expect(() => bytesToScalar('00' as unknown as Uint8Array)).toThrow(TypeError);
});

test(`arrays of scalars survive encoding at any byte offset (seed ${SEED})`, () => {
  const row = randomRow(seededRandom(SEED), 5);
  const shifted = new Uint8Array(row.length + 3);
  shifted.set(row, 3);
  expect(writeScalars(readScalars(shifted.subarray(3)))).toEqual(row);
});

test(`inverses and powers agree with Fermat and repeated multiplication (seed ${SEED})`, () => {
  const scalars = [1n, FIELD_MODULUS - 1n, ...randomScalars(seededRandom(SEED), 20)];
  expect(scalars.map(invert)).toEqual(scalars.map(inverse));
  expect(invertEach(scalars)).toEqual(scalars.map(inverse));
  expect(invertEach([])).toEqual([]);
  expect(invertEach([-2n])).toEqual([inverse(-2n)]);
  for (const base of scalars) {
    expect(powersOf(base, 5)).toEqual([0n, 1n, 2n, 3n, 4n].map((e) => mod(base ** e)));
    expect(power(base, 65_537n)).toBe(pow(base, 65_537n));
  }
  expect(() => invertEach([1n, 0n])).toThrow(RangeError);
});
