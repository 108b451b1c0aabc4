/** A contender whose result is a count (gas, bytes, cells) instead of a time. */
import type { SampledContest } from './operation.ts';

/** Counts once a sample; elapsed time stands for both clocks, as nothing is judged by it. */
export function counted(count: () => number | Promise<number>): SampledContest {
  return {
    sample: async () => {
      const start = performance.now();
      const figure = await count();
      const elapsedMs = performance.now() - start;
      return { cpuMs: elapsedMs, wallMs: elapsedMs, result: true, figure };
    },
  };
}
