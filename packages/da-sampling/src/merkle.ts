/**
 * Binary Merkle trees over a power-of-two number of leaf hashes (da-review.md §1.3(7)). Leaves are
 * hashed by the caller under a leaf tag of their own, inner nodes under `nodeTag`, so that a node
 * can never be shown as a leaf. Depth is fixed by the tree's size; a branch of another length is
 * refused by the callers.
 */
import { type TAGS, taggedHash } from './tagged-hash.ts';
import { equalBytes } from './wire.ts';

type NodeTag = typeof TAGS.rowNode | typeof TAGS.commitmentNode;

/** All levels of a tree, leaves first; the last level is the root alone. */
export type MerkleTree = readonly (readonly Uint8Array[])[];

/** Builds the tree over `leaves` (32-byte hashes; a power of two of them). O(n) hashes. */
export function buildTree(leaves: readonly Uint8Array[], nodeTag: NodeTag): MerkleTree {
  const levels: Uint8Array[][] = [[...leaves]];
  for (let level = levels[0]!; level.length > 1; level = levels[levels.length - 1]!) {
    const parents: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      parents.push(taggedHash(nodeTag, level[i]!, level[i + 1]!));
    }
    levels.push(parents);
  }
  return levels;
}

/** The root of a tree, 32 bytes. */
export function treeRoot(tree: MerkleTree): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(tree[tree.length - 1]![0]!);
}

/** Siblings from leaf `index` up to below the root: log2(leaves) hashes of 32 bytes. */
export function treeBranch(tree: MerkleTree, index: number): Uint8Array<ArrayBuffer>[] {
  return tree.slice(0, -1).map((level, depth) => Uint8Array.from(level[(index >> depth) ^ 1]!));
}

/** Whether `leaf` stands at `index` under `root`; the branch length is the caller's check. */
export function branchLeadsTo(
  root: Uint8Array,
  options: { leaf: Uint8Array; index: number; branch: readonly Uint8Array[]; nodeTag: NodeTag },
): boolean {
  let node = options.leaf;
  options.branch.forEach((sibling, depth) => {
    const isRight = ((options.index >> depth) & 1) === 1;
    node = isRight
      ? taggedHash(options.nodeTag, sibling, node)
      : taggedHash(options.nodeTag, node, sibling);
  });
  return equalBytes(node, root);
}
