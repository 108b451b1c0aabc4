import { describe, expect, test } from 'vitest';
import { erasureBackendOption, hasBackend, kzgBackend, parseBackend } from '../src/backends.ts';

describe('back ends', () => {
  test("a row runs on those of its package: auto and js are everybody's", () => {
    const rows = ['kzg::computeCells/cells=128', 'erasure::encode/k=10'];
    const of = (name: string) => rows.map((row) => hasBackend(row, parseBackend(name)));
    expect(['auto', 'js'].map(of)).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(['fma', 'wide', 'scalar'].map(of)).toEqual(Array(3).fill([true, false]));
    expect(['relaxed', 'strict'].map(of)).toEqual(Array(2).fill([false, true]));
  });

  test('evidence of TEEs has no back ends to choose from', () => {
    const runs = ['auto', 'js', 'wide', 'strict'].filter((name) =>
      hasBackend('tee::verifyTdx/collateral=fresh', parseBackend(name)),
    );
    expect(runs).toEqual(['auto']);
  });

  test('unknown names, and those of the other package, are refused', () => {
    expect(() => parseBackend('relax')).toThrow('--backend: expected one of auto');
    expect(() => kzgBackend('strict')).toThrow('kzg has no back end strict');
    expect(() => erasureBackendOption('fma')).toThrow('erasure has no back end fma');
    expect(kzgBackend('wide')).toBe('wide');
    expect(erasureBackendOption('strict')).toEqual({ backend: 'strict' });
    expect(erasureBackendOption('auto')).toEqual({});
  });
});
