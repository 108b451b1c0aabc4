/**
 * Offline bundles: evidence, and every answer that was needed to judge it, in one file. Recorded with
 * {@link recordAnswers} where there is a network, read by {@link offlineClient} where there is none,
 * by the same fetching functions.
 *
 * The format, version 1, is JSON in one fixed form, so that equal contents are equal bytes and have
 * one hash: no white space, members in the order below, entries by name, base64 (RFC 4648 §4).
 *
 *     {"format":"barycenter.tee-bundle","version":1,
 *      "evidence":[{"name":…,"bytes":base64},…],
 *      "answers":[{"key":…,"fetchedAt":milliseconds,"headers":[[name,value],…],"body":base64},…]}
 *
 * A bundle is as untrusted as the network: what it holds is verified like anything fetched, at a time
 * that the verifier chooses. Key sets of NVIDIA's attestation service are the exception to that (they
 * are trusted for where they came from): take them from bundles of your own only.
 */
import { parseText } from '../bytes.ts';
import { digestSync } from '../crypto.ts';
import { TeeError } from '../errors.ts';
import { readBase64 } from '../xml/base64.ts';
import type { Answer, CollateralClient } from './answer.ts';

/** Evidence and answers by name. */
export interface Bundle {
  /** Names are the caller's: `quote.bin`, `gpu-0/report.bin`. */
  readonly evidence: ReadonlyMap<string, Uint8Array>;
  readonly answers: ReadonlyMap<string, Answer>;
}

const FORMAT = 'barycenter.tee-bundle';
const VERSION = 1;
/** Longest bundle read or written. */
export const MAX_BUNDLE_BYTES = 16_777_216;
/** Most pieces of evidence, and most answers. */
export const MAX_BUNDLE_ENTRIES = 512;
const MAX_NAME_CHARACTERS = 512;
const MAX_HEADERS = 16;

/**
 * The bytes of a bundle: equal for equal contents.
 * @throws RangeError if it is larger than {@link decodeBundle} would read.
 */
export function encodeBundle(bundle: Bundle): Uint8Array<ArrayBuffer> {
  const refused = tooLarge(bundle);
  if (refused !== undefined) throw new RangeError(`bundle: ${refused}`);
  const bytes = write(bundle);
  if (bytes.length > MAX_BUNDLE_BYTES)
    throw new RangeError(`bundle: at most ${MAX_BUNDLE_BYTES} bytes, got ${bytes.length}`);
  return bytes;
}

/**
 * Reads a bundle. Only the one form that {@link encodeBundle} writes is read.
 * @throws TeeError `bundle_malformed`.
 */
export function decodeBundle(bytes: Uint8Array): Bundle {
  if (bytes.length > MAX_BUNDLE_BYTES) throw malformed(`more than ${MAX_BUNDLE_BYTES} bytes`);
  const text = parseText(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch (cause) {
    throw malformed('no JSON', cause);
  }
  if (!isRecord(value) || value.format !== FORMAT || value.version !== VERSION)
    throw malformed(`not ${FORMAT} of version ${VERSION}`);
  const bundle = {
    evidence: new Map(list(value.evidence).map(readEvidence)),
    answers: new Map(list(value.answers).map(readAnswer)),
  };
  const refused = tooLarge(bundle);
  if (refused !== undefined) throw malformed(refused);
  if (new TextDecoder().decode(write(bundle)) !== text) throw malformed('not in the one form');
  return bundle;
}

/** SHA-256 of a bundle's bytes, by which it can be named. */
export function bundleHash(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return digestSync('SHA-256', bytes);
}

/** A client that passes requests on and keeps every answer, for a bundle. */
export function recordAnswers(client: CollateralClient): {
  readonly client: CollateralClient;
  readonly answers: ReadonlyMap<string, Answer>;
} {
  const answers = new Map<string, Answer>();
  return {
    answers,
    client: {
      async get(request) {
        const served = await client.get(request);
        const { body, headers, fetchedAt } = served;
        if (!answers.has(request.key) && answers.size >= MAX_BUNDLE_ENTRIES)
          throw new RangeError(`at most ${MAX_BUNDLE_ENTRIES} answers in a bundle`);
        answers.set(request.key, { body, headers, fetchedAt });
        return served;
      },
    },
  };
}

/**
 * A client that has nothing but a bundle's answers, however old they are: the dates inside them are
 * judged by the verifiers. What the bundle has not is `fetch_not_found`.
 */
export function offlineClient({ answers }: Pick<Bundle, 'answers'>): CollateralClient {
  return {
    async get({ key, maxBytes, check }) {
      const answer = answers.get(key);
      if (answer === undefined) throw new TeeError('fetch_not_found', `the bundle has no ${key}`);
      if (answer.body.length > maxBytes)
        throw new TeeError(
          'fetch_too_large',
          `the bundle's ${key} has more than ${maxBytes} bytes`,
        );
      check?.(answer);
      return { ...answer, body: Uint8Array.from(answer.body), stale: false };
    },
  };
}

function write({ evidence, answers }: Bundle): Uint8Array<ArrayBuffer> {
  const byName = <Value>(map: ReadonlyMap<string, Value>): (readonly [string, Value])[] =>
    [...map].sort(([left], [right]) => (left < right ? -1 : 1));
  const value = {
    format: FORMAT,
    version: VERSION,
    evidence: byName(evidence).map(([name, bytes]) => ({ name, bytes: toBase64(bytes) })),
    answers: byName(answers).map(([key, { body, headers, fetchedAt }]) => ({
      key,
      fetchedAt: fetchedAt.getTime(),
      headers: byName(new Map(Object.entries(headers))),
      body: toBase64(body),
    })),
  };
  return new TextEncoder().encode(JSON.stringify(value));
}

function readEvidence(entry: unknown): [string, Uint8Array] {
  if (!isRecord(entry) || typeof entry.name !== 'string') throw malformed('evidence without name');
  return [entry.name, readBytes(entry.bytes)];
}

function readAnswer(entry: unknown): [string, Answer] {
  if (!isRecord(entry) || typeof entry.key !== 'string') throw malformed('an answer without key');
  const fetchedAt = new Date(typeof entry.fetchedAt === 'number' ? entry.fetchedAt : Number.NaN);
  if (Number.isNaN(fetchedAt.getTime())) throw malformed('an answer without date');
  const headers = list(entry.headers).map((pair) => {
    const [name, value] = list(pair);
    if (typeof name !== 'string' || typeof value !== 'string') throw malformed('no header');
    return [name, value] as const;
  });
  return [
    entry.key,
    { body: readBytes(entry.body), headers: Object.fromEntries(headers), fetchedAt },
  ];
}

function readBytes(value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? readBase64(value) : undefined;
  if (bytes === undefined) throw malformed('no base64');
  return bytes;
}

/** Which bound is exceeded, if one is. */
function tooLarge({ evidence, answers }: Bundle): string | undefined {
  if (evidence.size > MAX_BUNDLE_ENTRIES || answers.size > MAX_BUNDLE_ENTRIES)
    return `at most ${MAX_BUNDLE_ENTRIES} entries`;
  if ([...evidence.keys(), ...answers.keys()].some((name) => name.length > MAX_NAME_CHARACTERS))
    return `names of at most ${MAX_NAME_CHARACTERS} characters`;
  if ([...answers.values()].some(({ headers }) => Object.keys(headers).length > MAX_HEADERS))
    return `at most ${MAX_HEADERS} headers`;
  return undefined;
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  const step = 8192;
  for (let at = 0; at < bytes.length; at += step)
    binary += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(binary);
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw malformed('no list');
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('bundle_malformed', `not an offline bundle: ${what}`, { cause });
}
