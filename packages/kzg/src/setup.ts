/**
 * A trusted setup as the engines take it: raw points that were checked before, or belong to
 * Ethereum's ceremony by their hash. Sections are decoded and checked when first needed.
 *
 * A point of G1 is 96 bytes (x, y) or compressed 48, one of G2 is 192 bytes (x.c1, x.c0, y.c1, y.c0),
 * all coordinates 48 bytes big-endian.
 */

import type { SetupTools } from './setup-tools.ts';

/** Sections; each function throws KzgError `setup_missing` or `setup_invalid`. */
export interface Setup {
  /** [tau^i]_1, i < 64: 6,144 bytes. */
  readonly firstPowers: Uint8Array;
  /** [1]_2, [tau]_2, [tau^64]_2: 576 bytes. */
  readonly g2: Uint8Array;
  /** [L_i(tau)]_1, point i belonging to position i of a blob: 393,216 bytes. */
  lagrange(): Uint8Array;
  /** [tau^i]_1, i < 4,096: 393,216 bytes. */
  monomial(): Uint8Array;
  /** The transformed points of `js/fk20.ts`, compressed: 393,216 bytes. Derived if undefined. */
  fk20(): Uint8Array | undefined;
  /** SHA-256 over all compressed G1 powers then all compressed G2 powers. */
  id(): Uint8Array<ArrayBuffer>;
  /** Whether the Lagrange points are those of Ethereum's ceremony, for which tables are pinned. */
  readonly isCeremony: boolean;
}

/**
 * How much of the ceremony is loaded: `verify` (9 kB: every verification), `commit` (0.5 MB more:
 * commitments and openings of blobs and rows), `full` (1 MB more: proofs of cells).
 */
export type Tier = 'verify' | 'commit' | 'full';

/** Opens a setup with the tools of the engine that will use it. */
export type OpenSetup = (tools: SetupTools) => Setup;
