/** Times the demo's steps and prints a line for each. */
import { seconds } from './render.ts';

/** A running clock. */
export interface Clock {
  /** Ends a step that began when the one before ended; `describe` is asked only then. */
  step(name: string, describe: () => string): void;
  /** Milliseconds by step, and `total`. */
  timings(): Record<string, number>;
}

/** Starts the clock; every step is said as `name, what happened, time`. */
export function createClock(say: (line: string) => void): Clock {
  const start = performance.now();
  const timings: Record<string, number> = {};
  let last = start;
  return {
    step(name, describe) {
      const now = performance.now();
      timings[name] = Math.round(now - last);
      last = now;
      const number = String(Object.keys(timings).length).padStart(2);
      say(`${number} ${name.padEnd(9)}${seconds(timings[name]).padStart(7)}  ${describe()}`);
    },
    timings: () => ({ ...timings, total: Math.round(performance.now() - start) }),
  };
}
