/**
 * The RLP of an Ethereum block header, whose keccak is the block's hash: what `form` of contracts/
 * takes as proof of the seed block's RANDAO value (field mixHash; EIP-4399). Fields in the order of the
 * Yellow Paper §4.4, then those that London, Shanghai, Cancun and Prague added. A header of a later
 * fork has fields that are not known here: its hash does not fit, and it is refused.
 */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { DaError } from './errors.ts';
import { equalBytes, join } from './wire.ts';

type Hex = `0x${string}`;

/** A block as JSON-RPC gives it, numbers as bigint: viem's `Block`. */
export type HeaderFields = {
  readonly hash: Hex | null;
  readonly parentHash: Hex;
  readonly sha3Uncles: Hex;
  readonly miner: Hex;
  readonly stateRoot: Hex;
  readonly transactionsRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly logsBloom: Hex | null;
  readonly difficulty: bigint;
  readonly number: bigint | null;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  readonly timestamp: bigint;
  readonly extraData: Hex;
  readonly mixHash: Hex;
  readonly nonce: Hex | null;
  readonly baseFeePerGas: bigint | null;
  readonly withdrawalsRoot?: Hex | undefined;
  readonly blobGasUsed?: bigint | undefined;
  readonly excessBlobGas?: bigint | undefined;
  readonly parentBeaconBlockRoot?: Hex | undefined;
  readonly requestsHash?: Hex | undefined;
};

/** The header's RLP; DaError `header_mismatch` if it does not hash to the block's hash. */
export function encodeBlockHeader(block: HeaderFields): Uint8Array<ArrayBuffer> {
  const fields = [
    ...[block.parentHash, block.sha3Uncles, block.miner, block.stateRoot],
    ...[block.transactionsRoot, block.receiptsRoot, block.logsBloom, block.difficulty],
    ...[block.number, block.gasLimit, block.gasUsed, block.timestamp, block.extraData],
    ...[block.mixHash, block.nonce, block.baseFeePerGas, block.withdrawalsRoot, block.blobGasUsed],
    ...[block.excessBlobGas, block.parentBeaconBlockRoot, block.requestsHash],
  ].filter((field) => field !== undefined && field !== null);
  const items = join(...fields.map((field) => rlpString(fieldBytes(field))));
  const header = join(rlpLength(items.length, 0xc0), items);
  if (block.hash === null || !equalBytes(keccak_256(header), hexToBytes(block.hash.slice(2)))) {
    throw new DaError('header_mismatch', 'the block has fields that are not known here');
  }
  return header;
}

/** Numbers are big-endian without leading zeros, zero is empty. */
function fieldBytes(field: Hex | bigint): Uint8Array {
  if (typeof field === 'string') return hexToBytes(field.slice(2));
  const hex = field === 0n ? '' : field.toString(16);
  return hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`);
}

function rlpString(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 1 && bytes[0]! < 0x80) return bytes;
  return join(rlpLength(bytes.length, 0x80), bytes);
}

/** The prefix of a string (0x80) or a list (0xc0) of `size` bytes. Yellow Paper, appendix B. */
function rlpLength(size: number, kind: number): Uint8Array {
  if (size < 56) return Uint8Array.of(kind + size);
  const bytes = fieldBytes(BigInt(size));
  return join(Uint8Array.of(kind + 55 + bytes.length), bytes);
}
