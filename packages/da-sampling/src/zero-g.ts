/**
 * 0G DA, read side: whether registrations, blob signatures and bitmap certificates of a 0G chain hold.
 * Sources: 0g-da-contract (DAEntrance.sol, BN254.sol, IDASigners.sol), 0g-geth core/vm/dasigners.go,
 * 0g-da-node; what we cannot follow, and why, is in COMPATIBILITY.md.
 *
 * Keys are in both groups of BN254, signatures in G1: sig = sk H. H is keccak256 of packed fields
 * mapped by try-and-increment: x = digest mod p, then the first x, x + 1, ... for which x^3 + 3 is a
 * square, y = (x^3 + 3)^((p+1)/4). Structures are named and shaped as a Solidity decoder gives them.
 *
 * Deviation: the chain folds "the signature holds" and "both keys have one secret" into one pairing
 * equation with a hashed gamma; here they are two equations, which is the same but for 2^-254.
 *
 * Known to be weak, and checked as it is: no chain id or contract address is in a blob's message, so
 * its signature is valid on every deployment that the key is used on (da.md §0 item 4).
 */
import { bn254 } from '@noble/curves/bn254.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { expectLength } from './domain.ts';
import { join } from './wire.ts';

const { Fp, Fp2 } = bn254.fields;
const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;

const REGISTRATION_DOMAIN = '0G_BN254_Pubkey_Registration';

/** Most rows of a quorum; the deployed parameter is 3,072. */
const MAX_QUORUM_ROWS = 65_536;

/** `BN254.G1Point`; (0, 0) is infinity. */
export type ZeroGPoint1 = { readonly X: bigint; readonly Y: bigint };

/**
 * `BN254.G2Point`. The order of the two coordinates differs: registrations have the real part first,
 * certificates, which go to the pairing precompile, the imaginary part.
 */
export type ZeroGPoint2 = {
  readonly X: readonly [bigint, bigint];
  readonly Y: readonly [bigint, bigint];
};

/** `SignerDetail`, without the socket. */
export type ZeroGSigner = {
  /** Account, 20 bytes. */
  readonly signer: Uint8Array;
  readonly pkG1: ZeroGPoint1;
  /** Real part first. */
  readonly pkG2: ZeroGPoint2;
};

/** What the signatures of a blob are about. */
export type ZeroGBlob = {
  /** 32 bytes. */
  readonly dataRoot: Uint8Array;
  readonly epoch: bigint;
  readonly quorumId: bigint;
  readonly erasureCommitment: ZeroGPoint1;
};

/** `CommitRootSubmission`: a blob with its aggregated signature. */
export type ZeroGCertificate = ZeroGBlob & {
  /** Bit i % 8 of byte i / 8 stands for row i. */
  readonly quorumBitmap: Uint8Array;
  /** Imaginary part first. */
  readonly aggPkG2: ZeroGPoint2;
  readonly signature: ZeroGPoint1;
};

/** Rows signed of all rows, or why the chain would refuse the certificate. */
export type ZeroGVerdict =
  | { readonly ok: true; readonly total: number; readonly hit: number }
  | {
      readonly ok: false;
      readonly code: 'bitmap_length' | 'below_threshold' | 'key_invalid' | 'signature_invalid';
    };

/** H of a signer's registration: keccak256(signer | chainId u256 | domain). */
export function zeroGRegistrationHash(registration: {
  readonly signer: Uint8Array;
  readonly chainId: bigint;
}): ZeroGPoint1 {
  const { signer, chainId } = registration;
  expectLength(signer, { name: 'signer', size: 20 });
  return hashToG1(signer, bigEndian(chainId, 32), utf8ToBytes(REGISTRATION_DOMAIN));
}

/** H of a registration for an epoch: keccak256(signer | epoch u64 | chainId u256). */
export function zeroGEpochHash(registration: {
  readonly signer: Uint8Array;
  readonly epoch: bigint;
  readonly chainId: bigint;
}): ZeroGPoint1 {
  const { signer, epoch, chainId } = registration;
  expectLength(signer, { name: 'signer', size: 20 });
  return hashToG1(signer, bigEndian(epoch, 8), bigEndian(chainId, 32));
}

/** H of a blob: keccak256(dataRoot | epoch u256 | quorumId u256 | C.X u256 | C.Y u256). */
export function zeroGBlobHash(blob: ZeroGBlob): ZeroGPoint1 {
  const { dataRoot, epoch, quorumId, erasureCommitment } = blob;
  expectLength(dataRoot, { name: 'dataRoot', size: 32 });
  const numbers = [epoch, quorumId, erasureCommitment.X, erasureCommitment.Y];
  return hashToG1(dataRoot, ...numbers.map((number) => bigEndian(number, 32)));
}

/**
 * Whether `signature` is the signer's on `hash` (one of the three above) and its two public keys have
 * one secret. False for bad points. Four pairings.
 */
export function verifyZeroGSignature(
  signer: Pick<ZeroGSigner, 'pkG1' | 'pkG2'>,
  options: { readonly hash: ZeroGPoint1; readonly signature: ZeroGPoint1 },
): boolean {
  const { hash, signature } = options;
  const pkG1 = pointOfG1(signer.pkG1);
  const pkG2 = pointOfG2(signer.pkG2, 'real first');
  return holds({ pkG1, pkG2, hash: pointOfG1(hash), signature: pointOfG1(signature) });
}

/**
 * The verdict of `submitVerifiedCommitRoots` on a certificate: `quorum` is the signer of each row, as
 * `getQuorum` lists them. A signer counts from its first set bit on for all of its rows, set or not;
 * 2/3 of the rows are needed. Bits beyond the last row are ignored, as on chain. Throws RangeError for
 * a quorum of 0 or more than 65,536 rows. Never throws for a bad certificate.
 */
export function verifyZeroGCertificate(
  certificate: ZeroGCertificate,
  quorum: readonly Pick<ZeroGSigner, 'signer' | 'pkG1'>[],
): ZeroGVerdict {
  const total = quorum.length;
  if (total === 0 || total > MAX_QUORUM_ROWS) throw new RangeError(`quorum: got ${total} rows`);
  const { quorumBitmap } = certificate;
  if (quorumBitmap.length !== Math.ceil(total / 8)) return { ok: false, code: 'bitmap_length' };
  const { hit, keys } = countRows(quorumBitmap, quorum);
  if (2 * total > 3 * hit) return { ok: false, code: 'below_threshold' };
  const points = keys.map(pointOfG1);
  if (!points.every((point) => point !== undefined)) return { ok: false, code: 'key_invalid' };
  const pkG1 = points.reduce((sum, point) => sum.add(point), G1.ZERO);
  const pkG2 = pointOfG2(certificate.aggPkG2, 'imaginary first');
  const hash = pointOfG1(blobHashOrInfinity(certificate));
  const signature = pointOfG1(certificate.signature);
  if (!holds({ pkG1, pkG2, hash, signature })) return { ok: false, code: 'signature_invalid' };
  return { ok: true, total, hit };
}

/** Rows that count as signed, and the key of each signer among them once. */
function countRows(
  bitmap: Uint8Array,
  quorum: readonly Pick<ZeroGSigner, 'signer' | 'pkG1'>[],
): { hit: number; keys: ZeroGPoint1[] } {
  const keys = new Map<string, ZeroGPoint1>();
  let hit = 0;
  quorum.forEach(({ signer, pkG1 }, row) => {
    const account = signer.join();
    const isSet = ((bitmap[row >> 3]! >> (row & 7)) & 1) === 1;
    if (isSet && !keys.has(account)) keys.set(account, pkG1);
    if (keys.has(account)) hit++;
  });
  return { hit, keys: [...keys.values()] };
}

type G1Point = typeof G1.BASE;
type G2Point = typeof G2.BASE;

/** e(sig, G2) = e(H, pkG2) and e(pkG1, G2) = e(G1, pkG2); false if a point is bad or infinity. */
function holds(points: {
  pkG1: G1Point | undefined;
  pkG2: G2Point | undefined;
  hash: G1Point | undefined;
  signature: G1Point | undefined;
}): boolean {
  const { pkG1, pkG2, hash, signature } = points;
  if (!pkG1 || !pkG2 || !hash || !signature) return false;
  if (pkG1.is0() || hash.is0() || signature.is0()) return false;
  const areEqual = (a: G1Point, b: G1Point): boolean => {
    const pairs = [
      { g1: a, g2: G2.BASE.negate() },
      { g1: b, g2: pkG2 },
    ];
    return bn254.fields.Fp12.eql(bn254.pairingBatch(pairs), bn254.fields.Fp12.ONE);
  };
  return areEqual(signature, hash) && areEqual(pkG1, G1.BASE);
}

/** The point of a pair of coordinates; undefined if it is none. G1 has prime order. */
function pointOfG1({ X, Y }: ZeroGPoint1): G1Point | undefined {
  if (!isCanonical(X, Y)) return undefined;
  if (X === 0n && Y === 0n) return G1.ZERO;
  return validOrUndefined(() => G1.fromAffine({ x: X, y: Y }));
}

/** The point of two pairs of coordinates; undefined if it is none of the prime-order group. */
function pointOfG2(
  { X, Y }: ZeroGPoint2,
  order: 'real first' | 'imaginary first',
): G2Point | undefined {
  if (!isCanonical(...X, ...Y)) return undefined;
  const element = ([first, second]: readonly [bigint, bigint]) =>
    Fp2.fromBigTuple(order === 'real first' ? [first, second] : [second, first]);
  return validOrUndefined(() => {
    const point = G2.fromAffine({ x: element(X), y: element(Y) });
    return point.is0() || !point.isTorsionFree() ? undefined : point;
  });
}

function validOrUndefined<T extends { assertValidity(): void }>(
  make: () => T | undefined,
): T | undefined {
  try {
    const point = make();
    point?.assertValidity();
    return point;
  } catch {
    return undefined; // not on the curve
  }
}

function isCanonical(...coordinates: readonly bigint[]): boolean {
  return coordinates.every((value) => value >= 0n && value < Fp.ORDER);
}

/** H of a certificate; infinity, which never verifies, if its numbers are no u256. */
function blobHashOrInfinity(certificate: ZeroGCertificate): ZeroGPoint1 {
  const { epoch, quorumId, erasureCommitment, dataRoot } = certificate;
  const numbers = [epoch, quorumId, erasureCommitment.X, erasureCommitment.Y];
  const fits = numbers.every((number) => number >= 0n && number < 1n << 256n);
  return fits && dataRoot.length === 32 ? zeroGBlobHash(certificate) : { X: 0n, Y: 0n };
}

/** Try-and-increment; half of all x are on the curve, so 2^-128 that it takes more than 128. */
function hashToG1(...parts: readonly Uint8Array[]): ZeroGPoint1 {
  const digest = keccak_256(join(...parts));
  for (let x = Fp.create(toInteger(digest)); ; x = Fp.add(x, 1n)) {
    const square = Fp.add(Fp.pow(x, 3n), 3n);
    const y = Fp.pow(square, (Fp.ORDER + 1n) / 4n);
    if (Fp.eql(Fp.sqr(y), square)) return { X: x, Y: y };
  }
}

function toInteger(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

/** `value` as `size` big-endian bytes; RangeError if it does not fit. */
function bigEndian(value: bigint, size: number): Uint8Array<ArrayBuffer> {
  if (value < 0n || value >= 1n << BigInt(8 * size)) {
    throw new RangeError(`value: expected an unsigned integer of ${size} bytes, got ${value}`);
  }
  const out = new Uint8Array(size);
  for (let i = size - 1, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return out;
}
