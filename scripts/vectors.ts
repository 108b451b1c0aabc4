/**
 * `pnpm vectors`: fetches third-party test vectors from their public upstreams into `vectors/`,
 * checked against the pins in `testing/vectors.txt`; and `pnpm vectors --check`, which compares the
 * vectors that the tests would read with the same pins, without a network.
 *
 * A file counts only with its exact size and SHA-256 (a few are unpinned and only bounded in size).
 * Files gather in `vectors/.incoming/` and a set moves to its place when it is whole, so that a test
 * never meets half a set, and an interrupted run goes on where it stopped.
 *
 * Usage: node scripts/vectors.ts [--check] [--base URL] [--into FOLDER]
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { findVectors, readVectorBytes } from '../testing/src/vectors.ts';
import { ROOT } from './workspace.ts';

const UPSTREAM = 'https://raw.githubusercontent.com/';
const PARALLEL_REQUESTS = 4;
const REQUEST_TIMEOUT_MS = 60_000;

/** One row of `testing/vectors.txt`. */
export type VectorPin = {
  /** SHA-256 (hex) of the uncompressed file, or undefined if upstream's bytes are not pinned. */
  readonly sha256: string | undefined;
  /** Exact size where pinned, else an upper bound. */
  readonly bytes: number;
  /** "kzg/verify_kzg_proof/case_correct_proof_0_0.yaml"; the first part is the set. */
  readonly path: string;
  /** Path below the base address, or undefined for vectors that have no upstream. */
  readonly upstream: string | undefined;
};

/** What happened to a set, for the caller to print and count. */
export type SetReport = {
  readonly set: string;
  readonly files: number;
  readonly fetched: number;
  readonly errors: readonly string[];
};

/** Parses the pin table; a malformed row is an error that names its line. */
export function parsePins(table: string): VectorPin[] {
  const pins: VectorPin[] = [];
  for (const [index, line] of table.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([0-9a-f]{64}|-) (\d{1,8}) ([a-z]\w*(?:\/[\w][\w.-]*)+) (\S+)$/.exec(line);
    if (match === null) throw new Error(`vectors table, line ${index + 1}: not a pin: ${line}`);
    const [, sha256, bytes, path, upstream] = match;
    pins.push({
      sha256: sha256 === '-' ? undefined : sha256!,
      bytes: Number(bytes),
      path: path!,
      upstream: upstream === '-' ? undefined : upstream!,
    });
  }
  return pins;
}

/**
 * Fetches what is missing of every set that has an upstream. Never throws for what the network
 * does: each failed file is one line in `errors`, and its set stays out of the way of the tests.
 */
export async function fetchVectors(options: {
  readonly pins: readonly VectorPin[];
  readonly base: string;
  readonly into: string;
}): Promise<SetReport[]> {
  const reports: SetReport[] = [];
  for (const [set, pins] of groupBySet(options.pins)) {
    const place = join(options.into, set);
    if (pins.some((pin) => pin.upstream === undefined)) continue;
    if (existsSync(place)) {
      reports.push({ set, files: pins.length, fetched: 0, errors: checkSet(place, pins) });
      continue;
    }
    const incoming = join(options.into, '.incoming', set);
    const wanted = pins.filter((pin) => problem(incoming, pin) !== undefined);
    const errors: string[] = [];
    const queue = [...wanted];
    const work = async (): Promise<void> => {
      for (let pin = queue.shift(); pin !== undefined; pin = queue.shift()) {
        const error = await fetchFile(pin, { base: options.base, incoming });
        if (error !== undefined) errors.push(`${pin.path}: ${error}`);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, work));
    if (errors.length === 0) {
      renameSync(incoming, place);
      if (readdirSync(dirname(incoming)).length === 0) rmdirSync(dirname(incoming));
    }
    const fetched = wanted.length - errors.length;
    reports.push({ set, files: pins.length, fetched, errors: errors.sort() });
  }
  return reports;
}

/** Compares one set's folder (files possibly gzipped) with its pins; an empty list means equal. */
export function checkSet(folder: string, pins: readonly VectorPin[]): string[] {
  return pins.flatMap((pin) => {
    const found = problem(folder, pin);
    return found === undefined ? [] : [`${pin.path}: ${found}`];
  });
}

/** The pins of each set, in the order of the table. */
export function groupBySet(pins: readonly VectorPin[]): Map<string, VectorPin[]> {
  const sets = new Map<string, VectorPin[]>();
  for (const pin of pins) {
    const set = pin.path.slice(0, pin.path.indexOf('/'));
    sets.set(set, [...(sets.get(set) ?? []), pin]);
  }
  return sets;
}

/** Fetches one file to its place under `incoming`; returns what went wrong, in words. */
async function fetchFile(
  pin: VectorPin,
  options: { readonly base: string; readonly incoming: string },
): Promise<string | undefined> {
  const address = new URL(pin.upstream!, options.base);
  let bytes: Uint8Array;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    if (!response.ok) return `HTTP ${response.status} from ${address}`;
    const body = await readBounded(response, pin.bytes);
    if (body === undefined) return `more than the ${pin.bytes} bytes expected from ${address}`;
    bytes = body;
  } catch (error) {
    const { message, cause } = error as Error;
    return `${cause instanceof Error ? cause.message : message} (${address})`;
  }
  const wrong = difference(bytes, pin);
  if (wrong !== undefined) return `${wrong} from ${address}`;
  const target = join(options.incoming, withinSet(pin));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.part`, bytes);
  renameSync(`${target}.part`, target);
  return undefined;
}

/** The body of a response, or undefined as soon as it is longer than `limit` bytes. */
async function readBounded(response: Response, limit: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > limit) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What is wrong with the local copy of a pinned file, or undefined. */
function problem(folder: string, pin: VectorPin): string | undefined {
  const path = [join(folder, withinSet(pin)), join(folder, `${withinSet(pin)}.gz`)].find((name) =>
    existsSync(name),
  );
  return path === undefined ? 'absent' : difference(readVectorBytes(path), pin);
}

function difference(bytes: Uint8Array, pin: VectorPin): string | undefined {
  if (pin.sha256 === undefined) {
    return bytes.length > 0 && bytes.length <= pin.bytes ? undefined : `${bytes.length} bytes`;
  }
  if (bytes.length !== pin.bytes) return `${bytes.length} bytes, expected ${pin.bytes}`;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return sha256 === pin.sha256 ? undefined : `SHA-256 ${sha256}, expected ${pin.sha256}`;
}

function withinSet(pin: VectorPin): string {
  return pin.path.slice(pin.path.indexOf('/') + 1);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      check: { type: 'boolean', default: false },
      base: { type: 'string', default: process.env.BARYCENTER_VECTORS_BASE ?? UPSTREAM },
      into: { type: 'string', default: join(ROOT, 'vectors') },
    },
  });
  const pins = parsePins(readFileSync(join(ROOT, 'testing', 'vectors.txt'), 'utf8'));
  const reports = values.check
    ? checkPresent(pins)
    : await fetchVectors({ pins, base: values.base, into: values.into });
  for (const { set, files, fetched, errors } of reports) {
    for (const error of errors) console.error(error);
    const verdict = errors.length === 0 ? 'complete' : `${errors.length} wrong or missing`;
    console.log(`vectors: ${set}: ${files} files, ${fetched} fetched now, ${verdict}`);
  }
  if (values.check) return reports.some(({ errors }) => errors.length > 0) ? 1 : 0;
  for (const [set, rows] of groupBySet(pins)) {
    if (rows.every((pin) => pin.upstream !== undefined)) continue;
    console.log(`vectors: ${set}: no upstream, not fetched (see CONTRIBUTING.md, "Vectors")`);
  }
  return reports.some(({ errors }) => errors.length > 0) ? 1 : 0;
}

/** Reports on the sets where the tests find them. */
function checkPresent(pins: readonly VectorPin[]): SetReport[] {
  return [...groupBySet(pins)].map(([set, rows]) => {
    const folder = findVectors(set);
    const errors =
      folder === undefined ? [`vectors absent, skipped: ${set}`] : checkSet(folder, rows);
    return { set, files: rows.length, fetched: 0, errors };
  });
}

if (import.meta.main) process.exitCode = await main();
