/**
 * Laws as data, so that one list runs under vitest and, for the conformance suite, on every other
 * runtime: a name that states the law, and a function that throws where it does not hold. No Node
 * built-ins here.
 */
import type { Verified } from '../../src/checks.ts';
import { type TeeCode, TeeError } from '../../src/errors.ts';

export interface Case {
  readonly name: string;
  run(): void | Promise<void>;
}

/** Reads a file of `vectors/tee`, by its path there. */
export type ReadVector = (path: string) => Promise<Uint8Array> | Uint8Array;

/** The facts of a verification that must hold. */
export function accepted<Facts>(result: Verified<Facts>): Facts {
  if (!result.ok) throw new Error(`refused with ${result.code}: ${result.message}`);
  const failed = result.checks.find(({ ok, code }) => !ok || code !== 'ok');
  if (failed !== undefined) throw new Error(`accepted, though ${failed.id} does not hold`);
  return result.facts;
}

/** Demands a refusal with this code, and that the list of checks ends in it. */
export function refused(result: Verified<unknown>, code: TeeCode): void {
  if (result.ok) throw new Error(`accepted, expected ${code}`);
  if (result.code !== code)
    throw new Error(`refused with ${result.code}, expected ${code}: ${result.message}`);
  const last = result.checks.at(-1);
  if (last?.ok !== false || last.code !== code)
    throw new Error(`${code} stands not last in the list of checks`);
}

/** Demands that two values are the same as JSON. */
export function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`got ${left}, expected ${right}`);
}

/** Demands that `parse` throws a TeeError with this code. */
export function unparsable(parse: () => unknown, code: TeeCode): void {
  try {
    parse();
  } catch (error) {
    if (error instanceof TeeError && error.code === code) return;
    throw error;
  }
  throw new Error(`parsed, expected ${code}`);
}

/** Demands misuse to be a TypeError. */
export async function misused(call: () => Promise<unknown>): Promise<void> {
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TypeError)) throw new Error(`expected a TypeError, got ${String(error)}`);
}

/** Which bits of `bytes` are tried: all, or a sixteenth told by `seed`. */
export function chosenBits(size: number, { all, seed }: { all: boolean; seed: number }): number[] {
  const bits = Array.from({ length: 8 * size }, (_, bit) => bit);
  return all ? bits : bits.filter((bit) => Math.imul(bit + 1, 0x9e3779b1) >>> 28 === seed % 16);
}

/** A copy with one bit flipped. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const at = bit >> 3;
  if (at >= bytes.length)
    throw new RangeError(`bit: expected below ${8 * bytes.length}, got ${bit}`);
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** A copy in which `written` stand where the item at `index` stood. */
export function replaced<Item>(
  items: readonly Item[],
  index: number,
  written: readonly Item[],
): Item[] {
  return [...items.slice(0, index), ...written, ...items.slice(index + 1)];
}
