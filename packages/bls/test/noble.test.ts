import { expect, test } from 'vitest';
import { createBls, createBlsSync } from '../src/index.ts';
import { blsSuite } from './bls-suite.ts';
import { ascii } from './bytes.ts';
import { shiftSignature } from './points.ts';

blsSuite('noble', createBls, { signatureStride: 1 });

function cancellingBatch() {
  const bls = createBlsSync();
  const message = ascii('m');
  const secretKeys = [1, 2, 3].map((fill) => bls.keyGen(new Uint8Array(32).fill(fill)));
  const [first, second, error] = secretKeys.map((key) => bls.sign(key, message));
  const signatures = [
    shiftSignature(first!, { error: error!, negate: false }),
    shiftSignature(second!, { error: error!, negate: true }),
  ];
  const sets = signatures.map((signature, i) => {
    return { publicKey: bls.publicKey(secretKeys[i]!), message, signature };
  });
  return { bls, sets };
}

test('it is the weights that find errors that cancel: equal ones do not', () => {
  const { bls, sets } = cancellingBatch();
  const equal = (size: number) => new Uint8Array(size).fill(1);
  expect(bls.verifyBatch(sets, { random: equal })).toEqual({ ok: true });
  const unequal = (size: number) => Uint8Array.from({ length: size }, (_, i) => i + 1);
  expect(bls.verifyBatch(sets, { random: unequal })).toEqual({ ok: false, invalid: [0, 1] });
});

test('a batch of n asks for 16 n random bytes', () => {
  const { bls, sets } = cancellingBatch();
  const asked: number[] = [];
  const random = (size: number) => {
    asked.push(size);
    return crypto.getRandomValues(new Uint8Array(size));
  };
  bls.verifyBatch(sets, { random });
  expect(asked).toEqual([32]);
});

test('randomness of wrong length, of zeros or of another type is refused', () => {
  const { bls, sets } = cancellingBatch();
  const withRandom = (random: (size: number) => unknown) => () =>
    bls.verifyBatch(sets, { random: random as (size: number) => Uint8Array });
  expect(withRandom((size) => new Uint8Array(size))).toThrow(RangeError);
  expect(withRandom((size) => new Uint8Array(size - 1).fill(1))).toThrow(RangeError);
  expect(withRandom(() => 'random')).toThrow(TypeError);
});
