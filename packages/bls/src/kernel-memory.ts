/**
 * One instance of the kernel: typed exports and the memory that calls pass their arguments in.
 * Source of the interface: crates/bls12-381/src/exports_bls.rs.
 *
 * The exports keep nothing between calls, so neither does this file: each call lays its buffers out
 * anew from the end of the module's own data, and an instance can be replaced at any time. It is,
 * after a call that trapped (whose stack was not unwound) and after one that needed much memory,
 * because the memory of an instance never shrinks.
 */
import { BlsError } from './errors.ts';

/** The instance's own memory, never shared. TypeScript's and Deno's libraries type it differently. */
interface OwnMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The exports of the bls module; `number` is an address, a count of entries or bytes, or 0 or 1. */
export interface BlsExports {
  readonly memory: OwnMemory;
  /** First address behind stack and statics. */
  readonly __heap_base: { readonly value: number };
  bls_key_size(): number;
  bls_point_size(): number;
  bls_decode_keys(bytes: number, count: number, keys: number, statuses: number): number;
  bls_decode_signatures(bytes: number, count: number, points: number, statuses: number): number;
  bls_encode_keys(keys: number, count: number, bytes: number): void;
  bls_encode_point(point: number, bytes: number): void;
  bls_hash(message: number, messageSize: number, tag: number, tagSize: number, point: number): void;
  bls_verify(keys: number, hashes: number, count: number, signature: number): number;
  bls_verify_batch(
    keys: number,
    hashes: number,
    groups: number,
    signatures: number,
    weights: number,
    count: number,
  ): number;
  bls_aggregate_keys(keys: number, indices: number, count: number, out: number): number;
  bls_aggregate_signatures(points: number, count: number, out: number): number;
  bls_public_key(secretKey: number, out: number): number;
  bls_sign(
    secretKey: number,
    message: number,
    messageSize: number,
    tag: number,
    tagSize: number,
    out: number,
  ): number;
}

/** What a call works with. */
export interface CallRoom {
  readonly exports: BlsExports;
  /** Addresses of the buffers asked for, each a multiple of 16. */
  readonly at: readonly number[];
  /** The whole memory. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An instance that is made when first needed and replaced where it must be. */
export interface KernelMemory {
  /** Bytes of a stored key. */
  readonly keySize: number;
  /** Bytes of a stored point of G2. */
  readonly pointSize: number;
  /**
   * Runs `use` with buffers of these sizes in bytes, uninitialised. Throws RangeError if the platform
   * does not give that much memory, BlsError `disposed` after `dispose`.
   */
  call<Result>(sizes: readonly number[], use: (room: CallRoom) => Result): Result;
  /** Gives up the instance. */
  dispose(): void;
}

/** Buffers lie at multiples of this: vectors are loaded from them. */
const ALIGNMENT = 16;
/** Bytes of a page of WebAssembly memory. */
const PAGE_SIZE = 65_536;
/** Largest memory kept between calls; above it the instance is replaced. */
export const MAX_KEPT_MEMORY: number = 16 * 1024 * 1024;

/** Memory for calls into instances that `instantiate` makes: one now, others where one is replaced. */
export function createKernelMemory(instantiate: () => WebAssembly.Instance): KernelMemory {
  let source: (() => WebAssembly.Instance) | undefined = instantiate;
  let exports: BlsExports | undefined = exportsOf(instantiate());
  let bytes = new Uint8Array(exports.memory.buffer);
  const base = exports.__heap_base.value;

  /** The current memory, at least this large. Growth replaces the buffer behind older views. */
  function bytesUpTo(memory: OwnMemory, end: number): Uint8Array<ArrayBuffer> {
    const missing = end - memory.buffer.byteLength;
    if (missing > 0) {
      try {
        memory.grow(Math.ceil(missing / PAGE_SIZE));
      } catch (cause) {
        throw new RangeError(`${end} bytes of memory are more than there are here`, { cause });
      }
    }
    if (bytes.buffer !== memory.buffer) bytes = new Uint8Array(memory.buffer);
    return bytes;
  }

  /** Forgets the instance and, as a view holds it too, the view of its memory. */
  function drop(): void {
    exports = undefined;
    bytes = new Uint8Array(0);
  }

  return {
    keySize: exports.bls_key_size(),
    pointSize: exports.bls_point_size(),
    call(sizes, use) {
      if (source === undefined) throw new BlsError('disposed', 'this object was disposed of');
      exports ??= exportsOf(source());
      const { memory } = exports;
      let end = base;
      const at = sizes.map((size) => {
        const start = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
        end = start + size;
        return start;
      });
      const view = bytesUpTo(memory, end);
      try {
        return use({ exports, at, bytes: view });
      } catch (error) {
        view.fill(0); // secrets on its stack too
        drop();
        throw error;
      } finally {
        if (memory.buffer.byteLength > MAX_KEPT_MEMORY) drop();
      }
    },
    dispose() {
      source = undefined;
      drop();
    },
  };
}

function exportsOf(instance: WebAssembly.Instance): BlsExports {
  return instance.exports as unknown as BlsExports;
}
