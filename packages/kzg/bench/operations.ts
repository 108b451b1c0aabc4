/**
 * CPU milliseconds of each operation, the best of a few runs (user and system time, so that a busy
 * machine disturbs little). Run: `node --conditions=@barycenter/source packages/kzg/bench/operations.ts`
 */
import { createKzg, FIELD_MODULUS, scalarToBytes } from '@barycenter/kzg';
import { seededRandom } from '@barycenter/testing';

const random = seededRandom(1);

function randomRow(count: number): Uint8Array {
  const out = new Uint8Array(32 * count);
  for (let i = 0; i < count; i++) out.set(scalarToBytes(random.bigint(FIELD_MODULUS)), 32 * i);
  return out;
}

function measure<T>(name: string, runs: number, operation: () => T): T {
  let best = Number.POSITIVE_INFINITY;
  let result = operation(); // warm-up: tables, just-in-time compilation
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage();
    result = operation();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  console.log(`kzg::${name} ${best.toFixed(2)} ms`);
  return result;
}

const startup = process.cpuUsage();
const kzg = await createKzg();
const { user, system } = process.cpuUsage(startup);
console.log(`kzg::createKzg ${((user + system) / 1000).toFixed(1)} ms`);

const blob = randomRow(4096);
const commitment = measure('blobToKzgCommitment', 4, () => kzg.blobToKzgCommitment(blob));
const proof = measure('computeBlobKzgProof', 3, () => kzg.computeBlobKzgProof(blob, commitment));
const z = scalarToBytes(5n);
const [opening, y] = kzg.computeKzgProof(blob, z);
measure('verifyKzgProof', 10, () => kzg.verifyKzgProof(commitment, z, y, opening));
measure('verifyBlobKzgProof', 10, () => kzg.verifyBlobKzgProof(blob, commitment, proof));
for (const count of [6, 64]) {
  const repeat = <T>(item: T): T[] => Array.from({ length: count }, () => item);
  measure(`verifyBlobKzgProofBatch/blobs=${count}`, 2, () =>
    kzg.verifyBlobKzgProofBatch(repeat(blob), repeat(commitment), repeat(proof)),
  );
}
measure('computeCells', 10, () => kzg.computeCells(blob));
const [cells, proofs] = measure('computeCellsAndKzgProofs', 2, () =>
  kzg.computeCellsAndKzgProofs(blob),
);
const half = Array.from({ length: 64 }, (_, i) => 2 * i);
measure('recoverCellsAndKzgProofs/cells=64', 2, () =>
  kzg.recoverCellsAndKzgProofs(
    half,
    half.map((i) => cells[i]!),
  ),
);
const all = cells.map((_, i) => i);
measure('verifyCellKzgProofBatch/cells=128 commitments=1', 4, () =>
  kzg.verifyCellKzgProofBatch(
    all.map(() => commitment),
    all,
    cells,
    proofs,
  ),
);

// The row scheme at the size of a 1 MiB payload: k = 256, n = 1,024, c = 133.
const rows = Array.from({ length: 256 }, () => randomRow(133));
const coded = measure('extendRows/k=256 n=1024 c=133', 2, () =>
  kzg.extendRows(rows, { rowCount: 1024 }),
);
const shape = { dataRows: 256, rowCount: 1024 };
const last = Array.from({ length: 256 }, (_, i) => 768 + i);
measure('recoverRows/k=256 n=1024 c=133', 2, () =>
  kzg.recoverRows(
    last,
    last.map((i) => coded[i]!),
    shape,
  ),
);
const commitments = measure('commitRow/c=133 rows=256', 1, () =>
  rows.map((row) => kzg.commitRow(row)),
);
const checked = measure('checkCommitments/count=256', 3, () => kzg.checkCommitments(commitments));
const point = random.bigint(FIELD_MODULUS);
const scalars = rows.map(() => random.bigint(FIELD_MODULUS));
const combined = measure('combineRows/rows=256 c=133', 5, () => kzg.combineRows(rows, scalars));
const weights = measure('evaluationWeights/c=133', 10, () => kzg.evaluationWeights(point, 133));
measure('evaluateRow/c=133', 50, () => kzg.evaluateRow(rows[0]!, weights));
const opened = measure('openRow', 3, () => kzg.openRow(combined, point));
measure('verifyRowOpening/commitments=256', 5, () =>
  kzg.verifyRowOpening(checked, scalars, point, opened.y, opened.proof),
);
measure('rowCoefficients/k=256', 10, () => kzg.rowCoefficients(777, shape));
const one = measure('computeCellProof', 3, () => kzg.computeCellProof(coded[777]!, 90));
measure('computeCell', 10, () => kzg.computeCell(coded[777]!, 90));
const derived = {
  coefficients: kzg.rowCoefficients(777, shape),
  cellIndex: 90,
  ...one,
};
for (const count of [1, 58]) {
  measure(`verifyDerivedCells/commitments=256 cells=${count}`, 3, () =>
    kzg.verifyDerivedCells(
      checked,
      Array.from({ length: count }, () => derived),
    ),
  );
}
console.log(`kzg::memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB resident`);
