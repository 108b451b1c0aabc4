/**
 * The light client (da-review.md §2). s cells are drawn once and persisted. A sample is resolved by
 * (a) any source that shows the cell with a valid proof, or (b) k verified cells of the same column,
 * which determine it: the undecodable set is closed under decoding, so both are sound. One unresolved
 * sample means: not available. Rows of absent honest nodes therefore never make an available blob
 * fail, where a rule "every holder must answer" would reject it.
 *
 * Rounds: every open sample asks its next source in an order of its own; the answers of a round are
 * verified in one batch, and by halves only if the batch fails, so that the liar is named and not
 * asked again. A source that does not answer is backed off from: each failure in a row halves how
 * many of its requests go into a round, so that what it owes does not delay the others.
 *
 * The confidence assumes that what is withheld does not depend on the asker. Sources that see the
 * queries can answer one client and nobody else; ask several, over separate connections.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import type { PlacedCell, ProvenCell } from './cells.ts';
import { assertChecked, type OpenedHeader } from './check-header.ts';
import { chosenScheme, type SchemeChoice } from './kzg-scheme.ts';
import {
  decodeSamples,
  drawSamples,
  encodeSamples,
  type Sample,
  type SampleStore,
  uniform,
} from './samples.ts';
import type { SampleCode } from './scheme.ts';
import { samplesForShare } from './security.ts';

/** Requests under way at once. */
const MAX_PARALLEL_REQUESTS = 16;

/** Requests of one round at one source; halved by each of its failures in a row, but never 0. */
const REQUESTS_PER_SOURCE = 16;

/** A peer that serves cells. Time limits are its own: a request that fails resolves to undefined. */
export type CellSource = {
  readonly id: string;
  /** A cell with its proof, or undefined if it cannot or will not. */
  cell(request: {
    readonly headerRoot: Uint8Array;
    readonly row: number;
    readonly cellIndex: number;
  }): Promise<ProvenCell | undefined>;
  /** Rows it says it holds. Only a hint of whom to ask; nothing rests on it. */
  rows(headerRoot: Uint8Array): Promise<readonly number[]>;
};

/** Why a source was not believed: bytes of a wrong shape, or a proof that does not hold. */
export type Blame = { readonly source: string; readonly code: 'malformed' | 'proof_invalid' };

/** What sampling found. */
export type SampleReport = {
  readonly status: 'available' | 'unavailable';
  /** Cells drawn. */
  readonly samples: number;
  /** Of these, shown by a source or rebuilt. */
  readonly resolved: number;
  /** Of these, resolved through their column. */
  readonly repaired: number;
  readonly unresolved: readonly { readonly row: number; readonly cell: number }[];
  /** 1 - (1 - phi)^s if available, else 0. */
  readonly confidence: number;
  /** -log2 of the chance that an undecodable blob passes; 0 if unavailable. */
  readonly bits: number;
  readonly blamed: readonly Blame[];
  /** Bytes of cells and proofs received. */
  readonly bytes: number;
};

/** Inputs of a light client. Give either targetBits or confidence; default 40 bits. */
export type LightClientOptions = SchemeChoice & {
  readonly header: OpenedHeader;
  readonly targetBits?: number;
  /** Chance that an undecodable blob is caught, in (0, 1). */
  readonly confidence?: number;
  /** A cryptographic random source. */
  readonly random: (size: number) => Uint8Array;
  readonly store: SampleStore;
  readonly sources: readonly CellSource[];
};

/** Samples one blob. */
export class LightClient {
  /** Cells that will be drawn. */
  readonly sampleCount: number;
  readonly #options: LightClientOptions;
  readonly #code: SampleCode;
  /** Share of samples whose absence makes the blob undecodable. */
  readonly #phi: number;
  readonly #key: string;
  readonly #blamed: Blame[] = [];
  /** Sources caught lying: they are not asked again. */
  readonly #banned = new Set<CellSource>();
  /** Requests in a row that a source left unanswered. */
  readonly #failures = new Map<CellSource, number>();
  #bytes = 0;

  constructor(options: LightClientOptions) {
    assertChecked(options.header);
    this.#options = options;
    this.#code = chosenScheme(options).samples;
    this.#phi = this.#code.undecodableShare(options.header.geometry);
    this.#key = bytesToHex(options.header.headerRoot);
    this.sampleCount = samplesForShare(this.#phi, targetBits(options));
  }

  /**
   * Draws the samples, or takes up those drawn before, asks for every one, repairs, and reports.
   * Throws DaError `samples_corrupt` if the store holds something else, and whatever the store
   * throws; never for what a source does. Sends at most samples x sources requests, then per
   * unresolved column at most n x sources.
   */
  async sample(): Promise<SampleReport> {
    const open = (await this.#loadSamples()).map((sample) => ({ ...sample, resolved: false }));
    const run: Run = { samples: open, holders: await this.#askHolders(), repaired: 0 };
    await this.#askForSamples(run);
    await this.#repairColumns(run);
    return this.#report(run);
  }

  async #loadSamples(): Promise<Sample[]> {
    const { header, random, store } = this.#options;
    const rowCount = header.geometry.n;
    const stored = await store.load(this.#key);
    const before = stored === undefined ? [] : decodeSamples(stored, rowCount);
    const count = Math.max(this.sampleCount, before.length);
    const { cellsPerRow } = this.#code;
    const samples = drawSamples(before, { rowCount, cellsPerRow, count, random });
    if (samples.length > before.length) {
      await store.save(this.#key, encodeSamples(samples, rowCount));
    }
    return samples;
  }

  /** Hints: for every row the sources that say they hold it. A source that fails holds nothing. */
  async #askHolders(): Promise<Map<number, CellSource[]>> {
    const { header, sources } = this.#options;
    const holders = new Map<number, CellSource[]>();
    const answers = await mapBounded(sources, (source) =>
      answerOf(async () => source.rows(header.headerRoot)),
    );
    sources.forEach((source, i) => {
      const answer = answers[i];
      const claimed = Array.isArray(answer) ? answer.slice(0, header.geometry.n) : [];
      for (const row of new Set<unknown>(claimed)) {
        if (typeof row !== 'number' || !Number.isInteger(row)) continue;
        if (row < 0 || row >= header.geometry.n) continue;
        holders.set(row, [...(holders.get(row) ?? []), source]);
      }
    });
    return holders;
  }

  /** Rule (a): every source may be asked, those that claim the row first, each group shuffled. */
  async #askForSamples(run: Run): Promise<void> {
    const open = run.samples.map((sample) => ({
      sample,
      queue: this.#order(run.holders.get(sample.row) ?? []),
    }));
    for (;;) {
      const round = this.#planRound(open.filter(({ sample }) => !sample.resolved));
      if (round.length === 0) return;
      const answers = await mapBounded(round, ({ sample, source }) =>
        this.#request(source, { row: sample.row, cellIndex: sample.cell }),
      );
      const valid = this.#verifyAnswers(answers);
      round.forEach(({ sample }, i) => {
        const answer = answers[i];
        if (answer !== undefined && valid.has(answer)) sample.resolved = true;
      });
    }
  }

  /** The next source of each entry that is not lying and has requests left in this round. */
  #planRound<T extends { readonly queue: CellSource[] }>(
    entries: readonly T[],
  ): (T & { readonly source: CellSource })[] {
    const planned = new Map<CellSource, number>();
    return entries.flatMap((entry) => {
      const at = entry.queue.findIndex(
        (source) =>
          !this.#banned.has(source) && (planned.get(source) ?? 0) < this.#requestsPerRound(source),
      );
      if (at < 0) return [];
      const [source] = entry.queue.splice(at, 1) as [CellSource];
      planned.set(source, (planned.get(source) ?? 0) + 1);
      return [{ ...entry, source }];
    });
  }

  #requestsPerRound(source: CellSource): number {
    return Math.max(1, REQUESTS_PER_SOURCE >> (this.#failures.get(source) ?? 0));
  }

  /** Rule (b): k verified cells of a column resolve every sample in it. */
  async #repairColumns(run: Run): Promise<void> {
    const { k } = this.#options.header.geometry;
    const unresolved = run.samples.filter(({ resolved }) => !resolved);
    for (const column of new Set(unresolved.map(({ cell }) => cell))) {
      if (!(await this.#canRebuild(column, { holders: run.holders, needed: k }))) continue;
      for (const sample of unresolved.filter(({ cell }) => cell === column)) {
        sample.resolved = true;
        run.repaired++;
      }
    }
  }

  /** Whether `needed` distinct rows show a valid cell of the column. */
  async #canRebuild(
    cellIndex: number,
    options: { holders: ReadonlyMap<number, readonly CellSource[]>; needed: number },
  ): Promise<boolean> {
    const queues = this.#shuffle([...options.holders]).map(([row, sources]) => ({
      row,
      queue: this.#order(sources),
    }));
    let verified = 0;
    while (verified < options.needed) {
      const waiting = queues.filter(({ queue }) => queue.some((one) => !this.#banned.has(one)));
      if (verified + waiting.length < options.needed) return false;
      const round = this.#planRound(waiting.slice(0, options.needed - verified));
      const answers = await mapBounded(round, ({ row, source }) =>
        this.#request(source, { row, cellIndex }),
      );
      const valid = this.#verifyAnswers(answers);
      round.forEach(({ queue }, i) => {
        const answer = answers[i];
        if (answer === undefined || !valid.has(answer)) return;
        verified++;
        queue.length = 0;
      });
    }
    return true;
  }

  /** One request; undefined for no answer, blame for bytes of a wrong shape. */
  async #request(
    source: CellSource,
    place: { row: number; cellIndex: number },
  ): Promise<Answer | undefined> {
    if (this.#banned.has(source)) return undefined;
    const { headerRoot, geometry } = this.#options.header;
    const sizes = this.#code.sizes(geometry);
    const shown = await answerOf(async () => source.cell({ headerRoot, ...place }));
    if (shown === undefined) {
      this.#failures.set(source, (this.#failures.get(source) ?? 0) + 1);
      return undefined;
    }
    this.#failures.delete(source);
    const { cell, proof } = Object(shown) as Partial<ProvenCell>;
    const isShaped =
      cell instanceof Uint8Array &&
      proof instanceof Uint8Array &&
      cell.length === sizes.cell &&
      proof.length === sizes.proof;
    if (!isShaped) {
      this.#blame(source, 'malformed');
      return undefined;
    }
    this.#bytes += sizes.cell + sizes.proof;
    return { source, ...place, cell, proof };
  }

  /** The answers whose proofs hold: all in one batch, or halves until the bad ones are named. */
  #verifyAnswers(answers: readonly (Answer | undefined)[]): Set<Answer> {
    const given = answers.filter((answer) => answer !== undefined);
    if (given.length === 0 || this.#code.verify(given, this.#options.header)) return new Set(given);
    if (given.length === 1) {
      this.#blame(given[0]!.source, 'proof_invalid');
      return new Set();
    }
    const middle = given.length >> 1;
    const halves = [given.slice(0, middle), given.slice(middle)];
    return new Set(halves.flatMap((half) => [...this.#verifyAnswers(half)]));
  }

  #blame(source: CellSource, code: Blame['code']): void {
    this.#banned.add(source);
    this.#blamed.push({ source: source.id, code });
  }

  #report({ samples, repaired }: Run): SampleReport {
    const open = samples.filter(({ resolved }) => !resolved);
    const isAvailable = open.length === 0;
    return {
      status: isAvailable ? 'available' : 'unavailable',
      samples: samples.length,
      resolved: samples.length - open.length,
      repaired,
      unresolved: open.map(({ row, cell }) => ({ row, cell })),
      confidence: isAvailable ? 1 - (1 - this.#phi) ** samples.length : 0,
      bits: isAvailable ? samples.length * -Math.log2(1 - this.#phi) : 0,
      blamed: [...this.#blamed],
      bytes: this.#bytes,
    };
  }

  /** The claimed holders shuffled, then all other sources shuffled. */
  #order(claimed: readonly CellSource[]): CellSource[] {
    const others = this.#options.sources.filter((source) => !claimed.includes(source));
    return [...this.#shuffle(claimed), ...this.#shuffle(others)];
  }

  #shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = uniform(i + 1, this.#options.random);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }
}

/** One run over the samples. */
type Run = {
  readonly samples: readonly (Sample & { resolved: boolean })[];
  readonly holders: ReadonlyMap<number, readonly CellSource[]>;
  repaired: number;
};

/** A shaped answer of a source. */
type Answer = PlacedCell & { readonly source: CellSource };

function targetBits(options: LightClientOptions): number {
  const { confidence } = options;
  if (confidence === undefined) return options.targetBits ?? 40;
  if (options.targetBits !== undefined) throw new TypeError('give targetBits or confidence');
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence: expected a number between 0 and 1, got ${confidence}`);
  }
  return -Math.log2(1 - confidence);
}

/** What a source answered, or undefined if it failed in any way. */
async function answerOf<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

/** Runs `task` over all items, MAX_PARALLEL_REQUESTS at a time, keeping the order. */
async function mapBounded<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL_REQUESTS, items.length) }, work));
  return results;
}
