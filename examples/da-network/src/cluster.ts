/**
 * The main thread's side of the nodes: starts the worker threads, deals the nodes over them, sends
 * requests and waits for answers. One request per worker is under way at a time, so two workers load
 * two cores; the rest wait in a bounded queue.
 */
import { Worker } from 'node:worker_threads';
import type { Bls } from '@barycenter/bls';
import { SHARD_COUNT } from './archive.ts';
import { type Chain, SCHEDULE } from './chain.ts';
import { NetworkError } from './errors.ts';
import type {
  HostConfig,
  HostMessage,
  HostRequest,
  NodeMethods,
  NodeReport,
  PlainError,
  StorageMethods,
} from './protocol.ts';

/** Requests that may wait for one worker. */
const MAX_WAITING = 100_000;

/** A node as it came up. */
export interface NodeStatus {
  readonly node: number;
  /** Undefined if it does not run. */
  readonly report: NodeReport | undefined;
  readonly error: PlainError | undefined;
}

/** Inputs of `startCluster`. */
export interface ClusterOptions {
  readonly folder: string;
  readonly chain: Chain;
  readonly bls: Bls;
  /** Worker threads, 1 or more. */
  readonly workers: number;
}

/** The running nodes. Stop it when done: that closes every store and gives back every lock. */
export interface Cluster {
  readonly nodes: readonly NodeStatus[];
  readonly storage: readonly NodeStatus[];
  /** Nodes that run and were not killed. */
  aliveNodes(): number[];
  aliveStorage(): number[];
  /** Asks a DA node; rejects with `NetworkError` ('node_gone' if it does not run). */
  askNode<M extends keyof NodeMethods>(
    method: M,
    input: NodeMethods[M]['input'] & { readonly node: number },
  ): Promise<NodeMethods[M]['output']>;
  /** Asks a storage node. */
  askStorage<M extends keyof StorageMethods>(
    method: M,
    input: StorageMethods[M]['input'] & { readonly node: number },
  ): Promise<StorageMethods[M]['output']>;
  stop(): Promise<void>;
}

/** Starts all nodes of a state folder. A node that cannot start is in the status, with its error. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, chain, workers } = options;
  const { domain, profile, submitter, validators } = chain.state;
  const committee = chain.committee(options.bls);
  const hosts = Array.from({ length: workers }, (_, worker) => {
    const own = (count: number): number[] => range(count).filter((i) => i % workers === worker);
    return new Host({
      folder,
      domain,
      committee,
      profile,
      submitter: submitter.address,
      retention: { schedule: SCHEDULE, blockSeconds: Math.floor(Date.now() / 1000) },
      nodes: own(validators.length),
      storage: own(SHARD_COUNT),
    });
  });
  const started = await Promise.all(hosts.map((host) => host.started)).catch(async (error) => {
    await Promise.all(hosts.map((host) => host.stop()));
    throw error;
  });
  const nodes = inOrder(started.flatMap((host) => host.nodes));
  const storage = inOrder(started.flatMap((host) => host.storage));
  const alive = { node: running(nodes), storage: running(storage) };

  const ask = async (role: 'node' | 'storage', call: Call): Promise<unknown> => {
    const { node } = call.input;
    if (!alive[role].has(node)) throw new NetworkError('node_gone', `${role} ${node} is gone`);
    if (call.method === 'kill') alive[role].delete(node);
    return hosts[node % workers]!.ask({ role, node, ...call });
  };
  return {
    nodes,
    storage,
    aliveNodes: () => [...alive.node],
    aliveStorage: () => [...alive.storage],
    askNode: (method, input) => ask('node', { method, input }) as Promise<never>,
    askStorage: (method, input) => ask('storage', { method, input }) as Promise<never>,
    stop: async () => {
      await Promise.all(hosts.map((host) => host.stop()));
    },
  };
}

interface Call {
  readonly method: string;
  readonly input: { readonly node: number };
}

interface Waiting {
  readonly request: Omit<HostRequest, 'id'>;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: NetworkError) => void;
}

type Started = Extract<HostMessage, { kind: 'started' }>;

/** One worker thread with its queue. */
class Host {
  readonly started: Promise<Started>;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #waiting: Waiting[] = [];
  #current: Waiting | undefined;
  #failure: NetworkError | undefined;
  #nextId = 0;

  constructor(config: HostConfig) {
    this.#worker = new Worker(new URL('./host.ts', import.meta.url), { workerData: config });
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(new NetworkError('node_gone', 'the worker thread has ended'));
        resolve();
      });
    });
    this.started = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: HostMessage) => {
        if (message.kind === 'started') resolve(message);
        else this.#settle(message);
      });
      this.#worker.once('error', (cause) => {
        const error = new NetworkError('node_gone', `worker thread: ${cause}`, { cause });
        this.#fail(error);
        reject(error);
      });
    });
  }

  ask(request: Omit<HostRequest, 'id'>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else if (this.#waiting.length >= MAX_WAITING) reject(new RangeError('too many requests'));
      else {
        this.#waiting.push({ request, resolve, reject });
        this.#next();
      }
    });
  }

  /** Lets the worker finish what it does, close its stores and end. */
  async stop(): Promise<void> {
    this.#worker.postMessage('stop');
    await this.#exited;
  }

  #next(): void {
    if (this.#current !== undefined) return;
    this.#current = this.#waiting.shift();
    if (this.#current === undefined) return;
    this.#worker.postMessage({ id: this.#nextId, ...this.#current.request });
  }

  #settle(message: Exclude<HostMessage, Started>): void {
    const current = this.#current;
    if (current === undefined || message.id !== this.#nextId) return;
    this.#nextId++;
    this.#current = undefined;
    this.#next();
    if (message.kind === 'result') current.resolve(message.output);
    else current.reject(revive(message.error));
  }

  #fail(error: NetworkError): void {
    this.#failure ??= error;
    for (const { reject } of [...(this.#current ? [this.#current] : []), ...this.#waiting]) {
      reject(this.#failure);
    }
    this.#current = undefined;
    this.#waiting.length = 0;
  }
}

function revive({ code, message, reason, row }: PlainError): NetworkError {
  return new NetworkError(code, message, {
    ...(reason !== undefined && { reason }),
    ...(row !== undefined && { row }),
  });
}

function inOrder(started: Started['nodes']): NodeStatus[] {
  return [...started]
    .sort((a, b) => a.node - b.node)
    .map((entry) => ({
      node: entry.node,
      report: 'report' in entry ? entry.report : undefined,
      error: 'error' in entry ? entry.error : undefined,
    }));
}

function running(statuses: readonly NodeStatus[]): Set<number> {
  return new Set(statuses.filter(({ report }) => report !== undefined).map(({ node }) => node));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
