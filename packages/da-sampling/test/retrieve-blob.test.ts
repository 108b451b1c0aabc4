import { createKzgPool } from '@barycenter/kzg/pool';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  checkHeader,
  type RetrievedBlob,
  type RetrieveOptions,
  type RowMessage,
  type RowSource,
  retrieveBlob,
} from '../src/index.ts';
import { flipped, kzg, POLICY, toyBlob } from './fixture.ts';

const SEED = 0x9e74;
const { payload, blob } = toyBlob(700);
const header = checkHeader(blob.message, { ...POLICY, kzg });
const expected = { status: 'ok', payload };

type Habits = {
  readonly answer?: (message: RowMessage) => unknown;
  readonly claim?: unknown;
  readonly asked?: number[];
};

function source(id: string, rows: readonly number[], habits: Habits = {}): RowSource {
  return {
    id,
    rows: async () => (habits.claim ?? rows) as number[],
    row: async ({ index }) => {
      habits.asked?.push(index);
      const message = rows.includes(index) ? blob.rowMessage(index) : undefined;
      return (message && habits.answer ? habits.answer(message) : message) as RowMessage;
    },
  };
}

const retrieve = (
  sources: readonly RowSource[],
  options: Partial<RetrieveOptions> = {},
): Promise<RetrievedBlob> =>
  retrieveBlob({ kzg, header, sources, random: seededRandom(SEED).bytes, ...options });

const ALL = [...Array(16).keys()];
const never = (): Promise<never> => new Promise(() => undefined);

describe('retrieveBlob', () => {
  it('pulls from all sources at once and stops at k rows', async () => {
    const asked = Array.from({ length: 8 }, (): number[] => []);
    const sources = asked.map((list, i) =>
      source(`node ${i}`, [2 * i, 2 * i + 1], { asked: list }),
    );
    const { outcome, refused } = await retrieve(sources);
    expect(outcome).toEqual(expected);
    expect(refused).toEqual([]);
    expect(asked.filter((list) => list.length > 0).length).toBeGreaterThan(1);
    expect(asked.flat().length).toBeLessThanOrEqual(4 + 2 * 8);
  });

  it('reads from k rows exactly, wherever they are, in this thread or a pool', async () => {
    const sources = [source('a', [1, 7]), source('b', [7, 11]), source('c', [14])];
    expect((await retrieve(sources)).outcome).toEqual(expected);
    const pool = await createKzgPool({ workers: 1, tables: 'none' });
    expect((await retrieve(sources, { pool })).outcome).toEqual(expected);
    pool.dispose();
  });

  it('names a source whose rows do not hold and asks it no more', async () => {
    const lies: Record<string, (message: RowMessage) => unknown> = {
      row_not_committed: (message) => ({ ...message, row: flipped(message.row, 9) }),
      row_length: (message) => ({ ...message, row: new Uint8Array(32) }),
      row_index: (message) => ({ ...message, index: message.index ^ 1 }),
      bad_form: ({ index }) => ({ index }),
    };
    for (const [code, answer] of Object.entries(lies)) {
      const asked: number[] = [];
      const liar = source('liar', ALL, { answer, asked });
      const { outcome, refused } = await retrieve([liar, source('honest', ALL.slice(0, 4))]);
      expect(outcome).toEqual(expected);
      expect(asked.length).toBeLessThanOrEqual(2);
      for (const entry of refused) expect(entry).toEqual({ source: 'liar', code });
      expect(refused.length).toBeGreaterThan(0);
    }
  });

  it('is not held up by sources that never answer, also where they hold the rows that are needed', async () => {
    const hanging = source('hanging', ALL, { answer: never });
    const mute: RowSource = { id: 'mute', rows: never, row: never };
    const sources = [hanging, mute, source('slow', [3, 4]), source('honest', [8, 9])];
    expect((await retrieve(sources)).outcome).toEqual(expected);
  });

  it('gives sources up that fail again and again, and survives nonsense', async () => {
    const asked: number[] = [];
    const down = source('down', ALL, { answer: () => Promise.reject(new Error('down')), asked });
    const claims = [[null], 'abc', [-1, 99, 1.5, null, 'x'], { length: 3 }];
    const nonsense = claims.map((claim, i) => source(`nonsense ${i}`, ALL, { claim }));
    const { outcome } = await retrieve([down, ...nonsense, source('honest', [0, 5, 10, 15])]);
    expect(outcome).toEqual(expected);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  it('says rows_missing when all sources together hold fewer than k', async () => {
    const sources = [source('a', [1, 2]), source('b', [2, 3])];
    await expect(retrieve(sources)).rejects.toMatchObject({ code: 'rows_missing' });
    await expect(retrieve([])).rejects.toMatchObject({ code: 'rows_missing' });
  });

  it('stops with the signal, before and in the middle, and tells the sources', async () => {
    const reason = new Error('enough');
    await expect(retrieve([], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const told: unknown[] = [];
    const waiting: RowSource = {
      id: 'waiting',
      rows: async () => ALL,
      row: async ({ signal }) => {
        signal.addEventListener('abort', () => told.push(signal.reason));
        controller.abort(reason);
        return never();
      },
    };
    await expect(retrieve([waiting], { signal: controller.signal })).rejects.toBe(reason);
    expect(told).toContain(reason);
  });
});
