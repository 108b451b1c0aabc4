/** A codeword in the engine's memory, filled and read in place; see `Session`. */
import { isWideCodec } from './codec.ts';
import type { Codec, Engine, Workspace } from './engine.ts';
import type { Session } from './erasure.ts';
import { ErasureError } from './errors.ts';
import { BLOCK_BYTES, gatherTail, parityShardBytes, spreadTail, wholeBlocks } from './layout.ts';
import type { Step, Steps } from './recovery.ts';
import { requireIndex } from './shard-list.ts';

export interface SessionShape {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly shardBytes: number;
}

/** Opens a session; `onClose` is called once. */
export function openSession(
  engine: Engine,
  options: SessionShape & { readonly steps: Steps; readonly onClose: (session: Session) => void },
): Session {
  return new WorkspaceSession(engine, options);
}

class WorkspaceSession implements Session {
  readonly shardBytes: number;
  readonly #shape: SessionShape;
  readonly #steps: Steps;
  readonly #onClose: (session: Session) => void;
  /** Bytes of a codeword: of the parity shards. */
  readonly #size: number;
  /** The newest view that the caller has of each slot. */
  readonly #views: (Uint8Array | undefined)[] = [];
  #workspace: Workspace | undefined;

  constructor(engine: Engine, options: Parameters<typeof openSession>[1]) {
    const { codec, dataShards, parityShards, shardBytes, steps, onClose } = options;
    this.shardBytes = shardBytes;
    this.#shape = { codec, dataShards, parityShards, shardBytes };
    this.#steps = steps;
    this.#onClose = onClose;
    this.#size = parityShardBytes(codec, shardBytes);
    const slotBytes = wholeBlocks(this.#size);
    this.#workspace = engine.open({ codec, dataShards, parityShards, slotBytes });
    // A slot may hold what an earlier workspace left.
    for (let i = 0; i < this.#shardCount; i++) this.#workspace.slot(i).fill(0);
  }

  slot(index: number): Uint8Array {
    const workspace = this.#open();
    requireIndex(index, { name: 'index', count: this.#shardCount });
    const isData = index < this.#shape.dataShards;
    const view = workspace.slot(index).subarray(0, isData ? this.shardBytes : this.#size);
    this.#views[index] = view;
    return view;
  }

  encode(): void {
    this.#run(this.#steps.encode, { sources: this.#steps.data, wanted: this.#steps.parity });
  }

  reconstruct(options: { readonly present: readonly number[]; readonly want: readonly number[] }) {
    this.#open();
    const { present, wanted } = readIndices(options, this.#shardCount);
    const { dataShards } = this.#shape;
    if (present.length < dataShards) {
      const message = `too few shards: have ${present.length}, need ${dataShards}`;
      throw new ErasureError('too_few_shards', message);
    }
    if (wanted.length === 0) return;
    const sources = present.slice(0, dataShards);
    const step = this.#steps.recover(sources, wanted);
    // Encoding fills all parity slots.
    this.#run(step, { sources, wanted: step === this.#steps.encode ? this.#steps.parity : wanted });
  }

  close(): void {
    if (this.#workspace === undefined) return;
    this.#workspace.close();
    this.#workspace = undefined;
    this.#views.length = 0;
    this.#onClose(this);
  }

  get #shardCount(): number {
    return this.#shape.dataShards + this.#shape.parityShards;
  }

  #open(): Workspace {
    if (this.#workspace !== undefined) return this.#workspace;
    throw new ErasureError('disposed', 'the session is closed');
  }

  #run(
    step: Step,
    {
      sources,
      wanted,
    }: { readonly sources: readonly number[]; readonly wanted: readonly number[] },
  ): void {
    const workspace = this.#open();
    this.#requireFreshViews();
    const size = this.#size;
    // Shards stay in their own order; only during the step do tails stand as blocks.
    const hasTail = isWideCodec(this.#shape.codec) && size % BLOCK_BYTES !== 0;
    if (hasTail) {
      for (const index of sources) {
        const slot = workspace.slot(index);
        if (index < this.#shape.dataShards && this.shardBytes < size) slot[size - 1] = 0;
        spreadTail(slot, size);
      }
    }
    step(workspace, wholeBlocks(size));
    if (!hasTail) return;
    for (const index of sources) gatherTail(workspace.slot(index), size);
    for (const index of wanted) gatherTail(workspace.slot(index), size);
  }

  /** What was written to a detached view is lost, so nothing is computed from its slot. */
  #requireFreshViews(): void {
    this.#views.forEach((view, index) => {
      if (view === undefined || view.length > 0) return;
      const message = `slot ${index}: memory has moved since slot(${index}) was called`;
      throw new ErasureError('stale_view', message, index);
    });
  }
}

/** Distinct indices in range, ascending; wanted ones must not be present. */
function readIndices(
  { present, want }: { readonly present: readonly number[]; readonly want: readonly number[] },
  count: number,
): { readonly present: number[]; readonly wanted: number[] } {
  const isPresent = marksOf(present, { name: 'present', count });
  const isWanted = marksOf(want, { name: 'want', count });
  const result: { present: number[]; wanted: number[] } = { present: [], wanted: [] };
  for (let index = 0; index < count; index++) {
    if (isPresent[index] === 1) result.present.push(index);
    if (isWanted[index] === 0) continue;
    if (isPresent[index] === 1) throw new RangeError(`want: shard ${index} is present`);
    result.wanted.push(index);
  }
  return result;
}

function marksOf(
  indices: readonly number[],
  expected: { readonly name: string; readonly count: number },
): Uint8Array {
  if (!Array.isArray(indices)) {
    throw new TypeError(`${expected.name}: expected an array of indices`);
  }
  const marks = new Uint8Array(expected.count);
  for (const index of indices) marks[requireIndex(index, expected)] = 1;
  return marks;
}
