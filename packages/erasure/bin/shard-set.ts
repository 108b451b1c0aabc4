/**
 * The shard files that lie beside a file's name, as one set: which are there, which are damaged and
 * where, and the shards of a stripe that have proven to belong to it.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { checkShard, ErasureError, ROOT_BYTES } from '../src/index.ts';
import { Fault } from './fault.ts';
import {
  type Cut,
  decodeHeader,
  FIXED_BYTES,
  type Header,
  MAX_FILES,
  proofNodes,
  recordPlace,
  setOf,
  shardFileBytes,
  shardPath,
  stripeCount,
} from './shard-file.ts';

/** What is known of one shard file. */
export interface ShardState {
  readonly index: number;
  readonly path: string;
  /** Why the whole file is of no use, or undefined. */
  readonly problem: string | undefined;
  /** Its roots are damaged or its size is wrong, though its records may be right. */
  readonly isFrayed: boolean;
  /** Stripes whose record was read and found wrong, so far. */
  readonly damagedStripes: Set<number>;
}

type Opened = { readonly handle: FileHandle; readonly header: Header; readonly size: number };

/** One set of shard files, open for reading. */
export class ShardSet {
  readonly cut: Cut;
  readonly set: Buffer;
  /** All k+m, in order. */
  readonly states: readonly ShardState[];
  readonly #roots: Buffer;
  readonly #handles: readonly (FileHandle | undefined)[];

  private constructor(
    fields: Pick<ShardSet, 'cut' | 'set' | 'states'> & {
      readonly roots: Buffer;
      readonly handles: readonly (FileHandle | undefined)[];
    },
  ) {
    this.cut = fields.cut;
    this.set = fields.set;
    this.states = fields.states;
    this.#roots = fields.roots;
    this.#handles = fields.handles;
  }

  /**
   * Opens `base.000.shard` and so on. If they are of several sets, `wanted` (the beginning of an id in
   * hexadecimal) says which one. Rejects with `Fault` if there is no readable set.
   */
  static async open(base: string, wanted = ''): Promise<ShardSet> {
    const opened: Opened[] = [];
    const problems = new Map<number, string>();
    try {
      for (let index = 0; index < MAX_FILES; index++) {
        const found = await openShard(shardPath(base, index), index);
        if (typeof found === 'string') problems.set(index, found);
        else if (found !== undefined) opened.push(found);
      }
      const { header: model } = choose(opened, { base, wanted });
      const cut: Cut = model;
      const mates = opened.filter(({ header }) => header.set.equals(model.set));
      const tables = await Promise.all(mates.map((mate) => readRoots(mate)));
      const roots = tables.find((table) => table !== undefined);
      if (roots === undefined) throw new Fault(`${base}: the roots of all shards are damaged`);
      const handles: (FileHandle | undefined)[] = [];
      const states = Array.from({ length: cut.dataShards + cut.parityShards }, (_, index) => {
        const at = mates.findIndex(({ header }) => header.index === index);
        handles.push(mates[at]?.handle);
        const isForeign = opened.some(({ header }) => header.index === index);
        const problem = problems.get(index) ?? (isForeign ? 'of another set' : 'missing');
        return {
          index,
          path: shardPath(base, index),
          problem: at < 0 ? problem : undefined,
          isFrayed: at >= 0 && (!tables[at] || mates[at]!.size !== shardFileBytes(cut)),
          damagedStripes: new Set<number>(),
        };
      });
      for (const { handle } of opened) if (!handles.includes(handle)) await handle.close();
      return new ShardSet({ cut, set: model.set, states, roots, handles });
    } catch (error) {
      for (const { handle } of opened) await handle.close();
      throw error;
    }
  }

  get stripeCount(): number {
    return stripeCount(this.cut);
  }

  /** The commitment to a stripe's shards. */
  rootOf(stripe: number): Buffer {
    return this.#roots.subarray(stripe * ROOT_BYTES, (stripe + 1) * ROOT_BYTES);
  }

  /** Whether a file is as it should be, as far as it was read. */
  isWhole({ problem, isFrayed, damagedStripes }: ShardState): boolean {
    return problem === undefined && !isFrayed && damagedStripes.size === 0;
  }

  /** The first `most` shards of a stripe that stand under its root; `null` for all others. */
  async readStripe(stripe: number, most: number): Promise<(Uint8Array<ArrayBuffer> | null)[]> {
    const shards: (Uint8Array<ArrayBuffer> | null)[] = this.states.map(() => null);
    let found = 0;
    for (const { index, damagedStripes } of this.states) {
      if (found === most) break;
      const handle = this.#handles[index];
      if (handle === undefined) continue;
      const shard = await this.#readShard(handle, { index, stripe });
      if (shard === undefined) damagedStripes.add(stripe);
      else found++;
      shards[index] = shard ?? null;
    }
    return shards;
  }

  async close(): Promise<void> {
    for (const handle of this.#handles) await handle?.close();
  }

  async #readShard(
    handle: FileHandle,
    { index, stripe }: { readonly index: number; readonly stripe: number },
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { at, proofBytes, shardBytes } = recordPlace(this.cut, stripe);
    const record = await readExactly(handle, { at, bytes: proofBytes + shardBytes });
    if (record === undefined) return undefined;
    const proof = Array.from({ length: proofNodes(this.cut) }, (_, i) =>
      record.subarray(i * ROOT_BYTES, (i + 1) * ROOT_BYTES),
    );
    const claim = { root: this.rootOf(stripe), index, shardCount: this.states.length, proof };
    try {
      return checkShard({ ...claim, shard: record.subarray(proofBytes) }).shard;
    } catch (error) {
      if (error instanceof ErasureError) return undefined;
      throw error;
    }
  }
}

/** A shard file with its header; what is wrong with it; or undefined if there is none. */
async function openShard(path: string, index: number): Promise<Opened | string | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : `cannot be opened (${code})`;
  }
  const bytes = await readExactly(handle, { at: 0, bytes: FIXED_BYTES });
  const header = bytes === undefined ? 'shorter than a header' : decodeHeader(bytes);
  if (typeof header === 'string' || header.index !== index) {
    await handle.close();
    return typeof header === 'string' ? header : `it is shard ${header.index}`;
  }
  return { handle, header, size: (await handle.stat()).size };
}

/** A file of the set that is wanted, or of the only one. */
function choose(
  opened: readonly Opened[],
  { base, wanted }: { readonly base: string; readonly wanted: string },
): Opened {
  const sets = new Map(opened.map((file) => [file.header.set.toString('hex'), file]));
  const matching = [...sets].filter(([id]) => id.startsWith(wanted));
  if (matching.length === 1) return matching[0]![1];
  if (sets.size === 0) throw new Fault(`${base}: no readable shards`);
  const ids = [...sets.keys()].map((id) => `\n  ${id}`).join('');
  throw new Fault(`${base}: choose one of these sets with --id${ids}`);
}

/** The roots of a file, or undefined if they are damaged. */
async function readRoots({ handle, header }: Opened): Promise<Buffer | undefined> {
  const bytes = stripeCount(header) * ROOT_BYTES;
  const roots = await readExactly(handle, { at: FIXED_BYTES, bytes });
  return roots && setOf(header, roots).equals(header.set) ? roots : undefined;
}

/** Bytes of a file, or undefined where it is shorter or cannot be read. */
async function readExactly(
  handle: FileHandle,
  { at, bytes }: { readonly at: number; readonly bytes: number },
): Promise<Buffer<ArrayBuffer> | undefined> {
  const buffer = Buffer.alloc(bytes);
  for (let filled = 0; filled < bytes; ) {
    const result = await handle
      .read(buffer, filled, bytes - filled, at + filled)
      .catch(() => undefined);
    if (result === undefined || result.bytesRead === 0) return undefined;
    filled += result.bytesRead;
  }
  return buffer;
}
