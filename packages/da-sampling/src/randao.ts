/**
 * Seeds from a chain's RANDAO-style mix (EIP-4399: PREVRANDAO of a block is the mix that the block
 * before it left behind). The caller injects how a block is read; the chain is trusted for what is
 * final.
 *
 * An adversary that makes the last t blocks before the one that is read may withhold each of them and
 * so chooses among 2^t values: t bits of grinding. It knows all of them as soon as the block before
 * those t is out, which is the earliest time that counts for the freeze.
 */
import type { Beacon, BeaconValue } from './beacon.ts';
import { DaError } from './errors.ts';

/** Most blocks an adversary is assumed to make in a row; 2^32 values are out of reach anyway. */
const MAX_TAIL_BLOCKS = 32;

/** What is read of a block. */
export type RandaoBlock = {
  /** EIP-155 chain id of the chain that the block is from. */
  readonly chainId: bigint;
  readonly number: bigint;
  /** Unix time of the block. */
  readonly timestampSeconds: number;
  /** Header field `prevRandao` (`mixHash`), 32 bytes. */
  readonly prevRandao: Uint8Array;
  /** Whether the chain calls it final: no reorganisation replaces it. */
  readonly isFinal: boolean;
};

/** Inputs of `createRandaoBeacon`. */
export type RandaoOptions = {
  readonly chainId: bigint;
  /** The block that an epoch's seed is read from, the same for everybody. */
  readonly blockOf: (epoch: bigint) => bigint;
  /** Reads a block of the canonical chain; undefined if there is none yet. */
  readonly readBlock: (
    number: bigint,
    options: { readonly signal?: AbortSignal },
  ) => Promise<RandaoBlock | undefined>;
  /** t: blocks in a row that an adversary may make before the one that is read, 0 to 32. */
  readonly tailBlocks: number;
};

/** A beacon on a chain's mix. RangeError for `tailBlocks` out of range. Two reads per value. */
export function createRandaoBeacon(options: RandaoOptions): Beacon {
  const { tailBlocks, blockOf } = options;
  if (!Number.isInteger(tailBlocks) || tailBlocks < 0 || tailBlocks > MAX_TAIL_BLOCKS) {
    throw new RangeError(`tailBlocks: expected 0 to ${MAX_TAIL_BLOCKS}, got ${tailBlocks}`);
  }
  return {
    async read(epoch, { signal } = {}): Promise<BeaconValue> {
      const number = blockOf(epoch);
      const read = (wanted: bigint) => readFinal(wanted, { ...options, signal });
      const block = await read(number);
      const honest = await read(number - 1n - BigInt(tailBlocks));
      if (honest.timestampSeconds > block.timestampSeconds) {
        throw new DaError('beacon_invalid', `block ${number} is older than the ones before it`);
      }
      return {
        seed: Uint8Array.from(block.prevRandao),
        knownSeconds: honest.timestampSeconds,
        grindingBits: tailBlocks,
      };
    },
  };
}

async function readFinal(
  number: bigint,
  options: Pick<RandaoOptions, 'chainId' | 'readBlock'> & { signal: AbortSignal | undefined },
): Promise<RandaoBlock> {
  const { chainId, readBlock, signal } = options;
  if (number < 0n) throw new DaError('beacon_missing', 'no block before the first one');
  const block = await readBlock(number, signal === undefined ? {} : { signal });
  if (block === undefined || !block.isFinal) {
    throw new DaError('beacon_missing', `block ${number} is not there or not final`);
  }
  if (block.chainId !== chainId) {
    throw new DaError('beacon_other_chain', `chain ${block.chainId}, expected ${chainId}`);
  }
  const { prevRandao, timestampSeconds } = block;
  const isMix = prevRandao instanceof Uint8Array && prevRandao.length === 32;
  if (block.number !== number || !isMix || !Number.isSafeInteger(timestampSeconds)) {
    throw new DaError('beacon_invalid', `not the block ${number} with its mix and time`);
  }
  return block;
}
