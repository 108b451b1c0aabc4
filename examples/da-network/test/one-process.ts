/**
 * A network whose nodes are plain objects of the test: no threads, one set of kernels. It is created
 * once per test file; every test works on a copy of its folder.
 */
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bls } from '@barycenter/bls';
import {
  aggregate,
  assignRows,
  checkHeader,
  type EncodedBlob,
  encodeBlob,
  encodeCertificate,
  encodeRowMessage,
  epochStart,
} from '@barycenter/da-sampling';
import type { Kzg } from '@barycenter/kzg';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type Chain, DEFAULT_PROFILE, SCHEDULE } from '../src/chain.ts';
import type { Cluster } from '../src/cluster.ts';
import { DaNode, policyOf } from '../src/da-node.ts';
import {
  nodeFolder,
  ROW_LOG,
  readKey,
  SHARD_LOG,
  storageFolder,
  submitterFile,
} from '../src/folders.ts';
import { createKernels, type Kernels } from '../src/kernels.ts';
import { createNetwork } from '../src/network.ts';
import { createProgress } from '../src/progress.ts';
import type { HostConfig } from '../src/protocol.ts';
import type { Session } from '../src/session.ts';
import { StorageNode } from '../src/storage-node.ts';

/** What does not change from test to test. */
export interface Base {
  readonly folder: string;
  readonly nodes: number;
  readonly kernels: Kernels;
  readonly bls: Bls;
  readonly kzg: Kzg;
  readonly chain: Chain;
  readonly config: HostConfig;
}

/** Creates the network before the tests of a file. */
export function createBase(nodes: number): () => Base {
  let base: Base | undefined;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'barycenter-one-'));
    const kernels = createKernels();
    const [bls, kzg] = [await kernels.bls(), await kernels.kzg()];
    const chain = createNetwork(folder, { nodes, profile: DEFAULT_PROFILE, bls });
    const { domain, submitter } = chain.state;
    const config = {
      folder,
      domain,
      committee: chain.committee(bls),
      profile: chain.state.profile,
      submitter: submitter.address,
      retention: { schedule: SCHEDULE, blockSeconds: epochStart(SCHEDULE, chain.state.epoch) },
      nodes: [],
      storage: [],
    };
    base = { folder, nodes, kernels, bls, kzg, chain, config };
  });
  afterAll(() => rmSync(base!.folder, { recursive: true, force: true }));
  return () => base!;
}

/** Encodes as the network's submitter would, or as another one. */
export function encodeAs(
  { chain, bls, kzg, folder }: Base,
  { payload, nonce, key }: { payload: Uint8Array; nonce: bigint; key?: Uint8Array },
): EncodedBlob {
  return encodeBlob(payload, {
    kzg,
    profile: chain.state.profile,
    domain: chain.state.domain,
    committee: chain.committee(bls),
    nonce,
    submitterKey: key ?? readKey(submitterFile(folder)),
  });
}

/** As `encodeAs`, but without the opening: signed, and refused by whoever opens it. */
export function encodeUnopened(
  base: Base,
  options: { payload: Uint8Array; nonce: bigint; key?: Uint8Array },
): EncodedBlob {
  const { kzg } = base;
  const openRow: Kzg['openRow'] = (row, z) => ({
    proof: new Uint8Array(48),
    y: kzg.evaluateRow(row, kzg.evaluationWeights(z, row.length / 32)),
  });
  return encodeAs({ ...base, kzg: { ...kzg, openRow } }, options);
}

/** The row messages that are assigned to a node. */
export function rowsFor({ chain, bls }: Base, node: number, blob: EncodedBlob): Uint8Array[] {
  const committee = chain.committee(bls);
  const account = Buffer.from(chain.state.validators[node]!.account);
  const member = committee.members.findIndex((other) => account.equals(other.account));
  return assignRows(committee, blob.headerRoot)[member]!.map((row) =>
    encodeRowMessage(blob.rowMessage(row), blob.geometry),
  );
}

/** A copy of the network for one test, and nodes over it that are closed at its end. */
export function copyOf(base: Base): {
  readonly config: HostConfig;
  node(index: number, kernels?: Kernels): DaNode;
  storage(index: number): StorageNode;
  /** The same folder under another committee or at another time. */
  with(changes: Partial<Pick<HostConfig, 'committee' | 'retention'>>): {
    node(index: number): DaNode;
    storage(index: number): StorageNode;
  };
  /** Bytes of a node's log. */
  nodeBytes(index: number): number;
  storageBytes(index: number): number;
} {
  const folder = mkdtempSync(join(tmpdir(), 'barycenter-one-'));
  const open: { close(): void }[] = [];
  onTestFinished(() => {
    for (const node of open) node.close();
    rmSync(folder, { recursive: true, force: true });
  });
  cpSync(base.folder, folder, { recursive: true });
  const config = { ...base.config, folder };
  const keep = <T extends { close(): void }>(node: T): T => {
    open.push(node);
    return node;
  };
  return {
    config,
    node: (index, kernels = base.kernels) => keep(new DaNode(index, { config, kernels })),
    storage: (index) => keep(new StorageNode(index, { config, kernels: base.kernels })),
    with: (changes) => ({
      node: (index) =>
        keep(new DaNode(index, { config: { ...config, ...changes }, kernels: base.kernels })),
      storage: (index) =>
        keep(new StorageNode(index, { config: { ...config, ...changes }, kernels: base.kernels })),
    }),
    nodeBytes: (index) => statSync(join(nodeFolder(folder, index), ROW_LOG)).size,
    storageBytes: (index) => statSync(join(storageFolder(folder, index), SHARD_LOG)).size,
  };
}

/** The certificate that all nodes of the network give for a blob; they keep it. */
export async function certificateFor(
  base: Base,
  { blob, header, payload }: { blob: EncodedBlob; header: Uint8Array; payload: Uint8Array },
): Promise<Uint8Array> {
  const { bls, kzg, config, kernels } = base;
  const attestations = [];
  for (let index = 0; index < base.nodes; index++) {
    const node = new DaNode(index, { config, kernels });
    attestations.push(await node.disperse({ header, payload }));
    node.close();
  }
  const checked = checkHeader(blob.message, { kzg, ...policyOf(config) });
  const { committee } = config;
  const { certificate } = aggregate({ bls, committee, header: checked, attestations });
  return encodeCertificate(certificate!);
}

/** What a node answers to a method; the arguments are those of `Cluster`. */
export type Answer = (
  method: string,
  input: { readonly node: number } & Record<string, unknown>,
) => unknown;

/** A session over nodes that answer as the test says. */
export function sessionOver(
  { chain, bls, kzg, folder }: Base,
  answers: {
    readonly nodes: readonly number[];
    readonly storage?: readonly number[];
    readonly node: Answer;
    readonly fromStorage?: Answer;
  },
): Session {
  const ask = (answer: Answer | undefined) => async (method: string, input: { node: number }) =>
    answer!(method, input as never);
  const cluster: Cluster = {
    nodes: [],
    storage: [],
    aliveNodes: () => [...answers.nodes],
    aliveStorage: () => [...(answers.storage ?? [])],
    askNode: ask(answers.node) as Cluster['askNode'],
    askStorage: ask(answers.fromStorage) as Cluster['askStorage'],
    stop: async () => undefined,
  };
  const progress = createProgress({ write: () => true });
  return { folder, chain, cluster, bls, kzg: async () => kzg, workers: 1, progress };
}
