/**
 * Reading rows: asks nodes in bounded answers and believes none of them. Every row goes through check
 * B under the checked header; a row that fails is refused by its index, and the next holder is asked.
 */
import {
  type CommitmentScheme,
  decodeRowMessage,
  type OpenedHeader,
  RowVerifier,
  type VerifiedRow,
} from '@barycenter/da-sampling';
import { mapBounded } from './bounded.ts';
import { codeOf, NetworkError } from './errors.ts';
import { MAX_ANSWER_BYTES, type RowAnswer } from './protocol.ts';
import { answeredIndices, answeredRows } from './received.ts';
import { schemeOf } from './scheme.ts';
import type { Session } from './session.ts';
import { shuffle } from './shuffle.ts';

/** A row that was not used, who offered it, and who refused it. */
export interface RefusedRow {
  readonly node: number;
  readonly row: number;
  readonly code: string;
  /** `store`: the node itself had none to give; `reader`: the node's answer was refused here. */
  readonly by: 'store' | 'reader';
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
export async function collectRows(header: OpenedHeader, session: Session): Promise<CollectedRows> {
  const { k, n } = header.geometry;
  const holders = await askHolders(header, session);
  const order = [
    ...Array.from({ length: k }, (_, row) => row),
    ...shuffle(Array.from({ length: n - k }, (_, i) => k + i)),
  ].filter((row) => holders.has(row));
  const reader = await createReader(header, session);
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
  header: OpenedHeader,
  { session, requests }: { session: Session; requests: ReadonlyMap<number, readonly number[]> },
): Promise<CollectedRows> {
  const reader = await createReader(header, session);
  await reader.read(requests);
  return reader.finish();
}

async function createReader(header: OpenedHeader, session: Session): Promise<RowReader> {
  const scheme = await schemeOf(session.chain.state.profile, session);
  return new RowReader(header, { session, scheme });
}

/** Requests rows from nodes in bounded answers and checks each one. */
class RowReader {
  readonly #header: OpenedHeader;
  readonly #session: Session;
  readonly #verifier: RowVerifier;
  readonly #verified = new Map<number, VerifiedRow>();
  readonly #refused: RefusedRow[] = [];
  #receivedBytes = 0;

  constructor(
    header: OpenedHeader,
    { session, scheme }: { session: Session; scheme: CommitmentScheme },
  ) {
    this.#header = header;
    this.#session = session;
    this.#verifier = new RowVerifier({ scheme, header });
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
        const answers = await cluster
          .askNode('rows', { node, root, rows })
          .then((answer) => answeredRows(answer, rows))
          .catch(codeOf);
        for (const row of rows) {
          if (typeof answers === 'string') this.#refuse({ node, row, code: answers });
          else this.#accept(node, { row, answer: answers.get(row) });
        }
      },
    });
  }

  #accept(node: number, { row, answer }: { row: number; answer: RowAnswer | undefined }): void {
    if (answer === undefined || !('message' in answer)) {
      this.#refuse({ node, row, code: answer?.code ?? 'answer_malformed' });
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

  /** A row for which there is nothing to check. */
  #refuse({ node, row, code }: { node: number; row: number; code: string }): void {
    this.#refused.push({ node, row, code, by: code === 'answer_malformed' ? 'reader' : 'store' });
  }
}

/** For every row the nodes that say they hold it, in random order. Claims are only hints. */
async function askHolders(
  header: OpenedHeader,
  { cluster, workers }: Session,
): Promise<Map<number, number[]>> {
  const { n } = header.geometry;
  const holders = new Map<number, number[]>();
  await mapBounded(shuffle(cluster.aliveNodes()), {
    limit: 2 * workers,
    task: async (node) => {
      const rows = await cluster
        .askNode('held', { node, root: header.headerRoot })
        .then((answer) => answeredIndices(answer, n))
        .catch((): ReadonlySet<number> => new Set());
      for (const row of rows) holders.set(row, [...(holders.get(row) ?? []), node]);
    },
  });
  return holders;
}
