/**
 * What a relying party demands of evidence that is genuine: plain JSON, so that it can be published,
 * pinned by its hash and shown to whoever is judged by it. Bytes are lower-case hexadecimal in the
 * order in which they stand in the evidence, dates are days in UTC.
 *
 * Everything left out has a safe default (`design/tee.md` §7), and the default is part of the text
 * that is hashed: a policy says the same whichever version of this package reads it, or has another
 * id. Lists of what is allowed that are left out are not checked; an empty list allows nothing.
 */

import { canonicalHash, canonicalText } from '../canonical-json.ts';
import { TeeError } from '../errors.ts';
import { readStrictJson } from '../intel/json.ts';
import { POLICY_SHAPE, type Policy } from './policy-shape.ts';
import { ShapeError } from './shape.ts';

/** A policy as it is written: `version`, and of the rest what differs from the defaults. */
export type PolicyInput = { readonly version: 1 } & Omit<Some<Policy>, 'version'>;

type Some<T> = T extends readonly unknown[] | string | number | boolean
  ? T
  : { readonly [Name in keyof T]?: Some<T[Name]> };

/** Longest policy text in characters. */
export const MAX_POLICY_CHARACTERS = 1_048_576;

/** Policies that {@link definePolicy} made, which are frozen and complete, with their ids. */
const known = /* @__PURE__ */ new WeakMap<object, Uint8Array<ArrayBuffer>>();

/**
 * The complete, frozen policy of what was written.
 * @throws TypeError that names the member if something is unknown, missing or out of bounds.
 * @example
 * ```ts
 * const policy = definePolicy({ version: 1, cpu: ['tdx'], intel: { tcb: { graceDays: 14 } } });
 * ```
 */
export function definePolicy(input: PolicyInput): Policy {
  if (known.has(input)) return input as Policy;
  try {
    return complete(input);
  } catch (error) {
    if (error instanceof ShapeError) throw new TypeError(`policy: ${error.message}`);
    throw error;
  }
}

/**
 * The policy in a text that others wrote.
 * @throws TeeError `policy_malformed` for anything but JSON of this shape: unknown or repeated
 * members, values out of bounds, more than {@link MAX_POLICY_CHARACTERS}.
 */
export function parsePolicy(text: string): Policy {
  const json = readStrictJson(text, MAX_POLICY_CHARACTERS);
  if (json === undefined) {
    const expected = `JSON in ASCII of at most ${MAX_POLICY_CHARACTERS} characters, no name twice`;
    throw new TeeError('policy_malformed', `policy: expected ${expected}`, { expected });
  }
  try {
    return complete(json.value);
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const { expected, message } = cause;
    throw new TeeError('policy_malformed', message, { expected, cause });
  }
}

/** The policy's canonical text (RFC 8785), defaults included. Parsing it gives the same policy. */
export function policyText(policy: Policy): string {
  return canonicalText(definePolicy(policy));
}

/** SHA-256 of {@link policyText}: 32 bytes that name the policy, on chain and off. */
export function policyId(policy: Policy): Uint8Array<ArrayBuffer> {
  return known.get(definePolicy(policy))!.slice();
}

function complete(value: unknown): Policy {
  const policy = POLICY_SHAPE.read(value, '');
  known.set(policy, canonicalHash(policy));
  return policy;
}
