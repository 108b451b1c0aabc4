/** Compares what contenders compute, before anything is timed. */
import { isDeepStrictEqual } from 'node:util';
import type { Call } from './peers/kzg.ts';

/** What a call gave: a value, or a refusal. */
export type Outcome =
  | { readonly accepted: true; readonly value: unknown }
  | { readonly accepted: false; readonly error: string; readonly code?: string };

/** Runs a call once; whatever it throws is a refusal. */
export async function outcomeOf(call: Call): Promise<Outcome> {
  try {
    const result = await call.run();
    return { accepted: true, value: plain(call.read ? call.read(result) : result) };
  } catch (error) {
    return { accepted: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether two outcomes are equal values, or both refusals (the words of which are free). */
export function agree(left: Outcome, right: Outcome): boolean {
  if (!left.accepted || !right.accepted) return left.accepted === right.accepted;
  return isDeepStrictEqual(left.value, right.value);
}

/** Bytes of any class as plain arrays, through lists and objects. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
