/**
 * The engine on WebAssembly: all workspaces share one instance, whose memory they take regions of.
 *
 * A workspace is its slots, then the numbers that calls pass (targets and sources, marks,
 * coefficients), then the transform's work memory. Slots lie an odd number of 64-byte lines apart:
 * with a power of two between them the same column of all shards would fall into one set of the cache.
 */
import type { Codec, Engine, Shape, Workspace } from '../engine.ts';
import type { FieldNumber, KernelExports, Pointer } from './kernel-exports.ts';
import { Regions } from './regions.ts';

/** Coefficients that one call takes, if a row of them is not longer. */
const COEFFICIENTS = 8192;

const FIELDS: Readonly<Record<Codec, FieldNumber>> = {
  'gf8-vandermonde': 0,
  'gf8-cauchy': 0,
  'gf8-jerasure': 0,
  'leopard-ff8': 1,
  'leopard-ff16': 2,
  'leopard-ff16-low': 2,
};

/** Instantiates a compiled kernel, which `kernel/load.ts` has chosen. */
export function createWasmEngine(module: WebAssembly.Module, name: 'relaxed' | 'strict'): Engine {
  return engineOn(new WebAssembly.Instance(module), name);
}

/** The engine on an instance that nobody else uses. */
export function engineOn(instance: WebAssembly.Instance, name: 'relaxed' | 'strict'): Engine {
  const kernel = instance.exports as unknown as KernelExports;
  const regions = new Regions(kernel.memory, kernel.__heap_base.value);
  const fields: (FieldTables | undefined)[] = [];
  const machine: Machine = {
    kernel,
    regions,
    tables(field) {
      const tables = fields[field] ?? new FieldTables(field, { kernel, regions });
      fields[field] = tables;
      return tables;
    },
  };
  return { name, open: (shape) => new WasmWorkspace(shape, machine) };
}

type Machine = {
  readonly kernel: KernelExports;
  readonly regions: Regions;
  readonly tables: (field: FieldNumber) => FieldTables;
};

/** The tables of a field, which all workspaces share. */
class FieldTables {
  readonly products: Pointer;
  readonly #field: FieldNumber;
  readonly #kernel: KernelExports;
  #hasLogarithms = false;

  constructor(field: FieldNumber, { kernel, regions }: Pick<Machine, 'kernel' | 'regions'>) {
    this.products = regions.take(kernel.field_bytes(field));
    kernel.field_build(field, this.products);
    this.#field = field;
    this.#kernel = kernel;
  }

  /** The same tables with those of logarithms, which take longer to build than all the others. */
  get logarithms(): Pointer {
    if (!this.#hasLogarithms) this.#kernel.field_build_logarithms(this.#field, this.products);
    this.#hasLogarithms = true;
    return this.products;
  }
}

/** Where the parts of a workspace begin. */
type Layout = {
  readonly stride: number;
  readonly numbers: Pointer;
  readonly coefficients: Pointer;
  readonly work: Pointer;
  readonly size: number;
};

class WasmWorkspace implements Workspace {
  readonly #shape: Shape;
  readonly #kernel: KernelExports;
  readonly #regions: Regions;
  readonly #field: FieldNumber;
  readonly #lowRate: 0 | 1;
  readonly #tables: FieldTables;
  readonly #slots: Pointer;
  readonly #layout: Layout;
  /** Views of the memory's present buffer. */
  #numbers: Uint32Array;
  #coefficients: Uint16Array;

  constructor(shape: Shape, { kernel, regions, tables }: Machine) {
    this.#shape = shape;
    this.#kernel = kernel;
    this.#regions = regions;
    this.#field = FIELDS[shape.codec];
    this.#lowRate = shape.codec === 'leopard-ff16-low' ? 1 : 0;
    this.#tables = tables(this.#field);
    const relative = this.#plan();
    this.#slots = regions.take(relative.size);
    this.#layout = {
      ...relative,
      numbers: this.#slots + relative.numbers,
      coefficients: this.#slots + relative.coefficients,
      work: this.#slots + relative.work,
    };
    this.#numbers = new Uint32Array(0);
    this.#coefficients = new Uint16Array(0);
  }

  slot(index: number): Uint8Array {
    const { slotBytes } = this.#shape;
    return new Uint8Array(this.#kernel.memory.buffer, this.#address(index), slotBytes);
  }

  encode(bytes: number): void {
    const { dataShards: k, parityShards: m } = this.#shape;
    const { stride, work } = this.#layout;
    const rate = this.#lowRate;
    this.#kernel.leopard_encode(
      ...([
        this.#field,
        rate,
        this.#tables.products,
        k,
        m,
        this.#slots,
        stride,
        bytes,
        work,
      ] as const),
    );
  }

  combine(
    targets: readonly number[],
    sources: readonly number[],
    coefficients: Uint16Array,
    bytes: number,
    add: boolean = false,
  ): void {
    this.#refresh();
    const { stride, numbers, coefficients: table } = this.#layout;
    const row = sources.length;
    const sourcesAt = numbers + 4 * this.#write(targets, 0);
    this.#write(sources, targets.length);
    const rows = row === 0 ? targets.length : Math.max(1, Math.floor(this.#capacity() / row));
    for (let first = 0; first < targets.length; first += rows) {
      const count = Math.min(rows, targets.length - first);
      this.#coefficients.set(coefficients.subarray(first * row, (first + count) * row));
      this.#kernel.combine(
        ...([this.#field, this.#tables.products, this.#slots, stride] as const),
        ...([numbers + 4 * first, count, sourcesAt, row, table, bytes, add ? 1 : 0] as const),
      );
    }
  }

  recover(present: Uint8Array, wanted: readonly number[], bytes: number): void {
    this.#refresh();
    const { dataShards: k, parityShards: m } = this.#shape;
    const { stride, numbers, work } = this.#layout;
    const marks = numbers + 4 * this.#write(wanted, 0);
    new Uint8Array(this.#kernel.memory.buffer).set(present.subarray(0, k + m), marks);
    this.#kernel.leopard_recover(
      ...([
        this.#field,
        this.#lowRate,
        this.#tables.logarithms,
        k,
        m,
        this.#slots,
        stride,
        bytes,
      ] as const),
      ...([marks, numbers, wanted.length, work] as const),
    );
  }

  coefficients(sources: readonly number[], wanted: readonly number[]): Uint16Array {
    this.#refresh();
    const { dataShards: k, parityShards: m } = this.#shape;
    const { numbers, coefficients: table, work } = this.#layout;
    const out = new Uint16Array(k * wanted.length);
    const wantedAt = numbers + 4 * this.#write(sources, 0);
    this.#write(wanted, sources.length);
    const rows = Math.max(1, Math.floor(this.#capacity() / k));
    for (let first = 0; first < wanted.length; first += rows) {
      const count = Math.min(rows, wanted.length - first);
      this.#kernel.leopard_coefficients(
        ...([this.#field, this.#lowRate, this.#tables.logarithms, k, m] as const),
        ...([numbers, wantedAt + 4 * first, count, table, work] as const),
      );
      out.set(this.#coefficients.subarray(0, count * k), first * k);
    }
    return out;
  }

  close(): void {
    this.#regions.give(this.#slots, this.#layout.size);
  }

  #address(index: number): Pointer {
    return this.#slots + index * this.#layout.stride;
  }

  /** Coefficients that fit: at least one row. */
  #capacity(): number {
    return Math.max(COEFFICIENTS, this.#shape.dataShards + this.#shape.parityShards);
  }

  /** Addresses relative to the slots. */
  #plan(): Layout {
    const { dataShards: k, parityShards: m, slotBytes } = this.#shape;
    const stride = slotBytes | 64;
    const numbers = (k + m) * stride;
    // Targets and sources, or wanted shards and a byte per shard.
    const coefficients = numbers + lines(8 * (k + m));
    const work = coefficients + lines(2 * this.#capacity());
    const isMatrix = this.#field === 0;
    const workBytes = isMatrix
      ? 0
      : this.#kernel.leopard_work_bytes(this.#field, this.#lowRate, k, m, slotBytes);
    return { stride, numbers, coefficients, work, size: work + workBytes };
  }

  /** Makes the views again if the memory has grown. */
  #refresh(): void {
    const { buffer } = this.#kernel.memory;
    if (this.#numbers.buffer === buffer) return;
    const { dataShards: k, parityShards: m } = this.#shape;
    this.#numbers = new Uint32Array(buffer, this.#layout.numbers, 2 * (k + m));
    this.#coefficients = new Uint16Array(buffer, this.#layout.coefficients, this.#capacity());
  }

  /** Writes indices from position `at` of the numbers; returns the position behind them. */
  #write(indices: readonly number[], at: number): number {
    for (let i = 0; i < indices.length; i++) this.#numbers[at + i] = indices[i]!;
    return at + indices.length;
  }
}

function lines(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
