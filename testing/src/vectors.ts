/**
 * Reads third-party test vectors. They are never committed; a set is looked for in
 * `BARYCENTER_VECTORS` if that is set, else in `vectors/` (where `pnpm vectors` puts it), else in
 * `../shared/vectors` beside the repository. A test whose set is absent skips with a printed line,
 * and `.ci/run` refuses a run in which that line appears.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';

const REPOSITORY_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of one vector set ("kzg", "bls", ...), or undefined (and a printed line) if absent. */
export function vectorsFolder(set: string): string | undefined {
  const folder = findVectors(set);
  if (folder === undefined) {
    const roots = vectorsRoots().join(', ');
    console.log(`vectors absent, skipped: ${set} (looked in ${roots}; see "pnpm vectors")`);
  }
  return folder;
}

/** The folder of one vector set, or undefined if absent; prints nothing. */
export function findVectors(set: string): string | undefined {
  return vectorsRoots()
    .map((root) => join(root, set))
    .find((folder) => existsSync(folder));
}

/** Files of a folder of vectors (not recursive), sorted by name. */
export function listVectors(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(ya?ml|json)(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** The bytes of one vector file, gunzipped if it ends in `.gz`. */
export function readVectorBytes(path: string): Uint8Array {
  const raw = readFileSync(path);
  return path.endsWith('.gz') ? gunzipSync(raw) : raw;
}

/** The parsed content of one JSON or YAML vector file, gunzipped if it ends in `.gz`. */
export function readVector(path: string): unknown {
  const text = new TextDecoder().decode(readVectorBytes(path));
  return /\.json(\.gz)?$/.test(path) ? JSON.parse(text) : parse(text);
}

function vectorsRoots(): string[] {
  const chosen = process.env.BARYCENTER_VECTORS;
  if (chosen !== undefined) return [chosen];
  return [join(REPOSITORY_ROOT, 'vectors'), join(REPOSITORY_ROOT, '..', 'shared', 'vectors')];
}
