/**
 * Sizes fixed by EIP-4844 (consensus-specs deneb/polynomial-commitments.md, "Constants" and
 * "Preset") and EIP-7594 (fulu/polynomial-commitments-sampling.md, same tables).
 */

/** Bytes of one field element: big-endian, below `FIELD_MODULUS`. EIP-4844. */
export const BYTES_PER_FIELD_ELEMENT = 32;

/** Field elements of one blob. EIP-4844, preset `FIELD_ELEMENTS_PER_BLOB`. */
export const FIELD_ELEMENTS_PER_BLOB = 4096;

/** Bytes of one blob: 4,096 elements of 32 bytes. EIP-4844. */
export const BYTES_PER_BLOB = 131_072;

/** Bytes of one commitment: a compressed G1 point. EIP-4844, `KZGCommitment`. */
export const BYTES_PER_COMMITMENT = 48;

/** Bytes of one proof: a compressed G1 point. EIP-4844, `KZGProof`. */
export const BYTES_PER_PROOF = 48;

/** Field elements of one cell. EIP-7594, preset `FIELD_ELEMENTS_PER_CELL`. */
export const FIELD_ELEMENTS_PER_CELL = 64;

/** Field elements of an extended blob, twice those of a blob. EIP-7594. */
export const FIELD_ELEMENTS_PER_EXT_BLOB = 8192;

/** Bytes of one cell: 64 elements of 32 bytes. EIP-7594. */
export const BYTES_PER_CELL = 2048;

/** Cells of an extended blob: 8,192 / 64. EIP-7594, preset `CELLS_PER_EXT_BLOB`. */
export const CELLS_PER_EXT_BLOB = 128;
