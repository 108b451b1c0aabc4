/** SHA-256 without a Kzg object: for protocols that hash what they commit to. */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from './bytes.ts';
import { findNativeHash, MIN_NATIVE_BYTES, preferNative } from './native-hash.ts';

/**
 * SHA-256 of the parts, one after the other, 32 bytes: by the runtime where it has a synchronous
 * interface and there is enough to hash, else by @noble/hashes. 0.08 or 0.5 ms for a blob.
 */
export function sha256(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return hashParts(parts);
}

/**
 * The same hash, by WebCrypto where the runtime has no synchronous interface (browsers, Workers) and
 * there is enough to hash: 0.1 ms for a blob off this thread instead of 0.5 ms on it.
 */
export async function sha256Async(parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const subtle = globalThis.crypto?.subtle; // absent in insecure contexts
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  if (subtle === undefined || size < MIN_NATIVE_BYTES || findNativeHash() !== undefined) {
    return sha256(parts);
  }
  return new Uint8Array(await subtle.digest('SHA-256', concatBytes(parts)));
}

const hashParts = /* @__PURE__ */ preferNative((parts) => {
  const state = nobleSha256.create();
  for (const part of parts) state.update(part);
  return Uint8Array.from(state.digest());
});
