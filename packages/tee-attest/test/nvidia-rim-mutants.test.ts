import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, vectorsFolder } from '@barycenter/testing';
import { concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { verifyReferenceManifest } from '../src/nvidia/rim.ts';
import { RIM_VECTORS, rimMutants } from './cases/nvidia-rim.ts';
import { isGenuine } from './rim-oracle.ts';

const folder = vectorsFolder('tee');
const all = process.env.BARYCENTER_LONG !== undefined;
const SEED = 0x52494d;
const FILES = [
  ['hopper-545.00-full/driver_rim.xml', '2024-06-01T00:00:00Z'],
  ['switch-ls10/vbios_rim.xml', '2026-06-01T00:00:00Z'],
] as const;
const read = (path: string) => new Uint8Array(readFileSync(join(folder!, 'nvidia', path)));

describe.runIf(folder !== undefined)('a changed manifest', () => {
  for (const [path, at] of FILES) {
    it(`is refused whichever bit of ${path} was flipped`, async () => {
      const now = new Date(at);
      const random = seededRandom(SEED);
      const { tried, accepted, codes } = await rimMutants(read(path), { now, random, all });
      expect(accepted, `seed ${SEED}`).toEqual([]);
      expect(tried).toBeGreaterThan(1000);
      // Most of a manifest is hashes, and a flipped bit of one often leaves hexadecimal digits.
      expect(codes.get('xml_digest_mismatch')).toBeGreaterThan(500);
    });

    it(`is refused wherever ${path} was cut, or whatever follows it`, async () => {
      const xml = read(path);
      const options = { now: new Date(at) };
      const end = new TextDecoder().decode(xml).trimEnd().length;
      const random = seededRandom(SEED);
      for (let i = 0; i < 200; i++) {
        const cut = i === 0 ? end - 1 : random.integer(end);
        const result = await verifyReferenceManifest(xml.subarray(0, cut), options);
        expect(result.ok, `seed ${SEED}, length ${cut}`).toBe(false);
      }
      const followed = concatBytes(xml, Uint8Array.of(0x61));
      expect((await verifyReferenceManifest(followed, options)).ok).toBe(false);
    });
  }
});

describe.runIf(folder !== undefined)('node:crypto', () => {
  it('agrees about every published manifest', async () => {
    for (const { path, now: at, expected } of RIM_VECTORS) {
      expect(isGenuine(read(path), new Date(at)), path).toBe(/^(?:driver|vbios) /.test(expected));
    }
  });

  it('accepts whatever is accepted of manifests that are laid out anew', async () => {
    const random = seededRandom(SEED);
    for (const [path, at] of FILES) {
      const now = new Date(at);
      const source = new TextDecoder().decode(read(path));
      const gaps = [...source.matchAll(/[ \n]+|"|>/g)];
      let accepted = 0;
      for (let i = 0; i < 60; i++) {
        const gap = gaps[random.integer(gaps.length)]!;
        const changed = `${source.slice(0, gap.index)} ${source.slice(gap.index)}`;
        const xml = new TextEncoder().encode(changed);
        const result = await verifyReferenceManifest(xml, { now });
        if (!result.ok) continue;
        accepted++;
        expect(isGenuine(xml, now), `seed ${SEED}, round ${i}`).toBe(true);
      }
      expect(accepted).toBeGreaterThan(0);
      expect(accepted).toBeLessThan(60);
    }
  });
});
