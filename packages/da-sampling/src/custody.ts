/**
 * EIP-7594 custody: which of the 128 column groups a node keeps (consensus-specs fulu das-core,
 * `get_custody_groups`). On mainnet a group is one column of the same number.
 *
 * The assignment is a public function of the node's id and never changes, so whoever withholds can
 * choose columns by the nodes to be fooled; our light clients draw their own cells (`samples.ts`).
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { littleEndian } from './wire.ts';

/** NUMBER_OF_CUSTODY_GROUPS, EIP-7594. */
export const CUSTODY_GROUPS = 128;

const NODE_IDS = 1n << 256n;

/**
 * The custody groups of a node, ascending: `count` distinct ones of 128, drawn from the hashes of
 * node id, id + 1, ... (wrapping at 2^256). RangeError for an id of more than 256 bits or a count
 * beyond 128. About 700 hashes at most.
 */
export function custodyGroups(nodeId: bigint, count: number): number[] {
  if (nodeId < 0n || nodeId >= NODE_IDS) throw new RangeError('nodeId: expected 256 bits');
  if (!Number.isInteger(count) || count < 0 || count > CUSTODY_GROUPS) {
    throw new RangeError(`count: expected 0 to ${CUSTODY_GROUPS}, got ${count}`);
  }
  if (count === CUSTODY_GROUPS) return Array.from({ length: count }, (_, group) => group);
  const groups = new Set<number>();
  for (let id = nodeId; groups.size < count; id = (id + 1n) % NODE_IDS) {
    // u64 little-endian mod 128 is the low seven bits of the first byte.
    groups.add(sha256(littleEndian(id, 32))[0]! % CUSTODY_GROUPS);
  }
  return [...groups].sort((a, b) => a - b);
}
