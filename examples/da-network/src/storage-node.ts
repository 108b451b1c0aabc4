/**
 * One storage node: keeps a shard of each certified payload, with the header message that lets a
 * reader check the payload when no DA node is left. It believes nobody: the certificate must hold,
 * be for this header, and the shard must stand under the archive root at this node's index.
 */

import {
  decodeCertificate,
  decodeHeaderMessage,
  headerRoot,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { checkShard } from '@barycenter/erasure';
import { bytesToHex } from '@noble/hashes/utils.js';
import { decodeShard, SHARD_COUNT } from './archive.ts';
import { policyOf } from './da-node.ts';
import { NetworkError } from './errors.ts';
import { SHARD_LOG, storageFolder } from './folders.ts';
import type { Kernels } from './kernels.ts';
import { RECORD_KIND } from './log-format.ts';
import { LogStore } from './log-store.ts';
import type { HostConfig, NodeReport, StorageMethods } from './protocol.ts';

/** A running storage node. Close it when done. */
export class StorageNode {
  readonly index: number;
  readonly report: NodeReport;
  readonly #store: LogStore;
  readonly #config: HostConfig;
  readonly #kernels: Kernels;

  /** Opens the store; throws `NetworkError` if it cannot be read. */
  constructor(index: number, { config, kernels }: { config: HostConfig; kernels: Kernels }) {
    this.index = index;
    this.#config = config;
    this.#kernels = kernels;
    this.#store = LogStore.open(storageFolder(config.folder, index), SHARD_LOG);
    const { records, damaged, tornBytes } = this.#store.report;
    this.report = {
      records,
      tornBytes,
      damagedRows: damaged
        .filter(({ kind }) => kind === RECORD_KIND.shard)
        .map(({ root, index: row }) => ({ headerRoot: bytesToHex(root), row })),
      lostRows: [],
    };
  }

  close(): void {
    this.#store.close();
  }

  /** Checks and keeps a shard; throws with nothing stored. */
  async archive(input: StorageMethods['archive']['input']): Promise<undefined> {
    const root = headerRoot(decodeHeaderMessage(input.header).header);
    const verdict = verifyCertificate(decodeCertificate(input.certificate), {
      bls: await this.#kernels.bls(),
      ...policyOf(this.#config),
      header: { headerRoot: root },
    });
    if (!verdict.ok) {
      throw new NetworkError('certificate_refused', 'only certified payloads are archived', {
        reason: verdict.code,
      });
    }
    const { shard, proof } = decodeShard(input.shard);
    const { archiveRoot } = input;
    checkShard({ root: archiveRoot, index: this.index, shardCount: SHARD_COUNT, shard, proof });
    this.#store.append([
      { kind: RECORD_KIND.header, root, index: 0, body: input.header },
      { kind: RECORD_KIND.shard, root, index: this.index, body: input.shard },
    ]);
  }

  /** The header message of an archived blob. */
  archivedHeader({ root }: StorageMethods['archivedHeader']['input']): Uint8Array {
    return this.#store.read({ kind: RECORD_KIND.header, root, index: 0 });
  }

  /** This node's shard of a blob, with its proof. */
  shard({ root }: StorageMethods['shard']['input']): Uint8Array {
    return this.#store.read({ kind: RECORD_KIND.shard, root, index: this.index });
  }
}
