/**
 * Cases for the KZG targets: material of the pool with at most a few things wrong. About half of
 * what a verifier is given is valid.
 */
import { FIELD_MODULUS } from '@barycenter/kzg';
import type { Random } from '@barycenter/testing';
import { changedBlob, element, elementBytes, hostileG1, pick, scalar } from './hostile.ts';
import type { Pool, PoolBlob } from './pool.ts';

type Bytes = Uint8Array;

const ELEMENT_SIZE = 32;
const CELLS = 128;
const MAX_BLOBS = 5;
const MAX_CELLS = 12;
/** Positions beyond the 128 columns, and numbers that narrow integers would wrap. */
const BAD_INDICES = [128, 129, 255, 256, 2 ** 31, 2 ** 32, 2 ** 32 + 1];

/** A blob of the pool, two times in three with a change. */
export function anyBlob(random: Random, pool: Pool): { what: string; blob: Bytes } {
  const { shape, blob } = pick(random, pool.blobs);
  if (random.integer(3) === 0) return { what: `blob ${shape}`, blob };
  const { what, bytes } = changedBlob(random, blob);
  return { what: `blob ${shape}: ${what}`, blob: bytes };
}

/** A point of evaluation: of the pool, of the domain, or a hostile element. */
export function anyPoint(random: Random, pool: Pool): { what: string; bytes: Bytes } {
  switch (random.integer(4)) {
    case 0:
      return { what: 'of the pool', bytes: pick(random, pool.points) };
    case 1:
      return { what: 'in the domain', bytes: element(domainPoint(random)) };
    default:
      return elementBytes(random);
  }
}

/** The point, two times in three as it is. */
export function maybeHostile(random: Random, valid: Bytes): { what: string; bytes: Bytes } {
  if (random.integer(3) > 0) return { what: 'valid', bytes: valid };
  return hostileG1(random, valid);
}

/** A 4,096th root of unity: 7 generates the field's multiplicative group. */
function domainPoint(random: Random): bigint {
  let out = 1n;
  const exponent = ((FIELD_MODULUS - 1n) / 4096n) * BigInt(random.integer(4096));
  for (const bit of exponent.toString(2)) {
    out = (out * out) % FIELD_MODULUS;
    if (bit === '1') out = (out * 7n) % FIELD_MODULUS;
  }
  return out;
}

/** The arguments of verifyKzgProof, valid in a third of the cases. */
export function opening(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes, Bytes, Bytes, Bytes] } {
  const item = pick(random, pool.blobs);
  const at = random.integer(pool.points.length);
  const args: [Bytes, Bytes, Bytes, Bytes] = [
    item.commitment,
    pool.points[at]!,
    item.openings[at]!.y,
    item.openings[at]!.proof,
  ];
  const made = change(random, 3, () => {
    switch (random.integer(6)) {
      case 0:
        return replace(args, 0, hostileG1(random, args[0]));
      case 1:
        return replace(args, 3, hostileG1(random, args[3]));
      case 2:
        return replace(args, 1, anyPoint(random, pool));
      case 3:
        return replace(args, 2, elementBytes(random));
      case 4: {
        const other = pick(random, pool.blobs);
        args[0] = other.commitment;
        return `commitment of ${other.shape}`;
      }
      default: {
        // z + r and y + r are the same elements in a form that must be refused.
        const part = 1 + random.integer(2);
        return replace(args, part, plusOrder(args[part]!));
      }
    }
  });
  return { what: `${item.shape}: ${made}`, arguments: args };
}

function plusOrder(bytes: Bytes): { what: string; bytes: Bytes } {
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);
  const moved = value + FIELD_MODULUS;
  return { what: 'plus r', bytes: element(moved < 1n << 256n ? moved : FIELD_MODULUS) };
}

/** A blob with commitment and proof, valid in half of the cases. */
export function blobTriple(
  random: Random,
  pool: Pool,
): { what: string; triple: [Bytes, Bytes, Bytes] } {
  const item = pick(random, pool.blobs);
  const triple: [Bytes, Bytes, Bytes] = [item.blob, item.commitment, item.proof];
  const made = change(random, 2, () => {
    switch (random.integer(4)) {
      case 0:
        return replace(triple, 0, changedBlob(random, item.blob));
      case 1:
        return replace(triple, 1, hostileG1(random, item.commitment));
      case 2:
        return replace(triple, 2, hostileG1(random, item.proof));
      default: {
        const other = pick(random, pool.blobs);
        triple[1 + random.integer(2)] = random.integer(2) === 0 ? other.commitment : other.proof;
        return `a point of ${other.shape}`;
      }
    }
  });
  return { what: `${item.shape}: ${made}`, triple };
}

/** Lists of up to four blobs with commitments and proofs. */
export function blobBatch(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes[], Bytes[], Bytes[]] } {
  const triples = Array.from({ length: random.integer(MAX_BLOBS) }, () => {
    const item = pick(random, pool.blobs);
    return [item.blob, item.commitment, item.proof] as [Bytes, Bytes, Bytes];
  });
  const lists: [Bytes[], Bytes[], Bytes[]] = [[], [], []];
  for (const triple of triples)
    for (const part of [0, 1, 2] as const) lists[part].push(triple[part]);
  const words = [`${triples.length} blobs`];
  if (random.integer(2) === 0) {
    const at = random.integer(Math.max(1, triples.length));
    const spoilt = blobTriple(random, pool);
    words.push(`[${at}] ${spoilt.what}`);
    for (const part of [0, 1, 2] as const) lists[part][at] = spoilt.triple[part];
  }
  if (triples.length > 1 && random.integer(6) === 0) {
    // Two wrong proofs whose errors cancel unless the weights differ: swapped.
    [lists[2][0], lists[2][1]] = [lists[2][1]!, lists[2][0]!];
    words.push('first two proofs swapped');
  }
  if (random.integer(12) === 0) {
    lists[random.integer(3)]!.pop();
    words.push('one list shorter');
  }
  return { what: words.join(', '), arguments: lists };
}

/** Up to eleven cells of several blobs, columns repeated. */
export function cellBatch(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes[], number[], Bytes[], Bytes[]] } {
  const batch: [Bytes[], number[], Bytes[], Bytes[]] = [[], [], [], []];
  const count = random.integer(MAX_CELLS);
  const add = (item: PoolBlob, index: number): void => {
    batch[0].push(item.commitment);
    batch[1].push(index);
    batch[2].push(item.cells[index]!);
    batch[3].push(item.cellProofs[index]!);
  };
  const few = 1 + random.integer(CELLS);
  for (let i = 0; i < count; i++) add(pick(random, pool.cellBlobs), random.integer(few));
  const words = [`${count} cells`];
  if (count > 0 && random.integer(2) === 0) words.push(spoilCell(random, pool, batch));
  if (random.integer(16) === 0) {
    batch[random.integer(4)]!.pop();
    words.push('one list shorter');
  }
  return { what: words.join(', '), arguments: batch };
}

function spoilCell(
  random: Random,
  pool: Pool,
  [commitments, indices, cells, proofs]: [Bytes[], number[], Bytes[], Bytes[]],
): string {
  const at = random.integer(indices.length);
  switch (random.integer(7)) {
    case 0:
      return replace(commitments, at, hostileG1(random, commitments[at]!));
    case 1:
      return replace(proofs, at, hostileG1(random, proofs[at]!));
    case 2:
      return replace(cells, at, changedCell(random, cells[at]!));
    case 3:
      indices[at] = random.integer(CELLS);
      return `index ${indices[at]}`;
    case 4:
      indices[at] = pick(random, BAD_INDICES);
      return `index ${indices[at]}`;
    case 5:
      commitments[at] = pick(random, pool.blobs).commitment;
      return 'another commitment';
    default: {
      const other = random.integer(indices.length);
      [proofs[at], proofs[other]] = [proofs[other]!, proofs[at]!];
      return `proofs ${at} and ${other} swapped`;
    }
  }
}

function changedCell(random: Random, cell: Bytes): { what: string; bytes: Bytes } {
  const bytes = new Uint8Array(cell);
  const at = ELEMENT_SIZE * random.integer(bytes.length / ELEMENT_SIZE);
  switch (random.integer(4)) {
    case 0:
      bytes.set(element(FIELD_MODULUS), at);
      return { what: 'an element r', bytes };
    case 1:
      bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
      return { what: 'one bit', bytes };
    case 2:
      return { what: 'wrong length', bytes: bytes.slice(0, pick(random, [0, 2047, 2016])) };
    default:
      bytes.set(element(scalar(random)), at);
      return { what: 'one element', bytes };
  }
}

/** Columns of one blob, enough or not, and in half of the cases something wrong. */
export function recovery(
  random: Random,
  pool: Pool,
): { what: string; arguments: [number[], Bytes[]] } {
  const item = pick(random, pool.cellBlobs);
  const count = pick(random, [0, 63, 64, 64, 64, 65, 100, 127, 128]);
  const indices = random
    .shuffle(Array.from({ length: CELLS }, (_, i) => i))
    .slice(0, count)
    .sort((a, b) => a - b);
  const cells = indices.map((index) => item.cells[index]!);
  const args: [number[], Bytes[]] = [indices, cells];
  const made = change(random, 2, () => {
    const at = random.integer(Math.max(1, count));
    switch (random.integer(5)) {
      case 0:
        return replace(cells, at, changedCell(random, cells[at] ?? new Uint8Array(2048)));
      case 1:
        indices[at] = pick(random, BAD_INDICES);
        return `index ${indices[at]}`;
      case 2:
        indices.reverse();
        cells.reverse();
        return 'descending';
      case 3:
        indices[at] = indices[Math.max(0, at - 1)] ?? 0;
        return 'an index twice';
      default:
        cells.pop();
        return 'one cell less';
    }
  });
  return { what: `${item.shape}, ${count} cells: ${made}`, arguments: args };
}

/** Changes nothing in one of `oneIn` cases. */
function change(random: Random, oneIn: number, make: () => string): string {
  return random.integer(oneIn) === 0 ? 'valid' : make();
}

function replace(list: Bytes[], at: number, made: { what: string; bytes: Bytes }): string {
  list[at] = made.bytes;
  return `[${at}] ${made.what}`;
}
