/**
 * What a worker of a pool does: it makes a Kzg object from the first message and answers each
 * further one, a row, with its commitment.
 */
import { assemble, chooseSetup } from './create.ts';
import type { TrustedSetup } from './js/trusted-setup.ts';
import { checkKernel } from './kernel/load.ts';
import type { Kzg } from './kzg.ts';
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

/** Each further message. */
export type CommitMessage = {
  readonly kind: 'commit';
  readonly job: number;
  readonly row: Uint8Array;
};

/** What comes back. */
export type WorkerAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly job: number; readonly commitment: Uint8Array<ArrayBuffer> }
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
  const commit = ({ job, row }: CommitMessage): void => {
    if (kzg === undefined) throw new Error('a row came before the start');
    answer({ kind: 'done', job, commitment: kzg.commitRow(row) });
  };
  port.listen(
    (data) => {
      const message = data as StartMessage | CommitMessage;
      if (message.kind === 'start') {
        start(message).catch((error) => answer({ kind: 'refused', message: messageOf(error) }));
        return;
      }
      try {
        commit(message);
      } catch (error) {
        answer({ kind: 'failed', job: message.job, message: messageOf(error) });
      }
    },
    () => undefined,
  );
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
