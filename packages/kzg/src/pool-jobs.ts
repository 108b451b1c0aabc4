/**
 * What a worker of a pool does: it makes a Kzg object from the first message and answers each
 * further one, a row, with its commitment or its digest.
 */
import { assemble, chooseSetup } from './create.ts';
import type { TrustedSetup } from './js/trusted-setup.ts';
import { checkKernel } from './kernel/load.ts';
import type { Kzg } from './kzg.ts';
import { BYTES_PER_FIELD_ELEMENT } from './parameters.ts';
import type { EvaluationWeights } from './rows.ts';
import { isCanonical } from './scalar.ts';
import { sha256 } from './sha256.ts';
import { acceptsKernel } from './wasm/known-answer.ts';
import type { TablePolicy } from './wasm/tables.ts';
import type { WorkerPort } from './worker-port.ts';

/** The first message. */
export type StartMessage = {
  readonly kind: 'start';
  /** The kernel that the creator found to be right; TypeScript runs without one. */
  readonly module: WebAssembly.Module | undefined;
  readonly setup: TrustedSetup | undefined;
  /** A policy, or the bytes of `exportTables`, perhaps in shared memory. */
  readonly tables: TablePolicy | Uint8Array;
};

/** What may be asked of a row. */
export type Task =
  | { readonly kind: 'commit'; readonly row: Uint8Array }
  | {
      readonly kind: 'digest';
      readonly row: Uint8Array;
      readonly prefix: Uint8Array;
      readonly z: bigint;
    };

/** Each further message. */
export type TaskMessage = { readonly job: number } & Task;

/** SHA-256 of a prefix and a row, and the row's value at z. */
export type RowDigest = {
  readonly hash: Uint8Array<ArrayBuffer>;
  /** Undefined if an element of the row is not below the modulus. */
  readonly y: bigint | undefined;
};

/** The answer to a task. */
export type TaskResult<T extends Task> = T extends { readonly kind: 'digest' }
  ? RowDigest
  : Uint8Array<ArrayBuffer>;

/** What comes back. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly job: number; readonly result: TaskResult<Task> }
  | { readonly kind: 'failed'; readonly job: number; readonly message: string }
  | { readonly kind: 'refused'; readonly message: string };

/** Answers the messages of a port, one after the other, as long as the worker lives. */
export function serveJobs(port: WorkerPort): void {
  let kzg: Kzg | undefined;
  const answer = (message: WorkerAnswer): void => port.post(message);
  const messageOf = (error: unknown): string =>
    error instanceof Error ? error.message : String(error);
  const start = async (message: StartMessage): Promise<void> => {
    kzg = await startKzg(message);
    answer({ kind: 'ready' });
  };
  const digest = rowDigester();
  const perform = (message: TaskMessage): void => {
    if (kzg === undefined) throw new Error('a row came before the start');
    const result = message.kind === 'commit' ? kzg.commitRow(message.row) : digest(kzg, message);
    answer({ kind: 'done', job: message.job, result });
  };
  port.listen(
    (data) => {
      const message = data as StartMessage | TaskMessage;
      if (message.kind === 'start') {
        start(message).catch((error) => answer({ kind: 'refused', message: messageOf(error) }));
        return;
      }
      try {
        perform(message);
      } catch (error) {
        answer({ kind: 'failed', job: message.job, message: messageOf(error) });
      }
    },
    () => undefined,
  );
}

/** Digests rows; the weights of the last point are kept, as many rows come for each. */
function rowDigester(): (kzg: Kzg, task: Task & { readonly kind: 'digest' }) => RowDigest {
  let weights: EvaluationWeights | undefined;
  return (kzg, { row, prefix, z }) => {
    const usedElements = row.length / BYTES_PER_FIELD_ELEMENT;
    if (weights?.z !== z || weights.usedElements < usedElements) {
      weights = kzg.evaluationWeights(z, usedElements);
    }
    return {
      hash: sha256([prefix, row]),
      y: isCanonical(row) ? kzg.evaluateRow(row, weights) : undefined,
    };
  };
}

async function startKzg({ module, setup, tables }: StartMessage): Promise<Kzg> {
  const kernel =
    module === undefined
      ? ({ name: undefined, reason: 'no kernel was given' } as const)
      : checkKernel(module, acceptsKernel);
  if (module !== undefined && kernel.name === undefined) throw new Error(kernel.reason);
  const openSetup = await chooseSetup(setup === undefined ? { tier: 'commit' } : { setup });
  const policy = typeof tables === 'string' ? tables : 'lazy';
  const kzg = await assemble(kernel, openSetup, { tables: policy });
  if (typeof tables !== 'string') kzg.importTables(tables);
  return kzg;
}
