/** What a scheme says about rows; `row-verifier.ts` adds Merkle paths and shapes. */
import type { KzgPool } from '@barycenter/kzg/pool';
import type { OpenedHeader } from './check-header.ts';

/** Workers that hash and evaluate rows. */
export type RowPool = Pick<KzgPool, 'digestMany'>;

/** What workers say about a row. */
export type RowDigest = {
  /** The row's leaf under rowsRoot. */
  readonly leaf: Uint8Array;
  /** As `RowCheck.holds`. */
  readonly holds: () => boolean;
};

/** Rows against one header. */
export type RowCheck = {
  /**
   * Whether a row with a good Merkle path is the row of that index. Throws DaError
   * `row_not_canonical`.
   */
  holds(row: { readonly index: number; readonly row: Uint8Array }): boolean;
  /** Hash and check by the workers of a pool, where the scheme's rows can be left to one. */
  readonly digest?: (
    row: { readonly index: number; readonly row: Uint8Array },
    options: { readonly pool: RowPool; readonly signal: AbortSignal | undefined },
  ) => Promise<RowDigest>;
  /** All n rows of a payload of the header's length. */
  encodePayload(payload: Uint8Array): readonly Uint8Array[];
};

/** The part of a scheme that checks rows. */
export type RowChecker = {
  /** TypeError for a header of another scheme. */
  rowCheck(header: OpenedHeader): RowCheck;
};
