/**
 * The scheme over any backend: which bytes are accepted, in which order they are refused, and what
 * an answer means. Written once, so that backends can differ in speed and in nothing else.
 * Sources and deviations: see `bls.ts`.
 */
import { findInvalid } from './batch.ts';
import type { BatchOptions, BatchResult, Bls, SignatureSet } from './bls.ts';
import { checkEncoding, PUBLIC_KEY_SIZE, SIGNATURE_SIZE } from './encoding.ts';
import type { DecodedSet, Engine } from './engine.ts';
import { BlsError } from './errors.ts';
import { createKeyCache, MAX_CACHED_KEYS } from './key-cache.ts';
import { keyGen, secretScalar } from './keygen.ts';
import { checkTag, possessionTag, signatureTag } from './tag.ts';

/** The `Bls` interface over a backend, with its own cache of validated keys. */
export function createScheme<Key, Signature>(engine: Engine<Key, Signature>): Bls {
  const cache = createKeyCache<Key>(MAX_CACHED_KEYS);

  /** §2.5 KeyValidate. */
  function validKey(bytes: Uint8Array): Key {
    // Before the cache, which builds a name from all the bytes it is given.
    const { infinity } = checkEncoding(bytes, { size: PUBLIC_KEY_SIZE, what: 'public key' });
    if (infinity) throw new BlsError('infinity', 'public key: the point at infinity');
    const known = cache.get(bytes);
    if (known !== undefined) return known;
    const key = engine.decodeKey(bytes);
    cache.set(bytes, key);
    return key;
  }

  function groupSignature(bytes: Uint8Array): Signature {
    checkEncoding(bytes, { size: SIGNATURE_SIZE, what: 'signature' });
    return engine.decodeSignature(bytes);
  }

  /** A point that may be a signature: in the group, and not infinity. */
  function validSignature(bytes: Uint8Array): Signature {
    const expected = { size: SIGNATURE_SIZE, what: 'signature' };
    const { infinity } = checkEncoding(bytes, expected);
    if (infinity) throw new BlsError('infinity', 'signature: the point at infinity');
    return engine.decodeSignature(bytes);
  }

  function check(
    keys: readonly Uint8Array[],
    messages: readonly Uint8Array[],
    claim: { signature: Uint8Array; dst: Uint8Array },
  ): boolean {
    return refusalIsFalse(() => {
      const signature = validSignature(claim.signature);
      const pairs = keys.map((key, i) => ({ key: validKey(key), message: messages[i]! }));
      return engine.verifyProduct(pairs, signature, claim.dst);
    });
  }

  return {
    backend: () => ({ name: engine.name, reason: engine.reason }),
    keyGen,
    publicKey(secretKey) {
      secretScalar(secretKey);
      return engine.publicKey(secretKey);
    },
    sign(secretKey, message, options = {}) {
      secretScalar(secretKey);
      assertBytes('message', message);
      return engine.sign(secretKey, message, checkTag(options.dst, signatureTag));
    },
    verify(publicKey, message, signature, options = {}) {
      assertBytes('publicKey', publicKey);
      assertBytes('message', message);
      assertBytes('signature', signature);
      const dst = checkTag(options.dst, signatureTag);
      return check([publicKey], [message], { signature, dst });
    },
    aggregateSignatures(signatures) {
      assertList('signatures', signatures);
      return engine.encodeSignature(engine.sumSignatures(decodeAll(signatures, groupSignature)));
    },
    aggregatePublicKeys(publicKeys) {
      assertList('publicKeys', publicKeys);
      const sum = engine.sumKeys(decodeAll(publicKeys, validKey));
      if (sum === undefined) {
        throw new BlsError('aggregate_infinity', 'public keys: their sum is the point at infinity');
      }
      return engine.encodeKey(sum);
    },
    aggregateVerify(publicKeys, messages, signature, options = {}) {
      assertList('publicKeys', publicKeys);
      assertList('messages', messages);
      assertBytes('signature', signature);
      const dst = checkTag(options.dst, signatureTag);
      if (publicKeys.length === 0 || publicKeys.length !== messages.length) return false;
      return check(publicKeys, messages, { signature, dst });
    },
    fastAggregateVerify(publicKeys, message, signature, options = {}) {
      assertList('publicKeys', publicKeys);
      assertBytes('message', message);
      assertBytes('signature', signature);
      const dst = checkTag(options.dst, signatureTag);
      if (publicKeys.length === 0) return false;
      return refusalIsFalse(() => {
        const decoded = validSignature(signature);
        const key = engine.sumKeys(publicKeys.map(validKey));
        return key !== undefined && engine.verifyProduct([{ key, message }], decoded, dst);
      });
    },
    verifyBatch(sets, options = {}) {
      return verifyBatch(sets, options);
    },
    provePossession(secretKey, options = {}) {
      secretScalar(secretKey);
      const message = possessionMessage(engine.publicKey(secretKey), options.context);
      return engine.sign(secretKey, message, checkTag(options.dst, possessionTag));
    },
    verifyPossession(publicKey, proof, options = {}) {
      assertBytes('publicKey', publicKey);
      assertBytes('proof', proof);
      const message = possessionMessage(publicKey, options.context);
      const dst = checkTag(options.dst, possessionTag);
      return check([publicKey], [message], { signature: proof, dst });
    },
    isValidPublicKey(publicKey) {
      assertBytes('publicKey', publicKey);
      return refusalIsFalse(() => validKey(publicKey) !== undefined);
    },
    isValidSignature(signature) {
      assertBytes('signature', signature);
      return refusalIsFalse(() => validSignature(signature) !== undefined);
    },
  };

  function verifyBatch(sets: readonly SignatureSet[], options: BatchOptions): BatchResult {
    if (!Array.isArray(sets)) throw new TypeError('sets: expected an array');
    const random = options.random ?? cryptoRandom;
    if (typeof random !== 'function') throw new TypeError('random: expected a function');
    const dst = checkTag(options.dst, signatureTag);
    const decoded: DecodedSet<Key, Signature>[] = [];
    const positions: number[] = []; // of the decoded sets, in `sets`
    const invalid: number[] = [];
    for (let position = 0; position < sets.length; position++) {
      const set = assertSet(sets[position], position);
      const readable = refusalIsFalse(() => {
        const signature = validSignature(set.signature);
        decoded.push({ key: validKey(set.publicKey), message: set.message, signature });
        return true;
      });
      (readable ? positions : invalid).push(position);
    }
    const failed = findInvalid(
      decoded.map((_, i) => i),
      {
        many: engine.weightedCheck(decoded, { dst, random }),
        one: (i) => engine.verifyProduct([decoded[i]!], decoded[i]!.signature, dst),
      },
    );
    invalid.push(...failed.map((i) => positions[i]!));
    if (invalid.length === 0) return { ok: true };
    return { ok: false, invalid: invalid.sort((a, b) => a - b) };
  }
}

/** Decodes a list, naming the first bad entry. Throws BlsError. */
function decodeAll<Point>(
  list: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => Point,
): Point[] {
  if (list.length === 0) throw new BlsError('empty_list', 'nothing to aggregate');
  return list.map((bytes, index) => {
    try {
      return decode(bytes);
    } catch (error) {
      if (!(error instanceof BlsError)) throw error;
      throw new BlsError(error.code, `entry ${index}: ${error.message}`, { index, cause: error });
    }
  });
}

/** False where bytes were refused; any other error is a fault of the program and passes through. */
function refusalIsFalse(answer: () => boolean): boolean {
  try {
    return answer();
  } catch (error) {
    if (error instanceof BlsError) return false;
    throw error;
  }
}

/** What a proof of possession signs: the public key, then the context. */
function possessionMessage(
  publicKey: Uint8Array,
  context: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  assertBytes('context', context);
  const message = new Uint8Array(publicKey.length + context.length);
  message.set(publicKey);
  message.set(context, publicKey.length);
  return message;
}

/** Bytes from the platform, in pieces of the 65,536 that one call of getRandomValues gives. */
function cryptoRandom(size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  for (let offset = 0; offset < size; offset += 65_536) {
    crypto.getRandomValues(out.subarray(offset, offset + 65_536));
  }
  return out;
}

function assertBytes(name: string, value: unknown): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name}: expected Uint8Array`);
}

function assertSet(set: SignatureSet | undefined, position: number): SignatureSet {
  if (typeof set !== 'object' || set === null) {
    throw new TypeError(`sets[${position}]: expected { publicKey, message, signature }`);
  }
  assertBytes(`sets[${position}].publicKey`, set.publicKey);
  assertBytes(`sets[${position}].message`, set.message);
  assertBytes(`sets[${position}].signature`, set.signature);
  return set;
}

function assertList(name: string, list: unknown): asserts list is readonly Uint8Array[] {
  if (!Array.isArray(list)) throw new TypeError(`${name}: expected an array of Uint8Array`);
  // Not forEach, which passes over holes.
  for (let i = 0; i < list.length; i++) assertBytes(`${name}[${i}]`, list[i]);
}
