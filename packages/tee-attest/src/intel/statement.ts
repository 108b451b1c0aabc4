/**
 * What TCB info and the identity of a quoting enclave have in common (Intel PCS API version 4): an
 * identifier, a version, dates, an evaluation number, levels. Fields that this package does not know
 * are let pass, fields it needs must be exactly right.
 */
import { parseHex } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import type { CollateralFacts, TcbStatus } from './facts.ts';
import { isObject, readStrictJson } from './json.ts';

/** Longest statement read; Intel's longest has 18,000 characters. */
export const MAX_STATEMENT_CHARACTERS = 262_144;
/** Most levels read of a platform, a module or an enclave; Intel's longest list has 17. */
const MAX_LEVELS = 256;
const MAX_ADVISORIES = 1024;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A level with what every level says. */
export interface StatementLevel {
  readonly status: TcbStatus;
  readonly date: Date;
  readonly advisories: readonly string[];
}

/** Reads the fields of one JSON object, throwing {@link TeeError} with one code. */
export class StatementReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #code: 'tcb_info_malformed' | 'qe_identity_malformed';

  constructor(value: unknown, code: 'tcb_info_malformed' | 'qe_identity_malformed') {
    this.#code = code;
    if (!isObject(value)) throw this.malformed('no object');
    this.#fields = value;
  }

  /** Whether the object has this field. */
  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  /** The object of this name. */
  object(name: string): StatementReader {
    return new StatementReader(this.#field(name), this.#code);
  }

  /** The objects of the list of this name. */
  list(name: string, max: number = MAX_LEVELS): StatementReader[] {
    const value = this.#field(name);
    if (!Array.isArray(value) || value.length > max) throw this.malformed(`${name} is no list`);
    return value.map((item) => new StatementReader(item, this.#code));
  }

  /** An integer from 0 to `largest`. */
  integer(name: string, largest: number): number {
    const value = this.#field(name);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > largest) {
      throw this.malformed(`${name} is no integer up to ${largest}`);
    }
    return value;
  }

  /** Bytes in hexadecimal of either case. */
  bytes(name: string, length: number): Uint8Array {
    const value = this.#field(name);
    const bytes = typeof value === 'string' ? parseHex(value) : undefined;
    if (bytes?.length !== length) throw this.malformed(`${name} is not ${length} bytes`);
    return bytes;
  }

  text(name: string): string {
    const value = this.#field(name);
    if (typeof value !== 'string') throw this.malformed(`${name} is no text`);
    return value;
  }

  /** A time to the second in UTC. */
  date(name: string): Date {
    const text = this.text(name);
    const date = new Date(text);
    // The calendar decides too: 31 April would otherwise become 1 May.
    if (!DATE.test(text) || !isSame(date, text)) throw this.malformed(`${name} is no time`);
    return date;
  }

  /** What every level says; its status must be one of `statuses`. */
  level(statuses: readonly TcbStatus[]): StatementLevel {
    const text = this.text('tcbStatus');
    const status = statuses.find((known) => known === text);
    if (status === undefined) throw this.malformed(`unknown status ${text.slice(0, 64)}`);
    return { status, date: this.date('tcbDate'), advisories: this.#advisories() };
  }

  /** Identifier, version, dates and number; the identifier must be a key of `versions`. */
  heading<Id extends string>(
    versions: Readonly<Record<Id, readonly number[]>>,
  ): CollateralFacts & { readonly id: Id } {
    const id = this.text('id') as Id;
    const version = this.integer('version', 255);
    if (!Object.hasOwn(versions, id) || !versions[id].includes(version)) {
      throw this.malformed(`identifier ${id.slice(0, 16)} of version ${version} is unknown`);
    }
    return {
      id,
      version,
      issueDate: this.date('issueDate'),
      nextUpdate: this.date('nextUpdate'),
      evaluationDataNumber: this.integer('tcbEvaluationDataNumber', 0xffffffff),
    };
  }

  malformed(what: string): TeeError {
    return new TeeError(this.#code, `statement refused: ${what}`);
  }

  #advisories(): readonly string[] {
    if (!this.has('advisoryIDs')) return [];
    const value = this.#field('advisoryIDs');
    const isList = Array.isArray(value) && value.length <= MAX_ADVISORIES;
    if (!isList || !value.every((item) => typeof item === 'string')) {
      throw this.malformed('advisoryIDs is no list of names');
    }
    return value;
  }

  #field(name: string): unknown {
    if (!this.has(name)) throw this.malformed(`no ${name}`);
    return this.#fields[name];
  }
}

/** Reads a statement from its text. */
export function readStatement(
  text: string,
  code: 'tcb_info_malformed' | 'qe_identity_malformed',
): StatementReader {
  const json = readStrictJson(text, MAX_STATEMENT_CHARACTERS);
  return new StatementReader(json?.value, code);
}

/** The levels from the highest version to the lowest; `versions` of two levels must differ. */
export function sortLevels<Level>(
  levels: readonly Level[],
  versions: (level: Level) => readonly number[],
  reader: StatementReader,
): readonly Level[] {
  if (levels.length === 0) throw reader.malformed('no levels');
  const keyed = levels.map((level) => ({ level, key: versions(level) }));
  keyed.sort((left, right) => compare(right.key, left.key));
  const repeated = keyed.some(({ key }, i) => i > 0 && compare(key, keyed[i - 1]?.key ?? []) === 0);
  if (repeated) throw reader.malformed('the same level twice');
  return keyed.map(({ level }) => level);
}

/** Compares lists of equal length, the first difference decides. */
function compare(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((number, i) => number !== right[i]);
  return at < 0 ? 0 : (left[at] as number) - (right[at] as number);
}

function isSame(date: Date, text: string): boolean {
  return !Number.isNaN(date.getTime()) && date.toISOString() === text.replace('Z', '.000Z');
}
