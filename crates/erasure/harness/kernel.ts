// Compares one built module with the JavaScript engine: parity, recovery and coefficients of every
// codec's field. Stops with an exception at the first difference.
//
//   node --conditions=@barycenter/source harness/kernel.ts <module.wasm>
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Codec } from '../../../packages/erasure/src/engine.ts';
import { createJsEngine } from '../../../packages/erasure/src/js/engine.ts';
import { engineOn } from '../../../packages/erasure/src/wasm/engine.ts';
import { acceptsKernel } from '../../../packages/erasure/src/wasm/known-answer.ts';

const bytes = readFileSync(process.argv[2] ?? '');
const module = new WebAssembly.Module(bytes);
assert(acceptsKernel(new WebAssembly.Instance(module)));
const wasm = engineOn(new WebAssembly.Instance(module), 'strict');
const js = createJsEngine();

const SHAPES = [
  ['gf8-cauchy', 17, 5],
  ['leopard-ff8', 3, 2],
  ['leopard-ff8', 100, 100],
  ['leopard-ff16', 130, 40],
  ['leopard-ff16-low', 10, 300],
] as const satisfies readonly (readonly [Codec, number, number])[];
const BYTES = 1088;

for (const [codec, dataShards, parityShards] of SHAPES) {
  const total = dataShards + parityShards;
  const indices = Array.from({ length: total }, (_, i) => i);
  const [ours, theirs] = [wasm, js].map((engine) => {
    const workspace = engine.open({ codec, dataShards, parityShards, slotBytes: BYTES });
    for (let i = 0; i < total; i++) {
      workspace.slot(i).set(Uint8Array.from({ length: BYTES }, (_, at) => (at * at + 7 * i) >> 3));
    }
    const lost = indices.slice(0, Math.min(dataShards, parityShards));
    if (codec === 'gf8-cauchy') {
      const rows = Uint16Array.from({ length: dataShards * parityShards }, (_, i) => i % 251);
      workspace.combine(indices.slice(dataShards), indices.slice(0, dataShards), rows, BYTES);
    } else {
      workspace.encode(BYTES);
      const all = indices.map((i) => workspace.slot(i).slice());
      for (const i of lost) workspace.slot(i).fill(0);
      const present = Uint8Array.from(indices, (i) => Number(i >= lost.length));
      workspace.recover(present, lost, BYTES);
      assert.deepEqual(
        indices.map((i) => workspace.slot(i).slice()),
        all,
      );
      const some = indices.slice(1, dataShards + 1);
      workspace.combine([0], some, workspace.coefficients(some, [0]), BYTES);
    }
    return indices.map((i) => workspace.slot(i).slice());
  });
  assert.deepEqual(ours, theirs, codec);
}
console.log(`${bytes.length} bytes: parity and recovered shards are those of JavaScript`);
