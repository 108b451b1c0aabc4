/**
 * SHA-256 by the processor's instructions where the runtime has a synchronous interface to them
 * (Node, Deno and Bun, found through `process`, as a library may not import it). Rows are the bulk of
 * a blob: 128 MiB take 0.1 s with it and 0.6 s with @noble/hashes.
 */

/** Below this many bytes a call costs more than it saves. */
export const MIN_NATIVE_BYTES = 4096;

/** SHA-256 of parts, one after the other. */
export type Hash = (parts: readonly Uint8Array[]) => Uint8Array;

interface NodeCrypto {
  createHash(algorithm: string): {
    update(bytes: Uint8Array): unknown;
    digest(): Uint8Array;
  };
}

let found: { readonly hash: Hash | undefined } | undefined;

/** The runtime's SHA-256, or undefined where there is none; searched for once. */
export function nativeHash(): Hash | undefined {
  found ??= { hash: findNativeHash() };
  return found.hash;
}

function findNativeHash(): Hash | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  const crypto = process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined;
  if (crypto === undefined) return undefined;
  return (parts) => {
    const state = crypto.createHash('sha256');
    for (const part of parts) state.update(part);
    return state.digest();
  };
}
