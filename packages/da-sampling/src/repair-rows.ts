/**
 * Making lost rows again from any k verified ones, without decoding the blob and without the other
 * n - k rows.
 *
 * A row is a combination of any k rows; but it is of no use to others without its Merkle branch, and a
 * branch needs the hashes of subtrees of which no row may be at hand. Every given row shows the whole
 * path above it and the siblings beside it, so only subtrees without any given row are missing: with
 * 256 of 1,024 rows some four further rows are combined for a lost one, hashed, and dropped.
 */
import type { OpenedHeader } from './check-header.ts';
import { chosenScheme, type SchemeChoice } from './kzg-scheme.ts';
import { rowTreeDepth } from './profile.ts';
import { sortedRows } from './row-set.ts';
import { RowVerifier, type VerifiedRow } from './row-verifier.ts';
import { rowLeaf } from './rows.ts';
import { TAGS, taggedHash } from './tagged-hash.ts';

/** What `repairRows` needs beside the rows at hand. */
export type RepairOptions = SchemeChoice & {
  readonly header: OpenedHeader;
  /** Indices of the lost rows, below n. */
  readonly wanted: readonly number[];
};

/**
 * The wanted rows, in that order, checked like rows of a peer. Throws as `recoverBlob` for the rows
 * given; RangeError for an index of n or more; `row_not_committed` if the disperser put something else
 * under rowsRoot at that row or beside it: nobody can have verified the row then, or its branch must
 * come from whoever has it. Cost: O(k c) field products for each row made; memory of the wanted rows.
 */
export function repairRows(rows: readonly VerifiedRow[], options: RepairOptions): VerifiedRow[] {
  const { header, wanted } = options;
  const scheme = chosenScheme(options);
  const { k, n } = header.geometry;
  const given = sortedRows(rows, header);
  for (const index of wanted) {
    if (!Number.isInteger(index) || index < 0 || index >= n) {
      throw new RangeError(`wanted: expected rows 0 to ${n - 1}, got ${index}`);
    }
  }
  const held = new Map(given.map((row) => [row.index, row]));
  const lost = new Set(wanted.filter((index) => !held.has(index)));
  const tree = new PartialTree(n);
  for (const row of given) tree.addPath(row);
  const missing = new Set([...lost].flatMap((index) => [index, ...tree.missingBeside(index)]));
  const made = new Map<number, Uint8Array>();
  for (const { index, row } of scheme.makeRows(given.slice(0, k), { header, indices: missing })) {
    tree.addLeaf(index, rowLeaf(row, index));
    if (lost.has(index)) made.set(index, row);
  }
  const verifier = new RowVerifier({ scheme, header });
  return wanted.map(
    (index) =>
      held.get(index) ?? verifier.add({ index, row: made.get(index)!, branch: tree.branch(index) }),
  );
}

/** The rows tree as far as it is known. */
class PartialTree {
  readonly #depth: number;
  readonly #rowCount: number;
  /** Nodes by level (leaves are level 0) and index. */
  readonly #levels: readonly Map<number, Uint8Array>[];

  constructor(rowCount: number) {
    this.#rowCount = rowCount;
    this.#depth = rowTreeDepth(rowCount);
    this.#levels = Array.from({ length: this.#depth + 1 }, () => new Map<number, Uint8Array>());
  }

  addLeaf(index: number, leaf: Uint8Array): void {
    this.#levels[0]!.set(index, leaf);
  }

  /** Everything that a row's branch shows. */
  addPath({ index, row, branch }: VerifiedRow): void {
    let node: Uint8Array = rowLeaf(row, index);
    for (let level = 0; level < this.#depth; level++) {
      const at = index >> level;
      const sibling = branch[level]!;
      this.#levels[level]!.set(at, node);
      this.#levels[level]!.set(at ^ 1, sibling);
      node = at & 1 ? parentOf(sibling, node) : parentOf(node, sibling);
    }
  }

  /** The rows without which the branch of `index` cannot be computed. */
  missingBeside(index: number): number[] {
    return this.#branchPlaces(index).flatMap(([level, at]) => this.#missingUnder(level, at));
  }

  /** The siblings from the leaf up. Throws if a row of `missingBeside` was not added. */
  branch(index: number): Uint8Array[] {
    return this.#branchPlaces(index).map(([level, at]) => this.#node(level, at));
  }

  #branchPlaces(index: number): [level: number, at: number][] {
    return Array.from({ length: this.#depth }, (_, level) => [level, (index >> level) ^ 1]);
  }

  #missingUnder(level: number, at: number): number[] {
    if (this.#levels[level]!.has(at) || at << level >= this.#rowCount) return [];
    if (level === 0) return [at];
    return [2 * at, 2 * at + 1].flatMap((child) => this.#missingUnder(level - 1, child));
  }

  #node(level: number, at: number): Uint8Array {
    const known = this.#levels[level]!.get(at);
    if (known !== undefined) return known;
    if (level === 0) {
      if (at < this.#rowCount) throw new Error(`repairRows: leaf ${at} is missing`);
      return taggedHash(TAGS.rowEmpty);
    }
    const node = parentOf(this.#node(level - 1, 2 * at), this.#node(level - 1, 2 * at + 1));
    this.#levels[level]!.set(at, node);
    return node;
  }
}

function parentOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  return taggedHash(TAGS.rowNode, left, right);
}
