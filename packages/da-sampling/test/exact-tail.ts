/** Both tails by definition, in integers: the oracle for `src/tails.ts`. */
import type { Draw, Share } from '../src/tails.ts';

/** log2 of sum_{i >= from} C(n, i) a^i (b - a)^(n - i) / b^n with share = a / b. */
export function exactTailLog2(n: number, options: { share: Share; from: number }): number {
  const { numerator: a, denominator: b } = options.share;
  let choose = 1n;
  let sum = 0n;
  const powersA = powers(a, n);
  const powersB = powers(b - a, n);
  for (let i = 0; i <= n; i++) {
    if (i >= options.from) sum += choose * powersA[i]! * powersB[n - i]!;
    choose = (choose * BigInt(n - i)) / BigInt(i + 1);
  }
  return sum === 0n ? -Infinity : log2(sum) - log2(b ** BigInt(n));
}

/** log2 of sum_{i >= from} C(K, i) C(N - K, n - i) / C(N, n). */
export function exactDrawTailLog2(draw: Draw, from: number): number {
  const { population, marked, draws } = draw;
  const ofMarked = binomials(marked);
  const ofRest = binomials(population - marked);
  let sum = 0n;
  for (let i = Math.max(0, from); i <= draws; i++) {
    sum += (ofMarked[i] ?? 0n) * (ofRest[draws - i] ?? 0n);
  }
  return sum === 0n ? -Infinity : log2(sum) - log2(binomials(population)[draws]!);
}

/** C(n, 0) to C(n, n). */
function binomials(n: number): bigint[] {
  const row = [1n];
  for (let i = 0; i < n; i++) row.push((row[i]! * BigInt(n - i)) / BigInt(i + 1));
  return row;
}

function powers(base: bigint, count: number): bigint[] {
  const out = [1n];
  while (out.length <= count) out.push(out[out.length - 1]! * base);
  return out;
}

function log2(value: bigint): number {
  const hex = value.toString(16);
  return Math.log2(Number.parseInt(hex.slice(0, 14), 16)) + 4 * Math.max(0, hex.length - 14);
}
