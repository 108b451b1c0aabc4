import { seededRandom, stockVerifiers } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import {
  type CheckedHeader,
  checkHeader,
  RowVerifier,
  rebuildCell,
  serveCell,
  verifyCells,
} from '../src/index.ts';
import { codeOf, flipped, kzg, POLICY, toyBlob } from './fixture.ts';

const random = seededRandom(0xce11);
const { blob } = toyBlob(31 * 4 * 65); // c = 65: the row reaches into its second cell
const header: CheckedHeader = checkHeader(blob.message, { ...POLICY, kzg });
const verifier = new RowVerifier({ kzg, header });
const PLACES = [
  { row: 0, cellIndex: 0 },
  { row: 3, cellIndex: 1 },
  { row: 7, cellIndex: 2 },
  { row: 9, cellIndex: 64 },
  { row: 15, cellIndex: 127 },
];
const CELLS = PLACES.map(({ row, cellIndex }) => ({
  row,
  cellIndex,
  ...serveCell(verifier.add(blob.rowMessage(row)), cellIndex, { kzg }),
}));

describe('cells of coded rows', () => {
  it('verify against commitments that were never sent, one by one and in a batch', () => {
    expect(verifyCells(CELLS, { kzg, header })).toBe(true);
    for (const cell of CELLS) expect(verifyCells([cell], { kzg, header })).toBe(true);
  });

  // k is 1 for the single element of c = 1, and 4 otherwise: a data row, and two that were made.
  for (const c of [1, 63, 64, 65, 1024, 4096]) {
    it(`verify in c-kzg and node-eth-kzg against the derived commitment, for c = ${c}`, () => {
      const made = toyBlob(c === 1 ? 31 : 31 * 4 * c).blob;
      const { geometry } = made;
      expect(geometry.c).toBe(c);
      const checked = checkHeader(made.message, { ...POLICY, kzg });
      const rows = new RowVerifier({ kzg, header: checked });
      const cells = [0, 5, 15].flatMap((row) => {
        const verified = rows.add(made.rowMessage(row));
        const last = Math.ceil(c / 64) - 1; // the last cell with an element of the row
        return [last, 64].map((cellIndex) => ({
          row,
          cellIndex,
          ...serveCell(verified, cellIndex, { kzg }),
        }));
      });
      const commitments = cells.map(({ row }) => {
        const shape = { dataRows: geometry.k, rowCount: geometry.n };
        return kzg.combineCommitments(checked.commitments, kzg.rowCoefficients(row, shape));
      });
      for (const { name, verifyCellKzgProofBatch } of stockVerifiers()) {
        const verify = (bytes: readonly Uint8Array[]) =>
          verifyCellKzgProofBatch(
            commitments,
            cells.map(({ cellIndex }) => cellIndex),
            [...bytes],
            cells.map(({ proof }) => proof),
          );
        const bytes = cells.map(({ cell }) => cell);
        expect(verify(bytes), name).toBe(true);
        expect(verify(bytes.map((cell, i) => (i === 2 ? flipped(cell, 31) : cell))), name).toBe(
          false,
        );
      }
    });
  }

  it('hold the row in cells 0 to ceil(c / 64) - 1 and zeros up to cell 63', () => {
    for (const row of [0, 9]) {
      const message = blob.rowMessage(row);
      const cells = Array.from({ length: 64 }, (_, i) => [
        ...kzg.computeCell(message.row, i),
      ]).flat();
      expect(cells.slice(0, message.row.length)).toEqual([...message.row]);
      expect(cells.slice(message.row.length).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('are refused with another row, cell index, proof or any altered element', () => {
    const [first, second] = CELLS as [(typeof CELLS)[0], (typeof CELLS)[0]];
    const bad = [
      { ...first, row: 1 },
      { ...first, cellIndex: 1 },
      { ...first, proof: second.proof },
      { ...first, cell: second.cell },
      { ...first, cell: flipped(first.cell, 32 * random.integer(64) + 31) },
      { ...first, cell: new Uint8Array(2048).fill(0xff) },
      { ...first, proof: new Uint8Array(48).fill(0xff) },
    ];
    for (const cell of bad) {
      expect(verifyCells([cell], { kzg, header })).toBe(false);
      expect(verifyCells([...CELLS.slice(1), cell], { kzg, header })).toBe(false);
    }
  });
});

describe('a rebuilt cell', () => {
  const column = [0, 3, 7, 9, 14].map((row) => ({
    row,
    cellIndex: 70,
    ...serveCell(verifier.add(blob.rowMessage(row)), 70, { kzg }),
  }));

  it('is the cell of the row with its proof, from any k others of its column', () => {
    for (const given of [column.slice(0, 4), column.slice(1), [...column].reverse()]) {
      for (const row of [11, 0]) {
        const own = serveCell(verifier.add(blob.rowMessage(row)), 70, { kzg });
        expect(rebuildCell(given, { kzg, header, row })).toEqual(own);
      }
    }
  });

  it('is refused with fewer than k rows, two columns, or any wrong cell or proof', () => {
    const rebuild = (given: typeof column) =>
      codeOf(() => rebuildCell(given, { kzg, header, row: 11 }));
    expect(rebuild(column.slice(2))).toBe('cells_missing');
    expect(rebuild([...column.slice(0, 3), column[0]!])).toBe('cells_missing');
    expect(rebuild([...column.slice(0, 3), { ...column[4]!, cellIndex: 71 }])).toBe(
      'cells_missing',
    );
    const four = column.slice(0, 4);
    const bend = (changes: object) =>
      rebuild(four.map((cell, i) => (i === 2 ? { ...cell, ...changes } : cell)));
    expect(bend({ cell: flipped(four[2]!.cell, 31) })).toBe('cell_wrong');
    expect(bend({ proof: four[1]!.proof })).toBe('cell_wrong');
    expect(bend({ proof: new Uint8Array(48) })).toBe('cell_wrong');
    expect(bend({ row: 8 })).toBe('cell_wrong');
  });
});
