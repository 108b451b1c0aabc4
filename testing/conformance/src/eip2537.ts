/**
 * BLS12-381 points as the precompiles of EIP-2537 take them, from the compressed encoding that
 * `@barycenter/bls` gives, and the half of hash-to-curve that the chain has no precompile for.
 * Written from the standards with `bigint` alone, so that nothing of the packages checks itself.
 *
 * A base field element is 64 bytes, big-endian; an element c0 + c1 u of F_p^2 is c0 then c1; a point
 * is x then y. Sources: EIP-2537 "Fine points and encoding of base elements"; compressed encoding:
 * draft-irtf-cfrg-pairing-friendly-curves-11, appendix C; RFC 9380 §5.2, §5.3.1.
 */
import { createHash } from 'node:crypto';
import type { Anvil } from './anvil.ts';

/** Addresses of the precompiles. EIP-2537, table of constants. */
export const G1_ADD = 0x0b;
export const G2_ADD = 0x0d;
export const PAIRING_CHECK = 0x0f;
export const MAP_FP2_TO_G2 = 0x11;

/** p, the order of the base field. */
const P =
  0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;

/** Bytes hashed into one base field element: L = ceil((381 + 128) / 8). RFC 9380 §8.8.2. */
const HASHED_BYTES = 64;

/** A square of SHA-256's sizes: output and block, in bytes. */
const HASH_SIZE = 32;
const BLOCK_SIZE = 64;

type Fp2 = readonly [c0: bigint, c1: bigint];

/** G1 from 48 to 128 bytes. The point must exist; the sign bit chooses the larger y. */
export function uncompressG1(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const x = toBigint(bytes) & ((1n << 381n) - 1n);
  const y = power(mod(x ** 3n + 4n), (P + 1n) / 4n);
  if (mod(y * y) !== mod(x ** 3n + 4n)) throw new Error('no point of G1 has this x');
  return concat(element(x), element(isLarger(y) === hasLargerY(bytes) ? y : P - y));
}

/** G2 from 96 (x1 then x0) to 256 bytes. The point must exist. */
export function uncompressG2(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const x: Fp2 = [
    toBigint(bytes.subarray(48)),
    toBigint(bytes.subarray(0, 48)) & ((1n << 381n) - 1n),
  ];
  const [c0, c1] = multiply(multiply(x, x), x);
  const y = squareRoot([mod(c0 + 4n), mod(c1 + 4n)]);
  const larger = y[1] === 0n ? isLarger(y[0]) : isLarger(y[1]);
  const chosen: Fp2 = larger === hasLargerY(bytes) ? y : [mod(-y[0]), mod(-y[1])];
  return concat(...x.map(element), ...chosen.map(element));
}

/** -P for a point of G1 in 128 bytes. */
export function negateG1(point: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(point.subarray(0, 64), element(mod(-toBigint(point.subarray(64)))));
}

/** The two elements of F_p^2, 128 bytes each, that hash_to_curve maps. RFC 9380 §5.2, count = 2. */
export function hashToField(message: Uint8Array, tag: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const uniform = expandMessage(message, { tag, size: 4 * HASHED_BYTES });
  const [a, b, c, d] = [0, 1, 2, 3].map((i) =>
    element(mod(toBigint(uniform.subarray(i * HASHED_BYTES, (i + 1) * HASHED_BYTES)))),
  );
  return [concat(a!, b!), concat(c!, d!)];
}

/** H(message) in G2, both maps and the addition done by the chain. RFC 9380 §3, hash_to_curve. */
export async function hashOnChain(
  anvil: Pick<Anvil, 'call'>,
  { message, tag }: { message: Uint8Array; tag: Uint8Array },
): Promise<Uint8Array> {
  const mapped = [];
  for (const field of hashToField(message, tag)) {
    mapped.push(await mustCall(anvil, { to: MAP_FP2_TO_G2, data: field }));
  }
  return mustCall(anvil, { to: G2_ADD, data: concat(...mapped) });
}

/** What a precompile answers; throws if it refuses. */
export async function mustCall(
  anvil: Pick<Anvil, 'call'>,
  { to, data }: { to: number; data: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await anvil.call(to, data);
  if (answer === undefined) throw new Error(`precompile 0x${to.toString(16)} refused its input`);
  return answer;
}

/** Joins byte strings. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** expand_message_xmd with SHA-256. RFC 9380 §5.3.1. */
function expandMessage(
  message: Uint8Array,
  { tag, size }: { tag: Uint8Array; size: number },
): Uint8Array<ArrayBuffer> {
  const tagPrime = concat(tag, Uint8Array.of(tag.length));
  const length = Uint8Array.of(size >> 8, size & 255, 0);
  const b0 = sha256(new Uint8Array(BLOCK_SIZE), message, length, tagPrime);
  const blocks = [sha256(b0, Uint8Array.of(1), tagPrime)];
  for (let i = 2; i <= size / HASH_SIZE; i++) {
    const mixed = blocks[i - 2]!.map((byte, j) => byte ^ b0[j]!);
    blocks.push(sha256(mixed, Uint8Array.of(i), tagPrime));
  }
  return concat(...blocks);
}

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/**
 * A square root in F_p^2 with u^2 = -1: for a = c0 + c1 u of norm n^2, the root x0 + x1 u has
 * x0^2 = (c0 + n) / 2 for one of the two signs of n, and x1 = c1 / (2 x0).
 */
function squareRoot([c0, c1]: Fp2): Fp2 {
  const norm = power(mod(c0 * c0 + c1 * c1), (P + 1n) / 4n);
  for (const n of [norm, -norm]) {
    const x0 = power(mod((c0 + n) * ((P + 1n) / 2n)), (P + 1n) / 4n);
    const x1 = mod(c1 * power(mod(2n * x0), P - 2n));
    const [s0, s1] = multiply([x0, x1], [x0, x1]);
    if (s0 === c0 && s1 === c1) return [x0, x1];
  }
  throw new Error('no point of G2 has this x');
}

function multiply(a: Fp2, b: Fp2): Fp2 {
  return [mod(a[0] * b[0] - a[1] * b[1]), mod(a[0] * b[1] + a[1] * b[0])];
}

function power(base: bigint, exponent: bigint): bigint {
  let out = 1n;
  for (const bit of exponent.toString(2)) out = mod(out * out * (bit === '1' ? base : 1n));
  return out;
}

function mod(a: bigint): bigint {
  const rest = a % P;
  return rest < 0n ? rest + P : rest;
}

function isLarger(y: bigint): boolean {
  return 2n * y > P;
}

function hasLargerY(bytes: Uint8Array): boolean {
  return (bytes[0]! & 0x20) !== 0;
}

function toBigint(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function element(a: bigint): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(a.toString(16).padStart(128, '0'), 'hex'));
}
