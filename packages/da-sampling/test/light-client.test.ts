import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  type CellSource,
  checkHeader,
  LightClient,
  type LightClientOptions,
  RowVerifier,
  type SampleStore,
  serveCell,
  type VerifiedRow,
} from '../src/index.ts';
import { codeOf, flipped, kzg, POLICY, toyBlob } from './fixture.ts';

const { blob } = toyBlob(31 * 4 * 3);
const header = checkHeader(blob.message, { ...POLICY, kzg });
const verifier = new RowVerifier({ kzg, header });
const ROWS = Array.from({ length: 16 }, (_, index) => verifier.add(blob.rowMessage(index)));
/** Proofs are made once per cell for the whole file. */
const proofs = new Map<string, ReturnType<typeof serveCell>>();

function source(
  id: string,
  rows: readonly VerifiedRow[],
  options: {
    lie?: (cell: ReturnType<typeof serveCell>) => unknown;
    claim?: readonly number[];
    asked?: string[];
  } = {},
): CellSource {
  return {
    id,
    rows: async () => options.claim ?? rows.map(({ index }) => index),
    cell: async ({ row, cellIndex }) => {
      options.asked?.push(`${row}/${cellIndex}`);
      const held = rows.find(({ index }) => index === row);
      if (held === undefined) return undefined;
      const key = `${row}/${cellIndex}`;
      const proven = proofs.get(key) ?? serveCell(held, cellIndex, { kzg });
      proofs.set(key, proven);
      return (options.lie?.(proven) ?? proven) as typeof proven;
    },
  };
}

function memoryStore(): SampleStore & {
  readonly saved: Map<string, Uint8Array>;
  history: string[];
} {
  const saved = new Map<string, Uint8Array>();
  const history: string[] = [];
  return {
    saved,
    history,
    load: async (key) => saved.get(key)?.slice(),
    save: async (key, bytes) => {
      saved.set(key, bytes.slice());
      history.push(bytes.slice(0, 5).join());
    },
  };
}

function client(
  sources: readonly CellSource[],
  options: Partial<LightClientOptions> & { seed?: number } = {},
) {
  const { seed = 0x7e57_c0de, ...rest } = options;
  const random = seededRandom(seed);
  return new LightClient({
    kzg,
    header,
    random: random.bytes,
    store: memoryStore(),
    sources,
    ...(rest.confidence === undefined ? { targetBits: 5 } : {}),
    ...rest,
  });
}

describe('a light client', () => {
  it('finds an available blob available, with the confidence of its samples', async () => {
    const light = client([source('a', ROWS.slice(0, 8)), source('b', ROWS.slice(8))]);
    const report = await light.sample();
    const phi = (65 * 13) / (128 * 16);
    expect(light.sampleCount).toBe(Math.ceil(5 / -Math.log2(1 - phi)));
    expect(report).toMatchObject({
      status: 'available',
      samples: light.sampleCount,
      repaired: 0,
      blamed: [],
    });
    expect(report.confidence).toBeCloseTo(1 - (1 - phi) ** report.samples, 12);
    expect(report.bits).toBeGreaterThanOrEqual(5);
    expect(report.bytes).toBe(report.samples * 2096);
  });

  it('accepts with silent holders by rebuilding columns from k verified cells', async () => {
    // Rows 5..15 are silent: 5 rows remain, k = 4 are enough for every column.
    const report = await client([source('a', ROWS.slice(0, 5))], { targetBits: 3 }).sample();
    expect(report.status).toBe('available');
    expect(report.repaired).toBeGreaterThan(0);
    expect(report.resolved).toBe(report.samples);
  });

  it('says unavailable with no confidence when fewer than k rows are shown, without asking for columns', async () => {
    const asked: string[] = [];
    const report = await client([source('a', ROWS.slice(0, 3), { asked })], {
      targetBits: 8,
    }).sample();
    expect(report).toMatchObject({ status: 'unavailable', confidence: 0, bits: 0, repaired: 0 });
    expect(report.unresolved.length).toBe(report.samples - report.resolved);
    expect(asked.length).toBe(report.samples);
  });

  it('says unavailable when a minimal undecodable set is withheld: 13 rows of 65 cells', async () => {
    // Cells 0..64 of rows 0..12 are refused; the client draws enough samples to meet the set.
    const honest = source('a', ROWS);
    const withholding: CellSource = {
      ...honest,
      cell: async (request) =>
        request.row < 13 && request.cellIndex < 65 ? undefined : honest.cell(request),
    };
    const report = await client([withholding], { targetBits: 6 }).sample();
    expect(report.status).toBe('unavailable');
    for (const { row, cell } of report.unresolved) expect(row < 13 && cell < 65).toBe(true);
  });

  it('believes no cell without a proof: names the liar, asks it no more, and resolves by others', async () => {
    const lies: Record<string, (cell: ReturnType<typeof serveCell>) => unknown> = {
      proof_invalid: ({ cell, proof }) => ({ cell: flipped(cell, 2047), proof }),
      malformed: ({ cell, proof }) => ({ cell: cell.slice(1), proof }),
    };
    for (const [code, lie] of Object.entries(lies)) {
      const asked: string[] = [];
      const liar = source('liar', ROWS, { lie, asked });
      const honest = source('honest', ROWS, { claim: [] });
      const light = client([liar, honest], { targetBits: 12 });
      const report = await light.sample();
      expect(report.status).toBe('available');
      // The liar claims every row, so it is asked first; caught, it is asked no second round.
      expect(asked.length).toBeLessThanOrEqual(light.sampleCount);
      if (code === 'malformed') expect(asked.length).toBeLessThanOrEqual(16);
      expect(new Set(report.blamed.map((blame) => `${blame.source} ${blame.code}`))).toEqual(
        new Set([`liar ${code}`]),
      );
    }
  });

  it('backs off from a source that does not answer: it owes less in each round, the others do not wait', async () => {
    const rounds: number[] = [];
    let asked = 0;
    const silent: CellSource = {
      id: 'silent',
      rows: async () => ROWS.map(({ index }) => index),
      cell: async () => {
        asked++;
        return undefined;
      },
    };
    const honest = source('honest', ROWS, { claim: [] });
    const watched: CellSource = {
      ...honest,
      cell: async (request) => {
        rounds.push(asked);
        return honest.cell(request);
      },
    };
    const light = client([silent, watched], { targetBits: 40 });
    const report = await light.sample();
    expect(report.status).toBe('available');
    expect(report.blamed).toEqual([]);
    // 16 requests in the first round, then one in each: never 16 for each of its rounds.
    expect(asked).toBeLessThan(light.sampleCount / 2);
    expect(rounds.length).toBe(light.sampleCount);
  });

  it('treats other bad answers alike: wrong cell, non-canonical cell, proof off the curve', async () => {
    const other = serveCell(ROWS[3]!, 100, { kzg });
    for (const lie of [
      () => other,
      ({ proof }: typeof other) => ({ cell: new Uint8Array(2048).fill(0xff), proof }),
      ({ cell }: typeof other) => ({ cell, proof: new Uint8Array(48) }),
    ]) {
      const report = await client([source('liar', ROWS, { lie })], { targetBits: 1 }).sample();
      expect(report.status).toBe('unavailable');
      expect(report.blamed[0]).toEqual({ source: 'liar', code: 'proof_invalid' });
    }
  });

  it('survives sources that throw, answer nonsense, or are not even asynchronous', async () => {
    const hostile = [
      {
        rows: async () => Promise.reject(new Error('down')),
        cell: async () => Promise.reject(new Error('down')),
      },
      {
        rows: () => {
          throw new Error('synchronous');
        },
        cell: () => {
          throw new Error('synchronous');
        },
      },
      { rows: async () => null, cell: async () => null },
      { rows: async () => 'abc', cell: async () => ({}) },
      { rows: async () => ({ length: 5 }), cell: async () => ({ cell: 'x', proof: [] }) },
      { rows: () => undefined, cell: () => 7 },
    ].map((answers, i) => ({ id: `hostile ${i}`, ...answers })) as unknown as CellSource[];
    const nonsense = source('nonsense', ROWS, {
      claim: [-1, 1.5, Number.NaN, 99, 3, 3, null] as number[],
    });
    const report = await client([...hostile, nonsense], { targetBits: 1 }).sample();
    expect(report.status).toBe('available');
    for (const { code } of report.blamed) expect(code).toBe('malformed');
  });

  it('writes its samples down before the first request', async () => {
    const store = memoryStore();
    const seen: number[] = [];
    const watching: CellSource = {
      ...source('a', ROWS),
      cell: async () => {
        seen.push(store.saved.size);
        return undefined;
      },
      rows: async () => {
        seen.push(store.saved.size);
        return [];
      },
    };
    await client([watching], { store, targetBits: 1 }).sample();
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set([1]));
  });

  it('asks for the very same cells after a restart, all of them, and never draws anew', async () => {
    const store = memoryStore();
    const first: string[] = [];
    const sources = (asked: string[]) => [source('a', ROWS, { asked })];
    await client(sources(first), { store, targetBits: 8 }).sample();
    const second: string[] = [];
    const report = await client(sources(second), { store, targetBits: 8, seed: 4321 }).sample();
    expect(report.status).toBe('available');
    expect(second.sort()).toEqual(first.sort());
    expect(new Set(second).size).toBe(report.samples);
  });

  it('does not remember answers: with every source gone, what was available is unavailable', async () => {
    const store = memoryStore();
    expect((await client([source('a', ROWS)], { store, targetBits: 2 }).sample()).status).toBe(
      'available',
    );
    const later = await client([source('a', [])], { store, targetBits: 2 }).sample();
    expect(later).toMatchObject({ status: 'unavailable', resolved: 0, bytes: 0, confidence: 0 });
  });

  it('refuses stored samples that are not its own', async () => {
    const store = memoryStore();
    const light = client([source('a', ROWS)], { store, targetBits: 1 });
    await light.sample();
    for (const [key, bytes] of store.saved) store.saved.set(key, flipped(bytes, 0));
    await expect(light.sample()).rejects.toMatchObject({ code: 'samples_corrupt' });
  });

  it('takes a confidence or bits, not both, and no impossible ones', () => {
    expect(client([], { confidence: 0.999999 }).sampleCount).toBe(
      Math.ceil(-Math.log2(1e-6) / -Math.log2(1 - (65 * 13) / (128 * 16))),
    );
    for (const confidence of [0, 1, -1, Number.NaN])
      expect(() => client([], { confidence })).toThrow(RangeError);
    expect(() => client([], { confidence: 0.5, targetBits: 3 })).toThrow(TypeError);
    expect(() => client([], { targetBits: 0 })).toThrow(RangeError);
    expect(() => client([], { header: { ...header } })).toThrow(TypeError);
    expect(codeOf(() => new RowVerifier({ kzg, header }).add({ ...ROWS[0]!, index: 1 }))).toBe(
      'row_not_committed',
    );
  });
});
