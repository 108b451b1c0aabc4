/** Rows of one peer as a stream: bounded, abortable, off the thread on request. */
import { createKzgPool } from '@barycenter/kzg/pool';
import { seededRandom } from '@barycenter/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import {
  checkHeader,
  MAX_ROWS_AHEAD,
  type RowMessage,
  type RowOutcome,
  type RowStreamOptions,
  RowVerifier,
  recoverBlob,
} from '../src/index.ts';
import { flipped, kzg, POLICY, toyBlob } from './fixture.ts';
import { encodeRawRows } from './raw-rows.ts';

const SEED = 0x57_7ea;
const random = seededRandom(SEED);
const { payload, blob } = toyBlob(700);
const header = checkHeader(blob.message, { ...POLICY, kzg });
const messages = Array.from({ length: 16 }, (_, index) => blob.rowMessage(index));
const pool = await createKzgPool({ workers: 1, tables: 'none' });
afterAll(() => pool.dispose());

const outcomesOf = async (
  list: AsyncIterable<RowMessage> | Iterable<RowMessage>,
  options: RowStreamOptions = {},
  verifier = new RowVerifier({ kzg, header }),
): Promise<string[]> => {
  const texts: string[] = [];
  for await (const outcome of verifier.stream(list, options)) texts.push(textOf(outcome));
  return texts;
};
const textOf = (outcome: RowOutcome): string =>
  outcome.ok ? `row ${outcome.row.index}` : `${outcome.error.code} ${outcome.error.row}`;

describe.each([
  ['in this thread', {}],
  ['in a pool', { pool }],
] as const)('a stream of rows %s', (_, where) => {
  it(`gives verified rows in the order they came, from any k of which the blob is read (seed ${SEED})`, async () => {
    const verifier = new RowVerifier({ kzg, header });
    const order = random.shuffle(messages).slice(0, 7);
    const texts = await outcomesOf(order, where, verifier);
    expect(texts).toEqual(order.map(({ index }) => `row ${index}`));
    expect(recoverBlob(verifier.finish(), { kzg, header })).toEqual({ status: 'ok', payload });
  });

  it('refuses each kind of wrong row with the code that `add` gives it', async () => {
    const [a, b] = [messages[3]!, messages[4]!];
    const wrong: [RowMessage, string][] = [
      [{ ...a, row: flipped(a.row, 40) }, 'row_not_committed 3'],
      [{ ...b, branch: a.branch }, 'row_not_committed 4'],
      [{ ...a, index: 16 }, 'row_index undefined'],
      [{ ...messages[5]!, row: a.row.slice(32) }, 'row_length 5'],
      [{ ...messages[6]!, branch: [] }, 'row_branch_length 6'],
      [null as unknown as RowMessage, 'bad_form undefined'],
    ];
    for (const [message, text] of wrong) expect(await outcomesOf([message], where)).toEqual([text]);
  });

  it('refuses committed rows that are not the coded rows, or not canonical: the disperser is to blame', async () => {
    const bad = encodeRawRows(
      messages.slice(0, 4).map(({ row }) => row),
      {
        byteLength: 700,
        shape: header.geometry,
        codedRows: (rows) =>
          rows.map((row, i) => (i === 8 ? rows[9]! : i === 9 ? row.map(() => 0xff) : row)),
      },
    );
    const verifier = () =>
      new RowVerifier({ kzg, header: checkHeader(bad.message, { ...POLICY, kzg }) });
    expect(await outcomesOf([bad.rowMessage(8)], where, verifier())).toEqual(['row_wrong 8']);
    expect(await outcomesOf([bad.rowMessage(9)], where, verifier())).toEqual([
      'row_not_canonical 9',
    ]);
  });

  it('ends with the first refused message, or after as many as are allowed', async () => {
    const lie = { ...messages[0]!, row: flipped(messages[0]!.row, 1) };
    const list = [messages[1]!, lie, messages[2]!, messages[2]!, messages[3]!];
    expect(await outcomesOf(list, where)).toEqual(['row 1', 'row_not_committed 0']);
    expect(await outcomesOf(list, { ...where, maxRefused: 2 })).toEqual([
      'row 1',
      'row_not_committed 0',
      'row 2',
      'rows_duplicate 2',
    ]);
  });

  it('takes a bounded number ahead of its consumer, from a peer that never stops', async () => {
    let taken = 0;
    function* endless(): Generator<RowMessage> {
      for (;;) yield messages[taken++ % 16]!;
    }
    const stream = new RowVerifier({ kzg, header }).stream(endless(), {
      ...where,
      maxRefused: Number.POSITIVE_INFINITY,
    });
    await stream.next();
    await new Promise((resolve) => setTimeout(resolve));
    expect(taken).toBeLessThanOrEqual(MAX_ROWS_AHEAD + 2);
    await stream.return();
    const all = await outcomesOf(endless(), { ...where, maxRefused: 3 });
    expect(all.filter((text) => text.startsWith('row '))).toHaveLength(16);
  });

  it('stops at once when aborted, even while a peer is silent, and lets the peer go', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let returned = false;
    const silent: AsyncIterable<RowMessage> = {
      [Symbol.asyncIterator]: () => {
        let sent = 0;
        return {
          next: async () => {
            if (sent++ === 0) return { done: false, value: messages[0]! };
            setTimeout(() => controller.abort(reason));
            return new Promise<never>(() => undefined);
          },
          return: async () => {
            returned = true;
            return { done: true, value: undefined };
          },
        };
      },
    };
    const signal = controller.signal;
    await expect(outcomesOf(silent, { ...where, signal })).rejects.toBe(reason);
    expect(returned).toBe(true);
    await expect(outcomesOf(messages, { ...where, signal })).rejects.toBe(reason);
  });

  it('passes on what the messages throw', async () => {
    const broken = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('connection lost')) }),
    };
    await expect(outcomesOf(broken, where)).rejects.toThrow('connection lost');
  });

  it('answers rows that another stream verified without looking at them again', async () => {
    const verifier = new RowVerifier({ kzg, header });
    const first = verifier.add(messages[2]!);
    const stream = verifier.stream(
      [{ ...messages[2]!, row: new Uint8Array(first.row.length) }],
      where,
    );
    expect((await stream.next()).value).toEqual({ ok: true, row: first });
  });
});

it('without a pool a stream lets other events happen after every few rows', async () => {
  let isTurn = false;
  setTimeout(() => {
    isTurn = true;
  });
  const seen: boolean[] = [];
  const verifier = new RowVerifier({ kzg, header });
  for await (const outcome of verifier.stream(messages)) seen.push(outcome.ok && isTurn);
  expect(seen).toHaveLength(16);
  expect(seen.at(-1)).toBe(true);
});

it('without a pool, where a runtime hashes only by WebCrypto, long rows are hashed by it', async () => {
  const long = toyBlob(31 * 4 * 128).blob;
  const opened = checkHeader(long.message, { ...POLICY, kzg });
  const rows = [3, 9].map((index) => long.rowMessage(index));
  const lie = { ...rows[1]!, row: flipped(rows[1]!.row, 4000) };
  const digest = vi.spyOn(crypto.subtle, 'digest');
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
  try {
    const verifier = new RowVerifier({ kzg, header: opened });
    expect(await outcomesOf([rows[0]!, lie, rows[1]!], {}, verifier)).toEqual([
      'row 3',
      'row_not_committed 9',
    ]);
    expect(digest.mock.calls.length).toBeGreaterThanOrEqual(2);
  } finally {
    digest.mockRestore();
    builtin.mockRestore();
  }
});
