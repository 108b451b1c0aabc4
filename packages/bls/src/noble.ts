/** Creates the portable backend: @noble/curves, in every runtime, for every tag. */
import type { Bls } from './bls.ts';
import { createNobleEngine } from './noble-engine.ts';
import { createScheme } from './scheme.ts';

/**
 * BLS signatures in pure JavaScript. A promise, like the other packages' constructors, so that a
 * compiled kernel can take its place; here it resolves at once.
 *
 * @example
 * const bls = await createBls();
 * const secretKey = bls.keyGen(crypto.getRandomValues(new Uint8Array(32)));
 * const signature = bls.sign(secretKey, new TextEncoder().encode('hello'));
 */
export async function createBls(): Promise<Bls> {
  return createBlsSync();
}

/** The same, without a promise. */
export function createBlsSync(): Bls {
  return createScheme(createNobleEngine('portable JavaScript (@noble/curves)'));
}
