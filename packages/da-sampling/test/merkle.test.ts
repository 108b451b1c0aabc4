import { seededRandom } from '@barycenter/testing';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { branchLeadsTo, buildTree, treeBranch, treeRoot } from '../src/merkle.ts';
import { buildRowTree, isRowCommitted, type RowMessage, rowLeaf } from '../src/rows.ts';
import { TAGS, taggedHash } from '../src/tagged-hash.ts';

const random = seededRandom(0x3e3);

/** The root by the recursive definition. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0]!;
  const half = leaves.length / 2;
  return taggedHash(
    TAGS.rowNode,
    rootByDefinition(leaves.slice(0, half)),
    rootByDefinition(leaves.slice(half)),
  );
}

describe('tagged hashes', () => {
  it('are sha256(sha256(tag) | sha256(tag) | parts)', () => {
    const tag = sha256(utf8ToBytes(TAGS.header));
    const parts = [random.bytes(3), random.bytes(100)];
    const expected = sha256(concatBytes(tag, tag, ...parts));
    expect([...taggedHash(TAGS.header, ...parts)]).toEqual([...expected]);
  });

  it('have distinct, versioned tags', () => {
    const tags = Object.values(TAGS);
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag).toMatch(/^BARYCENTER_DA_[A-Z_]+_V1$/);
  });
});

describe('Merkle trees', () => {
  it('have the recursive root, and every branch leads to it from its own index only', () => {
    for (const count of [1, 2, 4, 16]) {
      const leaves = Array.from({ length: count }, () => random.bytes(32));
      const tree = buildTree(leaves, TAGS.rowNode);
      const root = treeRoot(tree);
      expect([...root]).toEqual([...rootByDefinition(leaves)]);
      leaves.forEach((leaf, index) => {
        const branch = treeBranch(tree, index);
        const at = (i: number) =>
          branchLeadsTo(root, { leaf, index: i, branch, nodeTag: TAGS.rowNode });
        expect(at(index)).toBe(true);
        for (let other = 0; other < count; other++)
          if (other !== index) expect(at(other)).toBe(false);
      });
    }
  });

  it('refuse an altered leaf, sibling or root', () => {
    const leaves = Array.from({ length: 8 }, () => random.bytes(32));
    const tree = buildTree(leaves, TAGS.rowNode);
    const root = treeRoot(tree);
    const branch = treeBranch(tree, 5);
    const leads = (changes: object) =>
      branchLeadsTo(root, {
        leaf: leaves[5]!,
        index: 5,
        branch,
        nodeTag: TAGS.rowNode,
        ...changes,
      });
    expect(leads({})).toBe(true);
    expect(leads({ leaf: random.bytes(32) })).toBe(false);
    expect(leads({ branch: [branch[0]!, random.bytes(32), branch[2]!] })).toBe(false);
    expect(leads({ nodeTag: TAGS.commitmentNode })).toBe(false);
  });
});

const isCommitted = (message: RowMessage, rowsRoot: Uint8Array): boolean =>
  isRowCommitted(message, { leaf: rowLeaf(message.row, message.index), rowsRoot });

describe('the rows tree', () => {
  it('pads to a power of two with the empty leaf', () => {
    const rows = Array.from({ length: 5 }, () => random.bytes(64));
    const tree = buildRowTree(rows);
    expect(tree[0]).toHaveLength(8);
    for (const leaf of tree[0]!.slice(5)) expect(leaf).toEqual(taggedHash(TAGS.rowEmpty));
    rows.forEach((row, index) => {
      expect(isCommitted({ index, row, branch: treeBranch(tree, index) }, treeRoot(tree))).toBe(
        true,
      );
    });
  });

  it('binds the index into the leaf, so that equal rows cannot change places', () => {
    const row = random.bytes(32);
    const tree = buildRowTree([row, row, row, row]);
    expect(new Set(tree[0]!.map((leaf) => leaf.join())).size).toBe(4);
  });

  it('does not take an inner node, an empty leaf or a leaf hash for a row', () => {
    const rows = Array.from({ length: 3 }, () => random.bytes(64));
    const tree = buildRowTree(rows);
    const root = treeRoot(tree);
    // 64 bytes: the children of an inner node, shown as a row one level up
    const children = concatBytes(tree[0]![0]!, tree[0]![1]!);
    const upper = { index: 0, row: children, branch: treeBranch(tree, 0).slice(1) };
    expect(isCommitted(upper, root)).toBe(false);
    const empty = { index: 3, row: new Uint8Array(64), branch: treeBranch(tree, 3) };
    expect(isCommitted(empty, root)).toBe(false);
    const none = { index: 3, row: new Uint8Array(0), branch: treeBranch(tree, 3) };
    expect(isCommitted(none, root)).toBe(false);
  });
});
