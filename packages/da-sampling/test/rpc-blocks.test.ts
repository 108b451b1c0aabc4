import { describe, expect, it } from 'vitest';
import { type RpcRequest, rpcBlockReader } from '../src/rpc-blocks.ts';
import { rejectionOf } from './fixture.ts';

const MIX = `0x${'ab'.repeat(32)}`;
type Answers = { block?: unknown; final?: unknown; chainId?: unknown };

/** A node whose block 0x10 is at 200 s and final up to 0x0f unless said otherwise. */
const node =
  (answers: Answers = {}): RpcRequest =>
  async ({ method, params }) => {
    if (method === 'eth_chainId') return answers.chainId ?? '0x539';
    if (params?.[0] === 'finalized') return 'final' in answers ? answers.final : { number: '0xf' };
    const block = { number: params?.[0], timestamp: '0xc8', mixHash: MIX };
    return 'block' in answers ? answers.block : block;
  };
const read = (answers?: Answers, number = 16n) => rpcBlockReader(node(answers))(number, {});

describe('rpcBlockReader', () => {
  it('reads number, time, mix and chain, and what the node calls final', async () => {
    expect(await read()).toEqual({
      chainId: 1337n,
      number: 16n,
      timestampSeconds: 200,
      prevRandao: new Uint8Array(32).fill(0xab),
      isFinal: false,
    });
    expect((await read({}, 15n))?.isFinal).toBe(true);
    expect((await read({ final: null }, 15n))?.isFinal).toBe(false);
    expect(await read({ block: null })).toBeUndefined();
  });

  it('refuses answers of another form', async () => {
    const block = { number: '0x10', timestamp: '0xc8', mixHash: MIX };
    for (const answers of [
      { block: { ...block, number: 16 } },
      { block: { ...block, timestamp: '0x' } },
      { block: { ...block, mixHash: '0xab' } },
      { block: { ...block, mixHash: undefined } },
      { chainId: 'main' },
      { final: {} },
    ]) {
      expect(await rejectionOf(read(answers))).toBe('beacon_invalid');
    }
  });

  it('passes on the node’s errors and an abort', async () => {
    const down = rpcBlockReader(async () => {
      throw new Error('node is down');
    });
    await expect(down(1n, {})).rejects.toThrow('node is down');
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(rpcBlockReader(node())(1n, { signal })).rejects.toThrow('stop');
  });
});
