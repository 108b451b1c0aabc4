import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { multiplyInto } from '../src/kernel.ts';
import { applyMatrix } from '../src/reference/matrix-code.ts';

test('the packed product equals the position-by-position product for random shapes', () => {
  const random = seededRandom(0x6e11);
  for (let round = 0; round < 60; round++) {
    const inputCount = 1 + random.integer(9);
    const rows = Array.from({ length: random.integer(10) }, () => random.bytes(inputCount));
    const size = 1 + random.integer(200);
    const inputs = Array.from({ length: inputCount }, () => random.bytes(size));
    const outputs = rows.map(() => new Uint8Array(size));
    multiplyInto(outputs, rows, inputs);
    const expected = applyMatrix(
      rows.map((row) => [...row]),
      inputs,
    );
    expect(outputs, `seed ${random.seed} round ${round}`).toEqual(expected);
  }
});

test('positions around the block size of 4,096 are all computed', () => {
  const random = seededRandom(0x6e12);
  for (const size of [4095, 4096, 4097, 8191, 8192, 8193]) {
    const inputs = [random.bytes(size), random.bytes(size)];
    const rows = [Uint8Array.of(1, 1), Uint8Array.of(1, 0), Uint8Array.of(0, 1)];
    const outputs = rows.map(() => new Uint8Array(size).fill(0xaa));
    multiplyInto(outputs, rows, inputs);
    expect(outputs[0]).toEqual(inputs[0]!.map((byte, i) => byte ^ inputs[1]![i]!));
    expect(outputs[1]).toEqual(inputs[0]);
    expect(outputs[2]).toEqual(inputs[1]);
  }
});
