/**
 * What an identifier names: one blob, or the parts that its manifest lists, in order. A manifest is
 * read and checked like any blob before a part is asked for.
 */
import { NetworkError } from './errors.ts';
import { type Identifier, parseIdentifier } from './identifier.ts';
import { decodeManifest, type Manifest } from './manifest.ts';
import { type Retrieval, type RetrieveOptions, retrieveBlob } from './retrieve.ts';
import type { Session } from './session.ts';

/** The blobs behind an identifier. */
export interface Content {
  readonly identifier: Identifier;
  /** The manifest and how it was read; undefined for a plain blob. */
  readonly manifest: { readonly manifest: Manifest; readonly retrieval: Retrieval } | undefined;
  /** headerRoots of the blobs that hold the file's bytes. */
  readonly roots: readonly Uint8Array[];
}

/** Resolves an identifier; throws `NetworkError` (also 'manifest_malformed'). */
export async function resolveContent(
  id: string,
  { session, options }: { session: Session; options?: RetrieveOptions },
): Promise<Content> {
  const identifier = parseIdentifier(id);
  if (identifier.kind === 'blob') {
    return { identifier, manifest: undefined, roots: [identifier.headerRoot] };
  }
  const retrieval = await retrieveBlob(identifier.headerRoot, session, options);
  const manifest = decodeManifest(retrieval.payload);
  return { identifier, manifest: { manifest, retrieval }, roots: manifest.headerRoots };
}

/** Refuses a part whose size is not the one its manifest gives. */
export function checkPartSize(
  bytes: number,
  { expected, part }: { expected: number; part: number },
): void {
  if (bytes === expected) return;
  throw new NetworkError(
    'manifest_mismatch',
    `part ${part} has ${bytes} bytes, the manifest says ${expected}`,
  );
}
