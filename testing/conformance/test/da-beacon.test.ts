/**
 * Seeds from a real chain: the mix of anvil's blocks through `rpcBlockReader`, and the same value as the
 * PREVRANDAO that a contract sees in that block.
 */
import { createRandaoBeacon, rpcBlockReader } from '@barycenter/da-sampling';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Anvil, findAnvil, startAnvil } from '../src/anvil.ts';

/** Blocks mined at once, 12 seconds apart; anvil calls all but the last 64 final. */
const MINED = 128;
const FINAL = MINED - 64;
const CHAIN = 31_337n;

/** A contract that returns PREVRANDAO. */
const PREVRANDAO_CODE = '0x4460005260206000f3';
const ADDRESS = `0x${'5e'.repeat(20)}`;

const binary = findAnvil();
if (binary === undefined) console.log('peer absent, skipped: @foundry-rs/anvil');

describe.runIf(binary !== undefined)('the mix of a chain', () => {
  let anvil: Anvil;
  let calls = 0;
  const request = async (call: { method: string; params?: readonly unknown[] }) => {
    const response = await fetch(anvil.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++calls, params: [], ...call }),
    });
    const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
    if (error !== undefined) throw new Error(JSON.stringify(error));
    return result;
  };
  const beaconAt = (number: number) =>
    createRandaoBeacon({
      chainId: CHAIN,
      blockOf: () => BigInt(number),
      readBlock: rpcBlockReader(request),
      tailBlocks: 3,
    }).read(0n);

  beforeAll(async () => {
    anvil = await startAnvil(binary!, { hardfork: 'osaka' });
    await request({ method: 'anvil_mine', params: [`0x${MINED.toString(16)}`, '0xc'] });
  });
  afterAll(() => anvil?.stop());

  test('is what PREVRANDAO gives in the same block, known four blocks earlier', async () => {
    const { seed, knownSeconds, grindingBits } = await beaconAt(20);
    const seen = await request({
      method: 'eth_call',
      params: [{ to: ADDRESS, data: '0x' }, '0x14', { [ADDRESS]: { code: PREVRANDAO_CODE } }],
    });
    expect(seed).toEqual(Uint8Array.from(Buffer.from(String(seen).slice(2), 'hex')));
    const honest = await rpcBlockReader(request)(16n, {});
    expect(knownSeconds).toBe(honest!.timestampSeconds);
    expect(grindingBits).toBe(3);
  });

  test('differs from block to block, and is refused beyond what is final', async () => {
    const seeds = await Promise.all([20, 21, FINAL].map((number) => beaconAt(number)));
    expect(new Set(seeds.map(({ seed }) => seed.join())).size).toBe(3);
    for (const number of [FINAL + 1, MINED, MINED + 1, 3]) {
      await expect(beaconAt(number)).rejects.toMatchObject({ code: 'beacon_missing' });
    }
  });
});
