/**
 * Signatures and digests behind one interface, so that the verifiers run wherever there is
 * WebCrypto, and also where there is none (a page without a secure context, a bare engine).
 *
 * Both providers take the same keys and signatures: ECDSA as r ‖ s of fixed length over P-256 and
 * P-384 (FIPS 186-5 §6), RSASSA-PSS and RSASSA-PKCS1-v1_5 (RFC 8017 §8). High-s signatures are
 * valid: hardware makes them.
 */
import { p256, p384 } from '@noble/curves/nist.js';
import { TeeError } from './errors.ts';
import { verifyRsa } from './rsa.ts';
import {
  HASHES,
  type HashName,
  type PublicKey,
  type SignatureAlgorithm,
  type Signed,
} from './signed.ts';

export type { HashName, PublicKey, SignatureAlgorithm, Signed } from './signed.ts';

/** Checks signatures and hashes. `verify` is false for a wrong signature of any length. */
export interface CryptoProvider {
  readonly name: string;
  /** @throws TeeError `public_key_invalid` if the key's point is not on its curve. */
  verify(signed: Signed): Promise<boolean>;
  digest(hash: HashName, data: Uint8Array): Promise<Uint8Array>;
}

const SCALAR_BYTES = { 'P-256': 32, 'P-384': 48 } as const;

const defaults = /* @__PURE__ */ new WeakMap<SubtleCrypto, CryptoProvider>();

/**
 * The platform's WebCrypto where it has one, else {@link portableCrypto}. Always the same provider, so
 * that keys of certificates that are kept are imported once.
 */
export function defaultCrypto(): CryptoProvider {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return portableCrypto();
  const provider = defaults.get(subtle) ?? webCrypto(subtle);
  defaults.set(subtle, provider);
  return provider;
}

/**
 * Signatures by WebCrypto. A key that is used again is imported once. What a platform's WebCrypto
 * refuses instead of judging (a pair of curve and hash, a key size), {@link portableCrypto} judges,
 * so that the verdict is the same everywhere.
 */
export function webCrypto(subtle: SubtleCrypto): CryptoProvider {
  const portable = portableCrypto();
  const imported = new WeakMap<PublicKey, Map<string, Promise<CryptoKey>>>();
  const importOnce = (key: PublicKey, algorithm: SignatureAlgorithm): Promise<CryptoKey> => {
    const uses = imported.get(key) ?? new Map<string, Promise<CryptoKey>>();
    imported.set(key, uses);
    const use = `${algorithm.kind} ${algorithm.hash}`;
    let found = uses.get(use);
    if (found === undefined) {
      found = importKey(subtle, key, algorithm);
      uses.set(use, found);
    }
    return found;
  };
  return {
    name: 'webcrypto',
    async verify(signed) {
      const { key, algorithm, signature, data } = signed;
      if (!fits(key, algorithm, signature)) return false;
      try {
        const cryptoKey = await importOnce(key, algorithm);
        return await subtle.verify(parameters(algorithm), cryptoKey, own(signature), own(data));
      } catch {
        return portable.verify(signed);
      }
    },
    async digest(hash, data) {
      return new Uint8Array(await subtle.digest(hash, own(data)));
    },
  };
}

/** Signatures in JavaScript: @noble/curves for ECDSA, our own RSA verification. Nothing to load. */
export function portableCrypto(): CryptoProvider {
  return {
    name: 'javascript',
    async verify({ key, algorithm, signature, data }) {
      if (!fits(key, algorithm, signature)) return false;
      if (key.kind === 'rsa') return verifyRsa(key, algorithm, signature, data);
      const curve = key.curve === 'P-256' ? p256 : p384;
      if (!curve.utils.isValidPublicKey(key.point, false))
        throw new TeeError('public_key_invalid', 'the public key is no point of its curve');
      const hash = HASHES[algorithm.hash](data);
      return curve.verify(signature, hash, key.point, { lowS: false, prehash: false });
    },
    async digest(hash, data) {
      return HASHES[hash](data);
    },
  };
}

/** Digest in JavaScript, for a few hundred bytes where an await would cost more. */
export function digestSync(hash: HashName, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(HASHES[hash](data));
}

function importKey(
  subtle: SubtleCrypto,
  key: PublicKey,
  algorithm: SignatureAlgorithm,
): Promise<CryptoKey> {
  if (key.kind === 'ec') {
    const parameters = { name: 'ECDSA', namedCurve: key.curve };
    return subtle.importKey('raw', own(key.point), parameters, false, ['verify']);
  }
  const name = algorithm.kind === 'rsa-pss' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5';
  const parameters = { name, hash: algorithm.hash };
  return subtle.importKey('spki', own(key.spki), parameters, false, ['verify']);
}

function parameters(
  algorithm: SignatureAlgorithm,
): AlgorithmIdentifier | EcdsaParams | RsaPssParams {
  if (algorithm.kind === 'ecdsa') return { name: 'ECDSA', hash: algorithm.hash };
  if (algorithm.kind === 'rsa-pss') return { name: 'RSA-PSS', saltLength: algorithm.saltBytes };
  return { name: 'RSASSA-PKCS1-v1_5' };
}

/** Key and algorithm are of one kind and the signature is as long as the key demands. */
function fits(key: PublicKey, algorithm: SignatureAlgorithm, signature: Uint8Array): boolean {
  if (key.kind === 'ec') {
    return algorithm.kind === 'ecdsa' && signature.length === 2 * SCALAR_BYTES[key.curve];
  }
  return algorithm.kind !== 'ecdsa' && signature.length === key.modulus.length;
}

/** WebCrypto's types ask for bytes that no other thread can change. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? (bytes as Uint8Array<ArrayBuffer>)
    : Uint8Array.from(bytes);
}
