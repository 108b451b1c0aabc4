import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listVectors, vectorsFolder } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { custodyGroups } from '../src/custody.ts';

const folder = vectorsFolder('da');

describe.runIf(folder !== undefined)('consensus-spec-tests vectors of get_custody_groups', () => {
  it('hold', () => {
    const files = listVectors(join(folder!, 'custody'));
    expect(files.length).toBe(3);
    for (const file of files) {
      // As text: node ids do not fit a YAML number.
      const text = readFileSync(file, 'utf8');
      const nodeId = BigInt(/^node_id: (\d+)$/m.exec(text)![1]!);
      const count = Number(/^custody_group_count: (\d+)$/m.exec(text)![1]);
      const groups = text
        .slice(text.indexOf('[') + 1, text.indexOf(']'))
        .split(',')
        .map(Number);
      expect(custodyGroups(nodeId, count), file).toEqual(groups);
    }
  });
});

describe('custodyGroups', () => {
  it('is ascending and distinct, and more groups include the fewer', () => {
    for (let id = 0n; id < 20n; id++) {
      let before: number[] = [];
      for (const count of [0, 1, 4, 8, 64, 127, 128]) {
        const groups = custodyGroups(id, count);
        expect(groups).toHaveLength(count);
        expect(groups).toEqual([...new Set(groups)].sort((a, b) => a - b));
        expect(before.every((group) => groups.includes(group))).toBe(true);
        expect(groups.every((group) => group >= 0 && group < 128)).toBe(true);
        before = groups;
      }
    }
  });

  it('goes on at 0 after the last id', () => {
    const last = 2n ** 256n - 1n;
    const firstOf = (id: bigint) => custodyGroups(id, 1)[0]!;
    expect(custodyGroups(last, 2)).toEqual([firstOf(last), firstOf(0n)].sort((a, b) => a - b));
  });

  it('refuses ids of more than 256 bits and more groups than there are', () => {
    for (const [id, count] of [
      [-1n, 4],
      [2n ** 256n, 4],
      [0n, 129],
      [0n, -1],
      [0n, 1.5],
    ] as const) {
      expect(() => custodyGroups(id, count)).toThrow(RangeError);
    }
  });
});
