/** `verify` and `repair`: every shard of every stripe is read; what is wrong is named, or made anew. */
import { commitShards, type Erasure, ROOT_BYTES } from '../src/index.ts';
import { createCoder } from './coder.ts';
import { Fault } from './fault.ts';
import { requireEnough } from './join.ts';
import type { Progress } from './progress.ts';
import { encodeHeader, recordPlace, stripeBytes } from './shard-file.ts';
import type { ShardSet, ShardState } from './shard-set.ts';
import { beginFile, type WholeFile } from './whole-file.ts';

/** What `verify` found; the shards' own states are in the set. */
export interface Verdict {
  /** Stripes that have fewer than k right shards. */
  readonly lostStripes: readonly number[];
  readonly damaged: readonly ShardState[];
}

/**
 * Reads and checks everything. Rejects with `Fault` if shards that are all right by their proofs are
 * no codeword: then their maker did not use this code.
 */
export async function verify(set: ShardSet, progress: Progress): Promise<Verdict> {
  const coder = await createCoder(set.cut);
  const lostStripes: number[] = [];
  for (let stripe = 0; stripe < set.stripeCount; stripe++) {
    const shards = await set.readStripe(stripe, set.states.length);
    if (shards.filter(Boolean).length < set.cut.dataShards) lostStripes.push(stripe);
    else requireCodeword(set, { stripe, shards: coder.reconstruct(shards), coder });
    progress.add(stripeBytes(set.cut, stripe));
  }
  progress.end();
  return { lostStripes, damaged: set.states.filter((state) => !set.isWhole(state)) };
}

/**
 * Replaces every shard file of `damaged` by a whole one. Rejects with `Fault` if a stripe is lost;
 * then nothing was changed.
 */
export async function repair(
  set: ShardSet,
  { damaged, progress }: { readonly damaged: readonly ShardState[]; readonly progress: Progress },
): Promise<void> {
  const { cut } = set;
  const coder = await createCoder(cut);
  const files: WholeFile[] = [];
  try {
    for (const { path } of damaged) files.push(await beginFile(path));
    const roots = new Uint8Array(set.stripeCount * ROOT_BYTES);
    for (let stripe = 0; stripe < set.stripeCount; stripe++) {
      const right = await set.readStripe(stripe, cut.dataShards);
      requireEnough(set, { stripe, shards: right });
      const shards = coder.reconstruct(right);
      const proofs = requireCodeword(set, { stripe, shards, coder });
      roots.set(set.rootOf(stripe), stripe * ROOT_BYTES);
      const { at } = recordPlace(cut, stripe);
      for (const [i, { index }] of damaged.entries()) {
        await files[i]!.handle.writev([...proofs[index]!, shards[index]!], at);
      }
      progress.add(stripeBytes(cut, stripe));
    }
    for (const [i, { index }] of damaged.entries()) {
      const header = encodeHeader({ ...cut, index, set: set.set });
      await files[i]!.handle.writev([header, roots], 0);
    }
    for (const file of files) await file.keep();
    progress.end();
  } finally {
    for (const file of files) await file.drop();
  }
}

/** The proofs of a stripe whose shards, all k+m, are a codeword under its root. */
function requireCodeword(
  set: ShardSet,
  stripe: {
    readonly stripe: number;
    readonly shards: readonly Uint8Array[];
    readonly coder: Erasure;
  },
): Uint8Array<ArrayBuffer>[][] {
  const { root, proofs } = commitShards(stripe.shards);
  const isRight = set.rootOf(stripe.stripe).equals(root) && stripe.coder.verify(stripe.shards);
  if (isRight) return proofs;
  throw new Fault(`stripe ${stripe.stripe}: the committed shards are no encoding`);
}
