/**
 * What a commitment scheme is to the rest of the protocol. A scheme turns a payload into rows, binds
 * them in a header, and says which rows belong to a header; committee, attestation, certificate, light
 * client and repair are the same over every scheme. A profile names its scheme, so a header, a
 * certificate and a pinned profile never leave open which one is meant.
 */

import type { PlacedCell, ProvenCell } from './cells.ts';
import type { AuthenticatedHeader, OpenedHeader } from './check-header.ts';
import type { BlobOptions, EncodedBlob } from './encode-blob.ts';
import type { UnpackedPayload } from './payload.ts';
import type { Geometry, SchemeName } from './profile.ts';
import type { RowChecker } from './row-check.ts';
import type { VerifiedRow } from './row-verifier.ts';
import type { RowMessage } from './rows.ts';

/** The pieces a light client samples. */
export type SampleCode = {
  /** Samples that one row has. */
  readonly cellsPerRow: number;
  /** Bytes of a sample and of its proof. */
  sizes(shape: Geometry): { readonly cell: number; readonly proof: number };
  /** phi: the least share of samples whose absence makes a blob undecodable. */
  undecodableShare(shape: Geometry): number;
  /** A sample of a row that its holder has verified, with its proof. */
  serve(row: RowMessage, cellIndex: number): ProvenCell;
  /** Whether all samples belong to the header's rows; bytes of the right lengths, otherwise any. */
  verify(cells: readonly PlacedCell[], header: OpenedHeader): boolean;
};

/** A commitment scheme: `kzgScheme(kzg)` or `createZoda()`. */
export type CommitmentScheme = RowChecker & {
  readonly name: SchemeName;
  /** Payload to signed header and rows; errors as `encodeBlob`. */
  encodeBlob(payload: Uint8Array, options: BlobOptions): EncodedBlob;
  /** The part of checking a header that depends on the scheme. Throws DaError. */
  openHeader(header: AuthenticatedHeader): OpenedHeader;
  /** Any k verified rows to the payload or INVALID; errors as `recoverBlob`. */
  recoverBlob(rows: readonly VerifiedRow[], header: OpenedHeader): UnpackedPayload;
  /**
   * Rows of the given indices, from exactly k verified rows of the header; without their branches and
   * not checked. `repairRows` does both.
   */
  makeRows(
    given: readonly VerifiedRow[],
    options: { readonly header: OpenedHeader; readonly indices: ReadonlySet<number> },
  ): Iterable<{ readonly index: number; readonly row: Uint8Array }>;
  readonly samples: SampleCode;
};
