/**
 * H(tag, x) = SHA-256(SHA-256(tag) ‖ SHA-256(tag) ‖ x), as BIP-340 defines tagged hashes, over fields
 * of fixed width, big-endian. Different tags never give the same input to SHA-256.
 */
import { sha256 } from '@noble/hashes/sha2.js';

/** H(tag, parts joined). 32 bytes. */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const prefix = sha256(new TextEncoder().encode(tag));
  const hash = sha256.create().update(prefix).update(prefix);
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}
