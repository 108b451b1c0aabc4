/**
 * The row scheme. Rivals are native libraries on the zero-padded blob, with combinations of points
 * and rows computed the slow way (`naive.ts`).
 */
import { bytesToScalar, scalarToBytes } from '@barycenter/kzg';
import type { KzgPeer } from '../src/peers/kzg.ts';
import { element, hostileG1, pick, scalar } from './hostile.ts';
import { anyPoint } from './kzg-cases.ts';
import { wraps } from './kzg-targets.ts';
import { decodeG1, encodeSum, lagrangeCoefficients, sumOfPoints, sumOfRows } from './naive.ts';
import { callPeer, type Excuses, rowRivals } from './rivals.ts';
import {
  anyRow,
  combination,
  type Derived,
  derivedCells,
  rowOpening,
  shortRows,
} from './row-cases.ts';
import { type Rival, type Target, target } from './target.ts';

type Bytes = Uint8Array;

const BLOB_SIZE = 131_072;
const ELEMENT_SIZE = 32;
const CELLS = 128;
const INFINITY = encodeSum(decodeG1(new Uint8Array(48).fill(0xc0, 0, 1)));
const ZERO = new Uint8Array(ELEMENT_SIZE);

/** All of them, for the peers that are installed here. */
export function rowTargets(peers: readonly KzgPeer[]): Target[] {
  const rivals = <Arguments>(
    run: (peer: KzgPeer, args: Arguments) => unknown,
    excuses?: Excuses<Arguments>,
  ): Record<string, Rival<Arguments>> => rowRivals(peers, run, excuses);
  return [
    target<[row: Bytes]>({
      name: 'kzg::commitRow',
      kind: 'commitment',
      generate: (random) => {
        const row = anyRow(random);
        return { what: `${row.length} bytes`, arguments: [row] };
      },
      ours: ({ kzg }, args) => kzg.commitRow(...args),
      rivals: rivals((peer, [row]) => callPeer(peer, 'blobToKzgCommitment', padded(row))),
    }),
    target<[row: Bytes, z: Bytes]>({
      name: 'kzg::openRow',
      kind: 'commitment',
      generate: (random, pool) => {
        const z = anyPoint(random, pool);
        return { what: `z ${z.what}`, arguments: [anyRow(random), z.bytes] };
      },
      ours: ({ kzg }, [row, z]) => {
        const { proof, y } = kzg.openRow(row, bytesToScalar(z));
        return [proof, scalarToBytes(y)];
      },
      rivals: rivals((peer, [row, z]) => callPeer(peer, 'computeKzgProof', padded(row), z)),
    }),
    target<[row: Bytes, z: Bytes]>({
      name: 'kzg::evaluateRow',
      kind: 'commitment',
      generate: (random) => ({
        what: 'a random point',
        arguments: [anyRow(random), element(scalar(random))],
      }),
      ours: ({ kzg }, [row, z]) => {
        if (row.length === 0) throw new RangeError('empty');
        const weights = kzg.evaluationWeights(bytesToScalar(z), row.length / ELEMENT_SIZE);
        return scalarToBytes(kzg.evaluateRow(row, weights));
      },
      rivals: rivals((peer, [row, z]) => {
        const [, y] = callPeer(peer, 'computeKzgProof', padded(row), z) as [Bytes, Bytes];
        // One of the scalars may be a root of unity, where weights do not exist.
        if (isInDomain(z)) throw new RangeError('in the domain');
        return y;
      }),
    }),
    target<[commitment: Bytes]>({
      name: 'kzg::checkCommitments',
      kind: 'point',
      generate: (random, pool) => {
        const valid = pick(random, pool.blobs).commitment;
        const made = random.integer(4) === 0 ? undefined : hostileG1(random, valid);
        return { what: made?.what ?? 'valid', arguments: [made?.bytes ?? valid] };
      },
      ours: ({ kzg }, [commitment]) => {
        kzg.checkCommitments([commitment]);
        return true;
      },
      rivals: {
        ...rivals((peer, [commitment]) => {
          callPeer(peer, 'verifyKzgProof', commitment, ZERO, ZERO, INFINITY);
          return true;
        }),
        noble: {
          run: ([commitment]) => {
            decodeG1(commitment);
            return true;
          },
        },
      },
    }),
    ...(['combineCommitments', 'combineProofs'] as const).map((name) =>
      target<[points: Bytes[], scalars: bigint[]]>({
        name: `kzg::${name}`,
        kind: 'point',
        generate: combination,
        ours: ({ kzg }, [points, scalars]) =>
          name === 'combineProofs'
            ? kzg.combineProofs(points, scalars)
            : kzg.combineCommitments(kzg.checkCommitments(points), scalars),
        rivals: { noble: { run: ([points, scalars]) => sumOfPoints(points, scalars) } },
      }),
    ),
    target<[commitments: Bytes[], scalars: bigint[], z: Bytes, y: Bytes, proof: Bytes]>({
      name: 'kzg::verifyRowOpening',
      kind: 'verifier',
      generate: rowOpening,
      ours: ({ kzg }, [commitments, scalars, z, y, proof]) =>
        kzg.verifyRowOpening(
          kzg.checkCommitments(commitments),
          scalars,
          bytesToScalar(z),
          bytesToScalar(y),
          proof,
        ),
      rivals: rivals((peer, [commitments, scalars, z, y, proof]) =>
        callPeer(peer, 'verifyKzgProof', sumOnce(commitments, scalars), z, y, proof),
      ),
    }),
    target<[row: Bytes, cellIndex: number]>({
      name: 'kzg::computeCell',
      kind: 'commitment',
      generate: (random) => ({
        what: 'a row',
        arguments: [anyRow(random), random.integer(CELLS)],
      }),
      ours: ({ kzg }, args) => kzg.computeCell(...args),
      rivals: rivals((peer, [row, cellIndex]) => {
        const cells = callPeer(peer, 'computeCells', padded(row)) as Bytes[];
        return cells[cellIndex];
      }),
    }),
    target<[row: Bytes, cellIndex: number]>({
      name: 'kzg::computeCellProof',
      kind: 'cells',
      generate: (random) => ({
        what: 'a row',
        arguments: [anyRow(random), random.integer(CELLS)],
      }),
      ours: ({ kzg }, args) => {
        const { cell, proof } = kzg.computeCellProof(...args);
        return [cell, proof];
      },
      rivals: rivals((peer, [row, cellIndex]) => {
        const [cells, proofs] = callPeer(peer, 'computeCellsAndKzgProofs', padded(row)) as [
          Bytes[],
          Bytes[],
        ];
        return [cells[cellIndex], proofs[cellIndex]];
      }),
    }),
    target<[commitments: Bytes[], cells: Derived[]]>({
      name: 'kzg::verifyDerivedCells',
      kind: 'verifier',
      generate: derivedCells,
      ours: ({ kzg }, [commitments, cells]) =>
        kzg.verifyDerivedCells(kzg.checkCommitments(commitments), cells),
      rivals: rivals(
        (peer, [commitments, cells]) =>
          callPeer(
            peer,
            'verifyCellKzgProofBatch',
            cells.map(({ coefficients }) => sumOnce(commitments, coefficients)),
            cells.map(({ cellIndex }) => cellIndex),
            cells.map(({ cell }) => cell),
            cells.map(({ proof }) => proof),
          ),
        {
          'node-eth-kzg': ([, cells], ours) =>
            wraps(cells.map(({ cellIndex }) => cellIndex)) && !ours.accepted,
        },
      ),
    }),
    target<[rows: Bytes[], scalars: bigint[]]>({
      name: 'kzg::combineRows',
      kind: 'commitment',
      generate: (random) => {
        const count = 1 + random.integer(5);
        return {
          what: `${count} rows`,
          arguments: [
            shortRows(random, count),
            Array.from({ length: count }, () => scalar(random)),
          ],
        };
      },
      ours: ({ kzg }, args) => kzg.combineRows(...args),
      rivals: { naive: { run: (args) => sumOfRows(...args) } },
    }),
    target<[rows: Bytes[], rowCount: number, kept: number[]]>({
      name: 'kzg::extendRows',
      kind: 'commitment',
      generate: (random) => {
        const count = 2 ** random.integer(4);
        const rowCount = count + random.integer(3 * count + 1);
        const kept = random
          .shuffle(Array.from({ length: rowCount }, (_, i) => i))
          .slice(0, count)
          .sort((a, b) => a - b);
        return {
          what: `${count} rows to ${rowCount}`,
          arguments: [shortRows(random, count), rowCount, kept],
        };
      },
      // The coded rows, the coefficients of one of them, and the data rows back from any k.
      ours: ({ kzg }, [rows, rowCount, kept]) => {
        const coded = kzg.extendRows(rows, { rowCount });
        const shape = { dataRows: rows.length, rowCount };
        const chosen = kept.map((index) => coded[index]!);
        return [
          coded,
          kzg.rowCoefficients(kept[0]!, shape).map(element),
          kzg.recoverRows(kept, chosen, shape),
        ];
      },
      rivals: {
        naive: {
          run: ([rows, rowCount, kept]) => {
            const shape = { dataRows: rows.length, rowCount };
            const coded = Array.from({ length: rowCount }, (_, i) =>
              sumOfRows(rows, lagrangeCoefficients(i, shape)),
            );
            return [coded, lagrangeCoefficients(kept[0]!, shape).map(element), rows];
          },
        },
      },
    }),
  ];
}

function padded(row: Bytes): Bytes {
  const blob = new Uint8Array(BLOB_SIZE);
  blob.set(row);
  return blob;
}

function isInDomain(z: Bytes): boolean {
  let power = bytesToScalar(z);
  const order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
  for (let i = 0; i < 12; i++) power = (power * power) % order;
  return power === 1n;
}

/** Sums of the case at hand, by their list of scalars: both peers need the same. */
const sums = new WeakMap<readonly bigint[], Bytes>();

function sumOnce(points: readonly Bytes[], scalars: readonly bigint[]): Bytes {
  const known = sums.get(scalars);
  if (known !== undefined) return known;
  const sum = sumOfPoints(points, scalars);
  sums.set(scalars, sum);
  return sum;
}
