/**
 * Makes the objects under test with a chosen back end. `auto` is what a user gets; the others force
 * one, and a back end that this engine cannot run is refused by the package, not replaced.
 */

import type { Bls } from '@barycenter/bls';
import * as bls from '@barycenter/bls';
import type { Kzg } from '@barycenter/kzg';
import * as kzg from '@barycenter/kzg';

/** Names of `createKzg({ backend })`, `createBls({ backend })` and `createErasure({ backend })`. */
export const BACKENDS = ['auto', 'fma', 'wide', 'scalar', 'relaxed', 'strict', 'js'] as const;
export type Backend = (typeof BACKENDS)[number];

/** Whether the package that a row measures (its name's first part) has such a back end. */
export function hasBackend(row: string, backend: Backend): boolean {
  if (row.startsWith('tee::')) return backend === 'auto';
  if (backend === 'auto' || backend === 'js') return true;
  return row.startsWith('erasure::') === (backend === 'relaxed' || backend === 'strict');
}

/** The back end of a name, or RangeError. */
export function parseBackend(name: string): Backend {
  const found = BACKENDS.find((backend) => backend === name);
  if (found === undefined)
    throw new RangeError(`--backend: expected one of ${BACKENDS.join(', ')}`);
  return found;
}

/** The back end's name as kzg takes it. Throws RangeError for one of erasure's. */
export function kzgBackend(backend: Backend): kzg.BackendName | 'auto' {
  if (backend === 'relaxed' || backend === 'strict') {
    throw new RangeError(`kzg has no back end ${backend}`);
  }
  return backend;
}

/** The back end as an option of erasure. Throws RangeError for one of kzg's. */
export function erasureBackendOption(backend: Backend): {
  readonly backend?: 'relaxed' | 'strict' | 'js';
} {
  if (backend === 'auto') return {};
  if (backend === 'fma' || backend === 'wide' || backend === 'scalar') {
    throw new RangeError(`erasure has no back end ${backend}`);
  }
  return { backend };
}

/** A Kzg on that back end over Ethereum's setup. */
export async function createKzg(backend: Backend): Promise<Kzg> {
  const made = await kzg.createKzg(optionsOf(backend));
  assertBackend(made, backend);
  return made;
}

/** A Bls on that back end; never the native one, which is a peer here. */
export async function createBls(backend: Backend): Promise<Bls> {
  const create = bls.createBls as (options?: object) => Promise<Bls>;
  const made = await create(optionsOf(backend));
  assertBackend(made, backend);
  if (made.backend().name === 'native') throw new Error('createBls: native is a peer, not ours');
  return made;
}

function optionsOf(backend: Backend): object {
  return backend === 'auto' ? {} : { backend };
}

/**
 * Refuses a back end other than the one asked for, which a version of the packages without the
 * option would silently give. `js` is called `noble` by the signatures.
 */
export function assertBackend(made: { backend(): { name: string } }, backend: Backend): void {
  const { name } = made.backend();
  const names = backend === 'js' ? ['js', 'noble'] : [backend];
  if (backend !== 'auto' && !names.includes(name)) {
    throw new Error(`asked for the back end ${backend}, got ${name}`);
  }
}
