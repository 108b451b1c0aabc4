import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, vectorsFolder } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { type CryptoProvider, defaultCrypto } from '../src/crypto.ts';
import { verifyReferenceManifest } from '../src/nvidia/rim.ts';

const folder = vectorsFolder('tee');
const LONG = process.env.BARYCENTER_LONG !== undefined;
const SEED = 0x52494d;

/** Remembers answers by key, signature and data: mutants share all but one of their certificates. */
function remembering(crypto: CryptoProvider): CryptoProvider {
  const known = new Map<string, Promise<boolean>>();
  return {
    ...crypto,
    verify(signed) {
      const { key, signature, data } = signed;
      const point = key.kind === 'ec' ? key.point : key.spki;
      const question = bytesToHex(sha256(concatBytes(point, signature, data)));
      const answer = known.get(question) ?? crypto.verify(signed);
      known.set(question, answer);
      return answer;
    },
  };
}

describe.runIf(folder !== undefined)('a changed manifest', () => {
  const files = [
    ['hopper-545.00-full/driver_rim.xml', '2024-06-01T00:00:00Z'],
    ['switch-ls10/vbios_rim.xml', '2026-06-01T00:00:00Z'],
  ] as const;
  for (const [path, at] of files) {
    it(`is refused whichever bit of ${path} was flipped`, async () => {
      const xml = new Uint8Array(readFileSync(join(folder!, 'nvidia', path)));
      const crypto = remembering(defaultCrypto());
      const options = { now: new Date(at), crypto };
      const random = seededRandom(SEED);
      const codes = new Map<string, number>();
      for (let at = 0; at < xml.length; at++) {
        for (const bit of LONG ? [0, 1, 2, 3, 4, 5, 6, 7] : [random.integer(8)]) {
          if (!LONG && random.integer(16) !== 0) continue;
          xml[at]! ^= 1 << bit;
          const result = await verifyReferenceManifest(xml, options);
          const code = result.ok ? 'ok' : result.code;
          expect(code, `seed ${SEED}, byte ${at}, bit ${bit}`).not.toBe('ok');
          codes.set(code, (codes.get(code) ?? 0) + 1);
          xml[at]! ^= 1 << bit;
        }
      }
      expect((await verifyReferenceManifest(xml, options)).ok).toBe(true);
      // Most of a manifest is hashes, and a flipped bit of one often leaves hexadecimal digits.
      expect(codes.get('xml_digest_mismatch')).toBeGreaterThan(500);
    });

    it(`is refused wherever ${path} was cut, or whatever follows it`, async () => {
      const xml = new Uint8Array(readFileSync(join(folder!, 'nvidia', path)));
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
