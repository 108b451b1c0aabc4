/**
 * The retriever. It trusts no node: the certificate is verified against the committee, the header
 * against its own commitments, every row by check B under that header, and only verified rows are
 * decoded. The archive is read when the user asks for it or when the nodes that are left do not hold
 * k good rows; which of the two answered is part of the result.
 */
import { randomInt } from 'node:crypto';
import {
  authenticateHeader,
  type CertificateVerdict,
  type CheckedHeader,
  decodeCertificate,
  decodeHeaderMessage,
  decodeRowMessage,
  type HeaderPolicy,
  openHeader,
  RowVerifier,
  recoverBlob,
  type UnpackedPayload,
  type VerifiedRow,
  verifyCertificate,
} from '@barycenter/da-sampling';
import { type CheckedShard, checkShard } from '@barycenter/erasure';
import { bytesToHex } from '@noble/hashes/utils.js';
import { DATA_SHARDS, decodeShard, joinShards, SHARD_COUNT } from './archive.ts';
import { mapBounded } from './bounded.ts';
import { type BlobRecord, PROFILE } from './chain.ts';
import { MAX_ANSWER_BYTES } from './da-node.ts';
import { codeOf } from './disperse.ts';
import { NetworkError } from './errors.ts';
import type { Session } from './session.ts';

/** A row that was not used, who offered it, and who refused it. */
export interface RefusedRow {
  readonly node: number;
  readonly row: number;
  readonly code: string;
  /** `store`: the node's own check found it; `reader`: the node served it and check B refused it. */
  readonly by: 'store' | 'reader';
}

/** A blob that was read. */
export interface Retrieval {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly header: CheckedHeader;
  readonly source: 'nodes' | 'archive';
  readonly refusedRows: readonly RefusedRow[];
  /** Bytes received, of headers, rows and shards. */
  readonly receivedBytes: number;
}

/** How a blob is to be read. */
export interface RetrieveOptions {
  /** Do not ask the DA nodes at all. */
  readonly archive?: boolean;
}

/**
 * Reads a certified blob. Throws `NetworkError` 'identifier_unknown', 'certificate_refused',
 * 'header_unavailable', 'rows_unavailable', 'archive_unavailable', 'archive_mismatch',
 * 'blob_invalid'.
 */
export async function retrieveBlob(
  root: Uint8Array,
  session: Session,
  options: RetrieveOptions = {},
): Promise<Retrieval> {
  checkCertificate(root, session);
  const { header, receivedBytes } = await fetchHeader(root, session);
  if (options.archive !== true) {
    const rows = await collectRows(header, session);
    const before = receivedBytes + rows.receivedBytes;
    const { refusedRows } = rows;
    if (rows.verified.length >= header.geometry.k) {
      session.progress.show('decoding');
      const payload = payloadOf(recoverBlob(rows.verified, { kzg: await session.kzg(), header }));
      session.progress.show(undefined);
      return { payload, header, source: 'nodes', refusedRows, receivedBytes: before };
    }
    if (session.chain.blob(root).archive === undefined) throw tooFewRows(header, rows.verified);
    const archived = await readArchive(header, session);
    return { ...archived, header, refusedRows, receivedBytes: before + archived.receivedBytes };
  }
  const archived = await readArchive(header, session);
  const total = receivedBytes + archived.receivedBytes;
  return { ...archived, header, refusedRows: [], receivedBytes: total };
}

/** The chain's record of a blob, its certificate verified; throws `NetworkError`. */
export function checkCertificate(
  root: Uint8Array,
  { chain, bls }: Session,
): BlobRecord & { readonly verdict: Extract<CertificateVerdict, { ok: true }> } {
  const record = chain.blob(root);
  const verdict = judge();
  if (!verdict.ok) {
    throw new NetworkError(
      'certificate_refused',
      `the certificate of ${bytesToHex(root)} does not hold: ${verdict.code}`,
      { reason: verdict.code },
    );
  }
  return { ...record, verdict };

  function judge(): CertificateVerdict | { ok: false; code: string } {
    try {
      return verifyCertificate(decodeCertificate(record.certificate), {
        bls,
        committeeOf: chain.committeeOf(bls),
        profiles: [PROFILE],
        header: { headerRoot: root },
      });
    } catch (error) {
      return { ok: false, code: codeOf(error) };
    }
  }
}

/**
 * The checked header of a blob, from any DA node or storage node. An answer for another blob is
 * dismissed before any curve work. Throws `NetworkError` 'header_unavailable'.
 */
export async function fetchHeader(
  root: Uint8Array,
  session: Session,
): Promise<{ header: CheckedHeader; receivedBytes: number }> {
  const { cluster } = session;
  const sources = [
    ...shuffle(cluster.aliveNodes()).map((node) => () => cluster.askNode('header', { node, root })),
    ...shuffle(cluster.aliveStorage()).map(
      (node) => () => cluster.askStorage('archivedHeader', { node, root }),
    ),
  ];
  const refusals = new Set<string>();
  let receivedBytes = 0;
  for (const ask of sources) {
    try {
      const bytes = await ask();
      receivedBytes += bytes.length;
      const header = authenticateHeader(decodeHeaderMessage(bytes), policyOf(session));
      if (bytesToHex(header.headerRoot) !== bytesToHex(root)) {
        refusals.add('other_header');
        continue;
      }
      session.progress.show('checking the header');
      const checked = openHeader(header, await session.kzg());
      session.progress.show(undefined);
      return { header: checked, receivedBytes };
    } catch (error) {
      refusals.add(codeOf(error));
    }
  }
  throw new NetworkError(
    'header_unavailable',
    `no node gave the header of ${bytesToHex(root)} (${[...refusals].join(', ') || 'none runs'})`,
  );
}

/** Rows that passed check B, and those that did not. */
export interface CollectedRows {
  readonly verified: readonly VerifiedRow[];
  readonly refusedRows: readonly RefusedRow[];
  readonly receivedBytes: number;
}

/**
 * Asks for rows until k are verified or nobody has another. Data rows come first: with all of them
 * decoding is copying. Every (node, row) is asked for at most once.
 */
export async function collectRows(header: CheckedHeader, session: Session): Promise<CollectedRows> {
  const { k, n } = header.geometry;
  const holders = await askHolders(header, session);
  const order = [
    ...Array.from({ length: k }, (_, row) => row),
    ...shuffle(Array.from({ length: n - k }, (_, i) => k + i)),
  ].filter((row) => holders.has(row));
  const reader = new RowReader(header, session, await session.kzg());
  while (reader.verifiedCount < k) {
    const wanted = order.filter((row) => !reader.has(row) && holders.get(row)!.length > 0);
    const round = wanted.slice(0, k - reader.verifiedCount);
    if (round.length === 0) break;
    const requests = new Map<number, number[]>();
    for (const row of round) {
      const node = holders.get(row)!.shift()!;
      requests.set(node, [...(requests.get(node) ?? []), row]);
    }
    await reader.read(requests);
  }
  return reader.finish();
}

/** Asks every given node for every given row and checks all answers: the whole of what is stored. */
export async function readAllRows(
  header: CheckedHeader,
  session: Session,
  requests: ReadonlyMap<number, readonly number[]>,
): Promise<CollectedRows> {
  const reader = new RowReader(header, session, await session.kzg());
  await reader.read(requests);
  return reader.finish();
}

/** Requests rows from nodes in bounded answers and checks each one. */
class RowReader {
  readonly #header: CheckedHeader;
  readonly #session: Session;
  readonly #verifier: RowVerifier;
  readonly #verified = new Map<number, VerifiedRow>();
  readonly #refused: RefusedRow[] = [];
  #receivedBytes = 0;

  constructor(
    header: CheckedHeader,
    session: Session,
    kzg: ConstructorParameters<typeof RowVerifier>[0]['kzg'],
  ) {
    this.#header = header;
    this.#session = session;
    this.#verifier = new RowVerifier({ kzg, header });
  }

  get verifiedCount(): number {
    return this.#verified.size;
  }

  has(row: number): boolean {
    return this.#verified.has(row);
  }

  finish(): CollectedRows {
    this.#session.progress.show(undefined);
    return {
      verified: [...this.#verified.values()],
      refusedRows: this.#refused,
      receivedBytes: this.#receivedBytes,
    };
  }

  async read(requests: ReadonlyMap<number, readonly number[]>): Promise<void> {
    const { cluster, workers } = this.#session;
    const root = this.#header.headerRoot;
    // 32 bytes an element and the Merkle branch, so that an answer stays below the nodes' bound.
    const rowBytes = 32 * this.#header.geometry.c + 1024;
    const size = Math.max(1, Math.floor(MAX_ANSWER_BYTES / rowBytes));
    const batches = [...requests].flatMap(([node, rows]) =>
      Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => ({
        node,
        rows: rows.slice(i * size, (i + 1) * size),
      })),
    );
    await mapBounded(batches, {
      limit: 2 * workers,
      task: async ({ node, rows }) => {
        try {
          const answers = await cluster.askNode('rows', { node, root, rows });
          for (const row of rows) {
            this.#accept(node, { row, answer: answers.find((answer) => answer.row === row) });
          }
        } catch (error) {
          const code = codeOf(error);
          for (const row of rows) this.#refused.push({ node, row, code, by: 'store' });
        }
      },
    });
  }

  #accept(node: number, { row, answer }: { row: number; answer: RowAnswerLike }): void {
    if (answer === undefined || !('message' in answer)) {
      const code = answer?.code ?? 'no_answer';
      this.#refused.push({ node, row, code, by: 'store' });
      return;
    }
    this.#receivedBytes += answer.message.length;
    try {
      const message = decodeRowMessage(answer.message, this.#header.geometry);
      // A good row, but not the one asked for, does not count for it.
      if (message.index !== row) throw new NetworkError('message_refused', 'another row');
      this.#verified.set(row, this.#verifier.add(message));
      const needed = this.#header.geometry.k;
      this.#session.progress.show(`reading: ${this.#verified.size} rows of ${needed} verified`);
    } catch (error) {
      this.#refused.push({ node, row, code: codeOf(error), by: 'reader' });
    }
  }
}

type RowAnswerLike = { readonly message: Uint8Array } | { readonly code: string } | undefined;

/** For every row the nodes that say they hold it, in random order. Claims are only hints. */
async function askHolders(
  header: CheckedHeader,
  { cluster, workers }: Session,
): Promise<Map<number, number[]>> {
  const { n } = header.geometry;
  const holders = new Map<number, number[]>();
  await mapBounded(shuffle(cluster.aliveNodes()), {
    limit: 2 * workers,
    task: async (node) => {
      const rows = await cluster
        .askNode('held', { node, root: header.headerRoot })
        .catch((): readonly number[] => []);
      for (const row of new Set(rows.slice(0, n))) {
        if (Number.isInteger(row) && row >= 0 && row < n) {
          holders.set(row, [...(holders.get(row) ?? []), node]);
        }
      }
    },
  });
  return holders;
}

/**
 * The payload from the storage nodes: 10 Merkle-checked shards, decoded, and then encoded again to
 * prove that it is the payload of this header (the shards' root alone proves nothing about it).
 */
async function readArchive(
  header: CheckedHeader,
  session: Session,
): Promise<{ payload: Uint8Array<ArrayBuffer>; source: 'archive'; receivedBytes: number }> {
  const root = header.headerRoot;
  const { archive } = session.chain.blob(root);
  if (archive === undefined) {
    throw new NetworkError('archive_unavailable', `${bytesToHex(root)} was never archived`);
  }
  const checked: CheckedShard[] = [];
  const refusals: string[] = [];
  let receivedBytes = 0;
  for (const node of shuffle(session.cluster.aliveStorage())) {
    if (checked.length === DATA_SHARDS) break;
    try {
      const bytes = await session.cluster.askStorage('shard', { node, root });
      receivedBytes += bytes.length;
      const { shard, proof } = decodeShard(bytes);
      const claim = { root: archive.root, index: node, shardCount: SHARD_COUNT, shard, proof };
      checked.push(checkShard(claim));
    } catch (error) {
      refusals.push(`${node}: ${codeOf(error)}`);
    }
  }
  if (checked.length < DATA_SHARDS) {
    const why = refusals.length === 0 ? '' : ` (${refusals.join(', ')})`;
    throw new NetworkError(
      'archive_unavailable',
      `${checked.length} of ${DATA_SHARDS} needed shards of ${bytesToHex(root)}${why}`,
    );
  }
  try {
    const payload = joinShards(checked, archive.byteLength);
    session.progress.show('checking the archived payload against the header');
    new RowVerifier({ kzg: await session.kzg(), header }).addPayload(payload);
    session.progress.show(undefined);
    return { payload, source: 'archive', receivedBytes };
  } catch (cause) {
    throw new NetworkError(
      'archive_mismatch',
      `the archive of ${bytesToHex(root)} is not the payload of its header`,
      { reason: codeOf(cause), cause },
    );
  }
}

function payloadOf(recovered: UnpackedPayload): Uint8Array<ArrayBuffer> {
  if (recovered.status === 'ok') return recovered.payload;
  throw new NetworkError(
    'blob_invalid',
    'the blob holds no payload: its submitter packed it wrongly',
    {
      reason: recovered.code,
    },
  );
}

function tooFewRows(header: CheckedHeader, verified: readonly VerifiedRow[]): NetworkError {
  return new NetworkError(
    'rows_unavailable',
    `${verified.length} of ${header.geometry.k} needed rows, and no archive`,
  );
}

function policyOf({ chain, bls }: Session): HeaderPolicy {
  return { domain: chain.state.domain, committeeOf: chain.committeeOf(bls), profiles: [PROFILE] };
}

/** A shuffled copy. Not for secrets; `randomInt` is uniform. */
export function shuffle<T>(items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
