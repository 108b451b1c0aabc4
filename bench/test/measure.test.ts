import { describe, expect, test } from 'vitest';
import { alternate, type Clock } from '../src/measure.ts';

const OPTIONS = { budgetMs: 1000, minRounds: 2, maxRounds: 5, warmupMs: 0, sampleMs: 10 };

/** A clock that only the contenders advance: one unit of processor time is two of elapsed time. */
function fakeClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  return {
    cpuMs: () => now,
    wallMs: () => 2 * now,
    advance: (ms) => {
      now += ms;
    },
  };
}

describe('alternate', () => {
  test('times a call by itself, however often it is repeated to fill a sample', async () => {
    const clock = fakeClock();
    const contenders = [
      { name: 'ours', run: () => clock.advance(1) },
      { name: 'peer', run: () => clock.advance(8) },
    ];
    const [ours, peer] = await alternate(contenders, { ...OPTIONS, clock });
    expect([ours!.calls, peer!.calls]).toEqual([5, 1]); // samples of 10 ms elapsed
    expect([ours!.cpuMs.median, peer!.cpuMs.median]).toEqual([1, 8]);
    expect([ours!.wallMs.median, peer!.wallMs.median]).toEqual([2, 16]);
  });

  test('contenders that time themselves run the least number of rounds', async () => {
    let samples = 0;
    const sample = async () => {
      samples++;
      return { cpuMs: 3, wallMs: 4 };
    };
    const [ours] = await alternate([{ name: 'ours', sample }], OPTIONS);
    expect(samples).toBe(OPTIONS.minRounds);
    expect(ours!.cpuMs.median).toBe(3);
  });

  test('every contender has one sample per round, and the first of a round rotates', async () => {
    const clock = fakeClock();
    const order: string[] = [];
    const contender = (name: string) => ({
      name,
      run: () => {
        order.push(name);
        clock.advance(10);
      },
    });
    const measured = await alternate(['a', 'b', 'c'].map(contender), {
      ...OPTIONS,
      minRounds: 3,
      maxRounds: 3,
      clock,
    });
    expect(measured.map(({ cpuMs }) => cpuMs.samples.length)).toEqual([3, 3, 3]);
    const warmups = 3;
    expect(order.slice(warmups).join('')).toBe('abc' + 'bca' + 'cab');
  });

  test('rounds are as many as fit into the budget, within their bounds', async () => {
    const rounds = async (callMs: number): Promise<number> => {
      const clock = fakeClock();
      const run = (): void => clock.advance(callMs);
      const [measured] = await alternate([{ name: 'ours', run }], { ...OPTIONS, clock });
      return measured!.cpuMs.samples.length;
    };
    expect(await rounds(1)).toBe(5);
    expect(await rounds(125)).toBe(4);
    expect(await rounds(10_000)).toBe(2);
  });

  test('a call is repeated before the first round until the warm-up is over', async () => {
    const clock = fakeClock();
    let calls = 0;
    const run = (): void => {
      calls++;
      clock.advance(5);
    };
    const options = { ...OPTIONS, warmupMs: 50, minRounds: 2, maxRounds: 2, clock };
    await alternate([{ name: 'ours', run }], options);
    expect(calls).toBe(5 + 2);
  });

  test('promises are awaited, and contenders that measure themselves are asked once a round', async () => {
    const clock = fakeClock();
    const later = async (): Promise<void> => {
      await Promise.resolve();
      clock.advance(3);
    };
    let asked = 0;
    const sample = async () => {
      asked++;
      return { cpuMs: 60, wallMs: 70 };
    };
    const options = { ...OPTIONS, minRounds: 3, maxRounds: 3, clock };
    const [ours, peer] = await alternate(
      [
        { name: 'ours', run: later },
        { name: 'peer', sample },
      ],
      options,
    );
    expect(ours!.cpuMs.median).toBe(3);
    expect([asked, peer!.calls, peer!.cpuMs.median, peer!.wallMs.median]).toEqual([3, 1, 60, 70]);
  });
});
