/** A light client before a matrix of 64 rows, of which some are silent, or withheld on purpose. */
import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  type CellSource,
  checkHeader,
  encodeBlob,
  LightClient,
  type Profile,
  RowVerifier,
  sampleCommittee,
  serveCell,
  undecodableShare,
} from '../src/index.ts';
import { bls, DOMAIN, kzg, SUBMITTER_KEY, VALIDATORS } from './fixture.ts';

const SEED = 0x51_1e47;
const random = seededRandom(SEED);
const PROFILE: Profile = {
  name: 'sixty-four',
  id: 0xfff1,
  rowCount: 64,
  thresholdRows: 45,
  dataRowSteps: [{ maxElements: 16 * 4096, dataRows: 16 }],
};
const committee = sampleCommittee({
  bls,
  domain: DOMAIN,
  epoch: 7n,
  seed: random.bytes(32),
  validators: VALIDATORS,
  profile: PROFILE,
});
const blob = encodeBlob(random.bytes(31 * 16 * 2), {
  kzg,
  profile: PROFILE,
  domain: DOMAIN,
  committee,
  nonce: 0n,
  submitterKey: SUBMITTER_KEY,
});
const header = checkHeader(blob.message, {
  kzg,
  domain: DOMAIN,
  committeeOf: () => committee,
  profiles: [PROFILE],
});
const verifier = new RowVerifier({ kzg, header });
const ROWS = Array.from({ length: 64 }, (_, index) => verifier.add(blob.rowMessage(index)));

/** Node `i` of `count` holds every count-th row; it answers what `shows` lets it. */
const nodes = (count: number, shows: (row: number, cell: number) => boolean): CellSource[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `node ${i}`,
    rows: async () => ROWS.map(({ index }) => index).filter((row) => row % count === i),
    cell: async ({ row, cellIndex }) =>
      row % count === i && shows(row, cellIndex)
        ? serveCell(ROWS[row]!, cellIndex, { kzg })
        : undefined,
  }));

const sample = (sources: readonly CellSource[], targetBits: number) => {
  const store = { load: async () => undefined, save: async () => undefined };
  const { bytes } = seededRandom(SEED);
  return new LightClient({ kzg, header, targetBits, random: bytes, store, sources }).sample();
};

describe(`a light client (seed ${SEED})`, () => {
  it('accepts at 2^-40 with 10 % of the rows silent: their samples are rebuilt by columns', async () => {
    const silent = new Set(random.shuffle([...Array(64).keys()]).slice(0, 6));
    const report = await sample(
      nodes(8, (row) => !silent.has(row)),
      40,
    );
    expect(report).toMatchObject({ status: 'available', blamed: [], unresolved: [] });
    expect(report.bits).toBeGreaterThanOrEqual(40);
    expect(report.repaired).toBeGreaterThan(0);
  });

  it('rejects at 2^-40 when a minimal undecodable set is withheld, and at n - k rows of it accepts', async () => {
    // 49 rows x 65 cells are withheld; with 48 rows every column has k = 16 cells and is rebuilt.
    const withheld = (rows: number) => (row: number, cell: number) => row >= rows || cell >= 65;
    const report = await sample(nodes(4, withheld(49)), 40);
    expect(report.status).toBe('unavailable');
    expect(report.confidence).toBe(0);
    for (const { row, cell } of report.unresolved) expect(row < 49 && cell < 65).toBe(true);
    expect((await sample(nodes(4, withheld(48)), 3)).status).toBe('available');
  });
});

describe('the least undecodable set', () => {
  /** Whether rows (any l cells) and columns (any k cells) in turn give back everything. */
  function isDecodable(
    known: readonly boolean[],
    { n, m, k, l }: { n: number; m: number; k: number; l: number },
  ): boolean {
    const cells = [...known];
    const at = (row: number, column: number) => row * m + column;
    for (let changed = true; changed; ) {
      changed = false;
      const lines = [
        ...Array.from({ length: n }, (_, row) => ({
          line: Array.from({ length: m }, (_, column) => at(row, column)),
          needed: l,
        })),
        ...Array.from({ length: m }, (_, column) => ({
          line: Array.from({ length: n }, (_, row) => at(row, column)),
          needed: k,
        })),
      ];
      for (const { line, needed } of lines) {
        const count = line.filter((cell) => cells[cell]).length;
        if (count < needed || count === line.length) continue;
        for (const cell of line) cells[cell] = true;
        changed = true;
      }
    }
    return cells.every((cell) => cell);
  }

  it('has (n - k + 1)(m - l + 1) cells: every pattern of small product codes is tried', () => {
    for (const code of [
      { n: 4, m: 4, k: 2, l: 2 },
      { n: 5, m: 3, k: 2, l: 2 },
      { n: 4, m: 3, k: 1, l: 2 },
    ]) {
      const { n, m, k, l } = code;
      const least = (n - k + 1) * (m - l + 1);
      let atLeast = 0;
      for (let pattern = 0; pattern < 2 ** (n * m); pattern++) {
        const known = Array.from({ length: n * m }, (_, i) => ((pattern >> i) & 1) === 1);
        const missing = known.filter((cell) => !cell).length;
        if (missing > least) continue;
        const decodable = isDecodable(known, code);
        if (missing < least) expect(decodable, `${pattern}`).toBe(true);
        else if (!decodable) atLeast++;
      }
      // Exactly the choices of n - k + 1 rows and m - l + 1 columns.
      expect(atLeast).toBe(choose(n, k - 1) * choose(m, l - 1));
    }
    // The product code of the protocol: m = 128 cells of a row, any l = 64 of them.
    expect(undecodableShare({ k: 256, n: 1024 })).toBe((769 * 65) / (1024 * 128));
  });

  function choose(n: number, k: number): number {
    return k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
  }
});
