/**
 * What came over the network, before its meaning is looked at. A peer may send or answer anything:
 * null, a string where bytes should be, a list of lists. It is refused here with a code, so that the
 * rest of the program may rely on its types; lists are cut to the length that was asked for.
 */
import type { Attestation } from '@barycenter/da-sampling';
import { NetworkError } from './errors.ts';
import type { RowAnswer } from './protocol.ts';

/** Codes that a peer may give for a row; anything else it says is not shown to anybody. */
const CODE_FORM = /^[a-z_]{1,40}$/;

/** Bytes of a message to a node, of a fixed size if one is given; throws 'message_refused'. */
export function sentBytes(
  value: unknown,
  { name, size }: { name: string; size?: number },
): Uint8Array {
  if (value instanceof Uint8Array && (size === undefined || value.length === size)) return value;
  const expected = size === undefined ? 'bytes' : `${size} bytes`;
  throw new NetworkError('message_refused', `${name}: expected ${expected}`, {
    reason: 'bad_form',
  });
}

/** A list in a message to a node, its items not yet looked at; throws 'message_refused'. */
export function sentList(
  value: unknown,
  { name, most }: { name: string; most: number },
): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw new NetworkError('message_refused', `${name}: expected a list of ${most} at most`, {
    reason: 'bad_form',
  });
}

/** An index in a message to a node, below `count`; throws 'message_refused'. */
export function sentIndex(
  value: unknown,
  { name, count }: { name: string; count: number },
): number {
  if (isIndex(value, count)) return value;
  throw new NetworkError('message_refused', `${name}: expected an integer below ${count}`, {
    reason: 'bad_form',
  });
}

/** Bytes that a node answered; throws 'answer_malformed'. */
export function answeredBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw malformed('expected bytes');
}

/** The distinct row indices below `rowCount` that a node answered; throws 'answer_malformed'. */
export function answeredIndices(value: unknown, rowCount: number): ReadonlySet<number> {
  if (!Array.isArray(value)) throw malformed('expected a list of rows');
  const rows: unknown[] = value.slice(0, rowCount);
  return new Set(rows.filter((row) => isIndex(row, rowCount)));
}

/**
 * The first answer for each of the rows that were asked for; a row whose answer has no known shape is
 * absent. Throws 'answer_malformed' if there is no list at all.
 */
export function answeredRows(
  value: unknown,
  asked: readonly number[],
): ReadonlyMap<number, RowAnswer> {
  if (!Array.isArray(value)) throw malformed('expected a list of row messages');
  const answers = new Map<number, RowAnswer>();
  const wanted = new Set<unknown>(asked);
  for (const entry of value.slice(0, asked.length) as unknown[]) {
    const answer = rowAnswer(entry);
    if (answer === undefined || !wanted.has(answer.row) || answers.has(answer.row)) continue;
    answers.set(answer.row, answer);
  }
  return answers;
}

/** An attestation that a node answered, its signature not yet verified; throws 'answer_malformed'. */
export function answeredAttestation(value: unknown): Attestation {
  const { headerRoot, validator, signature } = fields(value);
  const isShaped =
    isIndex(validator, 2 ** 16) &&
    headerRoot instanceof Uint8Array &&
    headerRoot.length === 32 &&
    signature instanceof Uint8Array &&
    signature.length === 96;
  if (!isShaped) throw malformed('expected an attestation');
  return { headerRoot, validator, signature };
}

function rowAnswer(value: unknown): RowAnswer | undefined {
  const { row, message, code } = fields(value);
  if (typeof row !== 'number') return undefined;
  if (message instanceof Uint8Array) return { row, message };
  return typeof code === 'string' && CODE_FORM.test(code) ? { row, code } : undefined;
}

function fields(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown }) : {};
}

function isIndex(value: unknown, count: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < count;
}

function malformed(what: string): NetworkError {
  return new NetworkError('answer_malformed', `a node's answer: ${what}`);
}
