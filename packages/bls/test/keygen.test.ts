import { createHash, hkdfSync } from 'node:crypto';
import { seededRandom } from '@barycenter/testing';
import blst from '@chainsafe/blst';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { expect, test } from 'vitest';
import { GROUP_ORDER, keyGen } from '../src/keygen.ts';
import { fromInteger, toHex } from './bytes.ts';

test('r is the order of the group, r = x^4 - x^2 + 1 for the curve parameter x', () => {
  const x = -0xd201000000010000n;
  expect(GROUP_ORDER).toBe(x ** 4n - x ** 2n + 1n);
  expect(GROUP_ORDER).toBe(bls12_381.fields.Fr.ORDER);
});

/** §2.3 with node:crypto: HKDF over IKM || 0 with salt H("BLS-SIG-KEYGEN-SALT-"), 48 bytes, mod r. */
function referenceKeyGen(keyMaterial: Uint8Array): Uint8Array {
  const salt = createHash('sha256').update('BLS-SIG-KEYGEN-SALT-').digest();
  const padded = new Uint8Array([...keyMaterial, 0]);
  const okm = new Uint8Array(hkdfSync('sha256', padded, salt, Uint8Array.of(0, 48), 48));
  return fromInteger(BigInt(`0x${toHex(okm)}`) % GROUP_ORDER, 32);
}

test('keys equal the rule of the draft computed with node:crypto, and those of blst', () => {
  const random = seededRandom(0x6e);
  for (let i = 0; i < 40; i++) {
    const material = random.bytes(32 + random.integer(100));
    const note = `seed ${random.seed}, round ${i}`;
    expect(keyGen(material), note).toEqual(referenceKeyGen(material));
    expect(toHex(keyGen(material)), note).toBe(
      toHex(blst.SecretKey.fromKeygen(material).toBytes()),
    );
  }
});

test('the key material is not changed', () => {
  const material = new Uint8Array(32).fill(9);
  keyGen(material);
  expect(material).toEqual(new Uint8Array(32).fill(9));
});
