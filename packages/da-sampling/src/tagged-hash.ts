/**
 * Tagged hashing, da-review.md §1.1: `TH(tag, x) = sha256(sha256(tag) || sha256(tag) || x)`.
 * The doubled tag digest fills exactly one SHA-256 block, so its state is computed once per tag.
 * Every tag is distinct and versioned; a hash made for one purpose never serves another.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { MIN_NATIVE_BYTES, nativeHash } from './native-hash.ts';

/** All hash tags of the protocol, by purpose. */
export const TAGS = {
  challengeZ: 'BARYCENTER_DA_Z_V1',
  challengeG: 'BARYCENTER_DA_G_V1',
  evaluations: 'BARYCENTER_DA_EVALS_V1',
  header: 'BARYCENTER_DA_HEADER_V1',
  submit: 'BARYCENTER_DA_SUBMIT_V1',
  commitmentLeaf: 'BARYCENTER_DA_COMMITMENT_LEAF_V1',
  commitmentNode: 'BARYCENTER_DA_COMMITMENT_NODE_V1',
  rowLeaf: 'BARYCENTER_DA_ROW_LEAF_V1',
  rowEmpty: 'BARYCENTER_DA_ROW_EMPTY_V1',
  rowNode: 'BARYCENTER_DA_ROW_NODE_V1',
  zodaChallenge: 'BARYCENTER_DA_ZODA_V1',
  checksumKey: 'BARYCENTER_DA_ZODA_KEY_V1',
  snapshot: 'BARYCENTER_DA_SNAPSHOT_V1',
  seatDraw: 'BARYCENTER_DA_SEAT_DRAW_V1',
  rowOrder: 'BARYCENTER_DA_ROW_ORDER_V1',
  committee: 'BARYCENTER_DA_COMMITTEE_V1',
} as const;

type Tag = (typeof TAGS)[keyof typeof TAGS];
type Sha256State = ReturnType<typeof sha256.create>;

/** SHA-256 states after the doubled tag digest: at most one entry per tag above. */
const prefixStates = new Map<Tag, Sha256State>();

/** `TH(tag, parts concatenated)`, 32 bytes. */
export function taggedHash(tag: Tag, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const native = size >= MIN_NATIVE_BYTES ? nativeHash() : undefined;
  if (native !== undefined) return Uint8Array.from(native([prefix(tag), ...parts]));
  const hash = prefixState(tag).clone();
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}

function prefixState(tag: Tag): Sha256State {
  let state = prefixStates.get(tag);
  if (state === undefined) {
    state = sha256.create().update(prefix(tag));
    prefixStates.set(tag, state);
  }
  return state;
}

/** The 64 bytes before every input. */
function prefix(tag: Tag): Uint8Array {
  const digest = sha256(utf8ToBytes(tag));
  return concatBytes(digest, digest);
}
