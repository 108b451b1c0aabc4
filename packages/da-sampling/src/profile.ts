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

/** Elements of the largest payload of every profile: a matrix of 32 MiB. */
const MAX_ELEMENTS = 1_048_576;

/** Largest payload of every profile: 31 bytes x 2^20 elements. */
export const MAX_BLOB_BYTES: number = BYTES_PER_PAYLOAD_ELEMENT * MAX_ELEMENTS;

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
    { maxElements: MAX_ELEMENTS, dataRows: 256 },
  ],
};

/**
 * 512 data rows to 2,048 (c up to 2,048), threshold 0.70: T = 1,434; log2 of the failure probability
 * -284.4 / -153.3 / -91.9. The profile to take if a third of the stake may be hostile.
 */
export const STRONG: Profile = {
  name: 'strong',
  id: 2,
  rowCount: 2048,
  thresholdRows: 1434,
  dataRowSteps: [
    { maxElements: 512, dataRows: 1 },
    { maxElements: 4096, dataRows: 128 },
    { maxElements: 16_384, dataRows: 256 },
    { maxElements: MAX_ELEMENTS, dataRows: 512 },
  ],
};

/**
 * 1,024 data rows to 3,072 (c up to 1,024): 0G's geometry, 3 instead of 4 times the payload on the
 * wire, paid with liveness. Threshold 0.75: T = 2,304; log2 of the failure probability -299.9 /
 * -140.8 / -71.7, but with 25 % of stake silent half of the epochs certify nothing. At 0G's own
 * threshold of 2/3 failure would be -82.0 / -15.0 / -1.0, which is why it is not offered. The step of
 * 256 rows keeps small blobs within 1.7 times the best k, as da-review.md §4 notes.
 */
export const ZG: Profile = {
  name: 'zg',
  id: 3,
  rowCount: 3072,
  thresholdRows: 2304,
  dataRowSteps: [
    { maxElements: 768, dataRows: 1 },
    { maxElements: 6144, dataRows: 128 },
    { maxElements: 12_288, dataRows: 256 },
    { maxElements: 24_576, dataRows: 512 },
    { maxElements: MAX_ELEMENTS, dataRows: 1024 },
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
export const PROFILES: readonly Profile[] = [EIP7594, STRONG, ZG];

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
