import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { uncompressG1, uncompressG2 } from '../../../testing/conformance/src/eip2537.ts';
import { compressKey, expandSignature, packKey } from '../src/evm-points.ts';
import { bls, codeOf, flipped } from './fixture.ts';
import { addTorsion } from './torsion.ts';

const random = seededRandom(2537);
const keys = Array.from({ length: 20 }, () => bls.keyGen(random.bytes(32)));

describe('packKey and compressKey', () => {
  it('give x | y and back, for both signs of y', () => {
    const signs = new Set<number>();
    for (const secretKey of keys) {
      const publicKey = bls.publicKey(secretKey);
      signs.add(publicKey[0]! & 0x20);
      const packed = packKey(publicKey);
      const point = uncompressG1(publicKey);
      expect(packed).toEqual(Uint8Array.from([...point.slice(16, 64), ...point.slice(80)]));
      expect(compressKey(packed)).toEqual(publicKey);
    }
    expect(signs.size, `seed ${random.seed}`).toBe(2);
  });

  it('refuse infinity, points outside the group, and bytes that are no point', () => {
    const publicKey = bls.publicKey(keys[0]!);
    const infinity = Uint8Array.from({ length: 48 }, (_, i) => (i === 0 ? 0xc0 : 0));
    const bad = [
      infinity,
      addTorsion(publicKey, 3n),
      publicKey.slice(1),
      new Uint8Array(48),
      new Uint8Array(0),
      flipped(publicKey, 0, 7),
    ];
    for (const bytes of bad) expect(codeOf(() => packKey(bytes))).toBe('key_invalid');
  });
});

describe('expandSignature', () => {
  it('gives the encoding of EIP-2537', () => {
    for (const secretKey of keys) {
      const signature = bls.sign(secretKey, random.bytes(8));
      expect(expandSignature(signature), `seed ${random.seed}`).toEqual(uncompressG2(signature));
    }
  });

  it('refuses bytes that are no point', () => {
    const signature = bls.sign(keys[0]!, random.bytes(8));
    for (const bytes of [signature.slice(1), new Uint8Array(96), flipped(signature, 0, 7)]) {
      expect(codeOf(() => expandSignature(bytes))).toBe('signature_invalid');
    }
  });
});
