/**
 * The seam between the codecs and the machines that compute them: a codec resolved to its field and
 * layout, and a workspace of shard slots with the transforms between them. Two engines implement
 * it: WebAssembly (`wasm/`) and JavaScript (`js/`); both give the same bytes.
 */

/** A codec after `auto` was resolved. */
export type Codec =
  | 'gf8-vandermonde'
  | 'gf8-cauchy'
  | 'gf8-jerasure'
  | 'leopard-ff8'
  | 'leopard-ff16'
  | 'leopard-ff16-low';

/** What a workspace is opened for. */
export interface Shape {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  /** Bytes per slot, a multiple of 64. */
  readonly slotBytes: number;
}

/** A machine that computes: one WebAssembly instance, or JavaScript. */
export interface Engine {
  readonly name: 'relaxed' | 'strict' | 'js';
  /**
   * Reserves k+m slots plus work space; one instance may have several workspaces open; memory grows
   * at most here.
   */
  open(shape: Shape): Workspace;
}

/**
 * k+m shard slots (index order: data, then parity) and the transforms between them. Slots lie at
 * equal distances in one buffer. Nothing but the slots named as targets is changed.
 */
export interface Workspace {
  /**
   * A fresh view of slot `index`; valid until the next `open` of this engine (memory may grow):
   * never kept across calls.
   */
  slot(index: number): Uint8Array;
  /**
   * Leopard only: data slots -> all parity slots; `bytes` (multiple of 64, <= slotBytes) of every
   * slot are used. Matrix codes are encoded by `combine`.
   */
  encode(bytes: number): void;
  /**
   * targets[r] = sum over c of coefficients[r * sources.length + c] * slot(sources[c]) (or, with
   * `add`, +=). Targets and sources are disjoint. GF(2^8) or GF(2^16) by codec. The caller never
   * changes an array of coefficients that it has passed, so an engine may keep its tables for the
   * last one.
   */
  combine(
    targets: readonly number[],
    sources: readonly number[],
    coefficients: Uint16Array,
    bytes: number,
    add?: boolean,
  ): void;
  /**
   * Leopard only: fills the slots `wanted` (absent ones) from the slots whose present[i] = 1, by
   * transform.
   */
  recover(present: Uint8Array, wanted: readonly number[], bytes: number): void;
  /**
   * Leopard only: Lagrange coefficients of `wanted` over `sources` (exactly k of them), row-major;
   * error locator by a Walsh-Hadamard transform of the size needed. The coder then calls `combine`:
   * few losses, single shards, update.
   */
  coefficients(sources: readonly number[], wanted: readonly number[]): Uint16Array;
  close(): void;
}
