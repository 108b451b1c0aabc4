/**
 * A node's append-only log: one file per node, an index in memory that is rebuilt on open, a check
 * per record (log-format.ts), one writer (lock.ts).
 *
 * On open the file is read once from front to back:
 * - a whole record whose body fails its check is kept in place and named by its key (a flipped byte);
 * - behind a damaged head the next record that this store wrote is looked for, so nothing after the
 *   damage is lost;
 * - an unfinished end (a crash while appending) is copied to `<file>.torn-<offset>` and then cut off,
 *   so appending goes on from the last whole record and no byte is thrown away.
 * Reading checks the record again. A later record of a key replaces an earlier one, unless it is
 * damaged: then the earlier one stays in force. `drop` alone takes records away.
 *
 * Bounds: `MAX_RECORDS` keys, `MAX_BODY_BYTES` per record.
 */
import { closeSync, existsSync, fdatasyncSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { createAtomicFile } from './atomic-file.ts';
import { NetworkError } from './errors.ts';
import { acquireLock, type Lock } from './lock.ts';
import {
  createLog,
  cutTornEnd,
  findRecord,
  readAt,
  readSalt,
  removeUnfinished,
  writeAll,
} from './log-file.ts';
import {
  bodyHolds,
  CHECK_BYTES,
  decodeHead,
  encodeFileHead,
  encodeRecord,
  FIRST_RECORD,
  HEAD_BYTES,
  keyText,
  type LogRecord,
  MAX_BODY_BYTES,
  type RecordKey,
  type RecordKind,
  recordSize,
} from './log-format.ts';

/** Keys one log may hold; about 250 bytes of memory each. */
export const MAX_RECORDS = 1_000_000;

/** What opening a log found. */
export interface OpenReport {
  /** Readable records. */
  readonly records: number;
  /** Records whose body fails its check and that no good record replaces. */
  readonly damaged: readonly RecordKey[];
  /** Stretches where not even a record's head could be read. */
  readonly unreadable: readonly { readonly offset: number; readonly bytes: number }[];
  /** Bytes of an unfinished end, moved to `tornFile`. */
  readonly tornBytes: number;
  readonly tornFile: string | undefined;
}

/** Where a record stands in the file: its head starts at `offset`. */
interface RecordPlace {
  readonly offset: number;
  /** Bytes of the body. */
  readonly length: number;
}

/** An open log. Close it; afterwards every call throws `NetworkError` 'store_closed'. */
export class LogStore {
  readonly path: string;
  #report: OpenReport;
  #file: number | undefined;
  readonly #lock: Lock;
  readonly #salt: Uint8Array;
  readonly #index = new Map<string, RecordPlace>();
  /** Damaged records by key, while no good record of the key exists. */
  readonly #damaged = new Map<string, RecordPlace>();
  /** Row numbers by kind and root, so that listing a blob does not walk the whole index. */
  readonly #byRoot = new Map<string, Set<number>>();
  #end: number;

  /**
   * Opens (or creates) the log `name` in `folder`. Cost: one pass over the file. Throws
   * `NetworkError` 'state_locked' if another writer has it, 'store_damaged' if both copies of the
   * file head are unreadable (nothing is changed then), 'store_failed' on an I/O error.
   */
  static open(folder: string, name: string): LogStore {
    const path = join(folder, name);
    let lock: Lock | undefined;
    try {
      lock = acquireLock(folder);
      return new LogStore(path, lock);
    } catch (error) {
      lock?.release();
      throw error instanceof NetworkError ? error : failed(path, error);
    }
  }

  private constructor(path: string, lock: Lock) {
    this.path = path;
    this.#lock = lock;
    if (!existsSync(path)) createLog(path);
    removeUnfinished(path);
    const file = openSync(path, 'r+');
    try {
      this.#file = file;
      this.#salt = readSalt(file, path);
      const found = this.#scan(file);
      this.#end = found.end;
      this.#report = {
        ...this.#counts(),
        unreadable: found.unreadable,
        ...cutTornEnd(file, { path, end: found.end }),
      };
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** What opening found, less what was dropped since. */
  get report(): OpenReport {
    return this.#report;
  }

  /**
   * Appends records with one write and makes them durable before it returns. Throws `NetworkError`
   * 'record_too_large', or 'store_failed' with the log as it was before.
   */
  append(records: readonly LogRecord[]): void {
    const file = this.#open();
    for (const { body } of records) {
      if (body.length > MAX_BODY_BYTES) {
        throw new NetworkError('record_too_large', `a record of ${body.length} bytes`);
      }
    }
    if (this.#index.size + this.#damaged.size + records.length > MAX_RECORDS) {
      throw new NetworkError('store_failed', `${this.path} holds ${MAX_RECORDS} records`);
    }
    const places: [RecordKey, RecordPlace][] = [];
    const chunks: Uint8Array[] = [];
    let offset = this.#end;
    for (const record of records) {
      chunks.push(encodeRecord(record, { salt: this.#salt, offset }));
      places.push([record, { offset, length: record.body.length }]);
      offset += recordSize(record.body.length);
    }
    try {
      writeAll(file, { bytes: Buffer.concat(chunks), offset: this.#end });
      fdatasyncSync(file);
    } catch (error) {
      // Whatever was written is behind the last record we vouch for: take it back. If that fails
      // too, the next append overwrites it.
      try {
        ftruncateSync(file, this.#end);
      } catch {}
      throw failed(this.path, error);
    }
    this.#end = offset;
    for (const [key, place] of places) this.#admit(key, place);
  }

  /**
   * The body of a record. Throws `NetworkError` 'record_absent', or 'record_damaged' (with `row`)
   * if its bytes are not those that were written.
   */
  read(key: RecordKey): Uint8Array<ArrayBuffer> {
    const file = this.#open();
    const place = this.#index.get(keyText(key));
    if (place === undefined) {
      if (this.#damaged.has(keyText(key))) throw damaged(key, this.path);
      throw new NetworkError('record_absent', `${this.path} has no ${describe(key)}`);
    }
    const record = readAt(file, { offset: place.offset, bytes: recordSize(place.length) });
    const where = { salt: this.#salt, offset: place.offset };
    const head = decodeHead(record.subarray(0, HEAD_BYTES), where);
    if (head === undefined || keyText(head) !== keyText(key) || !bodyHolds(record, where)) {
      throw damaged(key, this.path);
    }
    return record.slice(HEAD_BYTES, record.length - CHECK_BYTES);
  }

  /** The body as it is on disk, good or bad; undefined if absent. For the demo's lying node. */
  readUnchecked(key: RecordKey): Uint8Array<ArrayBuffer> | undefined {
    const place = this.bodyPlace(key);
    return place && readAt(this.#open(), place);
  }

  /** Where the body of a record lies in the file, damaged or not. */
  bodyPlace(key: RecordKey): { offset: number; bytes: number } | undefined {
    const place = this.#index.get(keyText(key)) ?? this.#damaged.get(keyText(key));
    return place && { offset: place.offset + HEAD_BYTES, bytes: place.length };
  }

  /**
   * Deletes every record of these roots (hex): what stays is written to a new log that replaces the
   * old one, so that a crash leaves one or the other. Damaged records of other roots stay, and stay
   * damaged; stretches without a readable head go. Cost: one pass over what stays, if anything goes.
   * Throws `NetworkError` 'store_failed' with the log as it was.
   */
  drop(roots: ReadonlySet<string>): void {
    const file = this.#open();
    const all = [...this.#index, ...this.#damaged];
    const kept = all.filter(([text]) => !roots.has(bytesToHex(keyOf(text).root)));
    if (kept.length === all.length) return;
    kept.sort(([, a], [, b]) => a.offset - b.offset);
    try {
      this.#rewrite(kept);
      closeSync(file);
      this.#file = undefined;
      this.#file = openSync(this.path, 'r+');
      for (const table of [this.#index, this.#damaged, this.#byRoot]) table.clear();
      this.#end = this.#scan(this.#file).end;
      this.#report = { ...this.#report, ...this.#counts() };
    } catch (error) {
      throw failed(this.path, error);
    }
  }

  has(key: RecordKey): boolean {
    return this.#index.has(keyText(key));
  }

  /** Indices of the readable records of a kind under a root, ascending. */
  indices(kind: RecordKind, root: Uint8Array): number[] {
    return [...(this.#byRoot.get(`${kind}:${bytesToHex(root)}`) ?? [])].sort((a, b) => a - b);
  }

  /** Every root that has a readable record of a kind. */
  roots(kind: RecordKind): Uint8Array[] {
    return [...this.#byRoot.keys()]
      .filter((text) => text.startsWith(`${kind}:`))
      .map((text) => hexToBytes(text.split(':')[1]!));
  }

  /** Closes the file and gives the lock back. */
  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    this.#lock.release();
  }

  /** Replaces the log by one that holds these records only, each bound to its new place. */
  #rewrite(kept: readonly (readonly [string, RecordPlace])[]): void {
    const salt = this.#salt;
    const target = createAtomicFile(this.path);
    try {
      const head = encodeFileHead(salt);
      target.write(head);
      target.write(head);
      let offset = FIRST_RECORD;
      for (const [text, place] of kept) {
        const old = readAt(this.#open(), {
          offset: place.offset,
          bytes: recordSize(place.length),
        });
        const body = old.subarray(HEAD_BYTES, old.length - CHECK_BYTES);
        const record = encodeRecord({ ...keyOf(text), body }, { salt, offset });
        if (!bodyHolds(old, { salt, offset: place.offset })) record[record.length - 1]! ^= 1;
        target.write(record);
        offset += record.length;
      }
      target.commit();
    } finally {
      target.discard();
    }
  }

  #open(): number {
    if (this.#file === undefined) throw new NetworkError('store_closed', `${this.path} is closed`);
    return this.#file;
  }

  #counts(): Pick<OpenReport, 'records' | 'damaged'> {
    return { records: this.#index.size, damaged: [...this.#damaged.keys()].map(keyOf) };
  }

  #admit(key: RecordKey, place: RecordPlace): void {
    const text = keyText(key);
    this.#damaged.delete(text);
    this.#index.set(text, place);
    const group = `${key.kind}:${bytesToHex(key.root)}`;
    const indices = this.#byRoot.get(group) ?? new Set();
    indices.add(key.index);
    this.#byRoot.set(group, indices);
  }

  /** Reads the whole log into the index; returns where the last whole record ends. */
  #scan(file: number): { end: number; unreadable: { offset: number; bytes: number }[] } {
    const size = fstatSync(file).size;
    const salt = this.#salt;
    const unreadable: { offset: number; bytes: number }[] = [];
    let offset = FIRST_RECORD;
    while (offset + HEAD_BYTES <= size) {
      const head = decodeHead(readAt(file, { offset, bytes: HEAD_BYTES }), { salt, offset });
      if (head === undefined) {
        const next = findRecord(file, { salt, from: offset + 1, size });
        if (next === undefined) break;
        unreadable.push({ offset, bytes: next - offset });
        offset = next;
        continue;
      }
      const bytes = recordSize(head.length);
      if (offset + bytes > size) break;
      const record = readAt(file, { offset, bytes });
      const place = { offset, length: head.length };
      if (bodyHolds(record, { salt, offset })) this.#admit(head, place);
      else if (!this.#index.has(keyText(head))) this.#damaged.set(keyText(head), place);
      if (this.#index.size + this.#damaged.size > MAX_RECORDS) {
        throw new NetworkError('store_damaged', `${this.path}: more than ${MAX_RECORDS} records`);
      }
      offset += bytes;
    }
    return { end: offset, unreadable };
  }
}

function keyOf(text: string): RecordKey {
  const [kind, root, index] = text.split(':') as [string, string, string];
  return { kind: Number(kind) as RecordKind, root: hexToBytes(root), index: Number(index) };
}

function describe(key: RecordKey): string {
  return `record of kind ${key.kind}, index ${key.index}, of ${bytesToHex(key.root)}`;
}

function damaged(key: RecordKey, path: string): NetworkError {
  return new NetworkError('record_damaged', `${path}: ${describe(key)} fails its check`, {
    row: key.index,
  });
}

function failed(path: string, cause: unknown): NetworkError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new NetworkError('store_failed', `${path}: ${message}`, { cause });
}
