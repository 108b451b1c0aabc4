/** `put FILE`: disperse, certify, archive; a file beyond one blob in parts behind a manifest. */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  type Archived,
  archivePayload,
  type Certified,
  certify,
  disperse,
  encodePayload,
} from './disperse.ts';
import { formatIdentifier } from './identifier.ts';
import { encodeManifest } from './manifest.ts';
import { openParts } from './parts.ts';
import type { Session } from './session.ts';

/** One stored blob in the report. */
export interface StoredBlob {
  readonly id: string;
  readonly bytes: number;
  readonly geometry: { readonly k: number; readonly n: number; readonly c: number };
  readonly certificate: {
    readonly signedSeats: number;
    readonly neededSeats: number;
    readonly failureBits: number;
  };
  readonly archivedShards: number;
  /** Bytes sent to DA nodes and storage nodes. */
  readonly wireBytes: number;
}

/** What `put` reports. */
export interface PutReport {
  readonly id: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The blobs of the file in order; behind a manifest, the manifest last. */
  readonly blobs: readonly StoredBlob[];
}

/** Stores a file. Throws `NetworkError`; blobs certified before the failure stay certified. */
export async function put(
  file: string,
  { session, partBytes }: { session: Session; partBytes: number },
): Promise<PutReport> {
  const parts = openParts(file, partBytes);
  try {
    const blobs: StoredBlob[] = [];
    const roots: Uint8Array[] = [];
    for (let index = 0; index < parts.count; index++) {
      const label = parts.count === 1 ? '' : `part ${index + 1} of ${parts.count}: `;
      const { certified, stored } = await storeBlob(parts.read(index), { session, label });
      roots.push(certified.header.headerRoot);
      blobs.push(stored);
    }
    const sha256 = parts.sha256();
    const report = { file, bytes: parts.bytes, sha256: bytesToHex(sha256) };
    if (parts.count === 1) return { id: blobs[0]!.id, ...report, blobs };
    const manifest = encodeManifest({
      totalBytes: parts.bytes,
      partBytes: parts.partBytes,
      sha256,
      headerRoots: roots,
    });
    const { certified, stored } = await storeBlob(manifest, { session, label: 'manifest: ' });
    const id = formatIdentifier({ kind: 'manifest', headerRoot: certified.header.headerRoot });
    return { id, ...report, blobs: [...blobs, { ...stored, id }] };
  } finally {
    parts.close();
  }
}

/** Takes one payload the whole way. */
async function storeBlob(
  payload: Uint8Array,
  { session, label }: { session: Session; label: string },
): Promise<{ certified: Certified; archived: Archived; stored: StoredBlob }> {
  session.progress.show(`${label}encoding and committing`);
  const blob = await encodePayload(payload, session);
  const dispersal = await disperse({ blob, payload }, session);
  session.progress.show(`${label}certifying`);
  const certified = await certify(dispersal, session);
  session.progress.show(`${label}archiving`);
  const archived = await archivePayload({ payload, certified }, session);
  session.progress.show(undefined);
  const { signedSeats, neededSeats, failureBits } = certified;
  return {
    certified,
    archived,
    stored: {
      id: formatIdentifier({ kind: 'blob', headerRoot: blob.headerRoot }),
      bytes: payload.length,
      geometry: blob.geometry,
      certificate: { signedSeats, neededSeats, failureBits },
      archivedShards: archived.stored,
      wireBytes: dispersal.sentBytes + archived.sentBytes,
    },
  };
}

/** sha256 in hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
