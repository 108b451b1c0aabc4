import { FIELD_MODULUS } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { readScalars } from '../src/scalar.ts';
import { onEveryBackend } from './every-backend.ts';
import { randomIndices, randomRow } from './random-rows.ts';
import { domainByDefinition, lagrange, mod } from './reference/polynomial.ts';

onEveryBackend((kzg) => {
  const SEED = 0xc0de;

  /** dataRows and rowCount: edges, powers of two, and counts that are not. */
  const SHAPES = [
    [1, 1],
    [1, 2],
    [1, 5],
    [2, 2],
    [2, 3],
    [4, 4],
    [4, 6],
    [4, 16],
    [8, 13],
    [16, 48],
    [32, 33],
  ] as const;

  describe.each(SHAPES)('%i data rows of %i', (dataRows, rowCount) => {
    const random = seededRandom(SEED + 100 * dataRows + rowCount);
    const shape = { dataRows, rowCount };
    const data = Array.from({ length: dataRows }, () => randomRow(random, 3));
    const coded = kzg.extendRows(data, { rowCount });
    const points = domainByDefinition(2 ** Math.ceil(Math.log2(rowCount)));

    test(`coded rows are Lagrange's interpolation of the data (seed ${random.seed})`, () => {
      expect(coded).toHaveLength(rowCount);
      expect(coded.slice(0, dataRows)).toEqual(data);
      const columns = data.map((row) => readScalars(row));
      for (const index of randomIndices(random, Math.min(4, rowCount), rowCount)) {
        const expected = [0, 1, 2].map((column) =>
          lagrange(
            points.slice(0, dataRows),
            columns.map((row) => row[column]!),
            points[index]!,
          ),
        );
        expect(readScalars(coded[index]!)).toEqual(expected);
      }
    });

    test(`coefficients combine the data rows into each coded row (seed ${random.seed})`, () => {
      for (let index = 0; index < rowCount; index++) {
        const coefficients = kzg.rowCoefficients(index, shape);
        expect(kzg.combineRows(data, coefficients)).toEqual(coded[index]);
        expect(mod(coefficients.reduce((sum, value) => sum + value, 0n))).toBe(1n);
      }
    });

    test(`any ${dataRows} rows give back the data (seed ${random.seed})`, () => {
      const last = Array.from({ length: dataRows }, (_, i) => rowCount - dataRows + i);
      const choices = [last, ...[1, 2, 3, 4].map(() => randomIndices(random, dataRows, rowCount))];
      for (const indices of choices) {
        const rows = indices.map((index) => coded[index]!);
        expect(kzg.recoverRows(indices, rows, shape)).toEqual(data);
      }
      const all = coded.map((_, index) => index);
      expect(kzg.recoverRows(all, coded, shape)).toEqual(data);
    });
  });

  test(`repair coefficients combine any k rows into any other row (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    for (const [dataRows, rowCount] of [
      [1, 5],
      [4, 16],
      [8, 11],
    ] as const) {
      const shape = { dataRows, rowCount };
      const data = Array.from({ length: dataRows }, () => randomRow(random, 3));
      const coded = kzg.extendRows(data, shape);
      const all = Array.from({ length: rowCount }, (_, i) => i);
      const indices = randomIndices(random, dataRows, rowCount);
      const matrix = kzg.repairCoefficients(all, { indices, ...shape });
      const given = indices.map((index) => coded[index]!);
      expect(matrix.map((row) => kzg.combineRows(given, row))).toEqual(coded);
      const first = all.slice(0, dataRows);
      expect(kzg.repairCoefficients(all, { indices: first, ...shape })).toEqual(
        all.map((index) => kzg.rowCoefficients(index, shape)),
      );
    }
    const shape = { dataRows: 2, rowCount: 8 };
    const code = (text: string): unknown => expect.objectContaining({ code: text });
    const repair = (wanted: number[], indices: number[]) => () =>
      kzg.repairCoefficients(wanted, { indices, ...shape });
    expect(repair([0], [1])).toThrow(code('rows_missing'));
    expect(repair([0], [2, 1])).toThrow(code('index_order'));
    expect(repair([0], [1, 8])).toThrow(code('index_range'));
    expect(repair([8], [1, 2])).toThrow(code('index_range'));
  });

  test(`256 of 1,024 rows give back the data (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const data = Array.from({ length: 256 }, () => randomRow(random, 2));
    const coded = kzg.extendRows(data, { rowCount: 1024 });
    const indices = randomIndices(random, 256, 1024);
    const rows = indices.map((index) => coded[index]!);
    expect(kzg.recoverRows(indices, rows, { dataRows: 256, rowCount: 1024 })).toEqual(data);
  });

  test(`the code is linear (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const [a, b] = [0, 1].map(() => Array.from({ length: 4 }, () => randomRow(random, 2)));
    const scalars = [random.bigint(FIELD_MODULUS), random.bigint(FIELD_MODULUS)];
    const sum = a!.map((row, i) => kzg.combineRows([row, b![i]!], scalars));
    const [codedA, codedB] = [a, b].map((rows) => kzg.extendRows(rows!, { rowCount: 7 }));
    expect(kzg.extendRows(sum, { rowCount: 7 })).toEqual(
      codedA!.map((row, i) => kzg.combineRows([row, codedB![i]!], scalars)),
    );
  });

  test('rows beyond the number needed are not read', () => {
    const data = [0, 1].map((i) => randomRow(seededRandom(i + 1), 1));
    const [, second, third] = kzg.extendRows(data, { rowCount: 4 });
    const invalid = new Uint8Array(32).fill(0xff);
    expect(
      kzg.recoverRows([1, 2, 3], [second!, third!, invalid], { dataRows: 2, rowCount: 4 }),
    ).toEqual(data);
  });

  test('a shape that is no code is an error of the caller', () => {
    const row = new Uint8Array(32);
    for (const [dataRows, rowCount] of [
      [3, 8],
      [0, 8],
      [16, 8],
      [2, 65_537],
      [2, 3.5],
      [1.5, 8],
      [-4, 8],
      [Number.NaN, 8],
      [1, 0],
    ] as const) {
      expect(() => kzg.rowCoefficients(0, { dataRows, rowCount })).toThrow(RangeError);
      expect(() => kzg.recoverRows([0], [row], { dataRows, rowCount })).toThrow(RangeError);
    }
    expect(() => kzg.extendRows([row, row, row], { rowCount: 8 })).toThrow(RangeError);
    expect(() => kzg.extendRows([], { rowCount: 8 })).toThrow(RangeError);
    expect(() => kzg.extendRows([row, row], { rowCount: 1 })).toThrow(RangeError);
    expect(() => kzg.extendRows(row as unknown as Uint8Array[], { rowCount: 1 })).toThrow(
      TypeError,
    );
  });

  test('indices must be distinct, ascending, in range, enough, and one per row', () => {
    const shape = { dataRows: 2, rowCount: 4 };
    const rows = [0, 1, 2, 3].map(() => new Uint8Array(32));
    const code = (indices: readonly number[], given = rows.slice(0, indices.length)): unknown => {
      try {
        kzg.recoverRows(indices, given, shape);
      } catch (error) {
        return (error as { code?: string }).code ?? (error as Error).name;
      }
      return 'recovered';
    };
    expect(code([0, 0])).toBe('index_order');
    expect(code([3, 1])).toBe('index_order');
    expect(code([0, 4])).toBe('index_range');
    expect(code([-1, 2])).toBe('index_range');
    expect(code([0, 1.5])).toBe('index_range');
    expect(code(['0', 1] as unknown as number[])).toBe('TypeError');
    expect(code([1])).toBe('rows_missing');
    expect(code([])).toBe('rows_missing');
    expect(code([0, 1, 2], rows.slice(0, 2))).toBe('list_length');
    expect(code([0, 3])).toBe('recovered');
    expect(() => kzg.rowCoefficients(4, shape)).toThrow(
      expect.objectContaining({ code: 'index_range' }),
    );
  });

  test('rows of different or impossible lengths, and values from the modulus on, are refused', () => {
    const shape = { dataRows: 2, rowCount: 4 };
    const row = new Uint8Array(64);
    for (const other of [new Uint8Array(32), new Uint8Array(65), new Uint8Array(0)]) {
      const rows = [row, other];
      const expected = expect.objectContaining({ code: 'row_length', index: 1 });
      expect(() => kzg.extendRows(rows, { rowCount: 4 })).toThrow(expected);
      expect(() => kzg.recoverRows([0, 3], rows, shape)).toThrow(expected);
      expect(() => kzg.combineRows(rows, [1n, 1n])).toThrow(expected);
    }
    const invalid = row.slice().fill(0xff, 32);
    const expected = expect.objectContaining({ code: 'scalar_not_canonical' });
    expect(() => kzg.extendRows([row, invalid], { rowCount: 4 })).toThrow(expected);
    expect(() => kzg.recoverRows([0, 3], [row, invalid], shape)).toThrow(expected);
    expect(() => kzg.combineRows([row, invalid], [1n, 1n])).toThrow(expected);
  });
});
