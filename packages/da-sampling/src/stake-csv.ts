/**
 * A stake distribution from a CSV file: `account,stake` per line, the first line may be exactly that
 * header. Accounts are labels (an address, a name) of up to 66 letters, digits and `._:-`, compared
 * without case; stakes are decimal integers from 0 to 2^64 - 1 in any unit. Lines end in LF or CRLF, a
 * byte-order mark and an end of file without a line break are accepted; quotes, blanks, signs and
 * further columns are not.
 */
import { MAX_VALIDATORS } from './committee.ts';
import { DaError } from './errors.ts';

/** 66 for the account, 1 for the comma, 20 for the stake, 1 for a carriage return. */
const MAX_LINE_CHARACTERS = 88;

const HEADER = 'account,stake';
const LINE = /^([\w.:-]{1,66}),(-?\d{1,20})$/;

/** One line: who, and how much in the file's unit. */
export type StakeEntry = { readonly account: string; readonly stake: bigint };

/**
 * The entries in the order of the file. Throws DaError `csv_malformed`, `stake_out_of_range` or
 * `account_reused`, naming the line, and `committee_empty` if nobody has stake. O(size).
 */
export function parseStakeCsv(text: string): StakeEntry[] {
  const entries: StakeEntry[] = [];
  const accounts = new Set<string>();
  for (const { line, number } of linesOf(text)) {
    if (number === 1 && line === HEADER) continue;
    const entry = parseLine(line, number);
    const account = entry.account.toLowerCase();
    if (accounts.has(account)) throw new DaError('account_reused', `line ${number}: account again`);
    accounts.add(account);
    entries.push(entry);
  }
  if (entries.every(({ stake }) => stake === 0n)) {
    throw new DaError('committee_empty', 'nobody in the file has stake');
  }
  return entries;
}

function parseLine(line: string, number: number): StakeEntry {
  const match = LINE.exec(line);
  if (match === null) {
    throw new DaError('csv_malformed', `line ${number}: expected account,stake`);
  }
  const stake = BigInt(match[2]!);
  if (stake < 0n || stake >= 1n << 64n) {
    throw new DaError('stake_out_of_range', `line ${number}: expected 0 to 2^64 - 1`);
  }
  return { account: match[1]!, stake };
}

/** Lines with their numbers from 1; refuses too many and too long ones before they are copied. */
function* linesOf(text: string): Generator<{ line: string; number: number }> {
  let start = text.startsWith('\ufeff') ? 1 : 0;
  for (let number = 1; start < text.length; number++) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (end - start > MAX_LINE_CHARACTERS || number > MAX_VALIDATORS + 1) {
      throw new DaError('csv_malformed', `line ${number}: too long, or too many lines`);
    }
    const line = text.slice(start, text[end - 1] === '\r' && end - 1 >= start ? end - 1 : end);
    yield { line, number };
    start = end + 1;
  }
}
