/**
 * The text form of what `put` returns: `blob:<64 hex>` for one blob, `manifest:<64 hex>` for a file
 * split over several. The hex is the headerRoot (of the blob, or of the blob that is the manifest),
 * so an identifier names exactly one content on exactly one chain, and says how to read it.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { NetworkError } from './errors.ts';

/** Bytes of a headerRoot. da-review.md 1.1. */
export const ROOT_BYTES = 32;

/** A parsed identifier. */
export interface Identifier {
  readonly kind: 'blob' | 'manifest';
  readonly headerRoot: Uint8Array;
}

const FORM = /^(blob|manifest):([0-9a-f]{64})$/;

/** The identifier as text. */
export function formatIdentifier(identifier: Identifier): string {
  return `${identifier.kind}:${bytesToHex(identifier.headerRoot)}`;
}

/** Parses the text form (lower-case hex only); throws `NetworkError` 'identifier_malformed'. */
export function parseIdentifier(text: string): Identifier {
  const match = FORM.exec(text);
  if (match === null) {
    throw new NetworkError(
      'identifier_malformed',
      `expected blob:<64 hex> or manifest:<64 hex>, got ${JSON.stringify(text.slice(0, 80))}`,
    );
  }
  return { kind: match[1] as 'blob' | 'manifest', headerRoot: hexToBytes(match[2]!) };
}
