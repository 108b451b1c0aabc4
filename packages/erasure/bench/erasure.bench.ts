/**
 * Data rates of the public API: `node --conditions=@barycenter/source packages/erasure/bench/erasure.bench.ts`.
 * One line per case, `erasure::operation/key=value ...` and MB/s = dataShards * shardBytes / median time
 * (1 MB = 10^6 bytes). Decoding loses min(k, m) data shards; inputs are warm, results newly allocated.
 */
import { seededRandom } from '@barycenter/testing';
import { CODECS, checkShard, commitShards, createErasureSync } from '../src/index.ts';

const SHAPES: readonly (readonly [number, number, number])[] = [
  [10, 4, 1024],
  [10, 4, 65_536],
  [16, 16, 65_536],
  [100, 100, 10_240],
  [128, 128, 4096],
];
const RUN_MS = 500;

/** Median milliseconds of a call, over at least 5 calls after a warm-up of the same length. */
function medianMs(call: () => unknown): number {
  const warmUntil = performance.now() + RUN_MS;
  while (performance.now() < warmUntil) call();
  const times: number[] = [];
  const until = performance.now() + RUN_MS;
  while (performance.now() < until || times.length < 5) {
    const start = performance.now();
    call();
    times.push(performance.now() - start);
  }
  return times.sort((left, right) => left - right)[times.length >> 1]!;
}

for (const codec of CODECS) {
  for (const [dataShards, parityShards, shardBytes] of SHAPES) {
    const random = seededRandom(1);
    const coder = createErasureSync({ codec, dataShards, parityShards });
    const data = Array.from({ length: dataShards }, () => random.bytes(shardBytes));
    const all = [...data, ...coder.encode(data)];
    const lost = Math.min(dataShards, parityShards);
    const slots = all.map((shard, i) => (i < lost ? null : shard));
    const { root, proofs } = commitShards(all);
    const checked = all.map((shard, index) =>
      checkShard({ root, index, shardCount: all.length, shard, proof: proofs[index]! }),
    );
    const report = (operation: string, call: () => unknown): void => {
      const ms = medianMs(call);
      const rate = (dataShards * shardBytes) / ms / 1000;
      const keys = `codec=${codec} k=${dataShards} m=${parityShards} shardBytes=${shardBytes}`;
      console.log(`erasure::${operation}/${keys}\t${rate.toFixed(1)} MB/s\t${ms.toFixed(3)} ms`);
    };
    report('encode', () => coder.encode(data));
    report('verify', () => coder.verify(all));
    report('reconstruct', () => coder.reconstruct(slots));
    report('commitShards', () => commitShards(all));
    report('reconstructChecked', () => coder.reconstructChecked(checked.slice(lost)));
    const createMs = medianMs(() => createErasureSync({ codec, dataShards, parityShards }));
    console.log(
      `erasure::createErasureSync/codec=${codec} k=${dataShards} m=${parityShards}\t${createMs.toFixed(3)} ms`,
    );
  }
}
