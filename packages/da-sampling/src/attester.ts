/**
 * A committee member. On a header: cheap checks, equivocation, then the opening (check B, always:
 * da-review.md §1.3(3)). On its rows: check B each. On all of its rows verified, and only then: a vow
 * in the retention index, and one signature. The caller stores header message and rows durably before
 * it sends the signature, and keeps them until the index gives the epoch up.
 */
import type { Bls } from '@barycenter/bls';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Attestation, attestationMessage, attestationTag } from './attestation.ts';
import type { AuthenticatedHeader } from './check-header.ts';
import { authenticateHeader, type HeaderPolicy, type OpenedHeader } from './check-header.ts';
import { assignRows, memberIndex } from './committee.ts';
import { expectLength } from './domain.ts';
import { DaError } from './errors.ts';
import { headerRoot } from './header.ts';
import type { HeaderMessage } from './header-message.ts';
import { chosenScheme, type SchemeChoice } from './kzg-scheme.ts';
import { nonceKey, RetentionIndex, signedHeader } from './retention.ts';
import { RowVerifier, type VerifiedRow } from './row-verifier.ts';
import type { RowMessage } from './rows.ts';
import type { CommitmentScheme } from './scheme.ts';
import { equalBytes } from './wire.ts';

/** Opened headers an attester keeps by headerRoot, so that a replay costs hashes only. */
export const MAX_OPENED_HEADERS = 64;

/** Inputs of an attester. */
export type AttesterOptions = HeaderPolicy &
  SchemeChoice & {
    readonly bls: Bls;
    /** BLS secret key, 32 bytes; copied, and wiped by `dispose()`. */
    readonly secretKey: Uint8Array;
    /**
     * What the node has vowed to keep; default an empty index. A node that may restart restores it
     * from its store, or it signs a second header for a nonce of before.
     */
    readonly retention?: RetentionIndex;
  };

/** Opens headers and signs for blobs whose assigned rows it has verified. */
export class Attester {
  readonly publicKey: Uint8Array;
  readonly #options: AttesterOptions;
  readonly #scheme: CommitmentScheme;
  readonly #secretKey: Uint8Array;
  readonly #retention: RetentionIndex;
  /** Headers opened lately by headerRoot; bounded by MAX_OPENED_HEADERS. */
  readonly #opened = new Map<string, OpenedHeader>();
  #disposed = false;

  constructor(options: AttesterOptions) {
    expectLength(options.secretKey, { name: 'secretKey', size: 32 });
    this.#options = options;
    this.#scheme = chosenScheme(options);
    this.#secretKey = options.secretKey.slice();
    this.#retention = options.retention ?? new RetentionIndex();
    this.publicKey = options.bls.publicKey(this.#secretKey);
  }

  /**
   * Opens a header. Throws DaError with the code of `checkHeader`, `not_a_member` if this key has no
   * seat, or as `RetentionIndex.check`: `epoch_pruned`, `retention_full`, and `equivocation` with both
   * signed headers if the submitter used the nonce for another blob that is kept or was opened lately.
   */
  open(message: HeaderMessage): AttestationSession {
    this.#assertUsable();
    const header = this.#openedBefore(message) ?? authenticateHeader(message, this.#options);
    const committee = this.#options.committeeOf(header.header.epoch)!;
    const validator = memberIndex(committee, this.publicKey);
    if (validator < 0) throw new DaError('not_a_member', 'this key has no seat in the committee');
    this.#refuseEquivocation(header);
    const checked = this.#openOnce(header);
    return new AttestationSession({
      scheme: this.#scheme,
      header: checked,
      assignedRows: assignRows(committee, header.headerRoot)[validator]!,
      sign: () => {
        this.#assertUsable();
        const { profile, byteLength, epoch } = header.header;
        if (this.#options.committeeOf(epoch) === undefined) {
          throw new DaError('epoch_unknown', `epoch ${epoch} is not signed for any more`);
        }
        this.#retention.keep(header.message);
        const blob = { headerRoot: header.headerRoot, profile, byteLength };
        const bytes = attestationMessage(blob, committee);
        const dst = attestationTag();
        const signature = this.#options.bls.sign(this.#secretKey, bytes, { dst });
        return { headerRoot: header.headerRoot, validator, signature };
      },
    });
  }

  /** Wipes the key; every later use throws. */
  dispose(): void {
    this.#secretKey.fill(0);
    this.#disposed = true;
  }

  #assertUsable(): void {
    if (this.#disposed) throw new Error('Attester: used after dispose()');
  }

  /** The header if this very blob was opened lately and its epoch is still accepted. */
  #openedBefore(message: HeaderMessage): OpenedHeader | undefined {
    let root: string;
    try {
      root = bytesToHex(headerRoot(message.header));
    } catch {
      return undefined; // not even encodable: authenticateHeader says why
    }
    const opened = this.#opened.get(root);
    const isAccepted = opened && this.#options.committeeOf(opened.header.epoch) !== undefined;
    return isAccepted ? opened : undefined;
  }

  #openOnce(header: AuthenticatedHeader): OpenedHeader {
    const root = bytesToHex(header.headerRoot);
    const known = this.#opened.get(root);
    if (known !== undefined) return known;
    const opened = this.#scheme.openHeader(header);
    if (this.#opened.size >= MAX_OPENED_HEADERS) {
      this.#opened.delete(this.#opened.keys().next().value!);
    }
    this.#opened.set(root, opened);
    return opened;
  }

  #refuseEquivocation({ message }: AuthenticatedHeader): void {
    this.#retention.check(message);
    const key = nonceKey(message);
    for (const { message: first } of this.#opened.values()) {
      if (nonceKey(first) !== key) continue;
      const evidence = { first: signedHeader(first), second: signedHeader(message) };
      if (equalBytes(evidence.first.header, evidence.second.header)) continue;
      const { nonce } = message.header;
      throw new DaError('equivocation', `the submitter signed two headers for nonce ${nonce}`, {
        evidence,
      });
    }
  }
}

/** One blob at one attester: collects the assigned rows, then signs. */
export class AttestationSession {
  readonly header: OpenedHeader;
  /** Row indices this member must hold, ascending. */
  readonly assignedRows: readonly number[];
  readonly #verifier: RowVerifier;
  readonly #sign: () => Attestation;

  constructor(
    options: SchemeChoice & {
      readonly header: OpenedHeader;
      readonly assignedRows: readonly number[];
      readonly sign: () => Attestation;
    },
  ) {
    this.header = options.header;
    this.assignedRows = options.assignedRows;
    this.#verifier = new RowVerifier(options);
    this.#sign = options.sign;
  }

  /** Verifies one row; codes as `RowVerifier.add`. Rows of others may be added, they do not count. */
  add(message: RowMessage): VerifiedRow {
    return this.#verifier.add(message);
  }

  /** The small-blob path: derives and returns the assigned rows from the whole payload. */
  addPayload(payload: Uint8Array): VerifiedRow[] {
    const rows = this.#verifier.addPayload(payload);
    return this.assignedRows.map((index) => rows[index]!);
  }

  /** Assigned rows that have not been verified yet. */
  missingRows(): number[] {
    const held = new Set(this.#verifier.finish().map(({ index }) => index));
    return this.assignedRows.filter((index) => !held.has(index));
  }

  /**
   * Vows to keep the blob, and signs. Throws DaError `rows_missing` unless every assigned row is
   * verified, `epoch_unknown` if the epoch has ended since, or as `RetentionIndex.keep`.
   */
  attest(): Attestation {
    const missing = this.missingRows();
    if (missing.length > 0) {
      throw new DaError('rows_missing', `${missing.length} assigned rows are not verified`, {
        row: missing[0]!,
      });
    }
    return this.#sign();
  }
}
