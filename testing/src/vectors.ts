/**
 * Reads third-party test vectors from `BARYCENTER_VECTORS` (default `../shared/vectors` beside the
 * repository). They are never committed; a test whose folder is absent skips with a printed line,
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
  const root = process.env.BARYCENTER_VECTORS ?? join(REPOSITORY_ROOT, '../shared/vectors');
  const folder = join(root, set);
  if (existsSync(folder)) return folder;
  console.log(`vectors absent, skipped: ${set} (looked in ${folder}; see "pnpm vectors")`);
  return undefined;
}

/** Files of a folder of vectors (not recursive), sorted by name. */
export function listVectors(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(ya?ml|json)(\.gz)?$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** The parsed content of one JSON or YAML vector file, gunzipped if it ends in `.gz`. */
export function readVector(path: string): unknown {
  const raw = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
  return /\.json(\.gz)?$/.test(path) ? JSON.parse(text) : parse(text);
}
