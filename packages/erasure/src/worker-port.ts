/**
 * Two kinds of workers behind one interface: Web Workers (browsers, Deno, Bun) and Node's worker
 * threads, which the library may not import and finds through `process` where there is one.
 * Packages share no code, so this file stands alike in erasure and kzg (scripts/tidy.ts compares them).
 */

/** What a Web Worker has of what is needed. */
export interface WebWorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { message?: string }) => void): void;
  terminate(): unknown;
}

/** What a thread of `node:worker_threads` has of what is needed. */
export interface NodeWorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(event: 'message', listener: (data: unknown) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  terminate(): unknown;
}

/** A worker that runs the package's `pool-worker`. */
export type WorkerLike = WebWorkerLike | NodeWorkerLike;

/** One end of the conversation with a worker. */
export interface WorkerPort {
  /** The memory in `transfer` moves to the other end, where that is another thread. */
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  listen(onMessage: (data: unknown) => void, onError: (message: string) => void): void;
  close(): void;
}

/** The end held by the creator of a worker. */
export function portTo(worker: WorkerLike): WorkerPort {
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    listen(onMessage, onError) {
      if ('addEventListener' in worker) {
        worker.addEventListener('message', ({ data }) => onMessage(data));
        worker.addEventListener('error', ({ message }) => onError(message ?? 'unknown'));
      } else {
        worker.on('message', onMessage);
        worker.on('error', (error) => onError(error.message));
        worker.on('exit', (code) => onError(`it ended with code ${code}`));
      }
    },
    close: () => void worker.terminate(),
  };
}

/** Both ends of a conversation within one thread; messages arrive between other events. */
export function localPorts(): readonly [WorkerPort, WorkerPort] {
  const listeners: [Listener, Listener] = [ignore, ignore];
  let open = true;
  const end = (own: 0 | 1): WorkerPort => ({
    post: (message) => {
      setTimeout(() => open && listeners[1 - own]!(message));
    },
    listen: (onMessage) => {
      listeners[own] = onMessage;
    },
    close: () => {
      open = false;
    },
  });
  return [end(0), end(1)];
}

type Listener = (data: unknown) => void;

const ignore: Listener = () => undefined;

/** The end held by a worker, or undefined outside of workers. */
export function portToCreator(): WorkerPort | undefined {
  const scope = globalThis as unknown as Partial<WebWorkerLike>;
  if (typeof scope.postMessage === 'function' && !('document' in globalThis)) {
    return {
      post: (message, transfer = []) => scope.postMessage!(message, transfer),
      listen: (onMessage) => scope.addEventListener!('message', ({ data }) => onMessage(data)),
      close: () => undefined,
    };
  }
  const port = nodeThreads()?.parentPort ?? undefined;
  return (
    port && {
      post: (message, transfer = []) => port.postMessage(message, transfer),
      listen: (onMessage) => void port.on('message', onMessage),
      close: () => undefined,
    }
  );
}

interface NodeThreads {
  readonly Worker: new (url: URL) => NodeWorkerLike;
  readonly parentPort: NodeWorkerLike | null;
}

/** Node's module, where there is one. */
export function nodeThreads(): NodeThreads | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  return process?.getBuiltinModule?.('node:worker_threads') as NodeThreads | undefined;
}
