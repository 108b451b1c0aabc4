import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { packPayload, unpackPayload } from '../src/payload.ts';

const random = seededRandom(0x0a11);

describe('payload rows', () => {
  it('come back as they were, for every length that a 4 x 3 matrix can hold', () => {
    const shape = { k: 4, n: 16, c: 3 };
    for (let byteLength = 1; byteLength <= 31 * 12; byteLength++) {
      const payload = random.bytes(byteLength);
      const rows = packPayload(payload, shape);
      expect(rows.map((row) => row.length)).toEqual([96, 96, 96, 96]);
      expect(unpackPayload(rows, { shape, byteLength })).toEqual({ status: 'ok', payload });
    }
  });

  it('put element e in row e / c at position e mod c below a zero byte', () => {
    const shape = { k: 2, n: 4, c: 2 };
    const payload = random.bytes(31 * 4);
    const rows = packPayload(payload, shape);
    for (let e = 0; e < 4; e++) {
      const element = rows[e >> 1]!.subarray(32 * (e & 1), 32 * (e & 1) + 32);
      expect(element[0]).toBe(0);
      expect(element.slice(1)).toEqual(payload.slice(31 * e, 31 * e + 31));
    }
  });

  it('are INVALID where an element reaches 2^248', () => {
    const shape = { k: 2, n: 4, c: 2 };
    const rows = packPayload(random.bytes(100), shape);
    rows[1]![32] = 1;
    const outcome = unpackPayload(rows, { shape, byteLength: 100 });
    expect(outcome).toEqual({ status: 'invalid', code: 'element_overflow' });
  });

  it('are INVALID where any byte at or after byteLength is not zero', () => {
    const shape = { k: 2, n: 4, c: 2 };
    for (const at of [100, 110, 123]) {
      const rows = packPayload(new Uint8Array(100), shape);
      const e = Math.floor(at / 31);
      rows[Math.floor(e / 2)]![32 * (e % 2) + 1 + (at % 31)] = 1;
      const outcome = unpackPayload(rows, { shape, byteLength: 100 });
      expect(outcome).toEqual({ status: 'invalid', code: 'padding_nonzero' });
    }
  });
});
