import { seededRandom } from '@barycenter/testing';
import { describe, expect, it } from 'vitest';
import { decodeSamples, drawSamples, encodeSamples, uniform } from '../src/samples.ts';
import { codeOf } from './fixture.ts';

const random = seededRandom(0x5a);
const draw = (count: number) => drawSamples([], { rowCount: 16, count, random: random.bytes });

describe('samples', () => {
  it('are distinct, uniform over rows and cells, and extended without changing the first ones', () => {
    const all = draw(2048);
    expect(new Set(all.map(({ row, cell }) => row * 128 + cell)).size).toBe(2048);
    const few = draw(10);
    const more = drawSamples(few, { rowCount: 16, count: 20, random: random.bytes });
    expect(more.slice(0, 10)).toEqual(few);
    const hits = new Array<number>(16).fill(0);
    for (let i = 0; i < 400; i++) for (const { row } of draw(8)) hits[row]!++;
    for (const count of hits) expect(Math.abs(count - 200)).toBeLessThan(5 * Math.sqrt(200));
    expect(() => draw(2049)).toThrow(RangeError);
  });

  it('come from rejection: a stream of large values is drawn again, not reduced', () => {
    const words = [0xffffffff, 0xfffffffe, 5];
    const source = () => {
      const out = new Uint8Array(4);
      new DataView(out.buffer).setUint32(0, words.shift()!, true);
      return out;
    };
    expect(uniform(3_000_000_000, source)).toBe(5);
    expect(words).toEqual([]);
  });

  it('come back from storage unchanged, and anything else is refused', () => {
    const samples = draw(5);
    samples[2]!.resolved = true;
    const bytes = encodeSamples(samples, 16);
    expect(decodeSamples(bytes, 16)).toEqual(samples);
    const code = (altered: Uint8Array) => codeOf(() => decodeSamples(altered, 16));
    for (let size = 0; size < bytes.length; size++)
      expect(code(bytes.slice(0, size))).toBe('samples_corrupt');
    expect(code(Uint8Array.of(...bytes, 0))).toBe('samples_corrupt');
    expect(codeOf(() => decodeSamples(bytes, 32))).toBe('samples_corrupt');
    for (const [at, value] of [
      [0, 9],
      [5, 16],
      [7, 128],
      [8, 2],
      [4, 255],
    ] as const) {
      const altered = bytes.slice();
      altered[at] = value;
      expect(code(altered), `byte ${at}`).toBe('samples_corrupt');
    }
    const twice = bytes.slice();
    twice.set(twice.slice(5, 9), 9);
    expect(code(twice)).toBe('samples_corrupt');
  });
});
