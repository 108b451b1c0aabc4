/**
 * Where things lie under the state folder, and the key files in it:
 *
 *   chain.json             the chain (chain.ts)
 *   lock                   held while a command runs
 *   submitter.json         the submitter's key
 *   nodes/00/node.json     a DA node's key          nodes/00/rows.log      its store
 *   storage/00/shards.log  a storage node's store
 *   light/                 the light client's samples, one file per blob
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { writeFileAtomic } from './atomic-file.ts';
import { NetworkError } from './errors.ts';

export const ROW_LOG = 'rows.log';
export const SHARD_LOG = 'shards.log';

/** The folder of a DA node. */
export function nodeFolder(folder: string, node: number): string {
  return join(folder, 'nodes', numbered(node));
}

/** The folder of a storage node. */
export function storageFolder(folder: string, node: number): string {
  return join(folder, 'storage', numbered(node));
}

/** The folder of the light client's samples. */
export function lightFolder(folder: string): string {
  return join(folder, 'light');
}

/** The submitter's key file. */
export function submitterFile(folder: string): string {
  return join(folder, 'submitter.json');
}

/** A DA node's key file. */
export function nodeFile(folder: string, node: number): string {
  return join(nodeFolder(folder, node), 'node.json');
}

/** Writes a secret key (32 bytes), readable by its owner only. */
export function writeKey(path: string, secretKey: Uint8Array): void {
  const text = `${JSON.stringify({ secretKey: bytesToHex(secretKey) })}\n`;
  writeFileAtomic(path, Buffer.from(text), 0o600);
}

/** Reads a secret key; throws `NetworkError` 'state_damaged', without the file's content. */
export function readKey(path: string): Uint8Array {
  try {
    const { secretKey } = JSON.parse(readFileSync(path, 'utf8')) as { secretKey?: unknown };
    if (typeof secretKey !== 'string' || secretKey.length !== 64) throw new Error();
    return hexToBytes(secretKey);
  } catch {
    throw new NetworkError('state_damaged', `${path} holds no key of 32 bytes`);
  }
}

function numbered(node: number): string {
  return String(node).padStart(2, '0');
}
