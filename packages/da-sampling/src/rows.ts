/**
 * Row leaves, the rows tree and the row message (da-review.md §1.3(7)).
 *
 * Leaf = TH(ROW_LEAF, index u16 | row as c x 32 bytes), also for data rows; the 31-byte form below is
 * transport only. The tree has 2^ceil(log2 n) leaves; those from n on are TH(ROW_EMPTY, "").
 */
import { sha256Async } from '@barycenter/kzg';
import { DaError } from './errors.ts';
import { branchLeadsTo, buildTree, type MerkleTree } from './merkle.ts';
import { addTopBytes, dropTopBytes, everyTopByteIsZero } from './payload.ts';
import { type Geometry, rowTreeDepth } from './profile.ts';
import { TAGS, taggedHash, tagPrefix } from './tagged-hash.ts';
import { join, littleEndian, Reader } from './wire.ts';

/** One coded row with its place under rowsRoot. */
export type RowMessage = {
  /** Row index, 0 .. n-1. */
  readonly index: number;
  /** c elements of 32 big-endian bytes. */
  readonly row: Uint8Array;
  /** log2 N sibling hashes, leaf level first. */
  readonly branch: readonly Uint8Array[];
};

/** Transport form of a row: whole elements, or 31 bytes each where every top byte is zero. */
const FORM_32 = 0;
const FORM_31 = 1;

/** The leaf of a row: SHA-256 of `rowLeafPrefix(index) | row`. */
export function rowLeaf(row: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  return taggedHash(TAGS.rowLeaf, littleEndian(index, 2), row);
}

/** What a leaf's hash takes in before the row, 66 bytes. */
export function rowLeafPrefix(index: number): Uint8Array<ArrayBuffer> {
  return join(tagPrefix(TAGS.rowLeaf), littleEndian(index, 2));
}

/** `rowLeaf`, off this thread where the runtime hashes only so. */
export function rowLeafAsync(row: Uint8Array, index: number): Promise<Uint8Array<ArrayBuffer>> {
  return sha256Async([rowLeafPrefix(index), row]);
}

/** The tree over n coded rows. */
export function buildRowTree(rows: readonly Uint8Array[]): MerkleTree {
  const leaves = rows.map((row, index) => rowLeaf(row, index));
  const empty = taggedHash(TAGS.rowEmpty);
  while (leaves.length < 2 ** rowTreeDepth(rows.length)) leaves.push(empty);
  return buildTree(leaves, TAGS.rowNode);
}

/** Whether a row, whose `rowLeaf` is `leaf`, stands at its index under `rowsRoot`. Shapes are checked by the caller. */
export function isRowCommitted(
  message: RowMessage,
  { leaf, rowsRoot }: { readonly leaf: Uint8Array; readonly rowsRoot: Uint8Array },
): boolean {
  return branchLeadsTo(rowsRoot, {
    leaf,
    index: message.index,
    branch: message.branch,
    nodeTag: TAGS.rowNode,
  });
}

/** `index u16 | form u8 | row | branch`: 31 c or 32 c bytes of row and 32 bytes a level. */
export function encodeRowMessage(message: RowMessage, shape: Geometry): Uint8Array<ArrayBuffer> {
  const isShort = everyTopByteIsZero(message.row);
  const row = isShort ? dropTopBytes(message.row) : message.row;
  checkShape(message, shape);
  const form = Uint8Array.of(isShort ? FORM_31 : FORM_32);
  return join(littleEndian(message.index, 2), form, row, ...message.branch);
}

/** Reads a row message of the given geometry; DaError on any byte out of place. */
export function decodeRowMessage(bytes: Uint8Array, shape: Geometry): RowMessage {
  const reader = new Reader(bytes);
  const index = reader.number(2);
  if (index >= shape.n) throw new DaError('row_index', `index ${index} of ${shape.n} rows`);
  const form = reader.number(1);
  if (form !== FORM_31 && form !== FORM_32) {
    throw new DaError('bad_form', `row form ${form}`, { row: index });
  }
  const row = readRow(reader, { form, c: shape.c });
  const branch = Array.from({ length: rowTreeDepth(shape.n) }, () => reader.bytes(32));
  reader.end();
  return { index, row, branch };
}

/** Refuses a row message whose index, row length or branch length does not fit the geometry. */
export function checkShape(message: RowMessage, shape: Geometry): void {
  const { index, row, branch } = Object(message) as RowMessage;
  if (!(row instanceof Uint8Array) || !Array.isArray(branch)) {
    throw new DaError('bad_form', 'expected a row and a list of hashes');
  }
  if (!Number.isInteger(index) || index < 0 || index >= shape.n) {
    throw new DaError('row_index', `index ${index} of ${shape.n} rows`);
  }
  if (row.length !== 32 * shape.c) {
    throw new DaError('row_length', `expected ${32 * shape.c} bytes, got ${row.length}`, {
      row: index,
    });
  }
  const depth = rowTreeDepth(shape.n);
  if (
    branch.length !== depth ||
    branch.some((hash) => !(hash instanceof Uint8Array) || hash.length !== 32)
  ) {
    throw new DaError('row_branch_length', `expected ${depth} hashes`, { row: index });
  }
}

function readRow(
  reader: Reader,
  { form, c }: { readonly form: number; readonly c: number },
): Uint8Array<ArrayBuffer> {
  if (form === FORM_32) return reader.bytes(32 * c);
  const row = new Uint8Array(32 * c);
  addTopBytes(reader.bytes(31 * c), row);
  return row;
}
