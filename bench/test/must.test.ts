import { describe, expect, test } from 'vitest';
import { judge, type Must } from '../src/must.ts';

const PEERS = new Map([
  ['ox', { cpuMs: 80, wallMs: 30 }],
  ['c-kzg', { cpuMs: 12.5, wallMs: 12.5 }],
]);
const ROW = { ours: { cpuMs: 10, wallMs: 20 }, peers: PEERS, allowance: 1, machineScale: 1 };

function met(must: Must, row: Partial<typeof ROW> = {}): boolean | undefined {
  return judge([must], { ...ROW, ...row })[0]!.met;
}

describe('judge', () => {
  test('a factor is reached at equality and not below', () => {
    expect(met({ rule: 'faster', peer: 'ox', bound: 8 })).toBe(true);
    expect(met({ rule: 'faster', peer: 'ox', bound: 8.01 })).toBe(false);
  });

  test('a share of a time is kept at equality and not above', () => {
    expect(met({ rule: 'within', peer: 'c-kzg', bound: 0.8 })).toBe(true);
    expect(met({ rule: 'within', peer: 'c-kzg', bound: 0.79 })).toBe(false);
  });

  test('other back ends may be slower by their allowance, in both directions', () => {
    const faster: Must = { rule: 'faster', peer: 'ox', bound: 20 };
    const within: Must = { rule: 'within', peer: 'c-kzg', bound: 0.3 };
    expect([met(faster), met(faster, { allowance: 2.8 })]).toEqual([false, true]);
    expect([met(within), met(within, { allowance: 2.8 })]).toEqual([false, true]);
  });

  test('an absolute bound is scaled by the machine and by nothing else', () => {
    const below: Must = { rule: 'below', bound: 9 };
    expect(met(below)).toBe(false);
    expect(met(below, { allowance: 2.8 })).toBe(false);
    expect(met(below, { machineScale: 1.2 })).toBe(true);
  });

  test('an absolute bound may be that of another contender', () => {
    const below: Must = { rule: 'below', bound: 15, peer: 'c-kzg' };
    expect([met(below), met({ ...below, bound: 12 })]).toEqual([true, false]);
  });

  test('a row of fresh processes may be bound by elapsed time', () => {
    const below: Must = { rule: 'below', bound: 15 };
    expect([met(below), met({ ...below, by: 'wall' })]).toEqual([true, false]);
  });

  test('memory is bound as it is, and open where it was not measured', () => {
    const must: Must = { rule: 'memory', bound: 36 };
    const ours = (memoryMib: number) => ({ ours: { ...ROW.ours, memoryMib }, machineScale: 2 });
    expect([met(must, ours(36)), met(must, ours(36.1)), met(must)]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  test('a count is bound as it is, on any machine and back end, and open where it was not taken', () => {
    const must: Must = { rule: 'atMost', bound: 260_000 };
    const ours = (figure: number) => ({
      ours: { ...ROW.ours, figure },
      machineScale: 2,
      allowance: 2.8,
    });
    expect([met(must, ours(260_000)), met(must, ours(260_001)), met(must)]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  test('the worker pool is judged by elapsed time', () => {
    const [verdict] = judge([{ rule: 'faster', peer: 'ox', bound: 1.7, by: 'wall' }], ROW);
    expect(verdict).toMatchObject({ measured: 1.5, met: false });
  });

  test('a peer that is not there leaves the answer open', () => {
    for (const rule of ['faster', 'within', 'below'] as const) {
      const [verdict] = judge([{ rule, peer: 'kzg-wasm', bound: 1 }], ROW);
      expect(verdict!.measured).toBe(undefined);
      expect(verdict!.met).toBe(undefined);
    }
  });
});
