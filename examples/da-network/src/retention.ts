/**
 * How long a node keeps a blob: the retention index of da-sampling over the node's log. Its one number,
 * the last epoch given up, is a record of the log, written before anything is deleted; everything
 * else is read back from the signed headers that are stored. A crash in the middle of pruning leaves
 * blobs of epochs that the number gives up, and the next start deletes them.
 *
 *   pruned = epoch u64, little-endian
 *
 * A blob is dated by its header message or, if that is damaged, by its vow. What can no longer be
 * dated is kept.
 */
import {
  decodeHeader,
  decodeHeaderMessage,
  type EpochSchedule,
  prunableThrough,
  RetentionIndex,
  type SignedBlob,
} from '@barycenter/da-sampling';
import { bytesToHex } from '@noble/hashes/utils.js';
import { decodeEvidence } from './equivocation.ts';
import { reasonOf } from './errors.ts';
import { RECORD_KIND, type RecordKey, type RecordKind } from './log-format.ts';
import { type LogStore, MAX_RECORDS } from './log-store.ts';
import { decodeVow } from './vow.ts';

/** By what a node knows that an epoch is over. */
export interface RetentionTime {
  readonly schedule: EpochSchedule;
  /** Unix time of the chain's last final block. */
  readonly blockSeconds: number;
}

const PRUNED: RecordKey = { kind: RECORD_KIND.pruned, root: new Uint8Array(32), index: 0 };

/** Deletes from `store` what nobody is owed any more, and returns the index of what is left. */
export function openRetention(
  store: LogStore,
  { schedule, blockSeconds }: RetentionTime,
): RetentionIndex {
  const before = store.has(PRUNED) ? decodeEpoch(store.read(PRUNED)) : undefined;
  const index = new RetentionIndex({
    maxBlobs: MAX_RECORDS,
    ...(before !== undefined && { prunedThrough: before }),
  });
  const through = prunableThrough(schedule, blockSeconds);
  if (through !== undefined && (before === undefined || through > before)) {
    store.append([{ ...PRUNED, body: encodeEpoch(through) }]);
    index.prune(through);
  }
  const over = new Set<string>();
  for (const [root, blob] of datedBlobs(store)) {
    if (isOver(blob, index)) over.add(root);
    else if (blob.kind !== RECORD_KIND.equivocation) index.keep(blob);
  }
  store.drop(over);
  return index;
}

type DatedBlob = SignedBlob & { readonly kind: RecordKind };

/** Every root of the store under which something has a date. */
function datedBlobs(store: LogStore): Map<string, DatedBlob> {
  const dated = new Map<string, DatedBlob>();
  for (const [kind, decode] of DECODERS) {
    for (const root of store.roots(kind)) {
      const body = store.read({ kind, root, index: 0 });
      try {
        dated.set(bytesToHex(root), { kind, ...decode(body) });
      } catch (error) {
        if (reasonOf(error) === (error as Error).name) throw error; // a defect of ours
      }
    }
  }
  return dated;
}

/** What dates a blob; the later ones win. */
const DECODERS: readonly [RecordKind, (body: Uint8Array) => SignedBlob][] = [
  [RECORD_KIND.equivocation, (body) => signedBlob(decodeEvidence(body).second)],
  [RECORD_KIND.attestation, (body) => signedBlob(decodeVow(body).signed)],
  [RECORD_KIND.header, decodeHeaderMessage],
];

function signedBlob({ header, signature }: { header: Uint8Array; signature: Uint8Array }) {
  return { header: decodeHeader(header), signature };
}

function isOver({ header }: SignedBlob, { prunedThrough }: RetentionIndex): boolean {
  return prunedThrough !== undefined && header.epoch <= prunedThrough;
}

function encodeEpoch(epoch: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, epoch, true);
  return bytes;
}

function decodeEpoch(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}
