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
import { checkSecretKey, keyGen } from './keygen.ts';
import { checkTag, possessionTag, signatureTag } from './tag.ts';

/** The `Bls` interface over a backend, with its own cache of validated keys. */
export function createScheme<Key, Signature>(usable: Engine<Key, Signature>): Bls {
  const cache = createKeyCache<Key>(MAX_CACHED_KEYS);
  let owned: Engine<Key, Signature> | undefined = usable;

  /** The backend, as long as there is one: the first thing every method asks for. */
  function live(): Engine<Key, Signature> {
    if (owned === undefined) throw new BlsError('disposed', 'this object was disposed of');
    return owned;
  }

  /** §2.5 KeyValidate of each. Keys not seen before are decoded together. */
  function validKeys(list: readonly Uint8Array[]): (Key | BlsError)[] {
    const unknown: number[] = [];
    const keys = list.map((bytes, position): Key | BlsError | undefined => {
      // Before the cache, which names a key by its 48 bytes.
      const expected = { size: PUBLIC_KEY_SIZE, what: 'public key' };
      const refusal = finiteEncoding(bytes, expected);
      if (refusal !== undefined) return refusal;
      const known = cache.get(bytes);
      if (known === undefined) unknown.push(position);
      return known;
    });
    const decoded = live().decodeKeys(unknown.map((position) => list[position]!));
    for (const [i, position] of unknown.entries()) {
      const key = decoded[i]!;
      keys[position] = key;
      if (!(key instanceof BlsError)) cache.set(list[position]!, key);
    }
    return keys as (Key | BlsError)[];
  }

  /** Points that may be signatures: in the group and, unless `infinity` is allowed, not infinity. */
  function signaturePoints(
    list: readonly Uint8Array[],
    options: { infinity: boolean } = { infinity: false },
  ): (Signature | BlsError)[] {
    const readable: number[] = [];
    const expected = { size: SIGNATURE_SIZE, what: 'signature' };
    const points = list.map((bytes, position): Signature | BlsError | undefined => {
      const refusal = options.infinity
        ? refusalOf(() => checkEncoding(bytes, expected))
        : finiteEncoding(bytes, expected);
      if (refusal === undefined) readable.push(position);
      return refusal;
    });
    const decoded = live().decodeSignatures(readable.map((position) => list[position]!));
    for (const [i, position] of readable.entries()) points[position] = decoded[i]!;
    return points as (Signature | BlsError)[];
  }

  /** prod e(key, H(message)) = e(G, signature), or false for any refused bytes. */
  function check(
    keys: readonly Uint8Array[],
    messages: readonly Uint8Array[],
    claim: { signature: Uint8Array; dst: Uint8Array },
  ): boolean {
    const [signature] = signaturePoints([claim.signature]);
    if (signature === undefined || signature instanceof BlsError) return false;
    const valid = allOrNone(validKeys(keys));
    if (valid === undefined) return false;
    const pairs = valid.map((key, i) => ({ key, message: messages[i]! }));
    return live().verifyProduct(pairs, signature, claim.dst);
  }

  return {
    backend() {
      const { name, reason } = live();
      return { name, reason };
    },
    keyGen(keyMaterial) {
      live();
      return keyGen(keyMaterial);
    },
    publicKey(secretKey) {
      const engine = live();
      checkSecretKey(secretKey);
      return engine.publicKey(secretKey);
    },
    sign(secretKey, message, options = {}) {
      const engine = live();
      checkSecretKey(secretKey);
      assertBytes('message', message);
      return engine.sign(secretKey, message, checkTag(options.dst, signatureTag));
    },
    verify(publicKey, message, signature, options = {}) {
      live();
      assertBytes('publicKey', publicKey);
      assertBytes('message', message);
      assertBytes('signature', signature);
      const dst = checkTag(options.dst, signatureTag);
      return check([publicKey], [message], { signature, dst });
    },
    aggregateSignatures(signatures) {
      const engine = live();
      assertList('signatures', signatures);
      const points = everyOne(signaturePoints(signatures, { infinity: true }));
      return engine.encodeSignature(engine.sumSignatures(points));
    },
    aggregatePublicKeys(publicKeys) {
      const engine = live();
      assertList('publicKeys', publicKeys);
      const sum = engine.sumKeys(everyOne(validKeys(publicKeys)));
      if (sum === undefined) {
        throw new BlsError('aggregate_infinity', 'public keys: their sum is the point at infinity');
      }
      return engine.encodeKey(sum);
    },
    aggregateVerify(publicKeys, messages, signature, options = {}) {
      live();
      assertList('publicKeys', publicKeys);
      assertList('messages', messages);
      assertBytes('signature', signature);
      const dst = checkTag(options.dst, signatureTag);
      if (publicKeys.length === 0 || publicKeys.length !== messages.length) return false;
      return check(publicKeys, messages, { signature, dst });
    },
    fastAggregateVerify(publicKeys, message, signature, options = {}) {
      const engine = live();
      assertList('publicKeys', publicKeys);
      assertBytes('message', message);
      assertBytes('signature', signature);
      const dst = checkTag(options.dst, signatureTag);
      if (publicKeys.length === 0) return false;
      const [decoded] = signaturePoints([signature]);
      if (decoded === undefined || decoded instanceof BlsError) return false;
      const keys = allOrNone(validKeys(publicKeys));
      const key = keys && engine.sumKeys(keys);
      return key !== undefined && engine.verifyProduct([{ key, message }], decoded, dst);
    },
    verifyBatch(sets, options = {}) {
      live();
      return verifyBatch(sets, options);
    },
    provePossession(secretKey, options = {}) {
      const engine = live();
      checkSecretKey(secretKey);
      const message = possessionMessage(engine.publicKey(secretKey), options.context);
      return engine.sign(secretKey, message, checkTag(options.dst, possessionTag));
    },
    verifyPossession(publicKey, proof, options = {}) {
      live();
      assertBytes('publicKey', publicKey);
      assertBytes('proof', proof);
      const message = possessionMessage(publicKey, options.context);
      const dst = checkTag(options.dst, possessionTag);
      return check([publicKey], [message], { signature: proof, dst });
    },
    isValidPublicKey(publicKey) {
      live();
      assertBytes('publicKey', publicKey);
      return allOrNone(validKeys([publicKey])) !== undefined;
    },
    isValidSignature(signature) {
      live();
      assertBytes('signature', signature);
      return allOrNone(signaturePoints([signature])) !== undefined;
    },
    dispose() {
      owned?.dispose();
      owned = undefined;
      cache.clear();
    },
  };

  function verifyBatch(sets: readonly SignatureSet[], options: BatchOptions): BatchResult {
    if (!Array.isArray(sets)) throw new TypeError('sets: expected an array');
    const source = options.random ?? cryptoRandom;
    if (typeof source !== 'function') throw new TypeError('random: expected a function');
    const random = (size: number): Uint8Array => {
      const bytes = source(size);
      live(); // the caller's function may have disposed of this object
      return bytes;
    };
    const dst = checkTag(options.dst, signatureTag);
    const engine = live();
    // Not map, which passes over holes.
    const entries = Array.from(sets, (set, position) => assertSet(set, position));
    const signatures = signaturePoints(entries.map((set) => set.signature));
    const keys = validKeys(entries.map((set) => set.publicKey));
    const decoded: DecodedSet<Key, Signature>[] = [];
    const positions: number[] = []; // of the decoded sets, in `sets`
    const invalid: number[] = [];
    for (const [position, { message }] of entries.entries()) {
      const [key, signature] = [keys[position]!, signatures[position]!];
      if (key instanceof BlsError || signature instanceof BlsError) {
        invalid.push(position);
      } else {
        positions.push(position);
        decoded.push({ key, message, signature });
      }
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

/** The refusal of bytes that are not the encoding of a point or that are infinity, or undefined. */
function finiteEncoding(
  bytes: Uint8Array,
  expected: { size: number; what: string },
): BlsError | undefined {
  return refusalOf(() => {
    const { infinity } = checkEncoding(bytes, expected);
    if (infinity) throw new BlsError('infinity', `${expected.what}: the point at infinity`);
  });
}

/** What `read` refuses bytes with; any other error is a fault of the program and passes through. */
function refusalOf(read: () => void): BlsError | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof BlsError) return error;
    throw error;
  }
}

/** The points of a list that has no refusal in it, or undefined. */
function allOrNone<Point>(list: readonly (Point | BlsError)[]): Point[] | undefined {
  return list.some((entry) => entry instanceof BlsError) ? undefined : (list as Point[]);
}

/** The points of a list of at least one; throws the first refusal with its position. */
function everyOne<Point>(list: readonly (Point | BlsError)[]): Point[] {
  if (list.length === 0) throw new BlsError('empty_list', 'nothing to aggregate');
  for (const [index, entry] of list.entries()) {
    if (entry instanceof BlsError) {
      throw new BlsError(entry.code, `entry ${index}: ${entry.message}`, { index, cause: entry });
    }
  }
  return list as Point[];
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
