/**
 * Creates the backend over the optional peer `@chainsafe/blst`, for runtimes with Node-API addons.
 * Same bytes and same answers as `createBls()`; see `native-engine.ts` for what runs where.
 */
import type { Bls } from './bls.ts';
import { type BackendChoice, createEngine } from './create.ts';
import { BlsError } from './errors.ts';
import { EMBEDDED } from './kernel/load.ts';
import { type BlstBinding, createNativeEngine } from './native-engine.ts';
import { createScheme } from './scheme.ts';

/**
 * BLS signatures through blst. Rejects with BlsError `native_unavailable` if `@chainsafe/blst` is
 * not installed, has no binary for this platform, or is not the scheme it is expected to be; use
 * `createBls()` then.
 *
 * @param options.load Imports the binding; given by bundlers that rename modules, and by tests.
 * @param options.backend What computes under tags that blst does not know, as for `createBls`.
 */
export async function createNativeBls(
  options: { readonly load?: () => Promise<unknown>; readonly backend?: BackendChoice } = {},
): Promise<Bls> {
  const load = options.load ?? (() => import('@chainsafe/blst'));
  let loaded: unknown;
  try {
    loaded = await load();
  } catch (cause) {
    throw new BlsError('native_unavailable', '@chainsafe/blst does not load here', { cause });
  }
  const binding = bindingOf(loaded);
  const other = await createEngine(options.backend ?? 'auto', EMBEDDED);
  return createScheme(createNativeEngine(binding, other));
}

/** The binding in an imported CommonJS module: its default export where there is one. */
function bindingOf(loaded: unknown): BlstBinding {
  const module = Object(loaded) as Partial<BlstBinding> & { default?: Partial<BlstBinding> };
  const binding = module.default ?? module;
  if (!binding.SecretKey || !binding.PublicKey || !binding.Signature) {
    throw new BlsError('native_unavailable', 'the module has not the exports of @chainsafe/blst');
  }
  return binding as BlstBinding;
}
