/**
 * What dispersal puts on the wire (da-review.md §4): rows with their branches, and header,
 * commitments and evaluations once per validator. A validator with at least k seats is sent the
 * payload instead of rows, and encodes again.
 */
import { BYTES_PER_PAYLOAD_ELEMENT, geometry, type Profile } from './profile.ts';

/** Bytes per field element of a coded row. */
const ELEMENT_BYTES = 32;

/** Index and Merkle branch of a row: da-review.md §4. */
const ROW_OVERHEAD_BYTES = 322;

/** Header, signature and opening, per validator: da-review.md §4. */
const HEADER_MESSAGE_BYTES = 330;

/** One commitment (48) and one evaluation (32). */
const DATA_ROW_BYTES = 80;

/**
 * Bytes that dispersing a payload of `byteLength` bytes costs in all, to validators with `seats` seats
 * each. Which of a validator's rows are data rows, one element byte shorter, depends on the blob: the
 * k data rows are charged to the validators in proportion to the rows they get.
 */
export function dispersalBytes(
  profile: Profile,
  options: { readonly byteLength: number; readonly seats: readonly number[] },
): number {
  const { byteLength, seats } = options;
  const { k, n, c } = geometry(profile, byteLength);
  const dataRowBytes = BYTES_PER_PAYLOAD_ELEMENT * c + ROW_OVERHEAD_BYTES;
  const codedRowBytes = ELEMENT_BYTES * c + ROW_OVERHEAD_BYTES;
  const rowBytes = (k * dataRowBytes + (n - k) * codedRowBytes) / n;
  const bodies = seats.map((count) => (count >= k ? byteLength : count * rowBytes));
  const perValidator = HEADER_MESSAGE_BYTES + DATA_ROW_BYTES * k;
  return bodies.reduce((sum, bytes) => sum + bytes, 0) + seats.length * perValidator;
}
