/**
 * Profiles and geometry: how a payload's length fixes the matrix (da-review.md §1.3(8), §4).
 *
 * A blob is k data rows of c field elements, extended to n coded rows; n is also the number of
 * committee seats. (k, c) is a function of (profile, byteLength) alone, so a payload has exactly one
 * geometry. Small payloads use fewer, longer rows: commitments and evaluations travel to every
 * validator, and k of them cost 80 k bytes each.
 */

/** Payload bytes per field element: the 31 low bytes; the top byte is zero. */
export const BYTES_PER_PAYLOAD_ELEMENT = 31;

/** Most elements a row can use: EIP-4844, FIELD_ELEMENTS_PER_BLOB. */
export const MAX_ROW_ELEMENTS = 4096;

/** Largest payload of profile `eip7594`: 31 bytes x 256 rows x 4,096 elements. */
export const MAX_BLOB_BYTES = 32_505_856;

/** What binds the rows of a blob; `scheme.ts`. */
export type SchemeName = 'kzg' | 'zoda';

/** A named parameter set. `id` goes on the wire; `thresholdRows` is T, the signed rows needed. */
export type Profile = {
  readonly name: string;
  readonly id: number;
  /** Default 'kzg'. */
  readonly scheme?: SchemeName;
  /** Payload bytes of one element (32 bytes of a row); default 31. */
  readonly elementPayloadBytes?: number;
  readonly rowCount: number;
  readonly thresholdRows: number;
  /** Ascending steps: a payload of at most `maxElements` elements uses `dataRows` rows (k). */
  readonly dataRowSteps: readonly { readonly maxElements: number; readonly dataRows: number }[];
};

/** k data rows, n coded rows, c used elements per row. */
export type Geometry = { readonly k: number; readonly n: number; readonly c: number };

/**
 * 256 data rows to 1,024, threshold 0.70: da-review.md §3 (T = ceil(0.70 * 1024) = 717; log2 of the
 * failure probability -144.9 / -79.0 / -48.0 for an adversary with 25 % / 30 % / 33.3 % of stake).
 */
export const EIP7594: Profile = {
  name: 'eip7594',
  id: 1,
  rowCount: 1024,
  thresholdRows: 717,
  dataRowSteps: [
    { maxElements: 256, dataRows: 1 },
    { maxElements: 2048, dataRows: 64 },
    { maxElements: 8192, dataRows: 128 },
    { maxElements: 256 * MAX_ROW_ELEMENTS, dataRows: 256 },
  ],
};

/**
 * The hash-only scheme at the same seats and threshold, so with the same committee bits. An element
 * here is a group of eight words of 30 payload bits; rows may be a little longer than EIP-4844's, so
 * that the largest payload is no smaller.
 */
export const ZODA: Profile = {
  name: 'zoda',
  id: 32,
  scheme: 'zoda',
  elementPayloadBytes: 30,
  rowCount: 1024,
  thresholdRows: 717,
  dataRowSteps: [
    { maxElements: 256, dataRows: 1 },
    { maxElements: 2048, dataRows: 64 },
    { maxElements: 8192, dataRows: 128 },
    { maxElements: 256 * 4234, dataRows: 256 },
  ],
};

/**
 * The KZG profiles that exist, for verifiers that pin all of them. A hash-only profile is pinned by
 * name: nobody accepts another scheme by default.
 */
export const PROFILES: readonly Profile[] = [EIP7594];

/** The geometry of a payload of `byteLength` bytes; RangeError outside 1 .. maxPayloadBytes. */
export function geometry(profile: Profile, byteLength: number): Geometry {
  const elements = Math.ceil(byteLength / elementPayloadBytes(profile));
  const step = profile.dataRowSteps.find(({ maxElements }) => elements <= maxElements);
  if (!Number.isSafeInteger(byteLength) || byteLength < 1 || step === undefined) {
    throw new RangeError(
      `byteLength: expected 1 to ${maxPayloadBytes(profile)} bytes, got ${byteLength}`,
    );
  }
  return {
    k: step.dataRows,
    n: profile.rowCount,
    c: Math.ceil(elements / step.dataRows),
  };
}

/** The largest payload of a profile in bytes. */
export function maxPayloadBytes(profile: Profile): number {
  return (
    profile.dataRowSteps[profile.dataRowSteps.length - 1]!.maxElements *
    elementPayloadBytes(profile)
  );
}

/** The scheme that a profile names. */
export function schemeName(profile: Profile): SchemeName {
  return profile.scheme ?? 'kzg';
}

function elementPayloadBytes(profile: Profile): number {
  return profile.elementPayloadBytes ?? BYTES_PER_PAYLOAD_ELEMENT;
}

/** Depth of the rows tree: log2 of the power of two that holds n leaves. */
export function rowTreeDepth(rowCount: number): number {
  return Math.ceil(Math.log2(rowCount));
}
