/**
 * What a node keeps, and until when: one rule and one index (da.md §6.2, §7 "single retention index").
 *
 *   owed until     lockedUntil(epoch that the signed header names)              (epochs.ts)
 *   prunedThrough  the last epoch that nobody is owed any more, by the time of a final block
 *
 * Vow, header message, rows, proofs and shards of a blob all stand and fall with that one number, so
 * no table can outlive or outrun another; stake is released at the same moment, by the same formula.
 *
 * A vow is the one header that a node signed for a (submitter, nonce). The index never forgets one to
 * make room: it refuses the next. It forgets whole epochs, in `prune`, and from then on refuses every
 * header of them, whatever the clock or `committeeOf` say later: so no nonce of an epoch is ever signed
 * twice. A nonce that comes back in a later epoch is seen for as long as its first use is kept.
 *
 * The caller persists `prunedThrough` before it deletes anything, and `keep`s each stored header anew
 * after a restart: those that are refused as `epoch_pruned` are what a crash left undeleted.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type EpochSchedule, expectSchedule, lockedUntil } from './epochs.ts';
import { DaError, type SignedHeader } from './errors.ts';
import { encodeHeader, headerRoot } from './header.ts';
import type { HeaderMessage } from './header-message.ts';
import { equalBytes } from './wire.ts';

/** Blobs an index keeps unless it is told another number; some 700 bytes of memory each. */
export const MAX_KEPT_BLOBS = 65_536;

/**
 * The last epoch that is not owed any more: lockedUntil(epoch) <= blockSeconds. Undefined if there is
 * none yet. `blockSeconds` is the Unix time of a final block, not of the node's own clock: data deleted
 * by a clock that ran ahead is gone.
 */
export function prunableThrough(schedule: EpochSchedule, blockSeconds: number): bigint | undefined {
  expectSchedule(schedule);
  if (!Number.isSafeInteger(blockSeconds)) {
    throw new RangeError(`blockSeconds: expected whole seconds, got ${blockSeconds}`);
  }
  const passed = Math.floor((blockSeconds - lockedUntil(schedule, 0n)) / schedule.epochSeconds);
  return passed < 0 ? undefined : BigInt(passed);
}

/** What a vow binds: a header with its submitter's signature, as in a `HeaderMessage`. */
export type SignedBlob = Pick<HeaderMessage, 'header' | 'signature'>;

type Kept = { readonly root: Uint8Array; readonly epoch: bigint; readonly signed: SignedHeader };

/** The blobs a node answers for, by epoch and by nonce. */
export class RetentionIndex {
  readonly #maxBlobs: number;
  /** By submitter and nonce; bounded by #maxBlobs. */
  readonly #kept = new Map<string, Kept>();
  #prunedThrough: bigint | undefined;

  /** `prunedThrough` as persisted. RangeError if `maxBlobs` is no count of at least 1. */
  constructor(options: { readonly prunedThrough?: bigint; readonly maxBlobs?: number } = {}) {
    const { maxBlobs = MAX_KEPT_BLOBS } = options;
    if (!Number.isSafeInteger(maxBlobs) || maxBlobs < 1) {
      throw new RangeError(`maxBlobs: expected a count of at least 1, got ${maxBlobs}`);
    }
    this.#maxBlobs = maxBlobs;
    this.#prunedThrough = options.prunedThrough;
  }

  /** The last epoch whose blobs were given up; undefined before the first. */
  get prunedThrough(): bigint | undefined {
    return this.#prunedThrough;
  }

  /** Blobs kept. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * Refuses what may not be kept; keeps nothing. Throws DaError `epoch_pruned`, `equivocation` with
   * both signed headers, or `retention_full`.
   */
  check(blob: SignedBlob): void {
    const { epoch, nonce } = blob.header;
    if (this.#prunedThrough !== undefined && epoch <= this.#prunedThrough) {
      throw new DaError('epoch_pruned', `epochs through ${this.#prunedThrough} are given up`);
    }
    const first = this.#kept.get(nonceKey(blob))?.signed;
    if (first !== undefined) {
      if (equalBytes(first.header, encodeHeader(blob.header))) return;
      throw new DaError('equivocation', `the submitter signed two headers for nonce ${nonce}`, {
        evidence: { first, second: signedHeader(blob) },
      });
    }
    if (this.#kept.size >= this.#maxBlobs) {
      throw new DaError('retention_full', `${this.#maxBlobs} blobs are kept already`);
    }
  }

  /** Keeps a blob until its epoch is pruned; keeping it again changes nothing. Throws as `check`. */
  keep(blob: SignedBlob): void {
    this.check(blob);
    const key = nonceKey(blob);
    if (this.#kept.has(key)) return;
    const { epoch } = blob.header;
    this.#kept.set(key, { root: headerRoot(blob.header), epoch, signed: signedHeader(blob) });
  }

  /**
   * Gives up every epoch through `epoch` and returns the header roots that were kept for them. An
   * epoch before `prunedThrough` (a clock set back) changes nothing. O(blobs kept).
   */
  prune(epoch: bigint): Uint8Array[] {
    if (this.#prunedThrough !== undefined && epoch <= this.#prunedThrough) return [];
    this.#prunedThrough = epoch;
    const given: Uint8Array[] = [];
    for (const [key, kept] of this.#kept) {
      if (kept.epoch > epoch) continue;
      this.#kept.delete(key);
      given.push(kept.root);
    }
    return given;
  }
}

/** A header and its signature as evidence carries them. */
export function signedHeader({ header, signature }: SignedBlob): SignedHeader {
  return { header: encodeHeader(header), signature: signature.slice() };
}

/** Equal for headers of one submitter and nonce only. */
export function nonceKey({ header }: SignedBlob): string {
  return `${bytesToHex(header.submitter)}:${header.nonce}`;
}
