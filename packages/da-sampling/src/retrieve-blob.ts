/**
 * Reading a blob from many nodes at once. Every source is asked for rows of its own choice of order at
 * the same time as the others; each answer is verified on arrival, and the first k verified rows end
 * the whole. A slow source holds nobody up, since any k rows do, and a row asked for in vain so far is
 * asked for elsewhere when nothing else is left; a lying source is named and left.
 *
 * Bounds: ROWS_PER_SOURCE requests under way per source, no row twice at one source; in memory are k
 * rows and those under way.
 */
import type { KzgPool } from '@barycenter/kzg/pool';
import type { OpenedHeader } from './check-header.ts';
import type { DaErrorCode } from './errors.ts';
import { chosenScheme, type SchemeChoice } from './kzg-scheme.ts';
import type { UnpackedPayload } from './payload.ts';
import { RowVerifier } from './row-verifier.ts';
import type { RowMessage } from './rows.ts';
import { uniform } from './samples.ts';

/** Requests under way at one source. */
const ROWS_PER_SOURCE = 2;

/** Failed requests in a row after which a source is left. */
const MAX_FAILURES = 3;

/** Rows a source may name; more are not read. */
const MAX_CLAIMED_ROWS = 65_536;

/** A node that serves rows. Time limits are its own. */
export type RowSource = {
  readonly id: string;
  /** Rows it says it holds. Only a hint of what to ask for. */
  rows(headerRoot: Uint8Array): Promise<readonly number[]>;
  /** A row, or undefined if it cannot or will not. Should end when the signal is aborted. */
  row(request: {
    readonly headerRoot: Uint8Array;
    readonly index: number;
    readonly signal: AbortSignal;
  }): Promise<RowMessage | undefined>;
};

/** What `retrieveBlob` needs. */
export type RetrieveOptions = SchemeChoice & {
  readonly header: OpenedHeader;
  readonly sources: readonly RowSource[];
  /** A random source, for the order in which rows are asked for. */
  readonly random: (size: number) => Uint8Array;
  /** Rows are verified by its workers; without it in this thread. */
  readonly pool?: Pick<KzgPool, 'digestMany'>;
  readonly signal?: AbortSignal;
};

/** What was read, and which sources sent rows that do not hold. */
export type RetrievedBlob = {
  readonly outcome: UnpackedPayload;
  readonly refused: readonly { readonly source: string; readonly code: DaErrorCode }[];
};

/**
 * The payload or INVALID, from the first k rows that hold. Throws DaError `rows_missing` if all sources
 * together do not show k, and the signal's reason.
 */
export async function retrieveBlob(options: RetrieveOptions): Promise<RetrievedBlob> {
  const { header, signal } = options;
  signal?.throwIfAborted();
  const end = new AbortController();
  const retrieval = new Retrieval(options, end.signal);
  const abort = (): void => end.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    await retrieval.run();
  } finally {
    signal?.removeEventListener('abort', abort);
    end.abort(new Error('retrieveBlob: it has ended'));
  }
  signal?.throwIfAborted();
  const outcome = chosenScheme(options).recoverBlob(retrieval.verifier.finish(), header);
  return { outcome, refused: retrieval.refused };
}

class Retrieval {
  readonly verifier: RowVerifier;
  readonly refused: { source: string; code: DaErrorCode }[] = [];
  readonly #options: RetrieveOptions;
  readonly #signal: AbortSignal;
  /** Rows verified, or asked for at some source now. */
  readonly #taken = new Set<number>();
  readonly #verified = new Set<number>();
  #finish: () => void = () => undefined;

  constructor(options: RetrieveOptions, signal: AbortSignal) {
    this.verifier = new RowVerifier(options);
    this.#options = options;
    this.#signal = signal;
  }

  /** Ends when k rows are verified, when no source has more to give, or with the signal. */
  async run(): Promise<void> {
    const all = Promise.all(this.#options.sources.map((source) => this.#readFrom(source)));
    const done = new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#signal.addEventListener('abort', () => resolve());
    });
    await Promise.race([all, done]);
  }

  /** Asks one source for its rows, ROWS_PER_SOURCE at a time. */
  async #readFrom(source: RowSource): Promise<void> {
    const { headerRoot, geometry } = this.#options.header;
    const claimed = await answerOf(async () => source.rows(headerRoot));
    if (!Array.isArray(claimed)) return;
    const rows = new Set<unknown>(claimed.slice(0, MAX_CLAIMED_ROWS));
    const inRange = (row: unknown): row is number =>
      typeof row === 'number' && Number.isInteger(row) && row >= 0 && row < geometry.n;
    const turn = { source, queue: this.#shuffle([...rows].filter(inRange)), failures: 0 };
    await Promise.all(Array.from({ length: ROWS_PER_SOURCE }, () => this.#readOn(turn)));
  }

  async #readOn(turn: Turn): Promise<void> {
    while (!this.#signal.aborted && turn.failures < MAX_FAILURES) {
      const index = this.#nextRow(turn);
      if (index === undefined) return;
      this.#taken.add(index);
      if (await this.#readRow(turn, index)) {
        this.#verified.add(index);
        if (this.#verified.size >= this.#options.header.geometry.k) this.#finish();
      } else if (!this.#verified.has(index)) {
        this.#taken.delete(index);
      }
    }
  }

  /** A row of this source that nobody is reading, or else one that another source is slow with. */
  #nextRow({ queue }: Turn): number | undefined {
    const free = queue.findIndex((row) => !this.#taken.has(row));
    const at = free >= 0 ? free : queue.findIndex((row) => !this.#verified.has(row));
    return at < 0 ? undefined : queue.splice(at, 1)[0];
  }

  /** Whether the source gave a row that holds. A row that does not hold ends its turn. */
  async #readRow(turn: Turn, index: number): Promise<boolean> {
    const { headerRoot } = this.#options.header;
    const signal = this.#signal;
    const message = await answerOf(async () => turn.source.row({ headerRoot, index, signal }));
    if (message === undefined || message === null || signal.aborted) {
      turn.failures++;
      return false;
    }
    turn.failures = 0;
    const error = await this.#verify(message, index);
    if (error === undefined) return true;
    if (error === 'ended') return false;
    this.refused.push({ source: turn.source.id, code: error });
    turn.failures = MAX_FAILURES;
    return false;
  }

  /** Undefined if the row holds. */
  async #verify(message: RowMessage, index: number): Promise<DaErrorCode | 'ended' | undefined> {
    if (Object(message).index !== index) return 'row_index';
    const { pool } = this.#options;
    const where = pool === undefined ? {} : { pool };
    try {
      for await (const outcome of this.verifier.stream([message], {
        signal: this.#signal,
        ...where,
      })) {
        return outcome.ok ? undefined : outcome.error.code;
      }
      return 'ended';
    } catch (error) {
      if (this.#signal.aborted) return 'ended';
      throw error;
    }
  }

  #shuffle(rows: readonly number[]): number[] {
    const out = [...rows];
    for (let i = out.length - 1; i > 0; i--) {
      const j = uniform(i + 1, this.#options.random);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}

/** One source's rows yet to be asked for, and its failed requests in a row. */
type Turn = { readonly source: RowSource; readonly queue: number[]; failures: number };

/** What a source answered, or undefined if it failed in any way. */
async function answerOf<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
