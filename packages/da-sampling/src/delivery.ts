/**
 * What a disperser sends to whom (da-review.md §4). A member with at least k seats gets the payload
 * itself: it is no longer than k rows, and the member encodes it again and holds its rows.
 */
import { assignRows, type Committee } from './committee.ts';
import { HEADER_BYTES } from './header.ts';
import { type Geometry, rowTreeDepth } from './profile.ts';
import { SUBMITTER_SIGNATURE_BYTES } from './submitter.ts';

/** What one member needs beside the header message. `rows` are those it must hold, ascending. */
export type Delivery = {
  /** Index in `committee.members`. */
  readonly validator: number;
  readonly form: 'payload' | 'rows';
  readonly rows: readonly number[];
};

/** One delivery for each member, in committee order. */
export function planDeliveries(
  committee: Committee,
  blob: { readonly headerRoot: Uint8Array; readonly geometry: Geometry },
): Delivery[] {
  return assignRows(committee, blob.headerRoot).map((rows, validator) => ({
    validator,
    form: rows.length >= blob.geometry.k ? 'payload' : 'rows',
    rows,
  }));
}

/**
 * Most bytes of a delivery of a KZG blob with the header message, transport not counted. Data rows
 * take 31 bytes an element, coded rows 32.
 */
export function deliveryBytes(
  delivery: Delivery,
  blob: { readonly geometry: Geometry; readonly byteLength: number },
): number {
  const { k, n, c } = blob.geometry;
  const header = HEADER_BYTES + SUBMITTER_SIGNATURE_BYTES + 80 * k;
  if (delivery.form === 'payload') return header + blob.byteLength;
  const perRow = 3 + 32 * rowTreeDepth(n); // index, form, branch
  const elements = delivery.rows.map((row) => (row < k ? 31 * c : 32 * c) + perRow);
  return elements.reduce((sum, bytes) => sum + bytes, header);
}
