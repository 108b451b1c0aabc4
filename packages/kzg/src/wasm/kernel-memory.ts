/**
 * The memory of one kernel instance: a stack of allocations, and bytes in and out of them. Any call
 * may grow the memory, which detaches every view of it, so views are made anew when the buffer has
 * changed and are never kept by callers.
 */
import { readScalars, writeScalar } from '../scalar.ts';
import { CODE, type KernelExports, type Pointer } from './kernel-exports.ts';

/** Bytes of an uncompressed point of G1. */
export const BYTES_PER_AFFINE_POINT = 96;

/** Bytes that 32-bit addresses reach; a larger size would be taken modulo this. */
const ADDRESS_SPACE = 2 ** 32;

export class KernelMemory {
  readonly exports: KernelExports;
  readonly pointBytes: number;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(exports: KernelExports) {
    this.exports = exports;
    this.pointBytes = exports.point_bytes();
    this.#bytes = new Uint8Array(exports.memory.buffer as ArrayBuffer);
  }

  /** The whole memory as of now; not to be kept across an allocation or call. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.buffer !== this.exports.memory.buffer) {
      this.#bytes = new Uint8Array(this.exports.memory.buffer as ArrayBuffer);
    }
    return this.#bytes;
  }

  /** Runs, then frees what was allocated meanwhile. */
  scoped<T>(run: () => T): T {
    const mark = this.exports.mark();
    try {
      return run();
    } finally {
      this.exports.release(mark);
    }
  }

  /** Runs and keeps what was allocated meanwhile; frees it if that fails. */
  kept<T>(run: () => T): T {
    const mark = this.exports.mark();
    try {
      return run();
    } catch (error) {
      this.exports.release(mark);
      throw error;
    }
  }

  /** Room for `size` bytes. Throws RangeError if the memory cannot grow. */
  allocate(size: number): Pointer {
    return given(size < ADDRESS_SPACE ? this.exports.alloc(size) : 0);
  }

  /** Room for stored points. */
  allocatePoints(count: number): Pointer {
    return given(this.exports.alloc_points(count));
  }

  /** Copies bytes in. */
  write(bytes: Uint8Array): Pointer {
    return this.writeAll([bytes]);
  }

  /** Copies any number of parts in, one after the other. */
  writeAll(parts: readonly Uint8Array[]): Pointer {
    const pointer = this.allocate(parts.reduce((size, part) => size + part.length, 0));
    let offset = pointer;
    for (const part of parts) {
      this.bytes.set(part, offset);
      offset += part.length;
    }
    return pointer;
  }

  /** Copies stored points in. */
  writePoints(parts: readonly Uint8Array[]): Pointer {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const pointer = this.allocatePoints(size / this.pointBytes);
    let offset = pointer;
    for (const part of parts) {
      this.bytes.set(part, offset);
      offset += part.length;
    }
    return pointer;
  }

  /** Stores uncompressed points, which are not checked. */
  storePoints(bytes: Uint8Array): Pointer {
    const count = bytes.length / BYTES_PER_AFFINE_POINT;
    return this.kept(() => {
      const points = this.allocatePoints(count);
      this.scoped(() => this.exports.g1_read(this.write(bytes), count, 0, points));
      return points;
    });
  }

  /** 32 big-endian bytes for each scalar in [0, r). */
  writeScalars(scalars: readonly bigint[]): Pointer {
    const pointer = this.allocate(32 * scalars.length);
    const view = new DataView(this.bytes.buffer, pointer, 32 * scalars.length);
    for (let i = 0; i < scalars.length; i++) writeScalar(view, 32 * i, scalars[i]!);
    return pointer;
  }

  /** Little-endian 32-bit numbers. */
  writeNumbers(numbers: readonly number[]): Pointer {
    const pointer = this.allocate(4 * numbers.length);
    const view = new DataView(this.bytes.buffer, pointer, 4 * numbers.length);
    for (let i = 0; i < numbers.length; i++) view.setUint32(4 * i, numbers[i]!, true);
    return pointer;
  }

  /** A copy of bytes. */
  read(pointer: Pointer, size: number): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(pointer, pointer + size);
  }

  /** Scalars of 32 big-endian bytes. */
  readScalars(pointer: Pointer, count: number): bigint[] {
    return readScalars(this.bytes.subarray(pointer, pointer + 32 * count));
  }

  /** The compressed form of a stored point. */
  compress(point: Pointer): Uint8Array<ArrayBuffer> {
    const out = this.allocate(48);
    this.exports.g1_compress(point, 1, out);
    return this.read(out, 48);
  }
}

/** Throws unless a function answered "ok". */
export function assertOk(code: number): void {
  if (code === CODE.ok) return;
  if (code === CODE.memory) throw new RangeError('memory: the kernel needs more than it can get');
  // Input was checked before; a result off the curve means that the engine computed wrongly.
  throw new Error(`kernel: unexpected answer ${code}`);
}

/** An address as exported functions return it, as a number: from 2 GiB on it comes negative. */
function given(pointer: Pointer): Pointer {
  if (pointer === 0) throw new RangeError('memory: the kernel needs more than it can get');
  return pointer >>> 0;
}
