/**
 * What the fuzzer compares: one function of ours with the same function of peers, on generated
 * cases. A case is plain data, so that a failing one can be written down and run again.
 */
import type { Bls } from '@barycenter/bls';
import type { Kzg } from '@barycenter/kzg';
import type { Random } from '@barycenter/testing';
import type { Outcome } from '../src/agreement.ts';
import type { Pool } from './pool.ts';

/** Our objects on one back end. */
export interface Subject {
  readonly backend: string;
  readonly kzg: Kzg;
  readonly bls: Bls;
}

/** A generated case. `what` says in words how it was made. */
export interface Generated<Arguments> {
  readonly what: string;
  readonly arguments: Arguments;
}

/** Another implementation of a target's function. */
export interface Rival<Arguments> {
  run(args: Arguments): unknown;
  /** Asked only in every n-th case, where it is slow. Default: 1. */
  readonly every?: number;
  /** Whether a difference is a documented deviation; the reason is beside the definition. */
  excuse?(args: Arguments, ours: Outcome, theirs: Outcome): boolean;
}

/** Decides how many cases a run has: all, a tenth, a hundredth. */
export type Kind = 'verifier' | 'point' | 'commitment' | 'cells';

/** One function under test. */
export interface Target<Arguments = unknown> {
  /** `module::function`. */
  readonly name: string;
  readonly kind: Kind;
  generate(random: Random, pool: Pool): Generated<Arguments>;
  ours(subject: Subject, args: Arguments): unknown;
  readonly rivals: Readonly<Record<string, Rival<Arguments>>>;
}

/** Keeps the type of a target's arguments within its definition. */
export function target<Arguments>(definition: Target<Arguments>): Target {
  return definition as unknown as Target;
}

/** Share of the verifiers' cases that a kind has. */
export const SHARE: Readonly<Record<Kind, number>> = {
  verifier: 1,
  point: 1,
  commitment: 0.1,
  cells: 0.01,
};
