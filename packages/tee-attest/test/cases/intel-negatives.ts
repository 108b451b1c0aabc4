/** What must be refused, and with which code, on a platform of our own: one change per case. */
import {
  type IntelCollateral,
  parseQuote,
  type VerifyQuoteOptions,
  verifyQuote,
} from '../../src/intel.ts';
import { type Case, refused, unparsable } from './case.ts';
import type { Change, Refusal } from './intel-refusal.ts';
import { CERTIFICATES, LISTS, PCK, REVOCATION } from './intel-refused-certificates.ts';
import { ENCLAVE, STATEMENTS, TCB, TCB_INFO } from './intel-refused-collateral.ts';
import { QUOTES } from './intel-refused-quotes.ts';
import { buildWorld, goodRecipe, type Keys } from './intel-world.ts';

const GROUPS = [
  ['quote', QUOTES],
  ['certificates', CERTIFICATES],
  ['revocation lists', LISTS],
  ['revocation', REVOCATION],
  ['PCK certificate', PCK],
  ['statements', STATEMENTS],
  ['collateral', TCB_INFO],
  ['quoting enclave', ENCLAVE],
  ['TCB', TCB],
] as const;

/** Every refusal as a case. */
export function intelNegativeCases(keys: Keys): readonly Case[] {
  return [
    ...GROUPS.flatMap(([group, refusals]) =>
      refusals.map(([law, code, change]) => ({
        name: `refused, ${group}: ${law} (${code})`,
        run: async () => {
          const { verify, quote, collateral, options } = await spoil(keys, change);
          refused(await verify(quote, collateral, options), code);
        },
      })),
    ),
    ...(['sgx', 'td10', 'td15'] as const).map((kind) => ({
      name: `refused, quote: ${kind} cut off anywhere`,
      run: async () => {
        const { quote } = await buildWorld(keys, goodRecipe(kind));
        for (let length = 0; length < quote.length; length++) {
          unparsable(() => parseQuote(quote.subarray(0, length)), 'quote_malformed');
        }
      },
    })),
  ];
}

/** All changes that must be refused, for another verification to judge. */
export function intelRefusals(): readonly Refusal[] {
  return GROUPS.flatMap(([, refusals]) => refusals);
}

/** A platform with one change, and how it is verified. */
export async function spoil(
  keys: Keys,
  change: Change,
): Promise<{
  readonly quote: Uint8Array;
  readonly collateral: IntelCollateral;
  readonly options: VerifyQuoteOptions;
  readonly verify: typeof verifyQuote;
}> {
  const recipe = goodRecipe(change.kind);
  change.recipe?.(recipe, keys);
  const world = await buildWorld(keys, recipe);
  const spoiled = (await change.world?.(world, keys)) ?? {};
  return {
    quote: spoiled.quote ?? world.quote,
    collateral: { ...world.collateral, ...spoiled.collateral },
    options: { now: world.now, trust: world.trust, ...spoiled.options },
    verify: spoiled.verify ?? verifyQuote,
  };
}
