/** How shards follow from k others: what to run on a workspace whose source slots are filled. */
import { isMatrixCodec } from './codec.ts';
import { isProductFaster } from './decoding-path.ts';
import type { Codec, Workspace } from './engine.ts';
import {
  type EncodingColumns,
  type EvaluationCode,
  encodingColumns,
  evaluationCode,
  lagrangeRows,
} from './evaluation-code.ts';

/** Fills slots from others, over the first `bytes` bytes (a multiple of 64) of each. */
export type Step = (workspace: Workspace, bytes: number) => void;

/** The steps that a codec of one shape has. */
export interface Steps {
  /** Index lists, in order. */
  readonly data: readonly number[];
  readonly parity: readonly number[];
  /** All parity slots from the data slots. */
  readonly encode: Step;
  /** The slots `wanted` from exactly k others. */
  recover(sources: readonly number[], wanted: readonly number[]): Step;
  /** The code itself; built on first use. */
  readonly code: () => EvaluationCode;
  /** Adds the multiple that is due of data slot `index` to all parity slots. */
  add(index: number): Step;
}

export function createSteps(
  codec: Codec,
  counts: { readonly dataShards: number; readonly parityShards: number },
): Steps {
  const { dataShards, parityShards } = counts;
  const shardCount = dataShards + parityShards;
  const data = Array.from({ length: dataShards }, (_, i) => i);
  const parity = Array.from({ length: parityShards }, (_, i) => dataShards + i);
  let code: EvaluationCode | undefined;
  let columns: EncodingColumns | undefined;
  let matrix: Uint16Array | undefined;

  const evaluation = (): EvaluationCode => {
    code ??= evaluationCode(codec, counts);
    return code;
  };

  const product = (sources: readonly number[], wanted: readonly number[]): Step => {
    let rows: Uint16Array | undefined;
    return (workspace, bytes) => {
      rows ??= isMatrixCodec(codec)
        ? lagrangeRows(evaluation(), { sources, wanted })
        : workspace.coefficients(sources, wanted);
      workspace.combine(wanted, sources, rows, bytes);
    };
  };

  const encode: Step = isMatrixCodec(codec)
    ? (workspace, bytes) => {
        matrix ??= lagrangeRows(evaluation(), { sources: data, wanted: parity });
        workspace.combine(parity, data, matrix, bytes);
      }
    : (workspace, bytes) => workspace.encode(bytes);

  return {
    data,
    parity,
    code: evaluation,
    encode,
    recover(sources, wanted) {
      // From the data alone the encoder's transforms do, at about half the decoder's cost.
      const isEncoding = sources[dataShards - 1] === dataShards - 1;
      const load = isEncoding ? 2 * wanted.length : wanted.length;
      if (isProductFaster(codec, { ...counts, wanted: load })) return product(sources, wanted);
      if (isEncoding) return encode;
      const present = new Uint8Array(shardCount);
      for (const index of sources) present[index] = 1;
      return (workspace, bytes) => workspace.recover(present, wanted, bytes);
    },
    add(index) {
      columns ??= encodingColumns(evaluation());
      const column = columns(index);
      return (workspace, bytes) => workspace.combine(parity, [index], column, bytes, true);
    },
  };
}
