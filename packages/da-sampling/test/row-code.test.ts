import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { createLanes } from '../src/lanes.ts';
import { PRIME } from '../src/prime-field.ts';
import { extendWords, recoverWords } from '../src/row-code.ts';
import { columnPoint } from '../src/row-transform.ts';
import { naiveInterpolate, naivePoint } from './naive-code.ts';

const random = seededRandom(0xc0de);
const SHAPES = [
  { dataRows: 1, rowCount: 16 },
  { dataRows: 2, rowCount: 5 },
  { dataRows: 4, rowCount: 16 },
  { dataRows: 16, rowCount: 48 },
  { dataRows: 64, rowCount: 256 },
];

function dataRows(count: number, length: number): Int32Array[] {
  return Array.from({ length: count }, () =>
    Int32Array.from({ length }, () => random.integer(PRIME)),
  );
}

for (const name of ['simd', 'js'] as const) {
  describe(`the row code in ${name}`, () => {
    const lanes = createLanes(name);

    it('extends as Lagrange interpolation through the column points says', () => {
      for (const { dataRows: k, rowCount } of SHAPES.slice(0, 4)) {
        const data = dataRows(k, 5);
        const rows = extendWords(lanes, { data, rowCount });
        const size = 2 ** Math.ceil(Math.log2(rowCount));
        for (let column = 0; column < 5; column++) {
          const pairs = data.map((row, i) => ({
            x: naivePoint(i, size),
            y: BigInt(row[column]!),
          }));
          for (let i = 0; i < rowCount; i++) {
            expect(BigInt(columnPoint(i))).toBe(naivePoint(i, size));
            expect(BigInt(rows[i]![column]!)).toBe(naiveInterpolate(pairs, naivePoint(i, size)));
          }
        }
      }
    });

    it('gives every row back from any k, for lengths around the strips', () => {
      for (const code of SHAPES) {
        for (const length of [1, 63, 64, 65, 200]) {
          const data = dataRows(code.dataRows, length);
          const rows = extendWords(lanes, { data, rowCount: code.rowCount });
          expect(rows.slice(0, code.dataRows)).toEqual(data);
          const all = Array.from(rows, (_, index) => index);
          const given = random
            .shuffle(all)
            .slice(0, code.dataRows)
            .map((index) => ({ index, words: rows[index]! }));
          const label = `${code.dataRows} of ${code.rowCount}, ${length} words`;
          expect(recoverWords(lanes, { given, wanted: all, code }), label).toEqual(rows);
        }
      }
    });

    it('repairs just the rows asked for, and changes no argument', () => {
      const code = { dataRows: 4, rowCount: 16 };
      const rows = extendWords(lanes, { data: dataRows(4, 70), rowCount: 16 });
      const given = [15, 3, 8, 9].map((index) => ({ index, words: rows[index]!.slice() }));
      expect(recoverWords(lanes, { given, wanted: [7, 15], code })).toEqual([rows[7], rows[15]]);
      for (const { index, words } of given) expect(words).toEqual(rows[index]);
    });
  });
}
