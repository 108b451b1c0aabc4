/**
 * Public keys of appraisers that sign with COSE, by their bytes: that one is a point of its curve is
 * found out once, and it is imported once into the platform's WebCrypto, where that knows the algorithm.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { bytesToHex } from '../bytes.ts';

/** A key and what it signs with. */
export interface CoseKey {
  readonly algorithm: 'EdDSA' | 'ES256';
  /** Ed25519: 32 bytes. P-256: 33 bytes, compressed, or 65. */
  readonly publicKey: Uint8Array;
}

/** Most keys remembered; when there are more, all are forgotten. */
const MAX_KEYS = 1024;
const SIGNATURE_BYTES = 64;

const valid = /* @__PURE__ */ new Set<string>();
const imported = /* @__PURE__ */ new Map<string, Promise<CryptoKey | undefined>>();

/** Whether the bytes are a public key of the algorithm. */
export function isPublicKey(key: CoseKey): boolean {
  const { algorithm, publicKey } = key;
  const name = nameOf(key);
  if (valid.has(name)) return true;
  const holds =
    algorithm === 'EdDSA'
      ? ed25519.utils.isValidPublicKey(publicKey, false)
      : p256.utils.isValidPublicKey(publicKey);
  if (holds) {
    if (valid.size === MAX_KEYS) valid.clear();
    valid.add(name);
  }
  return holds;
}

/** Verifies a signature of 64 bytes: by WebCrypto if it has the algorithm, else in JavaScript. */
export async function verifySignature(
  key: CoseKey,
  { signature, data }: { readonly signature: Uint8Array; readonly data: Uint8Array<ArrayBuffer> },
): Promise<boolean> {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const { algorithm, publicKey } = key;
  const edwards = algorithm === 'EdDSA';
  const subtle = globalThis.crypto?.subtle;
  const cryptoKey = subtle === undefined ? undefined : await importOnce(subtle, key);
  if (cryptoKey !== undefined) {
    const parameters = edwards ? { name: 'Ed25519' } : { name: 'ECDSA', hash: 'SHA-256' };
    return subtle.verify(parameters, cryptoKey, Uint8Array.from(signature), data);
  }
  if (edwards) return ed25519.verify(signature, data, publicKey, { zip215: false });
  return p256.verify(signature, data, publicKey, { lowS: false });
}

/** The platform's key, or undefined where it does not know the algorithm. */
function importOnce(subtle: SubtleCrypto, key: CoseKey): Promise<CryptoKey | undefined> {
  const name = nameOf(key);
  let found = imported.get(name);
  if (found === undefined) {
    found = importKey(subtle, key);
    if (imported.size === MAX_KEYS) imported.clear();
    imported.set(name, found);
  }
  return found;
}

async function importKey(
  subtle: SubtleCrypto,
  { algorithm, publicKey }: CoseKey,
): Promise<CryptoKey | undefined> {
  const edwards = algorithm === 'EdDSA';
  const parameters = edwards ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' };
  const bytes = edwards ? publicKey : p256.Point.fromBytes(publicKey).toBytes(false);
  try {
    return await subtle.importKey('raw', Uint8Array.from(bytes), parameters, false, ['verify']);
  } catch {
    return undefined;
  }
}

function nameOf({ algorithm, publicKey }: CoseKey): string {
  return `${algorithm} ${bytesToHex(publicKey)}`;
}
