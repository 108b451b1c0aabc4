/**
 * What `pnpm wasm --check` concludes from modules built anew. The bytes depend on the compiler: with the
 * recorded one they must equal what is committed; with another one they cannot, and pass tests instead.
 */

/** Files by path below the root. */
export type Outputs = ReadonlyMap<string, string | Uint8Array>;

/** How to look at the repository. */
export type Repository = {
  /** The output that names the compiler. */
  readonly record: string;
  /** The committed file, or undefined. */
  readonly read: (path: string) => Uint8Array | undefined;
  /** Runs the harnesses on what was built; throws if one fails. */
  readonly test: () => void;
};

/** A sentence on what holds. Throws an Error at the first difference or failed test. */
export function checkOutputs(outputs: Outputs, { record, read, test }: Repository): string {
  const compiler = read(record);
  if (compiler === undefined) throw new Error(`${record} does not exist`);
  if (!Buffer.from(compiler).equals(bytesOf(outputs.get(record) ?? ''))) {
    test();
    return `not the compiler of ${record}: nothing was compared, and what it built passes its tests`;
  }
  for (const [path, content] of outputs) compare(path, { built: bytesOf(content), read });
  return 'the committed modules are those of this source';
}

/** Fails with the place of the first difference. */
function compare(
  path: string,
  { built, read }: { readonly built: Uint8Array; readonly read: Repository['read'] },
): void {
  const found = read(path);
  if (found === undefined) throw new Error(`${path} does not exist`);
  const length = Math.max(found.length, built.length);
  for (let at = 0; at < length; at++) {
    if (found[at] === built[at]) continue;
    const sizes = `${found.length} bytes committed, ${built.length} built`;
    throw new Error(`${path} differs at byte ${at} (${sizes})`);
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
