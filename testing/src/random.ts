/**
 * Seeded pseudo-random generator for tests: xorshift32, the stream that `vectors/erasure/README.md`
 * defines (state x = seed, each step appends x as four little-endian bytes). Not for cryptography.
 */

export type Random = {
  readonly seed: number;
  /** The next `size` bytes of the stream (a partly used word is dropped). */
  bytes(size: number): Uint8Array<ArrayBuffer>;
  /** An integer in [0, bound), bound <= 2^32. */
  integer(bound: number): number;
  /** A bigint in [0, bound), by reduction of 128 surplus bits. */
  bigint(bound: bigint): bigint;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
};

/** A generator with a fixed seed; print `random.seed` where a failure is reported. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  const bytes = (size: number): Uint8Array<ArrayBuffer> => {
    const out = new Uint8Array(Math.ceil(size / 4) * 4);
    const view = new DataView(out.buffer);
    for (let i = 0; i < out.length; i += 4) view.setUint32(i, next(), true);
    return out.slice(0, size);
  };
  const integer = (bound: number): number => Math.floor((next() / 2 ** 32) * bound);
  return {
    seed,
    bytes,
    integer,
    bigint: (bound) => {
      const size = Math.ceil(bound.toString(16).length / 2) + 16;
      let value = 0n;
      for (const byte of bytes(size)) value = (value << 8n) | BigInt(byte);
      return value % bound;
    },
    shuffle: (items) => {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
      return out;
    },
  };
}
