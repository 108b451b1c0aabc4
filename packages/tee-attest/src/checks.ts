/**
 * The list of checks that a verification makes, in the order in which it makes them: each with a
 * stable name, whether it held, and, where that says something, what was expected and what was found.
 */
import { type Difference, type TeeCode, TeeError } from './errors.ts';

/** One check that was made. `code` is `ok` exactly when it held. */
export interface Check extends Difference {
  /** Which check: stable, dotted, from general to special (`intel.quote.signature`). */
  readonly id: string;
  readonly ok: boolean;
  readonly code: TeeCode | 'ok';
}

/** What a verification found: facts, where everything held that does not depend on a policy. */
export type Verified<Facts> =
  | { readonly ok: true; readonly facts: Facts; readonly checks: readonly Check[] }
  | {
      readonly ok: false;
      /** Code of the check that failed; what would have come after it was not looked at. */
      readonly code: TeeCode;
      readonly message: string;
      readonly checks: readonly Check[];
    };

/** Collects checks. `must` ends the verification, `note` goes on. */
export class Checks {
  readonly list: Check[] = [];

  /** Records that a check held. */
  pass(id: string, actual?: string): void {
    this.list.push({ id, ok: true, code: 'ok', ...(actual === undefined ? {} : { actual }) });
  }

  /** Records a check and goes on; returns whether it held. */
  note(ok: boolean, id: string, code: TeeCode, difference: Difference = {}): boolean {
    this.list.push({ id, ok, code: ok ? 'ok' : code, ...difference });
    return ok;
  }

  /** Records a check; throws {@link TeeError} with `code` if it does not hold. */
  must(ok: boolean, id: string, code: TeeCode, difference: Difference = {}): void {
    if (!this.note(ok, id, code, difference))
      throw new TeeError(code, failure(id, difference), difference);
  }

  /** What `parse` reads; what it refuses is recorded under `id`. */
  read<Value>(id: string, parse: () => Value): Value {
    try {
      return parse();
    } catch (error) {
      if (error instanceof TeeError) {
        const { code, expected, actual } = error;
        this.note(false, id, code, { expected, actual });
      }
      throw error;
    }
  }

  /**
   * Runs verifications at once. Their checks are listed, and the first failure is thrown, in the
   * order in which they are given, whichever ends first.
   */
  async together(...verifications: readonly ((checks: Checks) => Promise<void>)[]): Promise<void> {
    const parts = verifications.map((verification) => {
      const checks = new Checks();
      return { checks, result: verification(checks) };
    });
    const results = await Promise.allSettled(parts.map(({ result }) => result));
    results.forEach((result, i) => {
      this.list.push(...(parts[i] as (typeof parts)[number]).checks.list);
      if (result.status === 'rejected') throw result.reason;
    });
  }
}

/**
 * Runs a verification and turns a {@link TeeError} into a result. An error that was thrown by a
 * parser, and so stands in no check yet, is added to the list under `id`.
 */
export async function recorded<Facts>(
  id: string,
  verification: (checks: Checks) => Promise<Facts>,
): Promise<Verified<Facts>> {
  const checks = new Checks();
  try {
    const facts = await verification(checks);
    return { ok: true, facts, checks: checks.list };
  } catch (error) {
    if (!(error instanceof TeeError)) throw error;
    const { code, message, expected, actual } = error;
    if (checks.list.at(-1)?.code !== code) checks.note(false, id, code, { expected, actual });
    return { ok: false, code, message, checks: checks.list };
  }
}

function failure(id: string, { expected, actual }: Difference): string {
  const parts = [`${id} does not hold`];
  if (expected !== undefined) parts.push(`expected ${expected}`);
  if (actual !== undefined) parts.push(`got ${actual}`);
  return parts.join(', ');
}
