/**
 * One DA node: a BLS key, a store in a folder of its own, and the duties of a committee member.
 *
 * On a dispersal: refuse a second header of one (submitter, nonce), check the header and every
 * assigned row (check B), write header, rows and attestation durably, and only then hand out the
 * signature. Afterwards it serves what it holds. What it remembers of submitters' nonces is read
 * back from the stored headers, so a restart forgets no equivocation.
 */
import {
  type Attestation,
  Attester,
  authenticateHeader,
  type Committee,
  DaError,
  decodeAttestation,
  decodeHeaderMessage,
  decodeRowMessage,
  encodeAttestation,
  encodeRowMessage,
  type Geometry,
  type HeaderMessage,
  type HeaderPolicy,
  headerRoot,
  type VerifiedRow,
} from '@barycenter/da-sampling';
import { bytesToHex } from '@noble/hashes/utils.js';
import { PROFILE } from './chain.ts';
import { NetworkError, reasonOf } from './errors.ts';
import { nodeFile, nodeFolder, ROW_LOG, readKey } from './folders.ts';
import type { Kernels } from './kernels.ts';
import { RECORD_KIND } from './log-format.ts';
import { LogStore } from './log-store.ts';
import type { HostConfig, NodeMethods, NodeReport, RowAnswer, StoredRow } from './protocol.ts';

/** Cells a node keeps with their proofs: 1,024 x 2 KiB. A proof costs an MSM of 4,032 points. */
const MAX_CACHED_CELLS = 1024;
/** Bytes of rows in one answer. */
export const MAX_ANSWER_BYTES: number = 16 * 1024 * 1024;

type Cell = NodeMethods['cell']['output'];

/** A running DA node. Close it when done. */
export class DaNode {
  readonly report: NodeReport;
  readonly #store: LogStore;
  readonly #secretKey: Uint8Array;
  readonly #policy: HeaderPolicy;
  readonly #kernels: Kernels;
  #attester: Attester | undefined;
  /** headerRoot by submitter and nonce, of all stored headers. */
  readonly #nonces = new Map<string, string>();
  readonly #geometries = new Map<string, Geometry>();
  readonly #cells = new Map<string, Cell>();
  #withholds = false;
  #lies = false;

  /** Opens the node's key and store; throws `NetworkError` if either cannot be read. */
  constructor(node: number, { config, kernels }: { config: HostConfig; kernels: Kernels }) {
    this.#kernels = kernels;
    this.#secretKey = readKey(nodeFile(config.folder, node));
    this.#policy = policyOf(config);
    this.#store = LogStore.open(nodeFolder(config.folder, node), ROW_LOG);
    try {
      for (const root of this.#store.roots(RECORD_KIND.header)) this.#remember(root);
      this.report = this.#inspect();
    } catch (error) {
      this.#store.close();
      throw error;
    }
  }

  /** Frees store, lock and key. */
  close(): void {
    this.#store.close();
    this.#attester?.dispose();
    this.#secretKey.fill(0);
  }

  /** Checks, stores and signs; throws `DaError` or `NetworkError`, with nothing stored. */
  async disperse(input: NodeMethods['disperse']['input']): Promise<Attestation> {
    this.#answerable();
    const message = decodeHeaderMessage(input.header);
    const root = headerRoot(message.header);
    const before = this.#attestationOf(root);
    if (before !== undefined) return before;
    this.#refuseSecondHeader(message);
    const session = (await this.#attesterOnce()).open(message);
    const shape = session.header.geometry;
    const rows: VerifiedRow[] = [];
    if (input.payload !== undefined) rows.push(...session.addPayload(input.payload));
    for (const bytes of input.rows ?? []) {
      // Rows beyond the assigned ones would let a submitter fill the store.
      const row = decodeRowMessage(bytes, shape);
      if (session.assignedRows.includes(row.index)) rows.push(session.add(row));
    }
    const attestation = session.attest();
    this.#store.append([
      { kind: RECORD_KIND.header, root, index: 0, body: input.header },
      ...rows.map((row) => ({
        kind: RECORD_KIND.row,
        root,
        index: row.index,
        body: encodeRowMessage(row, shape),
      })),
      {
        kind: RECORD_KIND.attestation,
        root,
        index: 0,
        body: encodeVow(attestation, session.assignedRows),
      },
    ]);
    this.#remember(root);
    return attestation;
  }

  /** The header message of a blob. */
  header({ root }: NodeMethods['header']['input']): Uint8Array {
    this.#answerable();
    return this.#store.read({ kind: RECORD_KIND.header, root, index: 0 });
  }

  /** The rows it has for a blob. */
  held({ root }: NodeMethods['held']['input']): readonly number[] {
    this.#answerable();
    return this.#store.indices(RECORD_KIND.row, root);
  }

  /** Row messages, each with its own refusal if it cannot be served. */
  rows({ root, rows }: NodeMethods['rows']['input']): readonly RowAnswer[] {
    this.#answerable();
    let bytes = 0;
    return rows.map((row) => {
      if (bytes > MAX_ANSWER_BYTES) return { row, code: 'answer_full' };
      try {
        const message = this.#rowBytes(root, row);
        bytes += message.length;
        return { row, message };
      } catch (error) {
        return { row, code: reasonOf(error) };
      }
    });
  }

  /** One cell of a row it holds, with its proof. */
  async cell({ root, row, cell }: NodeMethods['cell']['input']): Promise<Cell> {
    this.#answerable();
    const key = `${bytesToHex(root)}:${row}:${cell}`;
    const cached = this.#cells.get(key);
    if (cached !== undefined) return cached;
    // The row was verified before it was stored, and its record's check says it is still the same.
    const message = decodeRowMessage(this.#rowBytes(root, row), this.#geometryOf(root));
    const kzg = await this.#kernels.kzg();
    const proven = kzg.computeCellProof(message.row, cell);
    if (this.#cells.size >= MAX_CACHED_CELLS) {
      this.#cells.delete(this.#cells.keys().next().value!);
    }
    this.#cells.set(key, proven);
    return proven;
  }

  /** Demo: stops (or resumes) answering. */
  withhold({ withhold }: NodeMethods['withhold']['input']): undefined {
    this.#withholds = withhold;
  }

  /** Demo: serves what is on disk without checking it. */
  lie({ lie }: NodeMethods['lie']['input']): undefined {
    this.#lies = lie;
  }

  /** Demo: where the bytes of a row lie. */
  place({ root, row }: NodeMethods['place']['input']): NodeMethods['place']['output'] {
    const place = this.#store.bodyPlace({ kind: RECORD_KIND.row, root, index: row });
    if (place === undefined) throw new NetworkError('record_absent', `row ${row} is not held`);
    return { path: this.#store.path, ...place };
  }

  #answerable(): void {
    if (this.#withholds) throw new NetworkError('node_withholds', 'the node does not answer');
  }

  async #attesterOnce(): Promise<Attester> {
    const kzg = await this.#kernels.kzg();
    const bls = await this.#kernels.bls();
    this.#attester ??= new Attester({ ...this.#policy, kzg, bls, secretKey: this.#secretKey });
    return this.#attester;
  }

  #rowBytes(root: Uint8Array, row: number): Uint8Array {
    const key = { kind: RECORD_KIND.row, root, index: row };
    const unchecked = this.#lies ? this.#store.readUnchecked(key) : undefined;
    return unchecked ?? this.#store.read(key);
  }

  #geometryOf(root: Uint8Array): Geometry {
    const known = this.#geometries.get(bytesToHex(root));
    if (known === undefined) throw new NetworkError('record_absent', 'the header is not held');
    return known;
  }

  /** The attestation given before, if header and all its rows are still there. */
  #attestationOf(root: Uint8Array): Attestation | undefined {
    const key = { kind: RECORD_KIND.attestation, root, index: 0 };
    if (!this.#store.has(key) || this.#lostRows(root).length > 0) return undefined;
    return decodeVow(this.#store.read(key)).attestation;
  }

  /** Refuses a header whose nonce another stored header has; its signature is checked first. */
  #refuseSecondHeader(message: HeaderMessage): void {
    const authentic = authenticateHeader(message, this.#policy);
    const first = this.#nonces.get(nonceKey(message));
    if (first === undefined || first === bytesToHex(authentic.headerRoot)) return;
    throw new NetworkError(
      'equivocation',
      `the submitter signed two headers for nonce ${message.header.nonce}`,
    );
  }

  #remember(root: Uint8Array): void {
    const body = this.#store.read({ kind: RECORD_KIND.header, root, index: 0 });
    const message = decodeHeaderMessage(body);
    this.#nonces.set(nonceKey(message), bytesToHex(root));
    this.#geometries.set(bytesToHex(root), message.header.geometry);
  }

  /** Compares what the node vowed to hold with what it can read. */
  #inspect(): NodeReport {
    const { records, damaged, tornBytes } = this.#store.report;
    const damagedRows = damaged
      .filter(({ kind }) => kind === RECORD_KIND.row)
      .map(({ root, index }) => ({ headerRoot: bytesToHex(root), row: index }));
    const lostRows: StoredRow[] = [];
    for (const root of this.#store.roots(RECORD_KIND.attestation)) {
      for (const row of this.#lostRows(root)) {
        const isDamaged = damagedRows.some(
          (other) => other.row === row && other.headerRoot === bytesToHex(root),
        );
        if (!isDamaged) lostRows.push({ headerRoot: bytesToHex(root), row });
      }
    }
    return { records, damagedRows, lostRows, tornBytes };
  }

  #lostRows(root: Uint8Array): number[] {
    const vow = decodeVow(this.#store.read({ kind: RECORD_KIND.attestation, root, index: 0 }));
    return vow.rows.filter((index) => !this.#store.has({ kind: RECORD_KIND.row, root, index }));
  }
}

/** What a node of this network accepts: its chain, its committee, its submitter. */
export function policyOf(config: {
  readonly domain: HostConfig['domain'];
  readonly committee: Committee;
  readonly submitter: Uint8Array;
}): HeaderPolicy {
  const { domain, committee, submitter } = config;
  const accepted = bytesToHex(submitter);
  return {
    domain,
    committeeOf: (epoch) => (epoch === committee.epoch ? committee : undefined),
    profiles: [PROFILE],
    acceptSubmitter: (address) => bytesToHex(address) === accepted,
  };
}

function nonceKey({ header }: HeaderMessage): string {
  return `${bytesToHex(header.submitter)}:${header.nonce}`;
}

/** What a node vouches for: `attestation 130 | row u16 | row u16 | ..`. */
function encodeVow(attestation: Attestation, rows: readonly number[]): Uint8Array {
  const head = encodeAttestation(attestation);
  const bytes = new Uint8Array(head.length + 2 * rows.length);
  bytes.set(head, 0);
  const view = new DataView(bytes.buffer);
  rows.forEach((row, i) => {
    view.setUint16(head.length + 2 * i, row, true);
  });
  return bytes;
}

function decodeVow(bytes: Uint8Array): { attestation: Attestation; rows: number[] } {
  const attestation = decodeAttestation(bytes.slice(0, ATTESTATION_BYTES));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: number[] = [];
  for (let at = ATTESTATION_BYTES; at + 2 <= bytes.length; at += 2) {
    rows.push(view.getUint16(at, true));
  }
  return { attestation, rows };
}

/** headerRoot 32, validator u16, signature 96: `encodeAttestation`. */
const ATTESTATION_BYTES = 130;

/** Whether an error is a peer's fault, to be answered with its code. */
export function isRefusal(error: unknown): error is DaError | NetworkError {
  return error instanceof DaError || error instanceof NetworkError;
}
