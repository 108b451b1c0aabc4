import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { readBase64 } from '../src/xml/base64.ts';

describe('readBase64', () => {
  it('reads what it was written from, with white space anywhere', () => {
    const random = seededRandom(64);
    for (let i = 0; i < 200; i++) {
      const bytes = random.bytes(random.integer(100));
      const text = Buffer.from(bytes).toString('base64');
      const spaced = [...text].map((one) => one + ' \n\t\r'.slice(0, random.integer(5))).join('');
      expect(readBase64(text), `seed ${random.seed}, round ${i}`).toEqual(bytes);
      expect(readBase64(spaced), `seed ${random.seed}, round ${i}`).toEqual(bytes);
    }
  });

  it('reads one spelling only: no stray bits, no other alphabet, whole padding', () => {
    for (const text of [
      'QR==',
      'QUJ=',
      'Q',
      'QQ',
      'QQ=',
      'QQ===',
      'Q===',
      '=',
      'Q=Q=',
      '_-__',
      'é',
    ])
      expect(readBase64(text), text).toBeUndefined();
    expect(readBase64('QQ==')).toEqual(Uint8Array.of(0x41));
    expect(readBase64('')).toEqual(new Uint8Array());
  });
});
