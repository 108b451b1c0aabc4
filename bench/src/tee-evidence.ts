/**
 * Published evidence of TEEs (`vectors/tee`), and the measure of its rows: one import of a key and one
 * verification by the platform's WebCrypto, of a signature that such evidence carries.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVectors } from '@barycenter/testing';
import type { Must } from './must.ts';
import type { Contest } from './operation.ts';

/** About 16 rounds of three contenders: calls are short, and their spread is small. */
export const BUDGET_MS = 1500;

/** An ECDSA signature: uncompressed point, r ‖ s. */
export interface EcdsaCase {
  readonly curve: 'P-256' | 'P-384';
  readonly hash: 'SHA-256' | 'SHA-384';
  readonly point: Uint8Array;
  readonly signature: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * At most so many times the measure. Only on Node, where the bounds were set: JavaScriptCore's WebCrypto
 * takes less than half the time for the same verification, and what we do besides takes what it takes.
 */
export function atMostTimes(bound: number, curve: EcdsaCase['curve'] = 'P-256'): readonly Must[] {
  if (process.versions.bun !== undefined) return [];
  return [{ rule: 'within', peer: `subtle ${curve}`, bound }];
}

/** Reads a file of the set. Throws Error if the set is absent. */
export function readEvidence(path: string): Uint8Array<ArrayBuffer> {
  const folder = findVectors('tee');
  if (folder === undefined) throw new Error('vectors absent: tee');
  return Uint8Array.from(readFileSync(join(folder, path)));
}

/** A copy with the lowest bit of one byte changed. */
export function flipped(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

/** Import, then verification, as a verifier does that keeps nothing. */
export function subtleContest({ curve, hash, ...bytes }: EcdsaCase): Contest {
  const { subtle } = globalThis.crypto;
  const { bun, openssl, boringssl } = process.versions;
  const [point, signature, data] = [bytes.point, bytes.signature, bytes.data].map((view) =>
    Uint8Array.from(view),
  ) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  return {
    version: bun === undefined ? `OpenSSL ${openssl}` : `BoringSSL ${boringssl}`,
    run: async () => {
      const parameters = { name: 'ECDSA', namedCurve: curve };
      const key = await subtle.importKey('raw', point, parameters, false, ['verify']);
      return subtle.verify({ name: 'ECDSA', hash }, key, signature, data);
    },
  };
}
