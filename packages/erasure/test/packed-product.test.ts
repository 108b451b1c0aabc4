import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { field } from '../src/field.ts';
import { addPackedProducts } from '../src/js/packed-product.ts';
import { GF8 } from '../src/reference/slow-field.ts';

test('the packed product adds the position-by-position product for random shapes', () => {
  const random = seededRandom(0x6e11);
  for (let round = 0; round < 60; round++) {
    const inputCount = 1 + random.integer(9);
    const outputCount = random.integer(10);
    const coefficients = Uint16Array.from(random.bytes(inputCount * outputCount));
    const size = 1 + random.integer(200);
    const inputs = Array.from({ length: inputCount }, () => random.bytes(size));
    const before = Array.from({ length: outputCount }, () => random.bytes(size));
    const outputs = before.map((bytes) => bytes.slice());
    addPackedProducts(outputs, inputs, { coefficients, field: field('gf8') });
    const expected = before.map((bytes, r) =>
      bytes.map((byte, i) =>
        inputs.reduce(
          (sum, input, c) => sum ^ GF8.multiply(coefficients[r * inputCount + c]!, input[i]!),
          byte,
        ),
      ),
    );
    expect(outputs, `seed ${random.seed} round ${round}`).toEqual(expected);
  }
});

test('positions around the block size of 4,096 are all computed', () => {
  const random = seededRandom(0x6e12);
  for (const size of [4095, 4096, 4097, 8191, 8192, 8193]) {
    const inputs = [random.bytes(size), random.bytes(size)];
    const coefficients = Uint16Array.of(1, 1, 1, 0, 0, 1);
    const outputs = [0, 1, 2].map(() => new Uint8Array(size));
    addPackedProducts(outputs, inputs, { coefficients, field: field('gf8') });
    expect(outputs[0]).toEqual(inputs[0]!.map((byte, i) => byte ^ inputs[1]![i]!));
    expect(outputs[1]).toEqual(inputs[0]);
    expect(outputs[2]).toEqual(inputs[1]);
  }
});
