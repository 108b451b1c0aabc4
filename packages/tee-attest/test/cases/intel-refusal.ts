/** A change to a good platform, and the code with which what comes of it must be refused. */
import type { TeeCode } from '../../src/errors.ts';
import type { IntelCollateral, VerifyQuoteOptions, verifyQuote } from '../../src/intel.ts';
import type { Keys, Recipe, World } from './intel-world.ts';

/** What is changed: the recipe before signing, or the world after it. */
export interface Change {
  readonly kind?: Recipe['kind'];
  readonly recipe?: (recipe: Recipe, keys: Keys) => void;
  readonly world?: (world: World, keys: Keys) => Spoiled | Promise<Spoiled>;
}

export interface Spoiled {
  readonly quote?: Uint8Array;
  readonly collateral?: Partial<IntelCollateral>;
  readonly options?: Partial<VerifyQuoteOptions>;
  readonly verify?: typeof verifyQuote;
}

export type Refusal = readonly [law: string, code: TeeCode, change: Change];

/** Other collateral. */
export function collateral(change: Partial<IntelCollateral>): Spoiled {
  return { collateral: change };
}
