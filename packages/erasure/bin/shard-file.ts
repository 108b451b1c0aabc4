/**
 * The shard file, version 1: one shard of every stripe of a file (`src/stripe.ts`), each with the
 * Merkle proof that it belongs to its stripe, behind a header that ties the stripes together.
 *
 * Layout, integers little-endian:
 *   magic "BCERASE1" 8 | codec u8 | zero 3 | dataShards u32 | parityShards u32 | index u32
 *   | shardBytes u32 | stripeCount u32 | byteLength u64 | set 32 | check 32
 *   | root_0 32 | .. | root_{stripeCount-1} 32
 *   | record_0 | .. | record_{stripeCount-1},  record = proof 32 x d | shard
 *
 * `check` is the SHA-256 of everything before it, so a damaged header is told from a foreign one before
 * any of its numbers is used. `set` is SHA-256("barycenter/erasure/file1" || bytes 8..19 || bytes 24..39
 * || roots): the same in all files of a set, and enough to know a whole file by. `root_i` is the
 * commitment (`src/commitment.ts`) to the k+m shards of stripe i, d = ceil(log2(k + m)).
 * The size of a file follows from its header; another size is damage.
 */
import { createHash } from 'node:crypto';
import { CODECS, type Codec, ROOT_BYTES, stripeShardBytes } from '../src/index.ts';

/** Most shards of a set: each is a file that is kept open. */
export const MAX_FILES = 256;
/** Most stripes: their roots are at most 2 MiB. */
export const MAX_STRIPES = 65_536;
/** Most bytes of one shard of one stripe. */
export const MAX_SHARD_BYTES: number = 2 ** 24;
/** Bytes before the roots. */
export const FIXED_BYTES = 104;

const MAGIC = Buffer.from('BCERASE1');
const SET_PREFIX = 'barycenter/erasure/file1';
const CHECK_AT = 72;
const SET_AT = 40;

/** How a file was cut; the same in all files of a set. */
export interface Cut {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  /** Of all stripes but the last. */
  readonly shardBytes: number;
  /** Of the whole file. */
  readonly byteLength: number;
}

/** A header without its roots. */
export interface Header extends Cut {
  readonly index: number;
  readonly set: Buffer;
}

/** Stripes of a file. */
export function stripeCount({ dataShards, shardBytes, byteLength }: Cut): number {
  return Math.ceil(byteLength / (dataShards * shardBytes));
}

/** Bytes that a stripe carries. */
export function stripeBytes(cut: Cut, stripe: number): number {
  const full = cut.dataShards * cut.shardBytes;
  return Math.min(full, cut.byteLength - stripe * full);
}

/** Nodes of each Merkle proof. */
export function proofNodes({ dataShards, parityShards }: Cut): number {
  return Math.ceil(Math.log2(dataShards + parityShards));
}

/** Where the record of a stripe lies, and how long its proof and its shard are. */
export function recordPlace(
  cut: Cut,
  stripe: number,
): { readonly at: number; readonly proofBytes: number; readonly shardBytes: number } {
  const proofBytes = proofNodes(cut) * ROOT_BYTES;
  const first = FIXED_BYTES + stripeCount(cut) * ROOT_BYTES;
  return {
    at: first + stripe * (proofBytes + cut.shardBytes),
    proofBytes,
    shardBytes: stripeShardBytes(stripeBytes(cut, stripe), cut),
  };
}

/** Bytes of each shard file of a set. */
export function shardFileBytes(cut: Cut): number {
  const stripes = stripeCount(cut);
  if (stripes === 0) return FIXED_BYTES;
  const { at, proofBytes, shardBytes } = recordPlace(cut, stripes - 1);
  return at + proofBytes + shardBytes;
}

/** The fields that all files of a set share, as `set` hashes them. */
function sharedFields(cut: Cut): Buffer {
  const bytes = Buffer.alloc(28);
  bytes[0] = CODECS.indexOf(cut.codec);
  bytes.writeUInt32LE(cut.dataShards, 4);
  bytes.writeUInt32LE(cut.parityShards, 8);
  bytes.writeUInt32LE(cut.shardBytes, 12);
  bytes.writeUInt32LE(stripeCount(cut), 16);
  bytes.writeBigUInt64LE(BigInt(cut.byteLength), 20);
  return bytes;
}

/** What identifies a set: its cut and all its roots. */
export function setOf(cut: Cut, roots: Uint8Array): Buffer {
  return createHash('sha256').update(SET_PREFIX).update(sharedFields(cut)).update(roots).digest();
}

/** The first `FIXED_BYTES` of a file. */
export function encodeHeader({ index, set, ...cut }: Header): Buffer {
  const bytes = Buffer.alloc(FIXED_BYTES);
  const shared = sharedFields(cut);
  MAGIC.copy(bytes);
  shared.copy(bytes, 8, 0, 12);
  bytes.writeUInt32LE(index, 20);
  shared.copy(bytes, 24, 12);
  set.copy(bytes, SET_AT);
  sha256(bytes.subarray(0, CHECK_AT)).copy(bytes, CHECK_AT);
  return bytes;
}

/** The header of a file, or what is wrong with it. Nothing is allocated by a claimed number. */
export function decodeHeader(bytes: Buffer): Header | string {
  if (bytes.length < FIXED_BYTES) return 'shorter than a header';
  if (!bytes.subarray(0, 8).equals(MAGIC)) return 'no shard file';
  const check = bytes.subarray(CHECK_AT, FIXED_BYTES);
  if (!sha256(bytes.subarray(0, CHECK_AT)).equals(check)) return 'the header is damaged';
  const codec = CODECS[bytes[8]!];
  if (codec === undefined || bytes.readUIntLE(9, 3) !== 0) return 'a codec of a later version';
  const byteLength = bytes.readBigUInt64LE(32);
  const header = {
    codec,
    dataShards: bytes.readUInt32LE(12),
    parityShards: bytes.readUInt32LE(16),
    index: bytes.readUInt32LE(20),
    shardBytes: bytes.readUInt32LE(24),
    byteLength: Number(byteLength),
    set: bytes.subarray(SET_AT, CHECK_AT),
  };
  const isPossible =
    Math.min(header.dataShards, header.parityShards) >= 1 &&
    header.dataShards + header.parityShards <= MAX_FILES &&
    header.index < header.dataShards + header.parityShards &&
    header.shardBytes >= 1 &&
    header.shardBytes <= MAX_SHARD_BYTES &&
    stripeShardBytes(header.dataShards * header.shardBytes, header) === header.shardBytes &&
    byteLength <= BigInt(Number.MAX_SAFE_INTEGER) &&
    stripeCount(header) <= MAX_STRIPES &&
    stripeCount(header) === bytes.readUInt32LE(28);
  return isPossible ? header : 'numbers that no file has';
}

/** The path of shard `index` of a file. */
export function shardPath(file: string, index: number): string {
  return `${file}.${String(index).padStart(3, '0')}.shard`;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
