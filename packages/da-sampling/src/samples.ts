/**
 * The cells a light client asks for (da-review.md §2): drawn once, uniformly without replacement
 * over all 128 n cells, written down before the first request, never drawn again. A client that drew
 * new cells after a failure would let an adversary try until it is lucky.
 *
 * Only the draw is kept, never an answer: what was available once is asked for again.
 *
 * Stored form: version u8 | n u16 | count u16 | count x (row u16 | cell u8).
 */
import { DaError } from './errors.ts';
import { MAX_SAMPLES } from './security.ts';
import { join, littleEndian, Reader } from './wire.ts';

/** Cells of one extended row: EIP-7594, CELLS_PER_EXT_BLOB. */
export const CELLS_PER_ROW = 128;

const STORE_VERSION = 1;

/** One cell to be seen. */
export type Sample = { readonly row: number; readonly cell: number };

/** Where samples survive a restart: a file, IndexedDB, a map. Keys are hex strings. */
export type SampleStore = {
  load(key: string): Promise<Uint8Array | undefined>;
  save(key: string, bytes: Uint8Array): Promise<void>;
};

/** Adds distinct uniform cells to `samples` until there are `count`. `random` is a CSPRNG. */
export function drawSamples(
  samples: readonly Sample[],
  options: {
    rowCount: number;
    /** Default CELLS_PER_ROW. */
    cellsPerRow?: number;
    count: number;
    random: (size: number) => Uint8Array;
  },
): Sample[] {
  const { rowCount, cellsPerRow = CELLS_PER_ROW, count, random } = options;
  const drawn = [...samples];
  const taken = new Set(drawn.map(({ row, cell }) => row * cellsPerRow + cell));
  const total = rowCount * cellsPerRow;
  if (count > MAX_SAMPLES || count > total) throw new RangeError(`count: got ${count}`);
  while (drawn.length < count) {
    const index = uniform(total, random);
    if (taken.has(index)) continue;
    taken.add(index);
    drawn.push({ row: Math.floor(index / cellsPerRow), cell: index % cellsPerRow });
  }
  return drawn;
}

/** A uniform integer below `bound` (at most 2^32) by rejection. */
export function uniform(bound: number, random: (size: number) => Uint8Array): number {
  const limit = Math.floor(2 ** 32 / bound) * bound;
  for (;;) {
    const bytes = random(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
    if (value < limit) return value % bound;
  }
}

/** Bytes to keep. */
export function encodeSamples(
  samples: readonly Sample[],
  rowCount: number,
): Uint8Array<ArrayBuffer> {
  return join(
    Uint8Array.of(STORE_VERSION),
    littleEndian(rowCount, 2),
    littleEndian(samples.length, 2),
    ...samples.map(({ row, cell }) => join(littleEndian(row, 2), Uint8Array.of(cell))),
  );
}

/** Reads kept bytes; DaError `samples_corrupt` unless they are exactly what was written. */
export function decodeSamples(bytes: Uint8Array, rowCount: number): Sample[] {
  try {
    const reader = new Reader(bytes);
    const version = reader.number(1);
    const rows = reader.number(2);
    const count = reader.number(2);
    if (version !== STORE_VERSION || rows !== rowCount || count > MAX_SAMPLES) {
      throw new RangeError('another version, row count or too many samples');
    }
    const samples = Array.from({ length: count }, () => readSample(reader, rowCount));
    reader.end();
    const distinct = new Set(samples.map(({ row, cell }) => row * CELLS_PER_ROW + cell));
    if (distinct.size !== count) throw new RangeError('a cell stands twice');
    return samples;
  } catch (cause) {
    throw new DaError('samples_corrupt', 'the stored samples cannot be read', { cause });
  }
}

function readSample(reader: Reader, rowCount: number): Sample {
  const row = reader.number(2);
  const cell = reader.number(1);
  if (row >= rowCount || cell >= CELLS_PER_ROW) throw new RangeError('sample out of range');
  return { row, cell };
}
