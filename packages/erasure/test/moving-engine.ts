/**
 * An engine whose memory moves with every `open`, as WebAssembly's does when it grows: all views
 * handed out before are detached, contents stay. Computes with the JavaScript engine.
 */
import type { Engine, Workspace } from '../src/engine.ts';
import { createJsEngine } from '../src/js/engine.ts';

export function createMovingEngine(): Engine {
  const inner = createJsEngine();
  const moves: (() => void)[] = [];
  return {
    name: 'js',
    open(shape) {
      for (const move of moves) move();
      const count = shape.dataShards + shape.parityShards;
      const computed = inner.open(shape);
      let memory = new Uint8Array(count * shape.slotBytes);
      moves.push(() => {
        const copy = memory.slice();
        structuredClone(memory.buffer, { transfer: [memory.buffer] });
        memory = copy;
      });
      const slot = (index: number): Uint8Array =>
        memory.subarray(index * shape.slotBytes, (index + 1) * shape.slotBytes);
      const around = (compute: () => void): void => {
        for (let i = 0; i < count; i++) computed.slot(i).set(slot(i));
        compute();
        for (let i = 0; i < count; i++) slot(i).set(computed.slot(i));
      };
      const workspace: Workspace = {
        slot,
        encode: (bytes) => around(() => computed.encode(bytes)),
        combine: (...args) => around(() => computed.combine(...args)),
        recover: (...args) => around(() => computed.recover(...args)),
        coefficients: (...args) => computed.coefficients(...args),
        close: () => computed.close(),
      };
      return workspace;
    },
  };
}
