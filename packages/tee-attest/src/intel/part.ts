/**
 * Parts of a verification that run at the same time and are judged one after another: signatures
 * are checked by other threads, while the list of checks keeps the order in which Intel prescribes
 * them, and the first failure in that order is the one that is named.
 */
import { type Checks, recorded } from '../checks.ts';
import { TeeError } from '../errors.ts';

/** Ends a part: adds its checks to the list and gives its value, or throws what ended it. */
export type Part<Value> = (checks: Checks) => Promise<Value>;

/** Starts `work` at once, with a list of checks of its own; `id` names an error that no check names. */
export function startPart<Value>(
  id: string,
  work: (checks: Checks) => Promise<Value>,
): Part<Value> {
  const started = recorded(id, work);
  // A part that is never ended, because an earlier one failed, must not be an unhandled rejection.
  started.catch(() => undefined);
  return async (checks) => {
    const result = await started;
    checks.list.push(...result.checks);
    if (!result.ok) throw new TeeError(result.code, result.message);
    return result.facts;
  };
}
