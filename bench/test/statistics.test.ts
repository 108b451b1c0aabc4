import { seededRandom } from '@barycenter/testing';
import { describe, expect, test } from 'vitest';
import { quantile, spread, summarize } from '../src/statistics.ts';

describe('statistics', () => {
  test('the median of an odd list is its middle, of an even list the mean of the two middles', () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  });

  test('quantiles interpolate between neighbours', () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(summarize([1, 2, 3, 4, 5])).toEqual({
      median: 3,
      lowerQuartile: 2,
      upperQuartile: 4,
      min: 1,
      max: 5,
    });
  });

  test('the order of the samples does not matter, and they stay as they were', () => {
    const random = seededRandom(11);
    const samples = Array.from({ length: 50 }, () => random.integer(1000));
    const copy = [...samples];
    expect(summarize(random.shuffle(samples))).toEqual(summarize(samples));
    expect(samples).toEqual(copy);
  });

  test('the spread is the interquartile range over the median', () => {
    expect(spread(summarize([1, 2, 3, 4, 5]))).toBeCloseTo(2 / 3);
    expect(spread(summarize([7]))).toBe(0);
  });

  test('an empty list and numbers that are not finite are refused', () => {
    expect(() => summarize([])).toThrow(RangeError);
    expect(() => summarize([1, Number.NaN])).toThrow(RangeError);
  });
});
