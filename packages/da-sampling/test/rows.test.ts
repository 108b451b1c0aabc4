import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { decodeHeaderMessage, encodeHeaderMessage } from '../src/header-message.ts';
import { buildRowTree, decodeRowMessage, encodeRowMessage, type RowMessage } from '../src/rows.ts';
import { codeOf, toyBlob } from './fixture.ts';

const random = seededRandom(0x707);
const SHAPE = { k: 4, n: 16, c: 3 };

function rowMessage(options: { top: number; index?: number }): RowMessage {
  const row = random.bytes(96);
  for (let i = 0; i < 3; i++) row[32 * i] = options.top;
  return {
    index: options.index ?? 2,
    row,
    branch: Array.from({ length: 4 }, () => random.bytes(32)),
  };
}

describe('row messages', () => {
  it('come back as they were in the 31-byte and in the 32-byte form', () => {
    for (const top of [0, 0x55]) {
      const message = rowMessage({ top });
      const bytes = encodeRowMessage(message, SHAPE);
      expect(bytes.length).toBe(2 + 1 + (top === 0 ? 31 : 32) * 3 + 4 * 32);
      expect(decodeRowMessage(bytes, SHAPE)).toEqual(message);
    }
  });

  it('give one leaf in both forms', () => {
    const message = rowMessage({ top: 0, index: 0 });
    const short = decodeRowMessage(encodeRowMessage(message, SHAPE), SHAPE);
    const long = encodeRowMessage(
      { ...message, row: Uint8Array.from(message.row).fill(1, 0, 1) },
      SHAPE,
    );
    long[3] = 0; // the same row, sent whole
    const whole = decodeRowMessage(long, SHAPE);
    const rows = (row: Uint8Array) => [row, row, row, row];
    expect(buildRowTree(rows(short.row))).toEqual(buildRowTree(rows(whole.row)));
  });

  it('are refused when truncated at any byte, or followed by one', () => {
    const bytes = encodeRowMessage(rowMessage({ top: 7 }), SHAPE);
    for (let size = 0; size < bytes.length; size++) {
      expect(codeOf(() => decodeRowMessage(bytes.slice(0, size), SHAPE))).toBe('truncated');
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(codeOf(() => decodeRowMessage(longer, SHAPE))).toBe('trailing_bytes');
  });

  it('are refused with an index of n or more or an unknown form', () => {
    const bytes = encodeRowMessage(rowMessage({ top: 7 }), SHAPE);
    const index = bytes.slice();
    index[0] = 16;
    expect(codeOf(() => decodeRowMessage(index, SHAPE))).toBe('row_index');
    const form = bytes.slice();
    form[2] = 2;
    expect(codeOf(() => decodeRowMessage(form, SHAPE))).toBe('bad_form');
  });

  it('are not encoded with a wrong shape', () => {
    const message = rowMessage({ top: 7 });
    const encode = (changes: Partial<RowMessage>) => () =>
      encodeRowMessage({ ...message, ...changes }, SHAPE);
    expect(codeOf(encode({ index: 16 }))).toBe('row_index');
    expect(codeOf(encode({ index: 0.5 }))).toBe('row_index');
    expect(codeOf(encode({ row: message.row.slice(1) }))).toBe('row_length');
    expect(codeOf(encode({ branch: message.branch.slice(1) }))).toBe('row_branch_length');
    const short = [...message.branch.slice(1), new Uint8Array(31)];
    expect(codeOf(encode({ branch: short }))).toBe('row_branch_length');
  });
});

describe('header messages', () => {
  const { blob } = toyBlob(300);

  it('come back as they were', () => {
    const bytes = encodeHeaderMessage(blob.message);
    expect(bytes.length).toBe(258 + 65 + 80 * 4);
    expect(decodeHeaderMessage(bytes)).toEqual(blob.message);
  });

  it('are refused when truncated at any byte, followed by one, or claiming another k', () => {
    const bytes = encodeHeaderMessage(blob.message);
    for (let size = 0; size < bytes.length; size++) {
      expect(codeOf(() => decodeHeaderMessage(bytes.slice(0, size)))).toBe('truncated');
    }
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(codeOf(() => decodeHeaderMessage(longer))).toBe('trailing_bytes');
    const huge = bytes.slice();
    huge.set([0xff, 0xff], 4); // k = 65,535: refused before anything of that size is allocated
    expect(codeOf(() => decodeHeaderMessage(huge))).toBe('truncated');
  });
});
