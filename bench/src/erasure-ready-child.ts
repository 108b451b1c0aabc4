/**
 * The first parity of a fresh process: creating a coder of 1000+1000 and encoding shards of 1 KiB once,
 * after the import. `ours` is the built package. Arguments: contender, back end, path of the peer's
 * module. Prints JSON.
 */
import { readFileSync } from 'node:fs';
import { erasureBackendOption, parseBackend } from './backends.ts';
import { dataShards } from './erasure-input.ts';

const [contender, backend, modulePath] = process.argv.slice(2) as [string, string, string];
const SHAPE = { k: 1000, m: 1000, bytes: 1024, lost: 0 };
const data = dataShards(SHAPE);

/** What is timed, with everything imported. */
const FIRST_USE: Readonly<Record<string, () => Promise<() => Promise<boolean>>>> = {
  ours: async () => {
    const { createErasure } = await import('@barycenter/erasure');
    return async () => {
      const coder = await createErasure({
        codec: 'leopard-ff16',
        dataShards: SHAPE.k,
        parityShards: SHAPE.m,
        ...erasureBackendOption(parseBackend(backend)),
      });
      return coder.encode(data).length === SHAPE.m;
    };
  },
  'rs-simd wasm': async () => {
    const bytes = readFileSync(modulePath);
    return async () => {
      const { instance } = await WebAssembly.instantiate(bytes);
      const { memory, open, shards, encode } = instance.exports as unknown as {
        readonly memory: WebAssembly.Memory;
        open(k: number, m: number, bytes: number): number;
        shards(coder: number): number;
        encode(coder: number): void;
      };
      const coder = open(SHAPE.k, SHAPE.m, SHAPE.bytes);
      const target = new Uint8Array(memory.buffer, shards(coder));
      for (const [i, shard] of data.entries()) target.set(shard, i * SHAPE.bytes);
      encode(coder);
      return true;
    };
  },
};

const use = await FIRST_USE[contender]!();
const cpu = process.cpuUsage();
const wall = performance.now();
const result = await use();
const wallMs = performance.now() - wall;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs, result }));
