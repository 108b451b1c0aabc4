import { expect, test } from 'vitest';
import { fieldTables, multiply } from '../src/field.ts';
import { multiplySlowly } from '../src/reference/matrix-code.ts';

test('multiply equals shift-and-add multiplication for all 65,536 pairs', () => {
  const wrong: string[] = [];
  for (let left = 0; left < 256; left++) {
    for (let right = 0; right < 256; right++) {
      if (multiply(left, right) !== multiplySlowly(left, right)) wrong.push(`${left}*${right}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('2 generates all 255 non-zero elements, and log inverts exp', () => {
  const { exp, log } = fieldTables();
  expect(new Set(exp.subarray(0, 255)).size).toBe(255);
  expect(exp.includes(0)).toBe(false);
  for (let i = 0; i < 255; i++) {
    expect(exp[i + 255]).toBe(exp[i]);
    expect(log[exp[i]!]).toBe(i);
  }
});
