/**
 * `@barycenter/erasure/pool`: one coder in several threads. Each worker has a coder and memory of its
 * own; shards are copied into a block that moves to the worker and comes back, so the calling thread
 * does nothing but copy. Where there are no workers at all, it computes between other events.
 *
 * Workers run `@barycenter/erasure/pool-worker`. Node's threads and the global `Worker` of Deno, Bun
 * and browsers are found here; where a bundler or a policy wants it otherwise, pass `createWorker`.
 */
import { isBytes } from '@noble/hashes/utils.js';
import { resolveCodec } from './codec.ts';
import type { ErasureOptions } from './create.ts';
import type { Codec } from './engine.ts';
import type { Backend, Shards } from './erasure.ts';
import { ErasureError } from './errors.ts';
import { parityShardBytes } from './layout.ts';
import {
  fromFailure,
  type JobMessage,
  MISSING,
  type StartMessage,
  serveJobs,
  viewsOf,
  type WorkerAnswer,
} from './pool-jobs.ts';
import { readList, readShards, targetsFor } from './shard-list.ts';
import {
  localPorts,
  nodeThreads,
  portTo,
  type WorkerLike,
  type WorkerPort,
} from './worker-port.ts';

export type { NodeWorkerLike, WebWorkerLike, WorkerLike } from './worker-port.ts';

/** Most workers of a pool. */
const MAX_WORKERS = 256;

/** Jobs that a worker has at once: one in work, one waiting, so that it never waits itself. */
const JOBS_PER_WORKER = 2;

type Bytes = Uint8Array<ArrayBuffer>;

/** What `createErasurePool` takes: what `createErasure` takes, and workers. */
export interface ErasurePoolOptions extends ErasureOptions {
  /** 1..256; the number of processors if absent. */
  readonly workers?: number | undefined;
  /** Starts a worker on the module `@barycenter/erasure/pool-worker`. */
  readonly createWorker?: (() => WorkerLike) | undefined;
}

/** Ends a call with its reason; the pool stays usable. */
export interface PoolCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A coder in several threads. Calls may overlap and are done in order as workers become free; what
 * they are given must not change until they are done. A worker that dies ends the pool: all that is to
 * be done rejects. `encodeStream` and `decodeStream` take a pool as they take a coder.
 */
export interface ErasurePool {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  /** Workers running; 0 where there are none and the calling thread works. */
  readonly workers: number;

  /** What computes in the workers, and why. */
  backend(): Backend;

  /**
   * The m parity shards of k data shards, as `encode` of a coder: written to `into`, or newly made.
   * Rejects as that throws, with the signal's reason, and with `ErasureError` 'disposed'.
   */
  encode(data: Shards, into?: Shards, options?: PoolCallOptions): Promise<Uint8Array[]>;

  /** The shards `want` (all data shards if absent), as `reconstruct` of a coder. Rejects as `encode`. */
  reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options?: PoolCallOptions & {
      readonly want?: readonly number[] | undefined;
      readonly into?: Shards | undefined;
    },
  ): Promise<Uint8Array[]>;

  /** Ends the workers; what is still to be done rejects with 'disposed'. Idempotent. */
  dispose(): void;
}

/**
 * Starts workers and waits until each is ready, some 50 ms. A pool keeps the process running until it
 * is disposed of. Rejects as `createErasure`, and with RangeError for a number of workers out of range.
 *
 * @example
 * const pool = await createErasurePool({ codec: 'auto', dataShards: 10, parityShards: 4, workers: 2 });
 * const parity = await Promise.all(files.map((shards) => pool.encode(shards)));
 * pool.dispose();
 */
export async function createErasurePool(options: ErasurePoolOptions): Promise<ErasurePool> {
  const { workers = processors(), createWorker = findWorkers(), ...coderOptions } = options;
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new RangeError(`workers: expected an integer in 1..${MAX_WORKERS}, got ${workers}`);
  }
  const codec = resolveCodec(options.codec, options);
  const ports = createWorker === undefined ? [ownThread()] : startWorkers(createWorker, workers);
  const pool = new Pool(ports, {
    codec,
    dataShards: options.dataShards,
    parityShards: options.parityShards,
    workers: createWorker === undefined ? 0 : workers,
  });
  try {
    await pool.start({ kind: 'start', options: { ...coderOptions, codec } });
  } catch (error) {
    pool.dispose();
    throw error;
  }
  return pool;
}

/** A call that no worker has yet, or that one has. */
interface Job extends Pick<JobMessage, 'kind' | 'want' | 'resultLengths'> {
  readonly shards: readonly (Uint8Array | null | undefined)[];
  /** Where the results are wanted; new memory if undefined. */
  readonly into: readonly Uint8Array[] | undefined;
  /** Its caller has gone: what comes back is dropped. */
  isAborted: boolean;
  readonly resolve: (shards: Uint8Array[]) => void;
  readonly reject: (reason: unknown) => void;
}

class Pool implements ErasurePool {
  readonly codec: Codec;
  readonly dataShards: number;
  readonly parityShards: number;
  readonly workers: number;
  readonly #ports: readonly WorkerPort[];
  #backend: Backend | undefined;
  #waiting: Job[] = [];
  /** Jobs that a worker has, by number. */
  readonly #running = new Map<number, { readonly job: Job; readonly port: WorkerPort }>();
  /** Blocks that came back and that the next jobs take; at most two for each job at a time. */
  readonly #blocks: Bytes[] = [];
  #nextJob = 0;
  #closed: unknown;

  constructor(
    ports: readonly WorkerPort[],
    shape: Pick<ErasurePool, 'codec' | 'dataShards' | 'parityShards' | 'workers'>,
  ) {
    this.#ports = ports;
    this.codec = shape.codec;
    this.dataShards = shape.dataShards;
    this.parityShards = shape.parityShards;
    this.workers = shape.workers;
  }

  /** Sends the first message and waits for all answers; a worker that ends takes the pool with it. */
  async start(message: StartMessage): Promise<void> {
    const ready = this.#ports.map(
      (port) =>
        new Promise<void>((resolve, reject) => {
          const fail = (error: Error): void => {
            reject(error);
            this.#close(error);
          };
          port.listen(
            (data) => {
              const answer = data as WorkerAnswer;
              if (answer.kind === 'ready') {
                this.#backend = answer.backend;
                resolve();
              } else if (answer.kind === 'done') this.#finish(answer);
              else if (answer.job === undefined) fail(fromFailure(answer.failure));
              else this.#refuse(answer.job, fromFailure(answer.failure));
            },
            (text) => fail(new Error(`pool: a worker failed: ${text}`)),
          );
          port.post(message);
        }),
    );
    await Promise.all(ready);
  }

  backend(): Backend {
    return this.#backend!;
  }

  async encode(
    data: Shards,
    into?: Shards,
    { signal }: PoolCallOptions = {},
  ): Promise<Uint8Array[]> {
    const inputs = readShards(data, { name: 'data', count: this.dataShards });
    const size = parityShardBytes(this.codec, inputs[0]!.length);
    const resultLengths = new Array<number>(this.parityShards).fill(size);
    const targets = into && targetsFor(into, { sizes: resultLengths, inputs });
    return this.#run(
      { kind: 'encode', shards: inputs, want: [], resultLengths, into: targets },
      signal,
    );
  }

  async reconstruct(
    shards: readonly (Uint8Array | null | undefined)[],
    options: Parameters<ErasurePool['reconstruct']>[1] = {},
  ): Promise<Uint8Array[]> {
    const count = this.dataShards + this.parityShards;
    const slots = readList(shards, { name: 'shards', count }) as Job['shards'];
    for (const [i, shard] of slots.entries()) {
      if (shard && !isBytes(shard)) throw new TypeError(`shards[${i}]: expected a Uint8Array`);
    }
    const shardBytes = slots.find((shard) => shard)?.length ?? 0;
    const want = [...(options.want ?? Array.from({ length: this.dataShards }, (_, i) => i))];
    const resultLengths = want.map((index) =>
      index < this.dataShards ? shardBytes : parityShardBytes(this.codec, shardBytes),
    );
    const inputs = slots.filter(isBytes);
    const targets = options.into && targetsFor(options.into, { sizes: resultLengths, inputs });
    return this.#run(
      { kind: 'reconstruct', shards: slots, want, resultLengths, into: targets },
      options.signal,
    );
  }

  dispose(): void {
    this.#close(new ErasureError('disposed', 'pool: it was disposed of'));
  }

  async #run(
    call: Omit<Job, 'isAborted' | 'resolve' | 'reject'>,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array[]> {
    if (this.#closed !== undefined) throw this.#closed;
    signal?.throwIfAborted();
    const { promise, resolve, reject } = withResolvers<Uint8Array[]>();
    const job: Job = { ...call, isAborted: false, resolve, reject };
    const abort = (): void => {
      job.isAborted = true;
      this.#waiting = this.#waiting.filter((other) => other !== job);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort);
    this.#waiting.push(job);
    this.#dispatch();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #dispatch(): void {
    for (const port of this.#ports) {
      const busy = [...this.#running.values()].filter((entry) => entry.port === port).length;
      for (let free = JOBS_PER_WORKER - busy; free > 0; free--) {
        const job = this.#waiting.shift();
        if (job === undefined) return;
        const number = this.#nextJob++;
        this.#running.set(number, { job, port });
        this.#send(port, { number, job });
      }
    }
  }

  #send(port: WorkerPort, { number, job }: { readonly number: number; readonly job: Job }): void {
    const { kind, want, resultLengths } = job;
    const lengths = job.shards.map((shard) => shard?.length ?? MISSING);
    const given = this.#takeBlock(totalOf(lengths));
    for (const [i, view] of viewsOf(given, lengths).entries()) view?.set(job.shards[i]!);
    const result = this.#takeBlock(totalOf(resultLengths));
    const message: JobMessage = { kind, job: number, given, lengths, result, resultLengths, want };
    port.post(message, [given.buffer, result.buffer]);
  }

  /** A block of at least so many bytes: the smallest that came back, or a new one. */
  #takeBlock(bytes: number): Bytes {
    let best = -1;
    for (const [i, { length }] of this.#blocks.entries()) {
      if (length >= bytes && (best < 0 || length < this.#blocks[best]!.length)) best = i;
    }
    return best < 0 ? new Uint8Array(bytes) : this.#blocks.splice(best, 1)[0]!;
  }

  #keepBlock(block: Bytes): void {
    if (this.#blocks.length < 2 * JOBS_PER_WORKER * this.#ports.length) this.#blocks.push(block);
  }

  #finish({ job: number, given, result }: Extract<WorkerAnswer, { kind: 'done' }>): void {
    const { job } = this.#running.get(number)!;
    this.#running.delete(number);
    this.#keepBlock(given);
    const views = viewsOf(result, job.resultLengths) as Bytes[];
    if (job.into === undefined) job.resolve(views);
    else {
      this.#keepBlock(result);
      if (!job.isAborted) this.#deliver(job, views);
    }
    this.#dispatch();
  }

  /** Copies results to where they are wanted, if that memory is still there. */
  #deliver({ into, resolve, reject }: Job, views: readonly Bytes[]): void {
    try {
      for (const [i, target] of into!.entries()) target.set(views[i]!);
      resolve([...into!]);
    } catch (error) {
      reject(error);
    }
  }

  #refuse(number: number, error: Error): void {
    this.#running.get(number)?.job.reject(error);
    this.#running.delete(number);
    this.#dispatch();
  }

  #close(reason: unknown): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const port of this.#ports) port.close();
    for (const job of this.#waiting) job.reject(reason);
    for (const { job } of this.#running.values()) job.reject(reason);
    this.#waiting = [];
    this.#running.clear();
    this.#blocks.length = 0;
  }
}

/** Ports to so many workers; if one cannot be made, those before it are ended. */
function startWorkers(createWorker: () => WorkerLike, count: number): WorkerPort[] {
  const ports: WorkerPort[] = [];
  try {
    while (ports.length < count) ports.push(portTo(createWorker()));
  } catch (error) {
    for (const port of ports) port.close();
    throw error;
  }
  return ports;
}

function totalOf(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + Math.max(0, length), 0);
}

function withResolvers<Value>(): Pick<Job, 'reject'> & {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
} {
  let resolve!: (value: Value) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<Value>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}

/** Serves the jobs in this thread. */
function ownThread(): WorkerPort {
  const [creator, worker] = localPorts();
  serveJobs(worker);
  return creator;
}

/** How workers are made here, or undefined where there are none. */
function findWorkers(): (() => WorkerLike) | undefined {
  // The first address is written out for bundlers; the second is for running the sources.
  const source = import.meta.url.endsWith('.ts')
    ? new URL('./pool-worker.ts', import.meta.url)
    : undefined;
  if (typeof Worker === 'function') {
    return () =>
      source === undefined
        ? new Worker(new URL('./pool-worker.js', import.meta.url), { type: 'module' })
        : new Worker(source, { type: 'module' });
  }
  const threads = nodeThreads();
  if (threads === undefined) return undefined;
  return () => new threads.Worker(source ?? new URL('./pool-worker.js', import.meta.url));
}

/** Processors of this machine as far as it is told. */
function processors(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return Math.min(navigator?.hardwareConcurrency ?? 2, MAX_WORKERS);
}
