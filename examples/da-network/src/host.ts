/**
 * A worker thread: runs its share of the DA nodes and storage nodes. They share the thread's kernels
 * and nothing else. Requests are answered one after the other, in the order they came.
 */
import { renameSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { DaNode } from './da-node.ts';
import { NetworkError, reasonOf } from './errors.ts';
import { nodeFolder, storageFolder } from './folders.ts';
import { createKernels } from './kernels.ts';
import type {
  HostConfig,
  HostMessage,
  HostRequest,
  NodeMethods,
  PlainError,
  StartedNode,
  StorageMethods,
} from './protocol.ts';
import { StorageNode } from './storage-node.ts';

/** What may be called from outside; everything else is refused. */
const NODE_METHODS: readonly Exclude<keyof NodeMethods, 'kill'>[] = [
  'disperse',
  'header',
  'held',
  'rows',
  'cell',
  'withhold',
  'lie',
  'place',
];
const STORAGE_METHODS: readonly Exclude<keyof StorageMethods, 'kill'>[] = [
  'archive',
  'archivedHeader',
  'shard',
];

/** A node of either kind, as its host sees it. */
interface Hosted {
  readonly report: StartedNodeReport;
  close(): void;
}
type StartedNodeReport = Extract<StartedNode, { report: unknown }>['report'];

const config = workerData as HostConfig;
const port = parentPort!;
const context = { config, kernels: createKernels() };
const nodes = new Map<number, DaNode>();
const storage = new Map<number, StorageNode>();

post({
  kind: 'started',
  nodes: config.nodes.map((node) => start(nodes, node, () => new DaNode(node, context))),
  storage: config.storage.map((node) => start(storage, node, () => new StorageNode(node, context))),
});

let turn: Promise<void> = Promise.resolve();
port.on('message', (message: HostRequest | 'stop') => {
  turn = turn.then(() => (message === 'stop' ? stop() : answer(message)));
});

async function answer(request: HostRequest): Promise<void> {
  const { id } = request;
  try {
    const output = await (request.role === 'node' ? callNode(request) : callStorage(request));
    post({ kind: 'result', id, output });
  } catch (error) {
    post({ kind: 'error', id, error: plain(error) });
  }
}

async function callNode({ node, method, input }: HostRequest): Promise<unknown> {
  const target = nodes.get(node);
  if (target === undefined) throw new NetworkError('node_gone', `DA node ${node} does not run`);
  if (method === 'kill') return kill(nodes, { node, folder: nodeFolder(config.folder, node) });
  const name = NODE_METHODS.find((known) => known === method);
  if (name === undefined) throw new NetworkError('internal', `no such method: ${method}`);
  return (target[name] as (input: unknown) => unknown).call(target, input);
}

async function callStorage({ node, method, input }: HostRequest): Promise<unknown> {
  const target = storage.get(node);
  if (target === undefined) throw new NetworkError('node_gone', `storage ${node} does not run`);
  if (method === 'kill') return kill(storage, { node, folder: storageFolder(config.folder, node) });
  const name = STORAGE_METHODS.find((known) => known === method);
  if (name === undefined) throw new NetworkError('internal', `no such method: ${method}`);
  return (target[name] as (input: unknown) => unknown).call(target, input);
}

/** Starts one node; a node that cannot start is reported, and the others run. */
function start<T extends Hosted>(
  running: Map<number, T>,
  node: number,
  create: () => T,
): StartedNode {
  try {
    const created = create();
    running.set(node, created);
    return { node, report: created.report };
  } catch (error) {
    return { node, error: plain(error) };
  }
}

/** The node is gone from here on, and so are its files: they are moved to `<folder>.dead`. */
function kill(
  running: Map<number, Hosted>,
  { node, folder }: { node: number; folder: string },
): undefined {
  running.get(node)!.close();
  running.delete(node);
  renameSync(folder, `${folder}.dead`);
}

function stop(): void {
  for (const node of [...nodes.values(), ...storage.values()]) node.close();
  port.close();
}

function plain(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof NetworkError) {
    return { code: error.code, message, reason: error.reason, row: error.row };
  }
  const row = (error as { row?: unknown }).row;
  return {
    // A package error (it has a code) refuses what came from outside; anything else is our defect.
    code: reasonOf(error) === (error as Error).name ? 'internal' : 'message_refused',
    message,
    reason: reasonOf(error),
    row: typeof row === 'number' ? row : undefined,
  };
}

function post(message: HostMessage): void {
  port.postMessage(message);
}
