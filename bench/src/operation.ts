/**
 * What one file of `operations/` describes: deterministic input, contenders that compute the same
 * from it, and what ours must reach. A contender is built for an input and then called repeatedly.
 */
import type { Bls } from '@barycenter/bls';
import type { Kzg } from '@barycenter/kzg';
import type { Backend } from './backends.ts';
import type { Sample } from './measure.ts';
import type { Must } from './must.ts';
import type { Call } from './peers/kzg.ts';

/** What an operation may use: our objects on the chosen back end, and how much to do. */
export interface Bench {
  readonly backend: Backend;
  /** Smaller inputs and fewer rounds, for trying the benchmark out. */
  readonly quick: boolean;
  kzg(): Promise<Kzg>;
  bls(): Promise<Bls>;
}

/** One sample; `figure` is a count in the row's unit. */
export type Taken = Sample & {
  readonly result: unknown;
  readonly peakRssMib?: number;
  readonly memoryMib?: number;
  readonly figure?: number;
};

/** A measurement that takes its sample elsewhere: in a fresh process, or in another language. */
export interface SampledContest {
  /** `result` is true if what was computed is right. */
  sample(): Promise<Taken>;
  close?(): void;
}

/** A contender built for an input. `version`: where its name is not that of an npm package. */
export type Contest = (Call | SampledContest) & { readonly version?: string };

/** Builds a contender for an input; undefined if the library is not installed here. */
export type Contender<Input> = (input: Input, bench: Bench) => Promise<Contest | undefined>;

/** One row. Inputs are plain data: they travel to the process that measures memory. */
export interface Operation<Input = unknown> {
  /** `module::operation/key=value`. */
  readonly name: string;
  /** Groups rows into tables of the report. */
  readonly table:
    | 'kzg'
    | 'msm'
    | 'bls'
    | 'sparse'
    | 'workers'
    | 'dispersal'
    | 'da'
    | 'da-figures'
    | 'ready'
    | 'erasure'
    | 'erasure-memory'
    | 'erasure-ready'
    | 'tee'
    | 'tee-keys'
    | 'tee-figures';
  readonly must: readonly Must[];
  /** Payload bytes that one call processes, where MB/s is reported. */
  readonly bytes?: number;
  /** Of the figure, in rows that count. */
  readonly unit?: 'gas' | 'bytes' | 'cells';
  /** Left out with --quick. */
  readonly slow?: boolean;
  /** Only with --quick: a smaller stand-in for a slow row. */
  readonly quickOnly?: boolean;
  readonly minRounds?: number;
  /** Time for the rounds of a full run, if less than the usual. */
  readonly budgetMs?: number;
  input(bench: Bench): Promise<Input>;
  /** The same input with something wrong, on which every contender must say no (false or throw). */
  wrong?(input: Input): Input;
  readonly contenders: Readonly<Record<string, Contender<Input>>>;
}

/** Keeps the type of an operation's input within its own file. */
export function operation<Input>(definition: Operation<Input>): Operation {
  return definition as unknown as Operation;
}
