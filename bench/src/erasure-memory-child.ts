/**
 * One memory scenario of our coder in a process that does nothing else. Arguments: scenario, back
 * end. Prints JSON: milliseconds, and MiB of the kind that the scenario bounds.
 */
import {
  type Codec,
  decodeStream,
  encodeStream,
  type PartialStripe,
  type Stripe,
} from '@barycenter/erasure';
import { seededRandom } from '@barycenter/testing';
import { parseBackend } from './backends.ts';
import { dataShards, digest } from './erasure-input.ts';
import { createOurs } from './erasure-ours.ts';

const [scenario, backendText] = process.argv.slice(2) as [string, string];
const backend = parseBackend(backendText);
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The blob of 10 MB and its 3,072 chunks. */
const BLOB = { k: 1024, m: 2048, bytes: 10 * 1024, lost: 0 };
const BLOB_CODEC: Codec = 'leopard-ff16-low';
const COLUMN_BYTES = 640;

const memories = collectMemories();
const wasmMib = (): number =>
  [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0) / MIB;
const ownMib = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MIB;
};

const SCENARIOS: Readonly<Record<string, () => Promise<{ memoryMib: number; result: boolean }>>> = {
  /** WebAssembly memory for the whole blob in one call. */
  blobMemory: async () => {
    const coder = await createOurs(BLOB, { codec: BLOB_CODEC, backend });
    const parity = coder.encode(dataShards(BLOB));
    return { memoryMib: wasmMib(), result: parity.length === BLOB.m };
  },
  /** WebAssembly memory for the same parity, made in columns. */
  columnMemory: async () => {
    const data = dataShards(BLOB);
    const whole = await createOurs(BLOB, { codec: BLOB_CODEC, backend: 'js' });
    const expected = digest(whole.encode(data));
    const coder = await createOurs(BLOB, { codec: BLOB_CODEC, backend });
    const parity = Array.from({ length: BLOB.m }, () => new Uint8Array(BLOB.bytes));
    for (let at = 0; at < BLOB.bytes; at += COLUMN_BYTES) {
      const column = (shards: readonly Uint8Array[]): Uint8Array[] =>
        shards.map((shard) => shard.subarray(at, at + COLUMN_BYTES));
      coder.encode(column(data), column(parity));
    }
    return { memoryMib: wasmMib(), result: digest(parity) === expected };
  },
  /** Growth of resident memory while 1 GiB is encoded, loses four shards of each stripe, and is decoded. */
  streamGrowth: async () => {
    const chunk = new Uint8Array(MIB).fill(7);
    const coder = await createOurs({ k: 10, m: 4 }, { codec: 'gf8-cauchy', backend });
    const before = process.memoryUsage().rss;
    let peak = before;
    let sent = 0;
    let received = 0;
    let result = true;
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent === GIB) return controller.close();
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const lose = new TransformStream<Stripe, PartialStripe>({
      transform: (stripe, controller) =>
        controller.enqueue({
          ...stripe,
          shards: stripe.shards.map((shard, i) => (i < 4 ? null : shard)),
        }),
    });
    const check = new WritableStream<Uint8Array>({
      write(bytes) {
        received += bytes.length;
        result &&= bytes[0] === 7 && bytes[bytes.length - 1] === 7;
        peak = Math.max(peak, process.memoryUsage.rss());
      },
    });
    await source
      .pipeThrough(encodeStream(coder, { buffers: 2 }))
      .pipeThrough(lose)
      .pipeThrough(decodeStream(coder, { byteLength: GIB, buffers: 1 }))
      .pipeTo(check);
    return { memoryMib: (peak - before) / MIB, result: result && received === GIB };
  },
  /** Growth over 9,000 further erasure patterns. */
  patternGrowth: async () => {
    const [k, m, bytes] = [20, 10, 512];
    const coder = await createOurs({ k, m }, { codec: 'leopard-ff8', backend });
    const data = dataShards({ k, m, bytes, lost: 0 });
    const all = [...data, ...coder.encode(data)];
    const random = seededRandom(10_000);
    const pattern = (): boolean => {
      const lost = new Set(random.shuffle(all.map((_, i) => i)).slice(0, 1 + random.integer(m)));
      const back = coder.reconstruct(all.map((shard, i) => (lost.has(i) ? null : shard)));
      return digest(back) === digest(all);
    };
    let result = true;
    for (let i = 0; i < 1000; i++) result &&= pattern();
    const before = ownMib() + wasmMib();
    for (let i = 0; i < 9000; i++) result &&= pattern();
    return { memoryMib: Math.max(0, ownMib() + wasmMib() - before), result };
  },
};

const cpu = process.cpuUsage();
const wall = performance.now();
const outcome = await SCENARIOS[scenario]!();
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - wall,
    peakRssMib: process.resourceUsage().maxRSS / 1024,
    ...outcome,
  }),
);

/** Every memory of every module that is instantiated from now on. */
function collectMemories(): Set<WebAssembly.Memory> {
  const found = new Set<WebAssembly.Memory>();
  const note = (instance: WebAssembly.Instance): void => {
    for (const value of Object.values(instance.exports)) {
      if (value instanceof WebAssembly.Memory) found.add(value);
    }
  };
  const { Instance, instantiate } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      note(this);
    }
  };
  WebAssembly.instantiate = (async (source: BufferSource, imports?: WebAssembly.Imports) => {
    const made = await instantiate(source, imports);
    note('instance' in made ? made.instance : (made as WebAssembly.Instance));
    return made;
  }) as typeof WebAssembly.instantiate;
  return found;
}
