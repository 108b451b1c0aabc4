/**
 * Cases for the signature targets: valid material of the pool with at most one thing wrong, more or
 * less as an attacker would choose it.
 */
import type { Random } from '@barycenter/testing';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { decodeSignature, encodeSignature, flipped } from './bls-rivals.ts';
import { hostileG1, hostileG2, pick } from './hostile.ts';
import type { Pool, Signer } from './pool.ts';

type Bytes = Uint8Array;

const MAX_SIGNERS = 6;

/** A signature with its key and message. */
export interface Entry {
  readonly publicKey: Bytes;
  readonly message: Bytes;
  readonly signature: Bytes;
}

/** A public key of the pool; hostile in `hostileOf` of 4 cases. */
export function anyKey(
  random: Random,
  pool: Pool,
  hostileOf: number,
): { what: string; bytes: Bytes } {
  const valid = pick(random, pool.signers).publicKey;
  if (random.integer(4) >= hostileOf) return { what: 'valid', bytes: valid };
  return hostileG1(random, valid);
}

/** A signature of the pool; hostile in `hostileOf` of 4 cases. */
export function anySignature(
  random: Random,
  pool: Pool,
  hostileOf: number,
): { what: string; bytes: Bytes } {
  const valid = pick(random, pick(random, pool.signers).signatures);
  if (random.integer(4) >= hostileOf) return { what: 'valid', bytes: valid };
  return hostileG2(random, valid);
}

/** Up to six points; one may be hostile, some repeated, some opposite to an earlier one. */
export function several(
  random: Random,
  make: (hostileOf: number) => { what: string; bytes: Bytes },
): { what: string; list: Bytes[] } {
  const count = random.integer(MAX_SIGNERS + 1);
  const list = Array.from({ length: count }, () => make(0).bytes);
  const words = [`${count} points`];
  if (count > 1 && random.integer(3) === 0) {
    const [to, from] = [random.integer(count), random.integer(count)];
    const copy = new Uint8Array(list[from]!);
    if (random.integer(2) === 0) copy[0]! ^= 0x20;
    list[to] = copy;
    words.push(`[${to}] from [${from}]`);
  }
  if (count > 0 && random.integer(3) === 0) {
    const at = random.integer(count);
    const { what, bytes } = make(4);
    list[at] = bytes;
    words.push(`[${at}] ${what}`);
  }
  return { what: words.join(', '), list };
}

/** A valid entry. */
export function validEntry(random: Random, pool: Pool): { what: string; entry: Entry } {
  const signer = pick(random, pool.signers);
  const at = random.integer(pool.messages.length);
  const entry = {
    publicKey: signer.publicKey,
    message: pool.messages[at]!,
    signature: signer.signatures[at]!,
  };
  return { what: 'valid', entry };
}

/** An entry with at most one part wrong. */
export function anyEntry(random: Random, pool: Pool): { what: string; entry: Entry } {
  const { entry } = validEntry(random, pool);
  switch (random.integer(5)) {
    case 0:
      return { what: 'valid', entry };
    case 1: {
      const { what, bytes } = hostileG1(random, entry.publicKey);
      return { what: `key ${what}`, entry: { ...entry, publicKey: bytes } };
    }
    case 2: {
      const { what, bytes } = hostileG2(random, entry.signature);
      return { what: `signature ${what}`, entry: { ...entry, signature: bytes } };
    }
    case 3:
      return { what: 'another message', entry: { ...entry, message: anyMessage(random) } };
    default: {
      const { publicKey } = pick(random, pool.signers);
      return { what: 'another key', entry: { ...entry, publicKey } };
    }
  }
}

/** Keys, one message and the aggregate of its signatures, with at most one thing wrong. */
export function fastAggregate(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes[], Bytes, Bytes] } {
  const count = random.integer(MAX_SIGNERS);
  const signers = Array.from({ length: count }, () => pick(random, pool.signers));
  const at = random.integer(pool.messages.length);
  const keys = signers.map(({ publicKey }) => publicKey);
  let signature = sumSignatures(signers.map((signer) => signer.signatures[at]!));
  let message: Bytes = pool.messages[at]!;
  let what = `${count} signers`;
  switch (random.integer(7)) {
    case 0: {
      const made = hostileG2(random, pool.signers[0]!.signatures[at]!);
      signature = made.bytes;
      what += `, signature ${made.what}`;
      break;
    }
    case 1: {
      const made = hostileG1(random, pool.signers[0]!.publicKey);
      keys[random.integer(Math.max(1, count))] = made.bytes;
      what += `, key ${made.what}`;
      break;
    }
    case 2:
      message = anyMessage(random);
      what += ', another message';
      break;
    case 3: {
      // The keys add up to infinity, and so do the signatures.
      const opposite = keys.map((key) => flipped(key, 5));
      keys.push(...opposite);
      what += ', each key with its opposite';
      break;
    }
    case 4:
      keys.pop();
      what += ', one key less';
      break;
    default:
  }
  const args: [Bytes[], Bytes, Bytes] = [keys, message, signature];
  return { what, arguments: args };
}

/** Keys with messages and the aggregate, with at most one thing wrong. */
export function aggregate(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes[], Bytes[], Bytes] } {
  const count = random.integer(MAX_SIGNERS);
  const places = Array.from({ length: count }, () => ({
    signer: pick(random, pool.signers),
    at: random.integer(pool.messages.length),
  }));
  const keys = places.map(({ signer }) => signer.publicKey);
  const messages = places.map(({ at }) => pool.messages[at]!);
  let signature = sumSignatures(places.map(({ signer, at }) => signer.signatures[at]!));
  let what = `${count} signers`;
  const place = random.integer(Math.max(1, count));
  switch (random.integer(7)) {
    case 0: {
      const made = hostileG2(random, pool.signers[0]!.signatures[0]!);
      signature = made.bytes;
      what += `, signature ${made.what}`;
      break;
    }
    case 1: {
      const made = hostileG1(random, pool.signers[0]!.publicKey);
      keys[place] = made.bytes;
      what += `, key ${made.what}`;
      break;
    }
    case 2:
      messages[place] = anyMessage(random);
      what += ', another message';
      break;
    case 3:
      keys.reverse();
      what += ', keys reversed';
      break;
    case 4:
      messages.pop();
      what += ', one message less';
      break;
    default:
  }
  const args: [Bytes[], Bytes[], Bytes] = [keys, messages, signature];
  return { what, arguments: args };
}

function sumSignatures(signatures: readonly Bytes[]): Bytes {
  const { ZERO } = bls12_381.G2.Point;
  return encodeSignature(
    signatures.reduce((total, bytes) => total.add(decodeSignature(bytes)), ZERO),
  );
}

/** A message of a length near the hash's block borders. */
export function anyMessage(random: Random): Bytes {
  return random.bytes(pick(random, [0, 1, 31, 32, 55, 56, 63, 64, 65, 200]));
}

/** Keys of the pool, and 32 bytes at and beyond the ends of the range. */
export function anySecret(random: Random, pool: Pool): Bytes {
  const signer: Signer = pick(random, pool.signers);
  if (random.integer(3) > 0) return signer.secretKey;
  const order = bls12_381.fields.Fr.ORDER;
  const value = pick(random, [0n, 1n, 2n, order - 1n, order, order + 1n, (1n << 256n) - 1n]);
  return new Uint8Array(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}
