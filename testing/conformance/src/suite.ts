/**
 * The runner of the conformance suite: cases with names, run one after another, counted. It uses
 * nothing but the language and `console.log`, so that it runs wherever the packages do (Node, Bun,
 * Deno, and later a browser); a test framework would decide on which runtimes we can claim to work.
 */

/** A broken primitive fails thousands of cases; the first ones say why. */
const PRINTED_FAILURES = 20;

/** One law, checked by a function that throws where it does not hold. */
export type Case = { readonly name: string; readonly check: () => void | Promise<void> };

/** The vectors of one set by file ("kzg/verify_kzg_proof/case_x"), or undefined if absent. */
export type LoadVectors = (set: string) => Promise<readonly VectorFile[] | undefined>;

/** A vector file: its path inside the set without endings, and its parsed (or hex) content. */
export type VectorFile = { readonly path: string; readonly content: unknown };

/** What a group of cases is built from: the cases of one package. */
export type Group = {
  readonly name: string;
  readonly build: (load: LoadVectors) => Promise<Case[]>;
};

/** Runs every case of every group; prints failures, a line per group, and nothing else. */
export async function runGroups(
  groups: readonly Group[],
  load: LoadVectors,
): Promise<{ passed: number; failed: number }> {
  let passed = 0;
  let failed = 0;
  const attempt = async (name: string, check: Case['check']): Promise<void> => {
    try {
      await check();
      passed++;
    } catch (error) {
      failed++;
      if (failed <= PRINTED_FAILURES) console.log(`FAILED ${name}: ${describe(error)}`);
      if (failed === PRINTED_FAILURES) console.log('(further failures are only counted)');
    }
  };
  for (const group of groups) {
    const before = { passed, failed, time: performance.now() };
    let cases: Case[] = [];
    await attempt(`${group.name} loads`, async () => {
      cases = await group.build(load);
    });
    for (const { name, check } of cases) await attempt(`${group.name}: ${name}`, check);
    const seconds = ((performance.now() - before.time) / 1000).toFixed(1);
    const counts = `${passed - before.passed} held, ${failed - before.failed} broken`;
    console.log(`${group.name}: ${counts}, ${seconds} s`);
  }
  return { passed, failed };
}

/** Loads a set, or prints the line by which `.ci/run` knows that a check was not made. */
export async function vectorsOrSkip(
  set: string,
  load: LoadVectors,
): Promise<readonly VectorFile[]> {
  const files = await load(set);
  if (files === undefined) console.log(`vectors absent, skipped: ${set} (conformance)`);
  return files ?? [];
}

/** Throws unless both values are equal: bytes, arrays, objects and primitives, compared in depth. */
export function expectEqual(actual: unknown, expected: unknown): void {
  const [left, right] = [comparable(actual), comparable(expected)];
  if (left === right) return;
  throw new Error(`got ${shorten(left)}, expected ${shorten(right)}`);
}

/** Throws unless `body` throws; returns what it threw. */
export function expectThrows(body: () => unknown): unknown {
  let result: unknown;
  try {
    result = body();
  } catch (error) {
    return error;
  }
  throw new Error(`returned ${shorten(comparable(result))}, expected an error`);
}

/** Throws unless `body` throws an error of the class named, with the code (if one is given). */
export function expectError(
  body: () => unknown,
  expected: { readonly name: string; readonly code?: string },
): void {
  const error = expectThrows(body) as { name?: unknown; code?: unknown };
  if (error.name === expected.name && (!expected.code || error.code === expected.code)) return;
  throw new Error(
    `threw ${describe(error)} (code ${String(error.code)}), ` +
      `expected ${expected.name} ${expected.code ?? ''}`,
  );
}

/** The bytes of a hex string, with or without 0x. */
export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const digits = hex.startsWith('0x') ? hex.slice(2) : hex;
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw new Error(`not hex: ${hex}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** Lower-case hex without 0x. */
export function toHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

/** A copy of a list with one item replaced. */
export function withItem<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((old, i) => (i === index ? item : old));
}

/** A text in which equal values, and only those, are equal. */
function comparable(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Uint8Array) return `0x${toHex(item)}`;
    if (typeof item === 'bigint') return `${item}n`;
    return item === undefined ? 'undefined' : item;
  });
}

function shorten(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 160)}... (${text.length} characters)`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
