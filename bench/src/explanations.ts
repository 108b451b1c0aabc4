/**
 * Why a row misses a bound, by row: what a profile showed. The report prints these beside the rows
 * that are not met, and says so where one is missing. Keys are row names, or `backend row` for one
 * back end only.
 */
export const EXPLANATIONS: Readonly<Record<string, string>> = {
  'erasure::encodePool/k=1024 m=2048 bytes=10240 blobs=16 workers=2':
    'three threads on two cores: a worker needs 20 ms a blob, and the calling thread 10 ms more to copy 30 MB of shards in and out, so two cores cannot go below 15 ms; without that copying the workers scale. Blocks that fit best are reused (1.13x before). Shards in shared memory would spare the copies.',
  'erasure::firstUse/codec=leopard-ff16 k=1000 m=1000 bytes=1024':
    "compiling 56 KB takes 1.3 ms at best, the known answer 1.7 ms, and the first encode 5 ms, as it runs in code of V8's baseline compiler (0.7 ms when optimised). The known answer was cut to one field.",
  'tee::verifyAttestedKeys/statements=256 keys=1':
    'on Bun, where noble is three times faster than on Node: the signatures alone (`verifyDigests`) keep their factor of 5.6, but Keccak and the checks of each statement, 90 µs, are then half of the time.',
};
