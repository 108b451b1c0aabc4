/** SHA-256 without a Kzg object: for protocols that hash what they commit to. */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { preferNative } from './native-hash.ts';

/**
 * SHA-256 of the parts, one after the other, 32 bytes: by the runtime where it has a synchronous
 * interface and there is enough to hash, else by @noble/hashes. 0.08 or 0.5 ms for a blob.
 */
export function sha256(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return hashParts(parts);
}

const hashParts = /* @__PURE__ */ preferNative((parts) => {
  const state = nobleSha256.create();
  for (const part of parts) state.update(part);
  return Uint8Array.from(state.digest());
});
