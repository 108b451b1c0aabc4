/** What a scheme says about rows; `row-verifier.ts` adds Merkle paths and shapes. */
import type { OpenedHeader } from './check-header.ts';

/** What a `row_not_canonical` says. */
export const NOT_CANONICAL = 'an element of the row is not below the modulus';

/** Rows against one header. */
export type RowCheck = {
  /**
   * Whether a row with a good Merkle path is the row of that index. Throws DaError
   * `row_not_canonical`.
   */
  holds(row: { readonly index: number; readonly row: Uint8Array }): boolean;
  /** All n rows of a payload of the header's length. */
  encodePayload(payload: Uint8Array): readonly Uint8Array[];
  /** If the check is one value of a row's polynomial, the point and the n values expected. */
  readonly evaluation?: { readonly z: bigint; readonly values: readonly bigint[] };
};

/** The part of a scheme that checks rows. */
export type RowChecker = {
  /** TypeError for a header of another scheme. */
  rowCheck(header: OpenedHeader): RowCheck;
};
