import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { checksum, checksumKey, checksumSoundnessBits, checksumWidth } from '../src/checksum.ts';
import { invert, multiply, PRIME, power } from '../src/prime-field.ts';
import { EIP7594, ZODA } from '../src/profile.ts';

const random = seededRandom(0xc5c5);

function binomial(n: number, k: number): bigint {
  let result = 1n;
  for (let i = 1; i <= k; i++) result = (result * BigInt(n - k + i)) / BigInt(i);
  return result;
}

const unit = (length: number, at: number, value = 1) => {
  const row = new Int32Array(length);
  row[at] = value;
  return row;
};

describe('the width of the checksum', () => {
  it('is the least t with C(n, k+1) (p-1)^-t <= 2^-128, exactly, for every step of the profile', () => {
    const n = ZODA.rowCount;
    for (const { dataRows: k } of ZODA.dataRowSteps) {
      const subsets = binomial(n, k + 1) << 128n;
      const t = checksumWidth({ k, n });
      expect(BigInt(PRIME - 1) ** BigInt(t) >= subsets).toBe(true);
      expect(BigInt(PRIME - 1) ** BigInt(t - 1) >= subsets).toBe(false);
      expect(checksumSoundnessBits({ k, n })).toBeGreaterThanOrEqual(128);
    }
    expect([1, 64, 128, 256].map((k) => checksumWidth({ k, n }))).toEqual([5, 16, 23, 31]);
    expect(checksumSoundnessBits({ k: 256, n: 1024 })).toBeCloseTo(133.43, 1);
    expect(EIP7594.rowCount).toBe(ZODA.rowCount);
  });

  it('does not rest on a distance: that analysis would need 189 sampled rows of every member', () => {
    const [n, k] = [1024, 256];
    expect(Math.ceil(128 / -Math.log2(1 - (n - k + 1) / (2 * n)))).toBe(189);
  });
});

describe('the checksum matrix H', () => {
  const cases = [
    { length: 8, width: 5 },
    { length: 264, width: 16 },
    { length: 1000, width: 31 },
  ];

  it('is a diagonal of non-zero elements times a Vandermonde matrix on distinct nodes', () => {
    for (const { length, width } of cases) {
      const key = checksumKey(random.bytes(32), { length, width });
      const nodes = new Set<number>();
      for (let b = 0; b < length; b++) {
        const row = checksum(unit(length, b), key);
        const [r, second] = row;
        expect(r).not.toBe(0);
        const node = multiply(second!, invert(r!));
        nodes.add(node);
        expect([...row]).toEqual(Array.from(row, (_, j) => multiply(r!, power(node, j))));
      }
      expect(nodes.size).toBe(length);
      expect(nodes.has(0)).toBe(false);
    }
  });

  it('is applied linearly', () => {
    for (const { length, width } of cases) {
      const key = checksumKey(random.bytes(32), { length, width });
      const rows = Array.from({ length: 3 }, () =>
        Int32Array.from({ length }, () => random.integer(PRIME)),
      );
      const [s, t, u] = rows.map(() => random.integer(PRIME));
      const combine = (parts: readonly Int32Array[]) =>
        parts[0]!.map((_, i) => {
          const terms = [s, t, u].map((factor, part) => multiply(factor!, parts[part]![i]!));
          return terms.reduce((sum, term) => (sum + term) % PRIME, 0);
        });
      const sums = rows.map((row) => checksum(row, key));
      expect(checksum(combine(rows), key)).toEqual(combine(sums));
    }
  });

  it('is another one for another seed, and independent of keys used in between', () => {
    const options = { length: 100, width: 5 };
    const [first, second] = [
      checksumKey(random.bytes(32), options),
      checksumKey(random.bytes(32), options),
    ];
    const row = Int32Array.from({ length: 100 }, () => random.integer(PRIME));
    const before = checksum(row, first);
    expect(checksum(row, second)).not.toEqual(before);
    expect(checksum(row, first)).toEqual(before);
  });

  it('sees every change of one element: t elements of the checksum change', () => {
    const key = checksumKey(random.bytes(32), { length: 64, width: 16 });
    for (let b = 0; b < 64; b++) {
      expect(checksum(unit(64, b, 1 + random.integer(PRIME - 1)), key).includes(0)).toBe(false);
    }
  });
});
