import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { PRIME } from '../src/prime-field.ts';
import { bytesOfWords, packWords, unpackWords, wordsOfBytes } from '../src/zoda-payload.ts';

const random = seededRandom(0x9a7);

describe('payload words', () => {
  it('are the payload as one little-endian bit string, 30 bits a word', () => {
    const payload = random.bytes(90);
    const [row] = packWords(payload, { k: 1, n: 16, c: 3 });
    let bits = 0n;
    payload.forEach((byte, i) => {
      bits |= BigInt(byte) << BigInt(8 * i);
    });
    const words = Array.from({ length: 24 }, (_, i) =>
      Number((bits >> BigInt(30 * i)) & 0x3fffffffn),
    );
    expect([...row!]).toEqual(words);
  });

  it('come back for every length up to three rows, zero padded', () => {
    for (let byteLength = 1; byteLength <= 180; byteLength++) {
      const shape = { k: 4, n: 16, c: Math.ceil(byteLength / 120) };
      const payload = random.bytes(byteLength);
      const rows = packWords(payload, shape);
      expect(rows.every((row) => row.length === 8 * shape.c)).toBe(true);
      expect(unpackWords(rows, { shape, byteLength })).toEqual({ status: 'ok', payload });
    }
  });

  it('are INVALID with a word of 2^30 or more, or a byte behind the end', () => {
    const shape = { k: 2, n: 16, c: 1 };
    const rows = packWords(random.bytes(50), shape);
    rows[1]![7] = 0;
    const options = { shape, byteLength: 50 };
    expect(unpackWords(rows, options).status).toBe('ok');
    const changed = (at: number, word: number) =>
      rows.map((row, i) => (i === 1 ? row.map((old, j) => (j === at ? word : old)) : row));
    expect(unpackWords(changed(2, 2 ** 30), options)).toEqual({
      status: 'invalid',
      code: 'element_overflow',
    });
    expect(unpackWords(changed(7, 1 << 29), options)).toEqual({
      status: 'invalid',
      code: 'padding_nonzero',
    });
  });

  it('are read from bytes only if every word is below p', () => {
    const words = Int32Array.of(0, 1, PRIME - 1, 7);
    expect(wordsOfBytes(bytesOfWords(words))).toEqual(words);
    for (const word of [PRIME, PRIME + 1, -1, 0x7fffffff, -(2 ** 31)]) {
      expect(wordsOfBytes(bytesOfWords(Int32Array.of(5, word)))).toBe(undefined);
    }
    const odd = new Uint8Array(9);
    odd.set(bytesOfWords(Int32Array.of(3, 4)), 1);
    expect(wordsOfBytes(odd.subarray(1))).toEqual(Int32Array.of(3, 4));
  });
});
