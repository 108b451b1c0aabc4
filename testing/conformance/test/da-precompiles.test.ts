/**
 * contracts/Precompiles.sol on a chain without EIP-2537 (anvil with the rules of Cancun): an absent
 * precompile answers nothing and succeeds, a false one answers too little, too much or another word.
 * None of them may pass for a yes. Rule: da-review.md §5.8.
 */
import { formCall } from '@barycenter/da-sampling/viem';
import { type Hex, toHex } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Anvil, findAnvil } from '../src/anvil.ts';
import {
  type Chain,
  DaDeployment,
  type Member,
  members,
  refusalOf,
  startChain,
} from '../src/da-deployment.ts';
import { G1_ADD, G2_ADD, MAP_FP2_TO_G2, PAIRING_CHECK } from '../src/eip2537.ts';

const binary = findAnvil();
if (binary === undefined) console.log('peer absent, skipped: @foundry-rs/anvil');

const [first] = members(1) as [Member];
let anvil: Anvil;
let chain: Chain;

beforeAll(async () => {
  if (binary !== undefined) ({ chain, anvil } = await startChain(binary, 'cancun'));
});
afterAll(() => anvil?.stop());

test.runIf(binary !== undefined)(
  'absent precompiles and answers of a wrong size are refused',
  async () => {
    const da = await DaDeployment.create(chain);
    const register = (): Promise<string> => refusalOf(da.register(first, { stake: 5000n }));
    // In the order in which a registration needs them.
    for (const [precompile, size] of [
      [MAP_FP2_TO_G2, 256],
      [G2_ADD, 256],
      [PAIRING_CHECK, 32],
    ] as const) {
      expect(await register(), `absent 0x${precompile.toString(16)}`).toBe('PrecompileFailed');
      for (const wrong of [1, size - 1, size + 1, 2 * size]) {
        await answer(precompile, { size: wrong, word: 1 });
        expect(await register(), `0x${precompile.toString(16)}: ${wrong}`).toBe('PrecompileFailed');
      }
      await answer(precompile, { size, word: 0 });
    }
    // All sizes are right now; the pairing says no, then neither yes nor no, then yes.
    expect(await register()).toBe('PossessionInvalid');
    await answer(PAIRING_CHECK, { size: 32, word: 2 });
    expect(await register()).toBe('PossessionInvalid');
    await answer(PAIRING_CHECK, { size: 32, word: 1 });
    await da.register(first, { stake: 5000n });

    await da.send(first.account, { functionName: 'freeze' });
    await chain.mine({ blocks: 5 });
    const call = await formCall(chain, { address: da.address, epoch: 1n });
    const form = (): Promise<string> => refusalOf(da.send(first.account, call));
    expect(await form(), 'absent 0xb').toBe('PrecompileFailed');
    for (const wrong of [96, 127, 129]) {
      await answer(G1_ADD, { size: wrong, word: 1 });
      expect(await form(), `0xb: ${wrong}`).toBe('PrecompileFailed');
    }
    await answer(G1_ADD, { size: 128, word: 1 });
    await da.send(first.account, call);
  },
);

/** Puts code at a precompile's address that answers `size` bytes, zeros but for the last one. */
function answer(precompile: number, { size, word }: { size: number; word: number }): Promise<void> {
  const hex = (value: number): string => toHex(value, { size: 2 }).slice(2);
  // PUSH1 word PUSH2 size-1 MSTORE8 PUSH2 size PUSH0 RETURN
  const bytecode: Hex = `0x60${hex(word).slice(2)}61${hex(size - 1)}5361${hex(size)}5ff3`;
  return chain.setCode({ address: toHex(precompile, { size: 20 }), bytecode });
}
