/**
 * The challenge point in the domain, which no hash will ever give: the tag's digest is replaced by
 * one that reduces to a root of unity, and both ends must refuse.
 */
import { describe, expect, it, vi } from 'vitest';

const forced = vi.hoisted(() => ({ digest: undefined as Uint8Array<ArrayBuffer> | undefined }));

vi.mock('../src/tagged-hash.ts', async (original) => {
  const real = await original<typeof import('../src/tagged-hash.ts')>();
  return {
    ...real,
    taggedHash: (...args: Parameters<typeof real.taggedHash>) =>
      (args[0] === real.TAGS.challengeZ ? forced.digest : undefined) ?? real.taggedHash(...args),
  };
});

const { checkHeader } = await import('../src/index.ts');
const { codeOf, kzg, POLICY, toyBlob } = await import('./fixture.ts');

describe('a header whose point is a root of unity', () => {
  it('is neither made nor accepted', () => {
    const { blob } = toyBlob(100);
    const policy = { ...POLICY, kzg };
    expect(checkHeader(blob.message, policy).headerRoot).toEqual(blob.headerRoot);
    forced.digest = new Uint8Array(32);
    forced.digest[31] = 1; // z = 1
    expect(codeOf(() => toyBlob(100))).toBe('z_in_domain');
    expect(codeOf(() => checkHeader(blob.message, policy))).toBe('z_in_domain');
    forced.digest[31] = 2; // no root of unity: the opening is simply for another point
    expect(codeOf(() => checkHeader(blob.message, policy))).toBe('opening_invalid');
  });
});
