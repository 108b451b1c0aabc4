/**
 * `@barycenter/kzg/pool`: commitments to, and digests of, many rows on several cores. The kernel is compiled once and
 * sent to each worker, which has its own memory; exported tables are shared between them where
 * shared memory is allowed, and copied otherwise. Where there are no workers at all, the calling
 * thread does the work between other events.
 *
 * Workers run `@barycenter/kzg/pool-worker`. Node's threads and the global `Worker` of Deno, Bun and
 * browsers are found here; where a bundler or a policy wants it otherwise, pass `createWorker`.
 */
import { elementCount } from './column-code.ts';
import { assertChoice, chooseKernel, TABLE_POLICIES } from './create.ts';
import type { BackendName } from './engine.ts';
import { assertArray, assertSameLength, KzgError } from './errors.ts';
import type { TrustedSetup } from './js/trusted-setup.ts';
import { FIELD_ELEMENTS_PER_BLOB } from './parameters.ts';
import {
  type RowDigest,
  type StartMessage,
  serveJobs,
  type Task,
  type TaskMessage,
  type TaskResult,
  type WorkerAnswer,
} from './pool-jobs.ts';
import { assertCanonical, assertScalar, power } from './scalar.ts';
import type { TablePolicy } from './wasm/tables.ts';
import {
  localPorts,
  nodeThreads,
  portTo,
  type WorkerLike,
  type WorkerPort,
} from './worker-port.ts';

export type { RowDigest } from './pool-jobs.ts';
export type { NodeWorkerLike, WebWorkerLike, WorkerLike } from './worker-port.ts';

/** Most workers of a pool. */
const MAX_WORKERS = 256;

/** Rows that a worker has at once: one in work, one waiting, so that it never waits itself. */
const JOBS_PER_WORKER = 2;

type Bytes = Uint8Array<ArrayBuffer>;

/** What `createKzgPool` takes. */
export interface KzgPoolOptions {
  /** 1..256; the number of processors if absent. */
  readonly workers?: number;
  /** A trusted setup of your own; Ethereum's ceremony if absent. */
  readonly setup?: TrustedSetup;
  readonly backend?: BackendName | 'auto';
  /** When workers build tables, or bytes of `exportTables`, of which all take theirs: see the cost there. */
  readonly tables?: TablePolicy | Uint8Array;
  /** Starts a worker on the module `@barycenter/kzg/pool-worker`. */
  readonly createWorker?: () => WorkerLike;
}

/** Workers that commit and digest. */
export interface KzgPool {
  /** Workers running; 0 where there are none and the calling thread works. */
  readonly workers: number;
  readonly backend: BackendName;

  /**
   * The commitments to blobs, or to rows of 32 c bytes, in order. Calls may overlap.
   * Rejects with KzgError `row_length` or `scalar_not_canonical` and the index before any work, with
   * the signal's reason once it is aborted (the pool stays usable), and with `disposed`. Rows must not
   * change before the answer. A worker that dies ends the pool: all that is to be done rejects.
   */
  commitMany(
    rows: readonly Uint8Array[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<Bytes[]>;

  /**
   * For each row SHA-256 of its prefix and itself, and its value at z: what a receiver of rows wants
   * to know of each, off its own thread. Calls may overlap. Rejects as `commitMany`, but a row that is
   * not canonical has no value instead; RangeError for z that is a root of unity of the domain.
   */
  digestMany(
    rows: readonly Uint8Array[],
    options: {
      readonly z: bigint;
      /** One for each row. */
      readonly prefixes: readonly Uint8Array[];
      readonly signal?: AbortSignal;
    },
  ): Promise<RowDigest[]>;

  /** Ends the workers; what is still to be done rejects with `disposed`. */
  dispose(): void;
}

/**
 * Starts workers and waits until each is ready, some 50 ms. A pool keeps the process running until
 * it is disposed of. Throws as `createKzg`; RangeError for a number of workers out of range.
 *
 * @example
 * const pool = await createKzgPool({ workers: 2 });
 * const commitments = await pool.commitMany([blob, other]);
 * pool.dispose();
 */
export async function createKzgPool(options: KzgPoolOptions = {}): Promise<KzgPool> {
  const { backend = 'auto', tables = 'lazy', setup, workers = processors() } = options;
  if (typeof tables === 'string') assertChoice(tables, { name: 'tables', choices: TABLE_POLICIES });
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new RangeError(`workers: expected an integer in 1..${MAX_WORKERS}, got ${workers}`);
  }
  const kernel = await chooseKernel(backend);
  const createWorker = options.createWorker ?? findWorkers();
  const ports = createWorker === undefined ? [ownThread()] : startWorkers(createWorker, workers);
  const pool = new Pool(ports, {
    workers: createWorker === undefined ? 0 : workers,
    backend: kernel.name ?? 'js',
  });
  try {
    await pool.start({
      kind: 'start',
      module: kernel.name === undefined ? undefined : kernel.module,
      setup,
      tables: typeof tables === 'string' ? tables : share(tables),
    });
  } catch (error) {
    pool.dispose();
    throw error;
  }
  return pool;
}

type JobAnswer = Extract<WorkerAnswer, { readonly job: number }>;

type Job = {
  readonly task: Task;
  readonly resolve: (result: TaskResult<Task>) => void;
  readonly reject: (reason: unknown) => void;
};

class Pool implements KzgPool {
  readonly workers: number;
  readonly backend: BackendName;
  readonly #ports: readonly WorkerPort[];
  /** Jobs that no worker has yet; the rows of the calls under way. */
  #waiting: Job[] = [];
  /** Jobs that a worker has, by number. */
  readonly #running = new Map<number, Job & { readonly port: WorkerPort }>();
  #nextJob = 0;
  #closed: unknown;

  constructor(
    ports: readonly WorkerPort[],
    { workers, backend }: { readonly workers: number; readonly backend: BackendName },
  ) {
    this.#ports = ports;
    this.workers = workers;
    this.backend = backend;
  }

  /** Sends the first message and waits for all answers; a worker that ends takes the pool with it. */
  async start(message: StartMessage): Promise<void> {
    const ready = this.#ports.map(
      (port) =>
        new Promise<void>((resolve, reject) => {
          const fail = (text: string): void => {
            const error = failure(text);
            reject(error);
            this.#close(error);
          };
          port.listen((data) => {
            const answer = data as WorkerAnswer;
            if (answer.kind === 'ready') resolve();
            else if (answer.kind === 'refused') fail(answer.message);
            else this.#finish(answer);
          }, fail);
          port.post(message);
        }),
    );
    await Promise.all(ready);
  }

  async commitMany(
    rows: readonly Uint8Array[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Bytes[]> {
    if (this.#closed !== undefined) throw this.#closed;
    assertArray(rows, 'rows');
    rows.forEach((row, index) => {
      elementCount(row, index);
      assertCanonical(row, index);
    });
    return this.#run(
      rows.map((row) => ({ kind: 'commit', row })),
      signal,
    );
  }

  async digestMany(
    rows: readonly Uint8Array[],
    options: {
      readonly z: bigint;
      readonly prefixes: readonly Uint8Array[];
      readonly signal?: AbortSignal;
    },
  ): Promise<RowDigest[]> {
    if (this.#closed !== undefined) throw this.#closed;
    const { z, prefixes, signal } = options;
    assertScalar(z, 'z');
    if (power(z, BigInt(FIELD_ELEMENTS_PER_BLOB)) === 1n) {
      throw new RangeError('z: expected z^4096 != 1');
    }
    assertSameLength({ rows, prefixes });
    rows.forEach((row, index) => {
      elementCount(row, index);
    });
    return this.#run(
      rows.map((row, index) => ({ kind: 'digest', row, prefix: prefixes[index]!, z })),
      signal,
    );
  }

  /** Queues tasks, and waits for their results in order. */
  async #run<T extends Task>(
    tasks: readonly T[],
    signal: AbortSignal | undefined,
  ): Promise<TaskResult<T>[]> {
    signal?.throwIfAborted();
    const jobs = new Set<Job>();
    const results = tasks.map(
      (task) =>
        new Promise<TaskResult<T>>((resolve, reject) => {
          jobs.add({ task, resolve: resolve as Job['resolve'], reject });
        }),
    );
    const abort = (): void => {
      for (const job of jobs) job.reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort);
    this.#waiting = [...this.#waiting, ...jobs];
    this.#dispatch();
    try {
      return await Promise.all(results);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#waiting = this.#waiting.filter((job) => !jobs.has(job));
    }
  }

  dispose(): void {
    this.#close(new KzgError('disposed', 'pool: it was disposed of'));
  }

  #dispatch(): void {
    for (const port of this.#ports) {
      const busy = [...this.#running.values()].filter((job) => job.port === port).length;
      for (let free = JOBS_PER_WORKER - busy; free > 0; ) {
        const job = this.#waiting.shift();
        if (job === undefined) return;
        if (this.#send(job, port)) free--;
      }
    }
  }

  /** Gives a worker a job; false if its row cannot be read any more. */
  #send(job: Job, port: WorkerPort): boolean {
    const number = this.#nextJob;
    try {
      // A copy, as the message of a view takes the whole buffer behind it along.
      const row = new Uint8Array(job.task.row);
      const message: TaskMessage = { job: number, ...job.task, row };
      port.post(message);
    } catch (error) {
      job.reject(error);
      return false;
    }
    this.#nextJob++;
    this.#running.set(number, { ...job, port });
    return true;
  }

  #finish(answer: JobAnswer): void {
    const job = this.#running.get(answer.job);
    if (answer.kind === 'done') job?.resolve(answer.result);
    else job?.reject(failure(answer.message));
    this.#running.delete(answer.job);
    this.#dispatch();
  }

  #close(reason: unknown): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const port of this.#ports) port.close();
    for (const job of [...this.#waiting, ...this.#running.values()]) job.reject(reason);
    this.#waiting = [];
    this.#running.clear();
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

function failure(message: string): Error {
  return new Error(`pool: a worker failed: ${message}`);
}

/** The same bytes in shared memory where that is allowed, so that workers get no copy each. */
function share(bytes: Uint8Array): Uint8Array {
  if (typeof SharedArrayBuffer !== 'function') return bytes;
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
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
