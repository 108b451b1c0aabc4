import { type BackendName, createKzg, type Kzg, KzgError } from '@barycenter/kzg';
import { describe } from 'vitest';

// The same laws on every backend that this engine runs. `wide` runs in Bun and is tried there by
// testing/conformance; Node 24 has the others.

const NAMES = ['js', 'scalar', 'wide', 'fma'] as const;

/** The backends that run here, each with an object of its own. */
export const backends: readonly { readonly name: BackendName; readonly kzg: Kzg }[] = (
  await Promise.all(NAMES.map(create))
).flat();

/** Declares the tests of `body` once per backend. */
export function onEveryBackend(body: (kzg: Kzg, name: BackendName) => void): void {
  describe.each(backends)('$name', ({ kzg, name }) => body(kzg, name));
}

async function create(name: BackendName): Promise<{ name: BackendName; kzg: Kzg }[]> {
  try {
    return [{ name, kzg: await createKzg({ backend: name }) }];
  } catch (error) {
    if (error instanceof KzgError && error.code === 'backend_unavailable') return [];
    throw error;
  }
}
