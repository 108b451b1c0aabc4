/**
 * One DA node: a BLS key, a store in a folder of its own, and the duties of a committee member.
 *
 * On a dispersal, cheapest first: answer from the store what was signed before, refuse a second
 * header of one (submitter, nonce) and keep the proof, refuse rows that are too few or too many; then
 * check the header (opened once, the attester keeps it) and every assigned row (check B), write
 * header, rows and attestation durably, each once, and only then hand out the signature. Afterwards
 * it serves what it holds. What it remembers of submitters' nonces is read back from the stored
 * headers, so no restart makes it sign a second one.
 */
import {
  type Attestation,
  type AttestationSession,
  Attester,
  authenticateHeader,
  type BlobHeader,
  CELLS_PER_ROW,
  type Committee,
  DaError,
  decodeHeaderMessage,
  decodeRowMessage,
  type EquivocationEvidence,
  encodeHeader,
  encodeHeaderMessage,
  encodeRowMessage,
  type Geometry,
  type HeaderMessage,
  type HeaderPolicy,
  headerRoot,
  memberIndex,
  type Profile,
  type RetentionIndex,
  type SignedHeader,
  schemeName,
  type VerifiedRow,
} from '@barycenter/da-sampling';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeEvidence, equivocationKey, MAX_EQUIVOCATIONS } from './equivocation.ts';
import { NetworkError, reasonOf } from './errors.ts';
import { nodeFile, nodeFolder, ROW_LOG, readKey } from './folders.ts';
import type { Kernels } from './kernels.ts';
import { RECORD_KIND } from './log-format.ts';
import { LogStore } from './log-store.ts';
import { PeerQuota } from './peer-quota.ts';
import {
  type HostConfig,
  MAX_ANSWER_BYTES,
  type NodeMethods,
  type NodeReport,
  type RowAnswer,
  type StoredRow,
} from './protocol.ts';
import { sentBytes, sentIndex, sentList } from './received.ts';
import { openRetention } from './retention.ts';
import { schemeOf } from './scheme.ts';
import { decodeVow, encodeVow } from './vow.ts';

/** Cells a node keeps with their proofs: 1,024 x 2 KiB. A proof costs an MSM of 4,032 points. */
const MAX_CACHED_CELLS = 1024;
/**
 * Cell proofs a node computes for one peer and blob. A light client that must rebuild 29 columns of
 * 256 rows from two nodes asks each for 3,712.
 */
export const MAX_PROOFS_PER_PEER = 4096;

const ROOT = { name: 'root', size: 32 };

type Cell = NodeMethods['cell']['output'];

/** A running DA node. Close it when done. */
export class DaNode {
  readonly report: NodeReport;
  readonly #store: LogStore;
  readonly #secretKey: Uint8Array;
  readonly #policy: HeaderPolicy;
  readonly #committee: Committee;
  readonly #kernels: Kernels;
  readonly #profile: Profile;
  #attester: Attester | undefined;
  readonly #retention: RetentionIndex;
  readonly #geometries = new Map<string, Geometry>();
  readonly #cells = new Map<string, Cell>();
  readonly #proofs = new PeerQuota(MAX_PROOFS_PER_PEER);
  #equivocations = 0;
  #withholds = false;
  #lies = false;

  /** Opens the node's key and store; throws `NetworkError` if either cannot be read. */
  constructor(node: number, { config, kernels }: { config: HostConfig; kernels: Kernels }) {
    this.#kernels = kernels;
    this.#profile = config.profile;
    this.#secretKey = readKey(nodeFile(config.folder, node));
    this.#policy = policyOf(config);
    this.#committee = config.committee;
    this.#store = LogStore.open(nodeFolder(config.folder, node), ROW_LOG);
    try {
      this.#retention = openRetention(this.#store, config.retention);
      for (const root of this.#store.roots(RECORD_KIND.header)) this.#remember(root);
      this.#equivocations = this.#store.roots(RECORD_KIND.equivocation).length;
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

  /** Checks, stores and signs; throws `DaError` or `NetworkError`, with no blob stored. */
  async disperse(input: NodeMethods['disperse']['input']): Promise<Attestation> {
    this.#answerable();
    // Nothing is awaited behind this line: two messages for one blob cannot both find it absent.
    const attester = await this.#attesterOnce();
    const message = decodeHeaderMessage(sentBytes(input.header, { name: 'header' }));
    const root = headerRoot(message.header);
    const before = this.#attestationOf(root);
    if (before !== undefined) return before;
    this.#refuseUnkept(message);
    const parts = sentParts(input, {
      byteLength: message.header.byteLength,
      seats: this.#seats(),
      rowCount: this.#committee.seats,
    });
    const session = this.#openSession(message, attester);
    const rows = verifyParts(parts, session);
    const attestation = session.attest();
    // The header message as it was checked: of a blob opened before, the one that came now was not.
    const { geometry, message: checked } = session.header;
    const records = [
      { kind: RECORD_KIND.header, root, index: 0, body: encodeHeaderMessage(checked) },
      ...rows.map((row) => ({
        kind: RECORD_KIND.row,
        root,
        index: row.index,
        body: encodeRowMessage(row, geometry),
      })),
      {
        kind: RECORD_KIND.attestation,
        root,
        index: 0,
        body: encodeVow({ attestation, signed: signed(checked), rows: session.assignedRows }),
      },
    ];
    this.#store.append(records.filter((record) => !this.#store.has(record)));
    this.#remember(root);
    return attestation;
  }

  /** The header message of a blob. */
  header(input: NodeMethods['header']['input']): Uint8Array {
    this.#answerable();
    const root = sentBytes(input.root, ROOT);
    return this.#store.read({ kind: RECORD_KIND.header, root, index: 0 });
  }

  /** The rows it has for a blob. */
  held(input: NodeMethods['held']['input']): readonly number[] {
    this.#answerable();
    return this.#store.indices(RECORD_KIND.row, sentBytes(input.root, ROOT));
  }

  /** Row messages, each with its own refusal if it cannot be served. */
  rows(input: NodeMethods['rows']['input']): readonly RowAnswer[] {
    this.#answerable();
    const root = sentBytes(input.root, ROOT);
    let bytes = 0;
    const count = this.#committee.seats;
    return sentList(input.rows, { name: 'rows', most: count }).map((asked) => {
      const row = sentIndex(asked, { name: 'row', count });
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
  async cell(input: NodeMethods['cell']['input']): Promise<Cell> {
    this.#answerable();
    const root = sentBytes(input.root, ROOT);
    const row = sentIndex(input.row, { name: 'row', count: this.#committee.seats });
    const isWholeRow = schemeName(this.#profile) === 'zoda';
    const count = isWholeRow ? 1 : CELLS_PER_ROW;
    const cell = sentIndex(input.cell, { name: 'cell', count });
    const blob = bytesToHex(root);
    const key = `${blob}:${row}:${cell}`;
    const cached = this.#cells.get(key);
    if (cached !== undefined) return cached;
    // The row was verified before it was stored, and its record's check says it is still the same.
    const message = decodeRowMessage(this.#rowBytes(root, row), this.#geometryOf(root));
    const { samples } = await schemeOf(this.#profile, this.#kernels);
    if (isWholeRow) return samples.serve(message, cell); // the branch is its proof: no work to bound
    if (!this.#proofs.take({ peer: input.peer, blob })) {
      throw refused(`${MAX_PROOFS_PER_PEER} proofs were computed for this peer`, 'quota_used');
    }
    const proven = samples.serve(message, cell);
    if (this.#cells.size >= MAX_CACHED_CELLS) {
      this.#cells.delete(this.#cells.keys().next().value!);
    }
    this.#cells.set(key, proven);
    return proven;
  }

  /** The proofs of equivocation it keeps; at most `MAX_EQUIVOCATIONS`. */
  equivocations(): readonly Uint8Array[] {
    this.#answerable();
    const kind = RECORD_KIND.equivocation;
    return this.#store.roots(kind).map((root) => this.#store.read({ kind, root, index: 0 }));
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
    const scheme = await schemeOf(this.#profile, this.#kernels);
    const bls = await this.#kernels.bls();
    this.#attester ??= new Attester({
      ...this.#policy,
      scheme,
      bls,
      secretKey: this.#secretKey,
      retention: this.#retention,
    });
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

  /** Refuses what the index would not keep; for a second header its signature is checked first. */
  #refuseUnkept(message: HeaderMessage): void {
    try {
      this.#retention.check(message);
    } catch (error) {
      if (!(error instanceof DaError) || error.evidence === undefined) throw error;
      authenticateHeader(message, this.#policy);
      throw this.#equivocation(message.header, error.evidence);
    }
  }

  /** Opens a header; the attester sees a second one for a nonce also where none was stored. */
  #openSession(message: HeaderMessage, attester: Attester): AttestationSession {
    try {
      return attester.open(message);
    } catch (error) {
      if (!(error instanceof DaError) || error.evidence === undefined) throw error;
      throw this.#equivocation(message.header, error.evidence);
    }
  }

  /** Keeps the proof, one for each nonce, and says so. */
  #equivocation(header: BlobHeader, evidence: EquivocationEvidence): NetworkError {
    const key = equivocationKey(header);
    if (!this.#store.has(key) && this.#equivocations < MAX_EQUIVOCATIONS) {
      this.#store.append([{ ...key, body: encodeEvidence(evidence) }]);
      this.#equivocations++;
    }
    return new NetworkError(
      'equivocation',
      `the submitter signed two headers for nonce ${header.nonce}; the proof is kept`,
    );
  }

  /** Rows of each blob that are this node's to hold. */
  #seats(): number {
    const index = memberIndex(this.#committee, this.#attester!.publicKey);
    return this.#committee.members[index]?.seats ?? 0;
  }

  #remember(root: Uint8Array): void {
    const body = this.#store.read({ kind: RECORD_KIND.header, root, index: 0 });
    const message = decodeHeaderMessage(body);
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
    return { records, damagedRows, lostRows, tornBytes, equivocations: this.#equivocations };
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
  readonly profile: Profile;
  readonly submitter: Uint8Array;
}): HeaderPolicy {
  const { domain, committee, profile, submitter } = config;
  const accepted = bytesToHex(submitter);
  return {
    domain,
    committeeOf: (epoch) => (epoch === committee.epoch ? committee : undefined),
    profiles: [profile],
    acceptSubmitter: (request) => bytesToHex(request.submitter) === accepted,
  };
}

/** What came with a header: the payload, or as many row messages as are assigned. */
type Parts = { readonly payload: Uint8Array } | { readonly rows: readonly unknown[] };

/** Judges a dispersal by its sizes alone, before any curve work. */
function sentParts(
  input: NodeMethods['disperse']['input'],
  { byteLength, seats, rowCount }: { byteLength: number; seats: number; rowCount: number },
): Parts {
  const rows = sentList(input.rows ?? [], { name: 'rows', most: rowCount });
  if (input.payload !== undefined) {
    const payload = sentBytes(input.payload, { name: 'payload' });
    if (rows.length > 0) throw refused('a payload and rows', 'payload_and_rows');
    if (payload.length === byteLength) return { payload };
    throw refused(`a payload of ${payload.length} bytes`, 'payload_mismatch');
  }
  if (rows.length > seats) throw refused(`${rows.length} rows for ${seats}`, 'rows_excess');
  if (rows.length < seats) throw refused(`${rows.length} rows for ${seats}`, 'rows_missing');
  return { rows };
}

/** The assigned rows, each verified and each once. */
function verifyParts(parts: Parts, session: AttestationSession): VerifiedRow[] {
  if ('payload' in parts) return session.addPayload(parts.payload);
  const rows = new Map<number, VerifiedRow>();
  for (const sent of parts.rows) {
    const row = decodeRowMessage(sentBytes(sent, { name: 'row' }), session.header.geometry);
    rows.set(row.index, session.add(row));
  }
  return [...rows.values()];
}

function refused(message: string, reason: string): NetworkError {
  return new NetworkError('message_refused', message, { reason });
}

function signed({ header, signature }: HeaderMessage): SignedHeader {
  return { header: encodeHeader(header), signature };
}
