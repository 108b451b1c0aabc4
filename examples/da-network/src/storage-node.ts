/**
 * One storage node: keeps a shard of each certified payload, with the header message that lets a
 * reader check the payload when no DA node is left. It believes nobody. Before it stores:
 *
 * - the header is signed by the accepted submitter, and the commitments and evaluations behind it
 *   hash to what it names (hashes and one signature; the opening is left to the reader);
 * - the submitter signed the archive's root for this header and chain;
 * - the shard has the size that the payload's length gives, and stands under that root at this
 *   node's index;
 * - the certificate holds and is for this header.
 *
 * It keeps one header and one shard of a blob, and one blob for a nonce, until the blob's epoch is
 * given up (retention.ts): the same again is answered without a check and without a byte written,
 * another is refused. Whether the archive is the payload, only its reader
 * finds out: a submitter can spoil its own archive and nobody else's.
 */

import { existsSync } from 'node:fs';
import {
  authenticateHeader,
  type BlobHeader,
  decodeCertificate,
  decodeHeaderMessage,
  encodeHeaderMessage,
  headerRoot,
  type RetentionIndex,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { checkShard } from '@barycenter/erasure';
import { bytesToHex } from '@noble/hashes/utils.js';
import { decodeShard, SHARD_COUNT, shardSize } from './archive.ts';
import { isArchiveSignature } from './archive-signature.ts';
import { policyOf } from './da-node.ts';
import { NetworkError } from './errors.ts';
import { SHARD_LOG, storageFolder } from './folders.ts';
import type { Kernels } from './kernels.ts';
import { RECORD_KIND, type RecordKey } from './log-format.ts';
import { LogStore } from './log-store.ts';
import type { HostConfig, NodeReport, StorageMethods } from './protocol.ts';
import { sentBytes } from './received.ts';
import { openRetention } from './retention.ts';

const ROOT = { name: 'root', size: 32 };

/** A running storage node. Close it when done. */
export class StorageNode {
  readonly index: number;
  readonly report: NodeReport;
  readonly #store: LogStore;
  readonly #retention: RetentionIndex;
  readonly #config: HostConfig;
  readonly #kernels: Kernels;

  /** Opens the store; throws `NetworkError` if it cannot be read. */
  constructor(index: number, { config, kernels }: { config: HostConfig; kernels: Kernels }) {
    this.index = index;
    this.#config = config;
    this.#kernels = kernels;
    const folder = storageFolder(config.folder, index);
    // A lost folder is not made anew: an empty store must not pass for the one that is missing.
    if (!existsSync(folder)) throw new NetworkError('state_missing', `${folder} is gone`);
    this.#store = LogStore.open(folder, SHARD_LOG);
    try {
      this.#retention = openRetention(this.#store, config.retention);
    } catch (error) {
      this.#store.close();
      throw error;
    }
    const { records, damaged, tornBytes } = this.#store.report;
    this.report = {
      records,
      tornBytes,
      damagedRows: damaged
        .filter(({ kind }) => kind === RECORD_KIND.shard)
        .map(({ root, index: row }) => ({ headerRoot: bytesToHex(root), row })),
      lostRows: [],
      equivocations: 0,
    };
  }

  close(): void {
    this.#store.close();
  }

  /** Checks and keeps a shard; throws with nothing stored. */
  async archive(input: StorageMethods['archive']['input']): Promise<undefined> {
    // Nothing is awaited behind this line: two shards for one blob cannot both find it absent.
    const bls = await this.#kernels.bls();
    const message = decodeHeaderMessage(sentBytes(input.header, { name: 'header' }));
    const sent = sentBytes(input.shard, { name: 'shard' });
    const root = headerRoot(message.header);
    if (this.#isHeld(root, sent)) return;
    const policy = policyOf(this.#config);
    const header = authenticateHeader(message, policy);
    this.#retention.check(header.message);
    this.#checkShard(input, header.header);
    const verdict = verifyCertificate(
      decodeCertificate(sentBytes(input.certificate, { name: 'certificate' })),
      { bls, ...policy, header },
    );
    if (!verdict.ok) {
      throw new NetworkError('certificate_refused', 'only certified payloads are archived', {
        reason: verdict.code,
      });
    }
    const records = [
      { ...headerKey(root), body: encodeHeaderMessage(header.message) },
      { ...this.#shardKey(root), body: sent },
    ];
    this.#store.append(records.filter((record) => !this.#store.has(record)));
    this.#retention.keep(header.message);
  }

  /** The header message of an archived blob. */
  archivedHeader({ root }: StorageMethods['archivedHeader']['input']): Uint8Array {
    return this.#store.read(headerKey(sentBytes(root, ROOT)));
  }

  /** This node's shard of a blob, with its proof. */
  shard({ root }: StorageMethods['shard']['input']): Uint8Array {
    return this.#store.read(this.#shardKey(sentBytes(root, ROOT)));
  }

  #shardKey(root: Uint8Array): RecordKey {
    return { kind: RECORD_KIND.shard, root, index: this.index };
  }

  /** Whether this very shard is held; throws 'message_refused' if another one is. */
  #isHeld(root: Uint8Array, sent: Uint8Array): boolean {
    if (!this.#store.has(this.#shardKey(root))) return false;
    const held = this.#store.read(this.#shardKey(root));
    if (Buffer.compare(held, sent) !== 0) {
      throw refused('another shard of this blob is held', 'other_shard');
    }
    return this.#store.has(headerKey(root));
  }

  /** The shard against the archive's root, and the root against the submitter's signature. */
  #checkShard(input: StorageMethods['archive']['input'], header: BlobHeader): void {
    const archiveRoot = sentBytes(input.archiveRoot, { name: 'archiveRoot', size: 32 });
    const signature = sentBytes(input.archiveSignature, { name: 'archiveSignature' });
    const { domain } = this.#config;
    const claim = { domain, headerRoot: headerRoot(header), archiveRoot };
    if (!isArchiveSignature(signature, { ...claim, submitter: header.submitter })) {
      throw refused('the submitter did not sign this archive', 'archive_unsigned');
    }
    const { shard, proof } = decodeShard(input.shard);
    if (shard.length !== shardSize(header.byteLength)) {
      throw refused(`a shard of ${shard.length} bytes`, 'shard_length');
    }
    checkShard({ root: archiveRoot, index: this.index, shardCount: SHARD_COUNT, shard, proof });
  }
}

function headerKey(root: Uint8Array): RecordKey {
  return { kind: RECORD_KIND.header, root, index: 0 };
}

function refused(message: string, reason: string): NetworkError {
  return new NetworkError('message_refused', message, { reason });
}
