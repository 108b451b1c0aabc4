/**
 * Cases for the row scheme: rows, and combinations of the pool's commitments, openings and cells,
 * which stay valid because everything is linear.
 */
import type { Random } from '@barycenter/testing';
import { element, elementBytes, hostileG1, pick, scalar, shortScalar } from './hostile.ts';
import { anyPoint } from './kzg-cases.ts';
import { sumOfPoints, sumOfRows } from './naive.ts';
import type { Pool } from './pool.ts';

type Bytes = Uint8Array;

const ELEMENT_SIZE = 32;
const CELLS = 128;
const MAX_POINTS = 6;

/** A cell of a combination of rows, as `verifyDerivedCells` takes it. */
export interface Derived {
  readonly coefficients: bigint[];
  readonly cellIndex: number;
  readonly cell: Bytes;
  readonly proof: Bytes;
}

/** A row of any length, mostly canonical. */
export function anyRow(random: Random): Bytes {
  const count = pick(random, [1, 2, 63, 64, 65, 100, 255, 1000, 4095, 4096]);
  const row = new Uint8Array(count * ELEMENT_SIZE);
  const dense = random.integer(3) > 0;
  for (let i = 0; i < count; i++) {
    if (dense || random.integer(16) === 0) row.set(element(scalar(random)), i * ELEMENT_SIZE);
  }
  const at = ELEMENT_SIZE * random.integer(count);
  const { what, bytes } = elementBytes(random);
  if (random.integer(4) === 0 && what !== 'wrong length') row.set(bytes, at);
  return row;
}

/** Rows of up to four elements. */
export function shortRows(random: Random, count: number): Bytes[] {
  const elements = 1 + random.integer(4);
  return Array.from({ length: count }, () => {
    const row = new Uint8Array(elements * ELEMENT_SIZE);
    for (let i = 0; i < elements; i++) row.set(element(scalar(random)), i * ELEMENT_SIZE);
    return row;
  });
}

/** Points with repetitions, opposites and infinity among them, and one bad one now and then. */
export function combination(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes[], bigint[]] } {
  const count = 1 + random.integer(MAX_POINTS);
  const points: Bytes[] = [];
  const scalars: bigint[] = [];
  for (let i = 0; i < count; i++) {
    const fresh = random.integer(4) > 0 || i === 0;
    const from = fresh ? pick(random, pool.blobs).commitment : points[random.integer(i)]!;
    const point = new Uint8Array(from);
    const hasCoordinates = point[0]! < 0xc0;
    if (hasCoordinates && random.integer(4) === 0) point[0]! ^= 0x20;
    points.push(point);
    const repeated = i > 0 && random.integer(4) === 0;
    scalars.push(repeated ? scalars[random.integer(i)]! : shortScalar(random));
  }
  if (random.integer(5) > 0) return { what: `${count} points`, arguments: [points, scalars] };
  const at = random.integer(count);
  const { what, bytes } = hostileG1(random, pool.blobs[0]!.commitment);
  points[at] = bytes;
  return {
    what: `${count} points, [${at}] ${what}`,
    arguments: [points, scalars],
  };
}

/** An opening of a combination of blobs at a shared point: everything is linear. */
export function rowOpening(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes[], bigint[], Bytes, Bytes, Bytes] } {
  const count = 1 + random.integer(3);
  const at = random.integer(pool.points.length);
  const items = Array.from({ length: count }, () => pick(random, pool.blobs));
  const scalars = items.map(() => shortScalar(random));
  const commitments = items.map(({ commitment }) => commitment);
  let z: Bytes = pool.points[at]!;
  let y: Bytes = sumOfRows(
    items.map(({ openings }) => openings[at]!.y),
    scalars,
  );
  let proof: Bytes = sumOfPoints(
    items.map(({ openings }) => openings[at]!.proof),
    scalars,
  );
  let what = 'valid';
  switch (random.integer(8)) {
    case 0: {
      const made = hostileG1(random, pool.blobs[0]!.proof);
      proof = made.bytes;
      what = `proof ${made.what}`;
      break;
    }
    case 1: {
      const made = elementBytes(random);
      y = made.bytes;
      what = `y ${made.what}`;
      break;
    }
    case 2: {
      const made = anyPoint(random, pool);
      z = made.bytes;
      what = `z ${made.what}`;
      break;
    }
    case 3:
      scalars[random.integer(count)] = shortScalar(random);
      what = 'another scalar';
      break;
    case 4: {
      const made = hostileG1(random, pool.blobs[0]!.commitment);
      commitments[random.integer(count)] = made.bytes;
      what = `commitment ${made.what}`;
      break;
    }
    default:
  }
  const args: [Bytes[], bigint[], Bytes, Bytes, Bytes] = [commitments, scalars, z, y, proof];
  return { what: `${count} rows: ${what}`, arguments: args };
}

/** Cells of combinations of blobs, and one thing wrong in half of the cases. */
export function derivedCells(
  random: Random,
  pool: Pool,
): { what: string; arguments: [Bytes[], Derived[]] } {
  const rows = 1 + random.integer(3);
  const items = Array.from({ length: rows }, () => pick(random, pool.cellBlobs));
  const commitments = items.map(({ commitment }) => commitment);
  const cells = Array.from({ length: 1 + random.integer(4) }, (): Derived => {
    const cellIndex = random.integer(CELLS);
    const coefficients = items.map(() => shortScalar(random));
    return {
      coefficients,
      cellIndex,
      cell: sumOfRows(
        items.map((item) => item.cells[cellIndex]!),
        coefficients,
      ),
      proof: sumOfPoints(
        items.map((item) => item.cellProofs[cellIndex]!),
        coefficients,
      ),
    };
  });
  const at = random.integer(cells.length);
  const spoil = (change: Partial<Derived>): void => {
    cells[at] = { ...cells[at]!, ...change };
  };
  let what = 'valid';
  switch (random.integer(10)) {
    case 0: {
      const made = hostileG1(random, pool.cellBlobs[0]!.cellProofs[0]!);
      spoil({ proof: made.bytes });
      what = `proof ${made.what}`;
      break;
    }
    case 1: {
      const cell = new Uint8Array(cells[at]!.cell);
      cell.set(element(scalar(random)), ELEMENT_SIZE * random.integer(64));
      spoil({ cell });
      what = 'another element';
      break;
    }
    case 2:
      spoil({ cellIndex: pick(random, [0, 1, 127, 128, 2 ** 32]) });
      what = 'another index';
      break;
    case 3:
      spoil({ coefficients: items.map(() => shortScalar(random)) });
      what = 'other coefficients';
      break;
    case 4: {
      const made = hostileG1(random, pool.blobs[0]!.commitment);
      commitments[random.integer(rows)] = made.bytes;
      what = `commitment ${made.what}`;
      break;
    }
    default:
  }
  const args: [Bytes[], Derived[]] = [commitments, cells];
  return { what: `${rows} rows, ${cells.length} cells: ${what}`, arguments: args };
}
