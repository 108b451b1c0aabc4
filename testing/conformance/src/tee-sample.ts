/** Which of the mutants of published evidence a runtime tries, and how they are tried. */
import { seededRandom } from '../../src/random.ts';
import { type Case, expectEqual } from './suite.ts';

/** Bytes of a file below `vectors/tee`. */
export type Read = (path: string) => Uint8Array<ArrayBuffer>;

/** Asked once for each mutant, in order: whether it is tried. */
export type Sample = (() => boolean) & {
  /** Counts mutants that were chosen elsewhere. */
  readonly add: (count: number) => void;
  /** Prints how many mutants were tried; the last case of those that ask. */
  readonly countCase: Case;
};

export const SEED = 0x7ee;
/** One mutant in so many. */
const ONE_IN = 16;
/** Mutants tried at once: a platform's WebCrypto may have threads. */
const AT_ONCE = 32;

/** A seeded sample of one mutant in `oneIn`. */
export function sampler(oneIn: number = ONE_IN): Sample {
  const random = seededRandom(SEED);
  let tried = 0;
  const sample = (): boolean => {
    const chosen = random.integer(oneIn) === 0;
    if (chosen) tried++;
    return chosen;
  };
  const add = (count: number): void => {
    tried += count;
  };
  const countCase: Case = {
    name: 'mutants were tried',
    check: () => {
      console.log(`tee-attest: ${tried} mutants refused (seed ${SEED})`);
      expectEqual(tried > 0, true);
    },
  };
  return Object.assign(sample, { add, countCase });
}

/** Throws if `accepted` holds for the bytes with any one bit of the sample changed. */
export async function refuseMutants(
  bytes: Uint8Array,
  sample: () => boolean,
  accepted: (mutant: Uint8Array<ArrayBuffer>) => Promise<boolean>,
): Promise<void> {
  expectEqual(await accepted(Uint8Array.from(bytes)), true);
  const chosen = Array.from({ length: 8 * bytes.length }, (_, bit) => bit).filter(sample);
  for (let start = 0; start < chosen.length; start += AT_ONCE) {
    await Promise.all(
      chosen.slice(start, start + AT_ONCE).map(async (bit) => {
        const mutant = Uint8Array.from(bytes);
        mutant[bit >> 3]! ^= 1 << (bit & 7);
        if (await accepted(mutant)) throw new Error(`bit ${bit} changed and accepted`);
      }),
    );
  }
}
