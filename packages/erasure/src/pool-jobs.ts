/**
 * What a worker of a pool does: it makes a coder from the first message and answers each further one.
 * Shards travel in two blocks of memory that are moved, not copied, and come back with the answer:
 * one with what is given, one for the results.
 */
import { createErasure, type ErasureOptions } from './create.ts';
import type { Erasure } from './erasure.ts';
import { ErasureError, type ErasureErrorCode } from './errors.ts';
import type { WorkerPort } from './worker-port.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** The first message. */
export type StartMessage = { readonly kind: 'start'; readonly options: ErasureOptions };

/** Each further message. */
export interface JobMessage {
  readonly kind: 'encode' | 'reconstruct';
  readonly job: number;
  /** Shards one after the other. */
  readonly given: Bytes;
  /** Bytes of each shard, `MISSING` for one that is not there. */
  readonly lengths: readonly number[];
  /** Where results go, one after the other: the parity, or the shards `want`. */
  readonly result: Bytes;
  readonly resultLengths: readonly number[];
  readonly want: readonly number[];
}

/** The length of a shard that is not there. */
export const MISSING = -1;

/** What comes back. */
export type WorkerAnswer =
  | { readonly kind: 'ready'; readonly backend: ReturnType<Erasure['backend']> }
  | { readonly kind: 'done'; readonly job: number; readonly given: Bytes; readonly result: Bytes }
  | { readonly kind: 'failed'; readonly job: number | undefined; readonly failure: Failure };

/** An error as it travels. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: ErasureErrorCode | undefined;
  readonly index: number | undefined;
}

/** Answers the messages of a port, one after the other, as long as the worker lives. */
export function serveJobs(port: WorkerPort): void {
  let coder: Erasure | undefined;
  const answer = (message: WorkerAnswer, transfer?: ArrayBuffer[]): void =>
    port.post(message, transfer);
  const fail = (error: unknown, job?: number): void =>
    answer({ kind: 'failed', job, failure: toFailure(error) });
  const start = async ({ options }: StartMessage): Promise<void> => {
    coder = await createErasure(options);
    answer({ kind: 'ready', backend: coder.backend() });
  };
  const compute = (message: JobMessage): void => {
    if (coder === undefined) throw new Error('a job came before the start');
    const { kind, job, given, lengths, result, resultLengths, want } = message;
    const shards = viewsOf(given, lengths);
    const into = viewsOf(result, resultLengths) as Bytes[];
    if (kind === 'encode') coder.encode(shards as Bytes[], into);
    else coder.reconstruct(shards, { want, into });
    answer({ kind: 'done', job, given, result }, [given.buffer, result.buffer]);
  };
  port.listen(
    (data) => {
      const message = data as StartMessage | JobMessage;
      if (message.kind === 'start') {
        start(message).catch(fail);
        return;
      }
      try {
        compute(message);
      } catch (error) {
        fail(error, message.job);
      }
    },
    () => undefined,
  );
}

/** The parts of a block. */
export function viewsOf(block: Bytes, lengths: readonly number[]): (Bytes | null)[] {
  let end = 0;
  return lengths.map((length) => {
    if (length === MISSING) return null;
    end += length;
    return block.subarray(end - length, end);
  });
}

function toFailure(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const { code, index } = error instanceof ErasureError ? error : {};
  return { name, message, code, index };
}

/** The error that a worker's coder threw. */
export function fromFailure({ name, message, code, index }: Failure): Error {
  if (code !== undefined) return new ErasureError(code, message, index);
  if (name === 'RangeError') return new RangeError(message);
  if (name === 'TypeError') return new TypeError(message);
  return new Error(`pool: a worker failed: ${message}`);
}
