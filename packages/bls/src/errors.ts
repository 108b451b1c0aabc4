/**
 * The one error class of this package. Every refusal of bytes that came from outside carries a
 * stable `code`, and so has what this platform cannot do; mistakes of the calling program (wrong type,
 * secret key out of range) throw `TypeError` or `RangeError` instead.
 */

/**
 * Why bytes were refused:
 * - `empty_list`: an aggregate of nothing was asked for;
 * - `bad_length`: not 48 bytes (public key) or 96 bytes (signature);
 * - `bad_encoding`: the flag bits are not those of a compressed point, infinity carries other bits,
 *   or a coordinate is not below the field modulus;
 * - `not_on_curve`: no point of the curve has this x-coordinate;
 * - `not_in_subgroup`: the point is on the curve and outside the group of order r;
 * - `infinity`: a public key is the point at infinity;
 * - `aggregate_infinity`: the public keys add up to the point at infinity;
 * - `native_unavailable`: `@chainsafe/blst` is not installed, does not load here, or is not the
 *   scheme it is expected to be;
 * - `backend_unavailable`: the back end asked for by name does not run here, or the module given is
 *   not this package's kernel or computes wrongly;
 * - `disposed`: the object was used after `dispose()`.
 */
export type BlsErrorCode =
  | 'empty_list'
  | 'bad_length'
  | 'bad_encoding'
  | 'not_on_curve'
  | 'not_in_subgroup'
  | 'infinity'
  | 'aggregate_infinity'
  | 'native_unavailable'
  | 'backend_unavailable'
  | 'disposed';

/** Bytes from outside were refused; `code` says why, `index` which entry of a list it was. */
export class BlsError extends Error {
  override readonly name = 'BlsError';
  readonly code: BlsErrorCode;
  /** Position in the list that was passed, or undefined where there is no list. */
  readonly index: number | undefined;

  constructor(
    code: BlsErrorCode,
    message: string,
    options: { index?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.index = options.index;
  }
}
