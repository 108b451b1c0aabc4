import { describe, expect, it, vi } from 'vitest';
import { CellServer, checkHeader, RowVerifier, serveCell, verifyCells } from '../src/index.ts';
import { codeOf, kzg, POLICY, toyBlob } from './fixture.ts';

const { blob } = toyBlob(300);
const header = checkHeader(blob.message, { ...POLICY, kzg });
const verifier = new RowVerifier({ kzg, header });
for (let index = 0; index < 12; index++) verifier.add(blob.rowMessage(index));
const rows = verifier.finish();
const { headerRoot } = blob;
const rowOf = (root: Uint8Array, index: number) =>
  root.join() === headerRoot.join() ? rows.find((row) => row.index === index) : undefined;

// Proofs are made by a stand-in that counts, except in the first test.
const proofs = Array.from({ length: 128 }, (_, i) => new Uint8Array(48).fill(i));
const made = vi.fn(() => [[], proofs] as ReturnType<typeof kzg.computeCellsAndKzgProofs>);
const counting = { ...kzg, computeCellsAndKzgProofs: made };
const ask = (server: CellServer, peer: string, row: number, cellIndex = 5) =>
  server.cell(peer, { headerRoot, row, cellIndex });

describe('a cell server', () => {
  it('serves the cells and proofs of its rows, those beyond the row too', () => {
    const server = new CellServer({ kzg, rowOf });
    for (const [row, cellIndex] of [
      [2, 0],
      [2, 127],
      [9, 64],
    ] as const) {
      const proven = ask(server, 'a', row, cellIndex);
      expect(proven).toEqual(serveCell(rows[row]!, cellIndex, { kzg }));
      expect(verifyCells([{ row, cellIndex, ...proven }], { kzg, header })).toBe(true);
    }
  });

  it('makes the proofs of a row once, for whoever asks', () => {
    made.mockClear();
    const server = new CellServer({ kzg: counting, rowOf });
    for (let i = 0; i < 20; i++) ask(server, `peer ${i % 3}`, 4, 6 * i);
    expect(made).toHaveBeenCalledTimes(1);
    expect(ask(server, 'x', 4, 77).proof).toEqual(proofs[77]);
  });

  it('refuses small requests that would cause much work: by one peer, and by ever new ones', () => {
    made.mockClear();
    const server = new CellServer({ kzg: counting, rowOf, cellsPerPeer: 130, rowsPerRefill: 5 });
    ask(server, 'greedy', 0);
    ask(server, 'greedy', 1);
    expect(codeOf(() => ask(server, 'greedy', 2))).toBe('quota_exceeded');
    ask(server, 'greedy', 0);
    ask(server, 'greedy', 1);
    expect(codeOf(() => ask(server, 'greedy', 1))).toBe('quota_exceeded');
    for (let row = 2; row < 5; row++) ask(server, `sybil ${row}`, row);
    for (let row = 5; row < 12; row++) {
      expect(codeOf(() => ask(server, `sybil ${row}`, row))).toBe('quota_exceeded');
    }
    expect(made).toHaveBeenCalledTimes(5);
    ask(server, 'honest', 3); // its proofs are kept
    server.refill();
    ask(server, 'greedy', 11);
    expect(made).toHaveBeenCalledTimes(6);
  });

  it('keeps a bounded number of rows, forgets with the blob, and makes proofs anew then', () => {
    made.mockClear();
    const server = new CellServer({ kzg: counting, rowOf, maxRows: 2 });
    for (const row of [0, 1, 0, 2, 0]) ask(server, 'a', row);
    expect(made).toHaveBeenCalledTimes(3);
    ask(server, 'a', 1); // was least recently used
    expect(made).toHaveBeenCalledTimes(4);
    server.forget(headerRoot);
    ask(server, 'a', 1);
    expect(made).toHaveBeenCalledTimes(5);
  });

  it('does no work for cells and rows that do not exist or are not held', () => {
    made.mockClear();
    const server = new CellServer({ kzg: counting, rowOf });
    for (const [row, cellIndex] of [
      [13, 0],
      [99, 0],
      [0, 128],
      [0, -1],
      [0, 0.5],
    ] as const) {
      expect(codeOf(() => ask(server, 'a', row, cellIndex))).toBe('cell_unknown');
    }
    const request = { headerRoot: new Uint8Array(32), row: 0, cellIndex: 0 };
    expect(codeOf(() => server.cell('a', request))).toBe('cell_unknown');
    expect(made).not.toHaveBeenCalled();
  });
});
