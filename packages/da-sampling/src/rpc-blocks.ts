/**
 * Blocks for `createRandaoBeacon` from an Ethereum JSON-RPC node through any EIP-1193 `request`
 * function (a wallet's, viem's `client.request`, ten lines around `fetch`). The node is trusted; its
 * answers are still checked for form.
 */
import { hexToBytes } from '@noble/hashes/utils.js';
import { DaError } from './errors.ts';
import type { RandaoBlock, RandaoOptions } from './randao.ts';

/** EIP-1193: one call, its result. */
export type RpcRequest = (call: {
  readonly method: string;
  readonly params?: readonly unknown[];
}) => Promise<unknown>;

/**
 * Reads canonical blocks by number. Final is what the node's tag `finalized` has reached. Rejects with
 * DaError `beacon_invalid` for an answer of another form; errors of `request` pass through. Three
 * calls a block.
 */
export function rpcBlockReader(request: RpcRequest): RandaoOptions['readBlock'] {
  const blockBy = (tag: string) =>
    request({ method: 'eth_getBlockByNumber', params: [tag, false] }) as Promise<Record<
      string,
      unknown
    > | null>;
  return async (number, { signal }): Promise<RandaoBlock | undefined> => {
    signal?.throwIfAborted();
    const block = await blockBy(`0x${number.toString(16)}`);
    if (block === null) return undefined;
    signal?.throwIfAborted();
    const [chainId, final] = await Promise.all([
      request({ method: 'eth_chainId' }),
      blockBy('finalized'),
    ]);
    return {
      chainId: quantity(chainId),
      number: quantity(block.number),
      timestampSeconds: Number(quantity(block.timestamp)),
      prevRandao: data(block.mixHash),
      isFinal: final !== null && quantity(final.number) >= number,
    };
  };
}

function quantity(value: unknown): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value)) {
    throw new DaError('beacon_invalid', 'the node answered without a quantity');
  }
  return BigInt(value);
}

function data(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{64}$/i.test(value)) {
    throw new DaError('beacon_invalid', 'the node answered without 32 bytes');
  }
  return hexToBytes(value.slice(2));
}
