import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { decodeManifest, encodeManifest, MAX_PARTS, partSize } from '../src/manifest.ts';
import { codeThrown } from './scratch.ts';

function example(totalBytes: number, partBytes: number) {
  const random = seededRandom(totalBytes);
  const count = Math.ceil(totalBytes / partBytes);
  return {
    totalBytes,
    partBytes,
    sha256: random.bytes(32),
    headerRoots: Array.from({ length: count }, () => random.bytes(32)),
  };
}

/** Encoded fields overwritten: `[offset, little-endian value]`. */
function altered(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

test('a manifest survives encoding, and its parts add up to the file', () => {
  for (const [total, part] of [
    [2, 1],
    [100, 99],
    [100, 50],
    [1_000_003, 4096],
  ] as const) {
    const manifest = example(total, part);
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
    const sum = manifest.headerRoots.reduce((bytes, _, i) => bytes + partSize(manifest, i), 0);
    expect(sum).toBe(total);
  }
});

test('the encoding is fixed byte for byte', () => {
  const bytes = encodeManifest({
    totalBytes: 3,
    partBytes: 2,
    sha256: new Uint8Array(32).fill(0xaa),
    headerRoots: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)],
  });
  expect(Buffer.from(bytes).toString('hex')).toBe(
    `42434d414e494631${'0300000000000000'}${'02000000'}${'02000000'}${'aa'.repeat(32)}${'01'.repeat(32)}${'02'.repeat(32)}`,
  );
});

test('every truncation, every extension and every flipped size is refused', () => {
  const bytes = encodeManifest(example(1000, 300));
  for (let size = 0; size < bytes.length; size++) {
    expect(codeThrown(() => decodeManifest(bytes.subarray(0, size)))).toBe('manifest_malformed');
  }
  const longer = new Uint8Array(bytes.length + 32);
  longer.set(bytes);
  expect(codeThrown(() => decodeManifest(longer))).toBe('manifest_malformed');
  for (let at = 0; at < 8; at++) {
    const copy = Uint8Array.from(bytes);
    copy[at]! ^= 1;
    expect(
      codeThrown(() => decodeManifest(copy)),
      `magic byte ${at}`,
    ).toBe('manifest_malformed');
  }
  for (const [field, at, value] of [
    ['total too small', 8, 900],
    ['total too large', 8, 1201],
    ['total beyond 2^53', 12, 0xffffffff],
    ['parts of 0', 16, 0],
    ['parts too large', 16, 1000],
    ['count 0', 20, 0],
    ['count 1', 20, 1],
    ['count beyond the bytes', 20, 5],
    ['count beyond the bound', 20, MAX_PARTS + 1],
  ] as const) {
    expect(
      codeThrown(() => decodeManifest(altered(bytes, at, value))),
      field,
    ).toBe('manifest_malformed');
  }
});

test('a root that stands twice is refused: every part has a nonce of its own', () => {
  const manifest = example(1000, 300);
  const twice = [...manifest.headerRoots.slice(0, 3), manifest.headerRoots[0]!];
  expect(() => encodeManifest({ ...manifest, headerRoots: twice })).toThrow(RangeError);
});

test('a file that fits one part has no manifest', () => {
  expect(() => encodeManifest(example(100, 100))).toThrow(RangeError);
});
