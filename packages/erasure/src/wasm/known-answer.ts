/**
 * The question that a kernel must answer before it is used: parity of a small code by transform, and a
 * shard recovered from it by coefficients. GF(2^8) alone: the other field has the same instructions, and
 * asking about it would double the time until a first coder is there.
 */
import { engineOn } from './engine.ts';

/** The code of the question. */
const SHAPE = { codec: 'leopard-ff8', dataShards: 5, parityShards: 3, slotBytes: 128 } as const;

/** The sum of the parity bytes, each times its number from 1; derived in JavaScript in the tests. */
export const KNOWN_ANSWER = 9_754_059;

/** Whether a fresh instance computes correctly. About a millisecond. */
export function acceptsKernel(instance: WebAssembly.Instance): boolean {
  const { dataShards: k, slotBytes: bytes } = SHAPE;
  const workspace = engineOn(instance, 'strict').open(SHAPE);
  for (let i = 0; i < k; i++) {
    workspace.slot(i).set(Uint8Array.from({ length: bytes }, (_, at) => (i + 1) * (at + 3)));
  }
  workspace.encode(bytes);
  let sum = 0;
  for (let i = 0; i < SHAPE.parityShards; i++) {
    workspace.slot(k + i).forEach((byte, at) => {
      sum += byte * (i * bytes + at + 1);
    });
  }
  const lost = workspace.slot(1).slice();
  const sources = [0, 2, 3, 4, 6];
  workspace.combine([1], sources, workspace.coefficients(sources, [1]), bytes);
  return sum === KNOWN_ANSWER && workspace.slot(1).every((byte, i) => byte === lost[i]);
}
