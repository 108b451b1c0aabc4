/**
 * The backend over this package's own kernel in WebAssembly: all arithmetic on points happens there,
 * for any tag. Keys and signatures are held in JavaScript as the kernel's stored form (affine points
 * in its own representation of numbers) and copied in for each call; that costs about 0.1 us a point.
 */
import { INFINITE_POINT, PUBLIC_KEY_SIZE, SECRET_KEY_SIZE, SIGNATURE_SIZE } from './encoding.ts';
import {
  type DecodedSet,
  type Engine,
  notInSubgroup,
  notOnCurve,
  type WeightedCheckOptions,
} from './engine.ts';
import type { BlsError } from './errors.ts';
import type { CallRoom, KernelMemory } from './kernel-memory.ts';
import { groupByMessage } from './message-groups.ts';
import { checkWeights, WEIGHT_SIZE } from './weighted-sum.ts';

/** A point in the kernel's stored form, or no bytes at all for infinity. */
export type StoredPoint = Uint8Array<ArrayBuffer>;

/** Status bytes of decoding, crates/bls12-381/src/g1.rs `Status`. */
const FINITE = 0;
const INFINITE = 1;
const NOT_ON_CURVE = 4;
const NOT_IN_SUBGROUP = 5;

/** Points given to one call of the kernel, so that lists of any length need little memory. */
const MAX_POINTS_AT_ONCE = 1024;

/** The backend over a kernel of this name. `dispose` gives up the kernel's memory. */
export function createWasmEngine(
  kernel: KernelMemory,
  about: { readonly name: 'fma' | 'wide' | 'scalar'; readonly reason: string },
): Engine<StoredPoint, StoredPoint> {
  const { keySize, pointSize } = kernel;

  /** Decodes up to MAX_POINTS_AT_ONCE encodings of `size` bytes into stored points. */
  function decode(
    list: readonly Uint8Array[],
    kind: 'public key' | 'signature',
  ): (StoredPoint | BlsError)[] {
    const ofKeys = kind === 'public key';
    const [size, storedSize] = ofKeys ? [PUBLIC_KEY_SIZE, keySize] : [SIGNATURE_SIZE, pointSize];
    const count = list.length;
    return kernel.call([count * size, count * storedSize, count], ({ exports, at, bytes }) => {
      const [encoded, stored, statuses] = at as [number, number, number];
      for (let i = 0; i < count; i++) bytes.set(list[i]!, encoded + i * size);
      if (ofKeys) exports.bls_decode_keys(encoded, count, stored, statuses);
      else exports.bls_decode_signatures(encoded, count, stored, statuses);
      return list.map((_, i) => {
        const status = bytes[statuses + i];
        if (status === FINITE) return copy(bytes, stored + i * storedSize, storedSize);
        if (status === INFINITE) return new Uint8Array(0);
        if (status === NOT_ON_CURVE) return notOnCurve(kind);
        if (status === NOT_IN_SUBGROUP) return notInSubgroup(kind);
        throw new Error(`${kind}: the kernel refuses an encoding that was checked (${status})`);
      });
    });
  }

  /** The sum of finite stored points; infinity for none. */
  function sum(points: readonly StoredPoint[], kind: 'keys' | 'signatures'): StoredPoint {
    const size = kind === 'keys' ? keySize : pointSize;
    let total: StoredPoint = new Uint8Array(0);
    for (const part of partsOf(points, MAX_POINTS_AT_ONCE)) {
      const terms = total.length === 0 ? part : [total, ...part];
      total = kernel.call([terms.length * size, size], ({ exports, at, bytes }) => {
        const [stored, out] = at as [number, number];
        write(bytes, stored, terms);
        const finite =
          kind === 'keys'
            ? exports.bls_aggregate_keys(stored, 0, terms.length, out)
            : exports.bls_aggregate_signatures(stored, terms.length, out);
        return finite === 1 ? copy(bytes, out, size) : new Uint8Array(0);
      });
    }
    return total;
  }

  function sumKeys(keys: readonly StoredPoint[]): StoredPoint | undefined {
    const total = keys.length === 1 ? keys[0]! : sum(keys, 'keys');
    return total.length === 0 ? undefined : total;
  }

  /** hash_to_curve, suite BLS12381G2_XMD:SHA-256_SSWU_RO_. RFC 9380 §8.8.2. */
  function hash(message: Uint8Array, dst: Uint8Array): StoredPoint {
    return kernel.call([message.length, dst.length, pointSize], ({ exports, at, bytes }) => {
      const [text, tag, out] = at as [number, number, number];
      bytes.set(message, text);
      bytes.set(dst, tag);
      exports.bls_hash(text, message.length, tag, dst.length, out);
      return copy(bytes, out, pointSize);
    });
  }

  /** Copies a secret key in, calls, and makes sure that it is gone, also from a call that fails. */
  function withSecret(
    secretKey: Uint8Array,
    sizes: readonly number[],
    use: (room: CallRoom) => { ok: number; result: Uint8Array<ArrayBuffer> },
  ): Uint8Array<ArrayBuffer> {
    return kernel.call([SECRET_KEY_SIZE, ...sizes], (room) => {
      const [secret] = room.at as [number];
      room.bytes.set(secretKey, secret);
      const { ok, result } = use(room);
      room.bytes.fill(0, secret, secret + SECRET_KEY_SIZE);
      if (ok !== 1) throw new Error('the kernel refuses a secret key that was checked');
      return result;
    });
  }

  return {
    name: about.name,
    reason: about.reason,
    decodeKeys: (list) =>
      partsOf(list, MAX_POINTS_AT_ONCE).flatMap((part) => decode(part, 'public key')),
    decodeSignatures: (list) =>
      partsOf(list, MAX_POINTS_AT_ONCE).flatMap((part) => decode(part, 'signature')),
    sumKeys,
    sumSignatures(signatures) {
      const finite = signatures.filter((point) => point.length > 0);
      return finite.length === 1 ? finite[0]! : sum(finite, 'signatures');
    },
    encodeKey: (key) =>
      kernel.call([keySize, PUBLIC_KEY_SIZE], ({ exports, at, bytes }) => {
        const [stored, out] = at as [number, number];
        bytes.set(key, stored);
        exports.bls_encode_keys(stored, 1, out);
        return copy(bytes, out, PUBLIC_KEY_SIZE);
      }),
    encodeSignature(signature) {
      if (signature.length === 0) {
        const infinity = new Uint8Array(SIGNATURE_SIZE);
        infinity[0] = INFINITE_POINT;
        return infinity;
      }
      return kernel.call([pointSize, SIGNATURE_SIZE], ({ exports, at, bytes }) => {
        const [stored, out] = at as [number, number];
        bytes.set(signature, stored);
        exports.bls_encode_point(stored, out);
        return copy(bytes, out, SIGNATURE_SIZE);
      });
    },
    publicKey: (secretKey) =>
      withSecret(secretKey, [PUBLIC_KEY_SIZE], ({ exports, at, bytes }) => {
        const [secret, out] = at as [number, number];
        const ok = exports.bls_public_key(secret, out);
        return { ok, result: copy(bytes, out, PUBLIC_KEY_SIZE) };
      }),
    sign: (secretKey, message, dst) =>
      withSecret(
        secretKey,
        [message.length, dst.length, SIGNATURE_SIZE],
        ({ exports, at, bytes }) => {
          const [secret, text, tag, out] = at as [number, number, number, number];
          bytes.set(message, text);
          bytes.set(dst, tag);
          const ok = exports.bls_sign(secret, text, message.length, tag, dst.length, out);
          return { ok, result: copy(bytes, out, SIGNATURE_SIZE) };
        },
      ),
    verifyProduct(pairs, signature, dst) {
      const factors: { key: StoredPoint; hash: StoredPoint }[] = [];
      for (const { message, members } of groupByMessage(pairs.map((pair) => pair.message))) {
        const key = sumKeys(members.map((i) => pairs[i]!.key));
        // e(infinity, H(m)) = 1
        if (key !== undefined) factors.push({ key, hash: hash(message, dst) });
      }
      // The empty product is e(G, signature) for the infinite signature only.
      if (factors.length === 0) return false;
      const count = factors.length;
      const sizes = [count * keySize, count * pointSize, pointSize];
      return kernel.call(sizes, ({ exports, at, bytes }) => {
        const [keys, hashes, claim] = at as [number, number, number];
        for (const [i, factor] of factors.entries()) {
          bytes.set(factor.key, keys + i * keySize);
          bytes.set(factor.hash, hashes + i * pointSize);
        }
        bytes.set(signature, claim);
        return exports.bls_verify(keys, hashes, count, claim) === 1;
      });
    },
    weightedCheck,
    dispose: () => kernel.dispose(),
  };

  /**
   * Small exponents test over subsets of `sets`: with weights w_i,
   * prod over messages m of e(sum_{i: m_i = m} w_i pk_i, H(m)) = e(G, sum_i w_i sig_i).
   */
  function weightedCheck(
    sets: readonly DecodedSet<StoredPoint, StoredPoint>[],
    { dst, random }: WeightedCheckOptions,
  ): (indices: readonly number[]) => boolean {
    const groups = groupByMessage(sets.map((set) => set.message));
    const hashes: (StoredPoint | undefined)[] = []; // of the groups, each hashed once
    const entries: { group: number; set: DecodedSet<StoredPoint, StoredPoint> }[] = [];
    for (const [group, { members }] of groups.entries()) {
      for (const index of members) entries[index] = { group, set: sets[index]! };
    }
    return (indices) => {
      const weights = checkWeights(random(indices.length * WEIGHT_SIZE), indices.length);
      const chosen = indices
        .map((index, i) => ({
          ...entries[index]!,
          weight: weights.subarray(i * WEIGHT_SIZE, (i + 1) * WEIGHT_SIZE),
        }))
        .sort((a, b) => a.group - b.group);
      // Each part is a combination of its own; all hold, or the whole does not.
      return partsOf(chosen, MAX_POINTS_AT_ONCE).every((part) => {
        const count = part.length;
        const used = [...new Set(part.map((entry) => entry.group))]; // ascending
        for (const group of used) hashes[group] ??= hash(groups[group]!.message, dst);
        const sizes = [keySize, pointSize, 4, WEIGHT_SIZE].map((size) => count * size);
        return kernel.call([...sizes, used.length * pointSize], ({ exports, at, bytes }) => {
          const [keys, signatures, numbers, factors, points] = at as number[] as Five;
          const numberOf = new Map(used.map((group, i) => [group, i]));
          const groupNumbers = new Uint32Array(bytes.buffer, numbers, count);
          for (const [i, { group, set, weight }] of part.entries()) {
            bytes.set(set.key, keys + i * keySize);
            bytes.set(set.signature, signatures + i * pointSize);
            bytes.set(weight, factors + i * WEIGHT_SIZE);
            groupNumbers[i] = numberOf.get(group)!;
          }
          for (const [i, group] of used.entries()) {
            bytes.set(hashes[group]!, points + i * pointSize);
          }
          const { bls_verify_batch } = exports;
          return bls_verify_batch(keys, points, numbers, signatures, factors, count) === 1;
        });
      });
    };
  }
}

type Five = [number, number, number, number, number];

/** A list in pieces of at most `size`, in order. */
function partsOf<Item>(list: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = [];
  for (let start = 0; start < list.length; start += size) {
    parts.push(list.slice(start, start + size));
  }
  return parts;
}

/** Writes stored points of one size one behind the other. */
function write(bytes: Uint8Array, address: number, points: readonly StoredPoint[]): void {
  let at = address;
  for (const point of points) {
    bytes.set(point, at);
    at += point.length;
  }
}

function copy(bytes: Uint8Array, address: number, size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(address, address + size));
}
