import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import { field, multiply } from '../src/field.ts';
import { logProducts } from '../src/log-products.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

test.each([
  ['gf8', 256],
  ['cantor8', 256],
  ['cantor16', 700],
  ['cantor16', 2048],
] as const)(
  '%s below %i: sums and transforms both give the product of differences',
  (name, top) => {
    const random = seededRandom(0x109);
    const { exp } = field(name);
    const points = range(top);
    for (const count of [0, 1, 3, 40, top >> 1, top]) {
      const members = random.shuffle(points).slice(0, count);
      // With all points at once it is a transform; with few of them a sum.
      const transformed = logProducts(field(name), members, points);
      for (const x of random.shuffle(points).slice(0, 20)) {
        const factors = members.filter((member) => member !== x).map((member) => member ^ x);
        const product = factors.reduce((left, right) => multiply(field(name), left, right), 1);
        expect(exp[transformed[x]!], `${count} members, x = ${x}`).toBe(product);
        expect(exp[logProducts(field(name), members, [x])[0]!]).toBe(product);
      }
    }
  },
);
