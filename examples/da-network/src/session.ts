/**
 * What every command works in: the state folder under lock, the chain, the running nodes and this
 * thread's kernels. `withSession` starts all of it and stops it again, whatever happens inside.
 */
import { mkdirSync } from 'node:fs';
import type { Bls } from '@barycenter/bls';
import type { Profile } from '@barycenter/da-sampling';
import type { Kzg } from '@barycenter/kzg';
import { Chain, DEFAULT_PROFILE } from './chain.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { NetworkError } from './errors.ts';
import { createKernels } from './kernels.ts';
import { acquireLock, type Lock } from './lock.ts';
import { createNetwork } from './network.ts';
import type { Progress } from './progress.ts';
import type { StoredRow } from './protocol.ts';

/** A command's surroundings. */
export interface Session {
  readonly folder: string;
  readonly chain: Chain;
  readonly cluster: Cluster;
  readonly bls: Bls;
  /** Loaded on first use: a command that computes nothing does not pay for the setup. */
  readonly kzg: () => Promise<Kzg>;
  readonly workers: number;
  readonly progress: Progress;
}

/** Inputs of `withSession`. */
export interface SessionOptions {
  /** The state folder. */
  readonly folder: string;
  /** DA nodes of a new network; of an existing one, the number it must have. */
  readonly nodes: number | undefined;
  /** As `nodes`; undefined: `DEFAULT_PROFILE` for a new network. */
  readonly profile?: Profile | undefined;
  /** Whether a network is created where there is none. */
  readonly create: boolean;
  readonly workers: number;
  readonly progress: Progress;
}

/** DA nodes of a network unless the user says. */
export const DEFAULT_NODES = 16;

/**
 * Runs `work` over the network in a folder. Throws `NetworkError` 'state_locked', 'state_missing',
 * 'state_damaged', 'state_unwritable', 'node_count_mismatch', 'profile_mismatch', and whatever `work` throws.
 */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { folder, workers, progress } = options;
  if (!options.create && !Chain.exists(folder)) Chain.load(folder);
  const lock = lockFolder(folder);
  try {
    const { bls: loadBls, kzg } = createKernels();
    const bls = await loadBls();
    const chain = openChain(options, bls);
    const cluster = await startCluster({ folder, chain, bls, workers });
    try {
      for (const line of findings(cluster)) progress.warn(line);
      return await work({ folder, chain, cluster, bls, kzg, workers, progress });
    } finally {
      await cluster.stop();
    }
  } finally {
    lock.release();
  }
}

function openChain({ folder, nodes, profile, create }: SessionOptions, bls: Bls): Chain {
  if (create && !Chain.exists(folder)) {
    return createNetwork(folder, {
      nodes: nodes ?? DEFAULT_NODES,
      profile: profile ?? DEFAULT_PROFILE,
      bls,
    });
  }
  const chain = Chain.load(folder);
  const count = chain.state.validators.length;
  if (nodes !== undefined && nodes !== count) {
    throw new NetworkError(
      'node_count_mismatch',
      `the network in ${folder} has ${count} nodes, not ${nodes}`,
    );
  }
  if (profile !== undefined && profile !== chain.state.profile) {
    throw new NetworkError(
      'profile_mismatch',
      `the network in ${folder} has profile ${chain.state.profile.name}, not ${profile.name}`,
    );
  }
  return chain;
}

function lockFolder(folder: string): Lock {
  try {
    mkdirSync(folder, { recursive: true });
    return acquireLock(folder);
  } catch (cause) {
    if (cause instanceof NetworkError) throw cause;
    throw new NetworkError('state_unwritable', `${folder}: ${(cause as Error).message}`, { cause });
  }
}

/** What the nodes found when they opened their stores, one line per node at most. */
function findings({ nodes, storage }: Cluster): string[] {
  const named = [
    ...nodes.map((status) => ({ ...status, name: `DA node ${status.node}` })),
    ...storage.map((status) => ({ ...status, name: `storage node ${status.node}` })),
  ];
  return named.flatMap(({ name, report, error }) => {
    if (error !== undefined) return [`${name} does not run: ${error.message}`];
    if (report === undefined) return [];
    const { tornBytes, damagedRows, lostRows, equivocations } = report;
    const facts = [
      ...(tornBytes > 0 ? [`an unfinished end of ${tornBytes} bytes was moved aside`] : []),
      ...(damagedRows.length > 0 ? [`damaged rows ${rowList(damagedRows)}`] : []),
      ...(lostRows.length > 0 ? [`lost rows ${rowList(lostRows)}`] : []),
      ...(equivocations > 0 ? [`proof that the submitter signed two headers for a nonce`] : []),
    ];
    return facts.length === 0 ? [] : [`${name}: ${facts.join('; ')}`];
  });
}

function rowList(rows: readonly StoredRow[]): string {
  const shown = rows.slice(0, 8).map(({ row }) => row);
  return `${shown.join(', ')}${rows.length > shown.length ? `, .. (${rows.length})` : ''}`;
}
