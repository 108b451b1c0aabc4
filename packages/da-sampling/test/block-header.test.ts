import { keccak256 } from 'viem';
import { describe, expect, it } from 'vitest';
import { encodeBlockHeader, type HeaderFields } from '../src/block-header.ts';
import { codeOf } from './fixture.ts';

const ZERO = `0x${'00'.repeat(32)}` as const;
const EMPTY_TRIE = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

/** Ethereum's first block. */
const GENESIS: HeaderFields = {
  hash: '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
  parentHash: ZERO,
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: `0x${'00'.repeat(20)}`,
  stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544',
  transactionsRoot: EMPTY_TRIE,
  receiptsRoot: EMPTY_TRIE,
  logsBloom: `0x${'00'.repeat(256)}`,
  difficulty: 17_179_869_184n,
  number: 0n,
  gasLimit: 5000n,
  gasUsed: 0n,
  timestamp: 0n,
  extraData: '0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa',
  mixHash: ZERO,
  nonce: '0x0000000000000042',
  baseFeePerGas: null,
};

describe('encodeBlockHeader', () => {
  it('gives the bytes whose keccak is the block’s hash', () => {
    expect(keccak256(encodeBlockHeader(GENESIS))).toBe(GENESIS.hash);
  });

  it('refuses a block with another field, or one more', () => {
    for (const change of [
      { hash: null },
      { hash: ZERO },
      { gasUsed: 1n },
      { mixHash: EMPTY_TRIE },
      { baseFeePerGas: 7n },
      { requestsHash: ZERO },
    ] as Partial<HeaderFields>[]) {
      expect(codeOf(() => encodeBlockHeader({ ...GENESIS, ...change }))).toBe('header_mismatch');
    }
  });
});
