/**
 * Rows of field elements times constants: the inner loops of the hash-only scheme, in WebAssembly with
 * four 32-bit lanes (kernel/lanes.wat) or, where that is not to be had, in JavaScript. Both give the
 * same words. Nothing is compiled on import; Workers forbid compiling, so they get JavaScript.
 */
import { LANES_MODULE } from './lanes-module.ts';
import { multiply, PRIME, quotientOf } from './prime-field.ts';

/** A constant with its quotients for either arithmetic. */
export type Factor = {
  readonly value: number;
  /** floor(value 2^32 / p), for 32-bit lanes. */
  readonly shoup: number;
  /** `quotientOf`, for doubles. */
  readonly quotient: number;
};

/** Two rows of `count` words. */
export type RowPair = { readonly low: number; readonly high: number; readonly count: number };

/**
 * Working memory and what is done in it. Places and counts are in words, multiples of 4; elements
 * are in [0, p).
 */
export type Lanes = {
  readonly name: 'simd' | 'js';
  /** The memory, of at least `count` words. What it held is kept; an earlier view may be stale. */
  words(count: number): Int32Array;
  /** (low, high) := (low + s high, low - s high). */
  split(pair: RowPair, s: Factor): void;
  /** (low, high) := (low + high, (low - high) s). */
  join(pair: RowPair, s: Factor): void;
  /** at := at s. */
  scale(row: { readonly at: number; readonly count: number }, s: Factor): void;
  /** at := at factors, word by word; `shoups` are the factors' (`shoupOf`). */
  scaleEach(row: {
    readonly at: number;
    readonly count: number;
    readonly factors: number;
    readonly shoups: number;
  }): void;
};

/** A constant made ready. */
export function factorOf(value: number): Factor {
  return { value, shoup: shoupOf(value), quotient: quotientOf(value) };
}

/** floor(value 2^32 / p), exact, as an unsigned number. */
export function shoupOf(value: number): number {
  const guess = Math.floor(value * (2 ** 32 / PRIME));
  // value 2^32 - guess p, modulo 2^32: in [0, p) if the guess is right, just outside if it is off by 1.
  const rest = -Math.imul(guess, PRIME) >>> 0;
  if (rest > 0xff000000) return guess - 1;
  return rest >= PRIME ? guess + 1 : guess;
}

/** Memory of its own with the fastest arithmetic there is, or with the one named. */
export function createLanes(name?: Lanes['name']): Lanes {
  const module = name === 'js' ? undefined : compiled();
  if (module !== undefined) return createSimdLanes(module);
  if (name === 'simd') throw new Error('createLanes: no WebAssembly SIMD here');
  return createJsLanes();
}

let compilation: { readonly module: WebAssembly.Module | undefined } | undefined;

function compiled(): WebAssembly.Module | undefined {
  compilation ??= { module: compile() };
  return compilation.module;
}

function compile(): WebAssembly.Module | undefined {
  try {
    const bytes = Uint8Array.from(atob(LANES_MODULE), (letter) => letter.charCodeAt(0));
    return new WebAssembly.Module(bytes);
  } catch {
    return undefined; // no WebAssembly, no SIMD, or compiling is forbidden
  }
}

type SimdExports = {
  readonly memory: WebAssembly.Memory;
  split(low: number, high: number, size: number, s: number, shoup: number): void;
  join(low: number, high: number, size: number, s: number, shoup: number): void;
  scale(at: number, size: number, s: number, shoup: number): void;
  scaleEach(at: number, size: number, factors: number, shoups: number): void;
};

const PAGE_WORDS = 16_384;

function createSimdLanes(module: WebAssembly.Module): Lanes {
  const kernel = new WebAssembly.Instance(module).exports as unknown as SimdExports;
  let view = new Int32Array(kernel.memory.buffer);
  return {
    name: 'simd',
    words: (count) => {
      if (count > view.length) {
        kernel.memory.grow(Math.ceil((count - view.length) / PAGE_WORDS));
        view = new Int32Array(kernel.memory.buffer);
      }
      return view;
    },
    split: ({ low, high, count }, { value, shoup }) => {
      kernel.split(4 * low, 4 * high, 4 * count, value, shoup);
    },
    join: ({ low, high, count }, { value, shoup }) => {
      kernel.join(4 * low, 4 * high, 4 * count, value, shoup);
    },
    scale: ({ at, count }, { value, shoup }) => {
      kernel.scale(4 * at, 4 * count, value, shoup);
    },
    scaleEach: ({ at, count, factors, shoups }) => {
      kernel.scaleEach(4 * at, 4 * count, 4 * factors, 4 * shoups);
    },
  };
}

function createJsLanes(): Lanes {
  let view = new Int32Array(PAGE_WORDS);
  return {
    name: 'js',
    words: (count) => {
      if (count > view.length) {
        const larger = new Int32Array(count);
        larger.set(view);
        view = larger;
      }
      return view;
    },
    split: (pair, s) => {
      splitRows(view, pair, s);
    },
    join: (pair, s) => {
      joinRows(view, pair, s);
    },
    scale: (row, s) => {
      scaleRow(view, row, s);
    },
    scaleEach: ({ at, count, factors }) => {
      for (let i = 0; i < count; i++) view[at + i] = multiply(view[at + i]!, view[factors + i]!);
    },
  };
}

function splitRows(words: Int32Array, { low, high, count }: RowPair, s: Factor): void {
  const { value, quotient } = s;
  for (let i = low, j = high; i < low + count; i++, j++) {
    const a = words[i]!;
    const b = words[j]!;
    let product = (Math.imul(b, value) - Math.imul((b * quotient) | 0, PRIME)) | 0;
    product += PRIME & (product >> 31);
    const sum = (a - PRIME + product) | 0;
    const difference = (a - product) | 0;
    words[i] = sum + (PRIME & (sum >> 31));
    words[j] = difference + (PRIME & (difference >> 31));
  }
}

function joinRows(words: Int32Array, { low, high, count }: RowPair, s: Factor): void {
  const { value, quotient } = s;
  for (let i = low, j = high; i < low + count; i++, j++) {
    const a = words[i]!;
    const b = words[j]!;
    const sum = (a - PRIME + b) | 0;
    let difference = (a - b) | 0;
    difference += PRIME & (difference >> 31);
    const product =
      (Math.imul(difference, value) - Math.imul((difference * quotient) | 0, PRIME)) | 0;
    words[i] = sum + (PRIME & (sum >> 31));
    words[j] = product + (PRIME & (product >> 31));
  }
}

function scaleRow(
  words: Int32Array,
  { at, count }: { readonly at: number; readonly count: number },
  { value, quotient }: Factor,
): void {
  for (let i = at; i < at + count; i++) {
    const a = words[i]!;
    const product = (Math.imul(a, value) - Math.imul((a * quotient) | 0, PRIME)) | 0;
    words[i] = product + (PRIME & (product >> 31));
  }
}
