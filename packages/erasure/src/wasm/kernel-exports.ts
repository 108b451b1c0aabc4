/**
 * What a kernel module exports (crates/erasure/src/exports.rs). Nothing is checked there: addresses,
 * counts and sizes are the engine's to get right.
 */

/** An address in the memory of a kernel. */
export type Pointer = number;

/** A field by number: GF(2^8), or Leopard's GF(2^8) or GF(2^16). */
export type FieldNumber = 0 | 1 | 2;

export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly __heap_base: WebAssembly.Global;
  field_bytes(field: FieldNumber): number;
  field_build(field: FieldNumber, tables: Pointer): void;
  /** Needed before `leopard_recover` and `leopard_coefficients`. */
  field_build_logarithms(field: FieldNumber, tables: Pointer): void;
  combine(
    field: FieldNumber,
    tables: Pointer,
    slots: Pointer,
    stride: number,
    targets: Pointer,
    targetCount: number,
    sources: Pointer,
    sourceCount: number,
    coefficients: Pointer,
    bytes: number,
    add: number,
  ): void;
  leopard_work_bytes(
    field: FieldNumber,
    lowRate: number,
    k: number,
    m: number,
    bytes: number,
  ): number;
  leopard_encode(
    field: FieldNumber,
    lowRate: number,
    tables: Pointer,
    k: number,
    m: number,
    slots: Pointer,
    stride: number,
    bytes: number,
    work: Pointer,
  ): void;
  leopard_recover(
    field: FieldNumber,
    lowRate: number,
    tables: Pointer,
    k: number,
    m: number,
    slots: Pointer,
    stride: number,
    bytes: number,
    present: Pointer,
    wanted: Pointer,
    wantedCount: number,
    work: Pointer,
  ): void;
  leopard_coefficients(
    field: FieldNumber,
    lowRate: number,
    tables: Pointer,
    k: number,
    m: number,
    sources: Pointer,
    wanted: Pointer,
    wantedCount: number,
    out: Pointer,
    work: Pointer,
  ): void;
}
