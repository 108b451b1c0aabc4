/**
 * The question that a kernel must answer before it is used: parity of a small code by transform, a
 * shard recovered from it by transform and by coefficients, in both Leopard fields.
 */
import type { Codec } from '../engine.ts';
import { engineOn } from './engine.ts';

/** Data shards, parity shards and bytes of the question. */
const SHAPE = { dataShards: 5, parityShards: 3, slotBytes: 128 } as const;

/** The sum of the parity bytes, each times its number from 1; derived in JavaScript in the tests. */
export const KNOWN_ANSWERS: Readonly<Partial<Record<Codec, number>>> = {
  'leopard-ff8': 9_754_059,
  'leopard-ff16': 9_683_426,
};

/** Whether a fresh instance computes correctly. Under a millisecond. */
export function acceptsKernel(instance: WebAssembly.Instance): boolean {
  const engine = engineOn(instance, 'strict');
  return Object.entries(KNOWN_ANSWERS).every(([codec, answer]) => {
    const workspace = engine.open({ ...SHAPE, codec: codec as Codec });
    const { dataShards: k, slotBytes: bytes } = SHAPE;
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
    if (sum !== answer) return false;
    const lost = workspace.slot(1).slice();
    workspace.recover(Uint8Array.of(1, 0, 1, 1, 1, 1, 1, 0), [1], bytes);
    const byTransform = workspace.slot(1).slice();
    const sources = [0, 2, 3, 4, 6];
    workspace.combine([1], sources, workspace.coefficients(sources, [1]), bytes);
    const byCoefficients = workspace.slot(1);
    const holds = lost.every((byte, i) => byte === byTransform[i] && byte === byCoefficients[i]);
    workspace.close();
    return holds;
  });
}
