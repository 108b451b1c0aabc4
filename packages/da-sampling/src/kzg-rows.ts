/** Check B per row in the KZG scheme: <row_i, barycentric weights of z> = sum_j L_ij y_j. */
import { type Kzg, KzgError } from '@barycenter/kzg';
import { assertChecked, type CheckedHeader, type OpenedHeader } from './check-header.ts';
import { DaError } from './errors.ts';
import { packPayload } from './payload.ts';
import { NOT_CANONICAL, type RowCheck } from './row-check.ts';

/** Rows of one header against its expected evaluations. c field products a row. */
export function kzgRowCheck(header: OpenedHeader, kzg: Kzg): RowCheck {
  const { geometry, rowEvaluations, weights } = kzgHeader(header);
  return {
    holds: ({ index, row }) => {
      try {
        return kzg.evaluateRow(row, weights) === rowEvaluations[index];
      } catch (cause) {
        if (!(cause instanceof KzgError)) throw cause;
        throw new DaError('row_not_canonical', NOT_CANONICAL, { row: index, cause });
      }
    },
    encodePayload: (payload) =>
      kzg.extendRows(packPayload(payload, geometry), { rowCount: geometry.n }),
    evaluation: { z: weights.z, values: rowEvaluations },
  };
}

/** TypeError unless the header was opened by the KZG scheme. */
export function kzgHeader(header: OpenedHeader): CheckedHeader {
  assertChecked(header, 'kzg');
  return header as CheckedHeader;
}
