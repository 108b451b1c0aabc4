import { describe, expect, it } from 'vitest';
import { EIP7594, geometry, MAX_BLOB_BYTES, maxPayloadBytes } from '../src/profile.ts';

describe('geometry', () => {
  it('reproduces k and c of da-review.md §4 for profile eip7594', () => {
    const table = [
      [1, 1, 1],
      [1_000, 1, 33],
      [7_936, 1, 256],
      [32 * 1024, 64, 17],
      [64 * 1024, 128, 17],
      [256 * 1024, 256, 34],
      [1024 * 1024, 256, 133],
      [4 * 1024 * 1024, 256, 529],
      [31 * 1024 * 1024, 256, 4096],
    ] as const;
    for (const [byteLength, k, c] of table) {
      expect(geometry(EIP7594, byteLength), `${byteLength}`).toEqual({ k, n: 1024, c });
    }
  });

  it('has room for every payload and no unused column, for lengths around each step', () => {
    for (const step of EIP7594.dataRowSteps) {
      for (const byteLength of [
        31 * step.maxElements - 1,
        31 * step.maxElements,
        31 * step.maxElements + 1,
      ]) {
        if (byteLength > MAX_BLOB_BYTES) continue;
        const { k, c } = geometry(EIP7594, byteLength);
        expect(31 * k * c).toBeGreaterThanOrEqual(byteLength);
        expect(31 * k * (c - 1)).toBeLessThan(byteLength);
      }
    }
  });

  it('accepts 1 and 31 k c bytes and refuses 0, one more, fractions and NaN', () => {
    expect(maxPayloadBytes(EIP7594)).toBe(MAX_BLOB_BYTES);
    expect(MAX_BLOB_BYTES).toBe(31 * 256 * 4096);
    expect(geometry(EIP7594, MAX_BLOB_BYTES)).toEqual({ k: 256, n: 1024, c: 4096 });
    for (const byteLength of [0, -1, 1.5, Number.NaN, MAX_BLOB_BYTES + 1, Infinity]) {
      expect(() => geometry(EIP7594, byteLength)).toThrow(RangeError);
    }
  });
});
