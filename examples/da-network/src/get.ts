/** `get ID -o FILE`: read, verify, write; the file appears whole or not at all. */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type AtomicFile, createAtomicFile } from './atomic-file.ts';
import { checkPartSize, resolveContent } from './content.ts';
import { NetworkError } from './errors.ts';
import { partSize } from './manifest.ts';
import { type RefusedRow, type RetrieveOptions, retrieveBlob } from './retrieve.ts';
import type { Session } from './session.ts';

/** What `get` reports. */
export interface GetReport {
  readonly id: string;
  readonly output: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly blobs: number;
  /** `mixed`: some blobs came from the nodes and some from the archive. */
  readonly source: 'nodes' | 'archive' | 'mixed';
  readonly refusedRows: readonly RefusedRow[];
  readonly receivedBytes: number;
}

/** Reads what an identifier names into a file. Throws `NetworkError`; nothing is written then. */
export async function get(
  id: string,
  { session, output, options }: { session: Session; output: string; options: RetrieveOptions },
): Promise<GetReport> {
  const content = await resolveContent(id, { session, options });
  const read = content.manifest === undefined ? [] : [content.manifest.retrieval];
  const sources = new Set(read.map(({ source }) => source));
  const refusedRows = read.flatMap((retrieval) => retrieval.refusedRows);
  let receivedBytes = read.reduce((sum, retrieval) => sum + retrieval.receivedBytes, 0);
  let bytes = 0;
  const hash = createHash('sha256');
  const target = openOutput(output);
  try {
    for (const [part, root] of content.roots.entries()) {
      const { payload, source, ...rest } = await retrieveBlob(root, session, options);
      if (content.manifest !== undefined) {
        const expected = partSize(content.manifest.manifest, part);
        checkPartSize(payload.length, { expected, part });
      }
      writing(output, () => target.write(payload));
      hash.update(payload);
      bytes += payload.length;
      sources.add(source);
      refusedRows.push(...rest.refusedRows);
      receivedBytes += rest.receivedBytes;
    }
    const sha256 = hash.digest('hex');
    const expected = content.manifest?.manifest.sha256;
    if (expected !== undefined && bytesToHex(expected) !== sha256) {
      throw new NetworkError(
        'manifest_mismatch',
        'the parts do not have the sha256 of the manifest',
      );
    }
    writing(output, () => target.commit());
    const blobs = content.roots.length + read.length;
    const source = sources.size > 1 ? 'mixed' : [...sources][0]!;
    return { id, output, bytes, sha256, blobs, source, refusedRows, receivedBytes };
  } finally {
    target.discard();
  }
}

function openOutput(output: string): AtomicFile {
  return writing(output, () => createAtomicFile(output));
}

function writing<T>(output: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new NetworkError('output_unwritable', `cannot write ${output}: ${message}`, { cause });
  }
}
