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
import { decodeHeader, encodeHeader, headerRoot } from './header.ts';
import type { HeaderMessage } from './header-message.ts';
import { SUBMITTER_SIGNATURE_BYTES } from './submitter.ts';
import { equalBytes, join } from './wire.ts';

/** Blobs an index keeps unless it is told another number; some 1.2 KB of memory each. */
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

/** `signed` is `header | signature`: one array, since there may be many. */
type Kept = { readonly epoch: bigint; readonly signed: Uint8Array };

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
    const kept = this.#kept.get(nonceKey(blob));
    if (kept !== undefined) {
      const [first, second] = [signedHeaderOf(kept), signedHeader(blob)];
      if (equalBytes(first.header, second.header)) return;
      throw new DaError('equivocation', `the submitter signed two headers for nonce ${nonce}`, {
        evidence: { first, second },
      });
    }
    if (this.#kept.size >= this.#maxBlobs) {
      throw new DaError('retention_full', `${this.#maxBlobs} blobs are kept already`);
    }
  }

  /**
   * Keeps a blob, whose signature the caller has checked, until its epoch is pruned; keeping it again
   * changes nothing. Throws as `check`.
   */
  keep(blob: SignedBlob): void {
    this.check(blob);
    const key = nonceKey(blob);
    if (this.#kept.has(key)) return;
    const { header, signature } = signedHeader(blob);
    this.#kept.set(key, { epoch: blob.header.epoch, signed: join(header, signature) });
  }

  /**
   * Gives up every epoch through `epoch` and returns the header roots that were kept for them. An
   * epoch before `prunedThrough` (a clock set back) changes nothing. A hash for each of them.
   */
  prune(epoch: bigint): Uint8Array[] {
    if (this.#prunedThrough !== undefined && epoch <= this.#prunedThrough) return [];
    this.#prunedThrough = epoch;
    const given: Uint8Array[] = [];
    for (const [key, kept] of this.#kept) {
      if (kept.epoch > epoch) continue;
      this.#kept.delete(key);
      given.push(headerRoot(decodeHeader(signedHeaderOf(kept).header)));
    }
    return given;
  }
}

/** A header and its signature as evidence carries them. */
export function signedHeader({ header, signature }: SignedBlob): SignedHeader {
  return { header: encodeHeader(header), signature: signature.slice() };
}

function signedHeaderOf({ signed }: Kept): SignedHeader {
  const end = signed.length - SUBMITTER_SIGNATURE_BYTES;
  return { header: signed.slice(0, end), signature: signed.slice(end) };
}

/** Equal for headers of one submitter and nonce only. */
export function nonceKey({ header }: SignedBlob): string {
  return `${bytesToHex(header.submitter)}:${header.nonce}`;
}
