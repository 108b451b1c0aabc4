/** Every certificate of `vectors/tee`, for tests of the parts that all vendors share. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVectors } from '@barycenter/testing';

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** PEM blocks of all files, wherever they stand: chains, quotes, JSON collateral. Sorted by path. */
export function certificateBlocks(): string[] {
  const folder = findVectors('tee');
  if (folder === undefined) return [];
  const found = new Set<string>();
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.(pem|bin|json|dat)$/.test(path)) continue;
    const text = readFileSync(join(folder, path), 'latin1').replaceAll('\\n', '\n');
    for (const [block] of text.matchAll(BLOCK)) found.add(block);
  }
  return [...found];
}

/** DER of those, and of the certificates that lie there as DER. */
export function certificateBytes(): Uint8Array[] {
  const folder = findVectors('tee');
  if (folder === undefined) return [];
  const blocks = certificateBlocks().map((block) => {
    const base64 = block.replace(/-----[A-Z ]+-----|\s/g, '');
    return new Uint8Array(Buffer.from(base64, 'base64'));
  });
  const files = ['snp/google-milan-v2/vcek.der', 'snp/turin-vcek-only/vcek.der'];
  return [...blocks, ...files.map((file) => new Uint8Array(readFileSync(join(folder, file))))];
}
