/**
 * The manifest of a file larger than one blob: a blob of its own that lists the blobs of the parts.
 *
 * Layout, integers little-endian:
 *   magic "BCMANIF1" 8 | totalBytes u64 | partBytes u32 | count u32 | sha256 of the file 32
 *   | headerRoot_0 32 | .. | headerRoot_{count-1} 32
 * Every part has `partBytes` bytes except the last, which has the rest (at least 1). One file and
 * one list of roots have one encoding: the length is exact, `count` follows from the two sizes, a
 * file that fits one part has no manifest, and no root appears twice.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { NetworkError } from './errors.ts';
import { ROOT_BYTES } from './identifier.ts';

/** Parts a manifest may list: 65,536 x 31 MiB is about 2 TB, and the manifest itself 2 MiB. */
export const MAX_PARTS = 65_536;

/** What a manifest says. */
export interface Manifest {
  /** Bytes of the whole file. */
  readonly totalBytes: number;
  /** Bytes of every part but the last. */
  readonly partBytes: number;
  /** sha256 of the whole file, 32 bytes. */
  readonly sha256: Uint8Array;
  /** The headerRoots of the parts, in order. */
  readonly headerRoots: readonly Uint8Array[];
}

const MAGIC = new TextEncoder().encode('BCMANIF1');
const FIXED_BYTES = 8 + 8 + 4 + 4 + 32;

/** The encoded form; throws `RangeError` on a manifest that `decodeManifest` would refuse. */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FIXED_BYTES + manifest.headerRoots.length * ROOT_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setBigUint64(8, BigInt(manifest.totalBytes), true);
  view.setUint32(16, manifest.partBytes, true);
  view.setUint32(20, manifest.headerRoots.length, true);
  bytes.set(manifest.sha256, 24);
  manifest.headerRoots.forEach((root, i) => {
    bytes.set(root, FIXED_BYTES + i * ROOT_BYTES);
  });
  const fault = faultOf(bytes);
  if (fault !== undefined) throw new RangeError(`manifest: ${fault}`);
  return bytes;
}

/** Decodes a manifest read from the network; throws `NetworkError` 'manifest_malformed'. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const fault = faultOf(bytes);
  if (fault !== undefined) throw new NetworkError('manifest_malformed', `manifest: ${fault}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerRoots: Uint8Array[] = [];
  for (let at = FIXED_BYTES; at < bytes.length; at += ROOT_BYTES) {
    headerRoots.push(bytes.slice(at, at + ROOT_BYTES));
  }
  return {
    totalBytes: Number(view.getBigUint64(8, true)),
    partBytes: view.getUint32(16, true),
    sha256: bytes.slice(24, FIXED_BYTES),
    headerRoots,
  };
}

/** Bytes of part `index`. */
export function partSize(manifest: Manifest, index: number): number {
  const last = manifest.headerRoots.length - 1;
  return index < last ? manifest.partBytes : manifest.totalBytes - last * manifest.partBytes;
}

/** What is wrong with the bytes, or undefined. Nothing is allocated by a claimed length. */
function faultOf(bytes: Uint8Array): string | undefined {
  if (bytes.length < FIXED_BYTES) return `${bytes.length} bytes, shorter than its fixed part`;
  if (!MAGIC.every((byte, i) => bytes[i] === byte)) return 'no manifest magic';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = view.getBigUint64(8, true);
  const partBytes = view.getUint32(16, true);
  const count = view.getUint32(20, true);
  if (count < 2 || count > MAX_PARTS) return `${count} parts, expected 2..${MAX_PARTS}`;
  if (bytes.length !== FIXED_BYTES + count * ROOT_BYTES) {
    return `${bytes.length} bytes do not hold exactly ${count} parts`;
  }
  if (partBytes === 0) return 'parts of 0 bytes';
  const expected = (total + BigInt(partBytes) - 1n) / BigInt(partBytes);
  if (expected !== BigInt(count)) return `${total} bytes are not ${count} parts of ${partBytes}`;
  const roots = new Set<string>();
  for (let at = FIXED_BYTES; at < bytes.length; at += ROOT_BYTES) {
    roots.add(bytesToHex(bytes.subarray(at, at + ROOT_BYTES)));
  }
  return roots.size === count ? undefined : 'a headerRoot appears twice';
}
