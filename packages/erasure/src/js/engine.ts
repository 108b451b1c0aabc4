/**
 * The engine in plain JavaScript: runs everywhere, also where WebAssembly is forbidden, and is the
 * yardstick for the other one. Its memory never moves.
 */
import { isMatrixCodec } from '../codec.ts';
import type { Engine, Shape, Workspace } from '../engine.ts';
import { evaluationCode, lagrangeRows } from '../evaluation-code.ts';
import { fieldOf } from '../field.ts';
import { createLeopard } from './leopard.ts';
import { addPackedProducts } from './packed-product.ts';
import { addSplitProducts } from './split-product.ts';

export function createJsEngine(): Engine {
  return { name: 'js', open };
}

function open(shape: Shape): Workspace {
  const { codec, slotBytes } = shape;
  const field = fieldOf(codec);
  const count = shape.dataShards + shape.parityShards;
  const memory = new Uint8Array(count * slotBytes);
  const slots = Array.from({ length: count }, (_, i) =>
    memory.subarray(i * slotBytes, (i + 1) * slotBytes),
  );
  const views = (indices: readonly number[], bytes: number): Uint8Array[] =>
    indices.map((index) => slots[index]!.subarray(0, bytes));
  const leopard = isMatrixCodec(codec) ? undefined : createLeopard(shape);

  return {
    slot: (index) => slots[index]!,
    encode(bytes) {
      leopard!.encode(slots, bytes);
    },
    combine(targets, sources, coefficients, bytes, add = false) {
      const outputs = views(targets, bytes);
      const inputs = views(sources, bytes);
      if (!add) for (const output of outputs) output.fill(0);
      if (field.bits === 16) addSplitProducts(outputs, inputs, { coefficients, field, bytes });
      else addPackedProducts(outputs, inputs, { coefficients, field });
    },
    recover(present, wanted, bytes) {
      leopard!.recover(slots, { present, wanted, bytes });
    },
    coefficients(sources, wanted) {
      return lagrangeRows(evaluationCode(codec, shape), { sources, wanted });
    },
    close() {},
  };
}
