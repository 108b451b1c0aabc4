/** Check B per row in the KZG scheme: <row_i, barycentric weights of z> = sum_j L_ij y_j. */
import { type Kzg, KzgError } from '@barycenter/kzg';
import type { CheckedHeader } from './check-header.ts';
import { DaError } from './errors.ts';
import { packPayload } from './payload.ts';
import type { RowCheck } from './row-check.ts';
import { rowLeafPrefix } from './rows.ts';

/** Rows of one header against its expected evaluations. c field products a row. */
export function kzgRowCheck(header: CheckedHeader, kzg: Kzg): RowCheck {
  const { geometry, rowEvaluations, weights } = header;
  return {
    holds: ({ index, row }) => {
      try {
        return kzg.evaluateRow(row, weights) === rowEvaluations[index];
      } catch (cause) {
        if (!(cause instanceof KzgError)) throw cause;
        throw notCanonical(index, cause);
      }
    },
    digest: async ({ index, row }, { pool, signal }) => {
      const [digest] = await pool.digestMany([row], {
        z: weights.z,
        prefixes: [rowLeafPrefix(index)],
        ...(signal === undefined ? {} : { signal }),
      });
      const { hash, y } = digest!;
      const holds = (): boolean => {
        if (y === undefined) throw notCanonical(index);
        return y === rowEvaluations[index];
      };
      return { leaf: hash, holds };
    },
    encodePayload: (payload) =>
      kzg.extendRows(packPayload(payload, geometry), { rowCount: geometry.n }),
  };
}

function notCanonical(index: number, cause?: KzgError): DaError {
  const message = 'an element of the row is not below the modulus';
  return new DaError('row_not_canonical', message, { row: index, ...(cause && { cause }) });
}
