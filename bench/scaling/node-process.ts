/** The parent's end of a node process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { NodeAnswer, NodeSetup } from './node-child.ts';

/** Starts a node and waits until its kernels are ready. */
export async function startNode(setup: NodeSetup): Promise<ChildProcess> {
  const path = fileURLToPath(new URL('./node-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@barycenter/source', path], {
    stdio: ['pipe', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  child.send(setup);
  await answerOf(child);
  return child;
}

/** Sends framed messages and waits for the node's answer. */
export async function deliver(
  child: ChildProcess,
  messages: readonly Uint8Array[],
): Promise<NodeAnswer> {
  const answer = answerOf(child);
  for (const message of messages) {
    if (!child.stdin!.write(message)) await Promise.race([once(child.stdin!, 'drain'), answer]);
  }
  return (await answer) as NodeAnswer;
}

function answerOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`node ended with ${code}`));
    child.once('exit', failed);
    child.once('message', (message) => {
      child.off('exit', failed);
      resolve(message);
    });
  });
}
