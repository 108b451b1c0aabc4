/**
 * The cryptographic kernels of one thread, created on first use and then shared by everything on it:
 * the nodes of a worker share one trusted setup (some 4,000 curve points), while each has its own
 * key, its own store and checks every header itself.
 */
import { type Bls, createBls } from '@barycenter/bls';
import { createKzg, type Kzg } from '@barycenter/kzg';

/** Kernels of this thread; each promise is memoised, and forgotten again if it fails. */
export interface Kernels {
  kzg(): Promise<Kzg>;
  bls(): Promise<Bls>;
}

/** A set of kernels that nothing has been loaded for yet. */
export function createKernels(): Kernels {
  return { kzg: once(createKzg), bls: once(createBls) };
}

function once<T>(create: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= create().catch((error: unknown) => {
      pending = undefined;
      throw error;
    });
    return pending;
  };
}
