/**
 * The light client (da-review.md §2). s cells are drawn once and persisted. A sample is resolved by
 * (a) any source that shows the cell with a valid proof, or (b) k verified cells of the same column,
 * which determine it: the undecodable set is closed under decoding, so both are sound. One unresolved
 * sample means: not available. Rows of absent honest nodes therefore never make an available blob
 * fail, where a rule "every holder must answer" would reject it.
 *
 * Rounds: every open sample asks its next source in an order of its own; the answers of a round are
 * verified in one batch, and one by one only if the batch fails, so that the liar is named.
 *
 * The confidence assumes that what is withheld does not depend on the asker. Sources that see the
 * queries can answer one client and nobody else; ask several, over separate connections.
 */
import type { Kzg } from '@barycenter/kzg';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  CELL_BYTES,
  CELL_PROOF_BYTES,
  type PlacedCell,
  type ProvenCell,
  verifyCells,
} from './cells.ts';
import { assertChecked, type CheckedHeader } from './check-header.ts';
import {
  decodeSamples,
  drawSamples,
  encodeSamples,
  type Sample,
  type SampleStore,
  uniform,
} from './samples.ts';
import { bitsPerSample, samplesFor, undecodableShare } from './security.ts';

/** Requests under way at once. */
const MAX_PARALLEL_REQUESTS = 16;

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
export type LightClientOptions = {
  readonly kzg: Kzg;
  readonly header: CheckedHeader;
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
  readonly #key: string;
  readonly #blamed: Blame[] = [];
  /** Sources caught lying: they are not asked again. */
  readonly #banned = new Set<CellSource>();
  #bytes = 0;
  #repaired = 0;

  constructor(options: LightClientOptions) {
    assertChecked(options.header);
    this.#options = options;
    this.#key = bytesToHex(options.header.headerRoot);
    this.sampleCount = samplesFor(options.header.geometry, { bits: targetBits(options) });
  }

  /**
   * Draws or resumes the samples, asks, repairs, and reports. Throws DaError `samples_corrupt` if the
   * store holds something else. Sends at most samples x sources requests, then per unresolved column
   * at most n x sources.
   */
  async sample(): Promise<SampleReport> {
    const samples = await this.#loadSamples();
    const holders = await this.#askHolders();
    await this.#askForSamples(samples, holders);
    await this.#repairColumns(samples, holders);
    await this.#saveSamples(samples);
    return this.#report(samples);
  }

  async #loadSamples(): Promise<Sample[]> {
    const { header, random, store } = this.#options;
    const rowCount = header.geometry.n;
    const stored = await store.load(this.#key);
    const before = stored === undefined ? [] : decodeSamples(stored, rowCount);
    const count = Math.max(this.sampleCount, before.length);
    const samples = drawSamples(before, { rowCount, count, random });
    if (samples.length > before.length) await this.#saveSamples(samples);
    return samples;
  }

  async #saveSamples(samples: readonly Sample[]): Promise<void> {
    const { header, store } = this.#options;
    await store.save(this.#key, encodeSamples(samples, header.geometry.n));
  }

  /** Hints: for every row the sources that say they hold it. A source that fails holds nothing. */
  async #askHolders(): Promise<Map<number, CellSource[]>> {
    const { header, sources } = this.#options;
    const holders = new Map<number, CellSource[]>();
    const answers = await mapBounded(sources, (source) =>
      source.rows(header.headerRoot).catch(() => []),
    );
    sources.forEach((source, i) => {
      const rows = new Set(answers[i]!.slice(0, header.geometry.n));
      for (const row of rows) {
        if (Number.isInteger(row) && row >= 0 && row < header.geometry.n) {
          holders.set(row, [...(holders.get(row) ?? []), source]);
        }
      }
    });
    return holders;
  }

  /** Rule (a): every source may be asked, those that claim the row first, each group shuffled. */
  async #askForSamples(
    samples: readonly Sample[],
    holders: ReadonlyMap<number, readonly CellSource[]>,
  ): Promise<void> {
    const open = samples
      .filter(({ resolved }) => !resolved)
      .map((sample) => ({ sample, queue: this.#order(holders.get(sample.row) ?? []) }));
    while (open.some(({ sample, queue }) => !sample.resolved && queue.length > 0)) {
      const round = open
        .filter(({ sample, queue }) => !sample.resolved && queue.length > 0)
        .map(({ sample, queue }) => ({ sample, source: queue.shift()! }));
      const answers = await mapBounded(round, ({ sample, source }) =>
        this.#request(source, { row: sample.row, cellIndex: sample.cell }),
      );
      const valid = this.#verifyAnswers(answers);
      round.forEach(({ sample }, i) => {
        const answer = answers[i];
        if (answer !== undefined && valid.has(answer)) sample.resolved = true;
      });
      await this.#saveSamples(samples);
    }
  }

  /** Rule (b): k verified cells of a column resolve every sample in it. */
  async #repairColumns(
    samples: readonly Sample[],
    holders: ReadonlyMap<number, readonly CellSource[]>,
  ): Promise<void> {
    const { k } = this.#options.header.geometry;
    const columns = new Set(samples.filter(({ resolved }) => !resolved).map(({ cell }) => cell));
    for (const column of columns) {
      if (!(await this.#canRebuild(column, { holders, needed: k }))) continue;
      for (const sample of samples) {
        if (sample.cell !== column || sample.resolved) continue;
        sample.resolved = true;
        this.#repaired++;
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
      const waiting = queues.filter(({ queue }) => queue.length > 0);
      if (verified + waiting.length < options.needed) return false;
      const round = waiting
        .slice(0, options.needed - verified)
        .map((entry) => ({ entry, source: entry.queue.shift()! }));
      const answers = await mapBounded(round, ({ entry, source }) =>
        this.#request(source, { row: entry.row, cellIndex }),
      );
      const valid = this.#verifyAnswers(answers);
      round.forEach(({ entry }, i) => {
        const answer = answers[i];
        if (answer === undefined || !valid.has(answer)) return;
        verified++;
        entry.queue.length = 0;
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
    const { headerRoot } = this.#options.header;
    const shown = await source.cell({ headerRoot, ...place }).catch(() => undefined);
    if (shown === undefined) return undefined;
    const { cell, proof } = shown;
    const isShaped =
      cell instanceof Uint8Array &&
      proof instanceof Uint8Array &&
      cell.length === CELL_BYTES &&
      proof.length === CELL_PROOF_BYTES;
    if (!isShaped) {
      this.#blame(source, 'malformed');
      return undefined;
    }
    this.#bytes += CELL_BYTES + CELL_PROOF_BYTES;
    return { source, ...place, cell, proof };
  }

  /** The answers whose proofs hold. One batch; each alone only if the batch fails. */
  #verifyAnswers(answers: readonly (Answer | undefined)[]): Set<Answer> {
    const given = answers.filter((answer) => answer !== undefined);
    if (given.length === 0) return new Set();
    if (verifyCells(given, this.#options)) return new Set(given);
    return new Set(
      given.filter((answer) => {
        const holds = verifyCells([answer], this.#options);
        if (!holds) this.#blame(answer.source, 'proof_invalid');
        return holds;
      }),
    );
  }

  #blame(source: CellSource, code: Blame['code']): void {
    this.#banned.add(source);
    this.#blamed.push({ source: source.id, code });
  }

  #report(samples: readonly Sample[]): SampleReport {
    const { geometry } = this.#options.header;
    const open = samples.filter(({ resolved }) => !resolved);
    const isAvailable = open.length === 0;
    const phi = undecodableShare(geometry);
    return {
      status: isAvailable ? 'available' : 'unavailable',
      samples: samples.length,
      resolved: samples.length - open.length,
      repaired: this.#repaired,
      unresolved: open.map(({ row, cell }) => ({ row, cell })),
      confidence: isAvailable ? 1 - (1 - phi) ** samples.length : 0,
      bits: isAvailable ? samples.length * bitsPerSample(geometry) : 0,
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
