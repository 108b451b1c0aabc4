import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@barycenter/testing';
import { expect, test } from 'vitest';
import {
  encodeRecord,
  FILE_HEAD_BYTES,
  FIRST_RECORD,
  HEAD_BYTES,
  type LogRecord,
  MAX_BODY_BYTES,
  RECORD_KIND,
  recordSize,
  SALT_BYTES,
} from '../src/log-format.ts';
import { LogStore } from '../src/log-store.ts';
import { codeThrown, scratchFolder } from './scratch.ts';

const NAME = 'rows.log';

/** Rows of two blobs, the bodies of different lengths. */
function rows(seed: number, count: number): LogRecord[] {
  const random = seededRandom(seed);
  const roots = [random.bytes(32), random.bytes(32)];
  return Array.from({ length: count }, (_, index) => ({
    kind: RECORD_KIND.row,
    root: roots[index % 2]!,
    index,
    body: random.bytes(1 + random.integer(24)),
  }));
}

function write(folder: string, records: readonly LogRecord[]): string {
  const store = LogStore.open(folder, NAME);
  for (const record of records) store.append([record]);
  store.close();
  return store.path;
}

/** Bodies as hex by position; undefined where the record cannot be read. */
function readable(store: LogStore, records: readonly LogRecord[]): (string | undefined)[] {
  return records.map((record) => {
    try {
      return Buffer.from(store.read(record)).toString('hex');
    } catch {
      return undefined;
    }
  });
}

function hex(records: readonly LogRecord[]): string[] {
  return records.map(({ body }) => Buffer.from(body).toString('hex'));
}

/** A store over a copy of `log` with other content, in a folder of its own. */
function openChanged(log: string, { folder, bytes }: { folder: string; bytes: Uint8Array }) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(log, join(folder, NAME));
  writeFileSync(join(folder, NAME), bytes);
  return LogStore.open(folder, NAME);
}

test('what was appended is read back after reopening, by kind, root and index', () => {
  const folder = scratchFolder();
  const records = rows(1, 9);
  write(folder, records);
  const store = LogStore.open(folder, NAME);
  expect(readable(store, records)).toEqual(hex(records));
  expect(store.indices(RECORD_KIND.row, records[0]!.root)).toEqual([0, 2, 4, 6, 8]);
  expect(store.roots(RECORD_KIND.row)).toHaveLength(2);
  expect(store.roots(RECORD_KIND.header)).toHaveLength(0);
  expect(store.report).toMatchObject({ records: 9, damaged: [], unreadable: [], tornBytes: 0 });
  expect(codeThrown(() => store.read({ ...records[0]!, index: 1 }))).toBe('record_absent');
  store.close();
});

test('a log cut at every byte of its last record keeps all earlier records and takes new ones', () => {
  const folder = scratchFolder();
  const records = rows(2, 4);
  const log = write(folder, records);
  const whole = readFileSync(log);
  const last = whole.length - recordSize(records[3]!.body.length);
  for (let size = last; size < whole.length; size++) {
    const store = openChanged(log, {
      folder: join(folder, `cut-${size}`),
      bytes: whole.subarray(0, size),
    });
    const kept = records.slice(0, 3);
    expect(readable(store, records), `cut at ${size}`).toEqual([...hex(kept), undefined]);
    expect(store.report.tornBytes, `cut at ${size}`).toBe(size - last);
    if (size > last) {
      const aside = readFileSync(store.report.tornFile!);
      expect(aside.equals(whole.subarray(last, size)), `aside at ${size}`).toBe(true);
    }
    store.append([records[3]!]);
    store.close();
    const again = LogStore.open(join(folder, `cut-${size}`), NAME);
    expect(readable(again, records), `appended after ${size}`).toEqual(hex(records));
    expect(again.report.tornBytes).toBe(0);
    again.close();
  }
});

test('any flipped byte costs at most the record it is in, and that record is not served', () => {
  const folder = scratchFolder();
  const records = rows(3, 4);
  const log = write(folder, records);
  const whole = readFileSync(log);
  const starts = records.map((_, i) =>
    records.slice(0, i).reduce((at, { body }) => at + recordSize(body.length), FIRST_RECORD),
  );
  for (let at = 0; at < whole.length; at++) {
    const bytes = Uint8Array.from(whole);
    bytes[at]! ^= 1 << (at % 8);
    const store = openChanged(log, { folder: join(folder, `flip-${at}`), bytes });
    const hit = starts.filter((start) => start <= at).length - 1;
    const expected = hex(records).map((body, i) => (i === hit ? undefined : body));
    expect(readable(store, records), `flip at ${at}`).toEqual(expected);
    const isBody = hit >= 0 && at >= starts[hit]! + HEAD_BYTES;
    expect(
      store.report.damaged.map(({ index }) => index),
      `named at ${at}`,
    ).toEqual(isBody ? [hit] : []);
    if (isBody) expect(codeThrown(() => store.read(records[hit]!))).toBe('record_damaged');
    store.close();
  }
});

test('a byte flipped while the log is open is found when the record is read, and named', () => {
  const folder = scratchFolder();
  const records = rows(4, 2);
  write(folder, records);
  const store = LogStore.open(folder, NAME);
  const place = store.bodyPlace(records[1]!)!;
  const file = openSync(store.path, 'r+');
  writeSync(file, Uint8Array.of(records[1]!.body[0]! ^ 1), 0, 1, place.offset);
  closeSync(file);
  expect(codeThrown(() => store.read(records[1]!))).toBe('record_damaged');
  expect(store.readUnchecked(records[1]!)![0]).toBe(records[1]!.body[0]! ^ 1);
  expect(readable(store, records)[0]).toBe(hex(records)[0]);
  store.close();
});

test('a later record of a key replaces the earlier one, unless it is damaged', () => {
  const folder = scratchFolder();
  const [first] = rows(5, 1);
  const second = { ...first!, body: Uint8Array.of(1, 2, 3) };
  const log = write(folder, [first!, second]);
  const store = LogStore.open(folder, NAME);
  expect(store.read(first!)).toEqual(second.body);
  store.close();
  const bytes = Uint8Array.from(readFileSync(log));
  bytes[bytes.length - 1]! ^= 0x80;
  const other = openChanged(log, { folder: join(folder, 'damaged'), bytes });
  expect(other.read(first!)).toEqual(first!.body);
  expect(other.report.damaged).toEqual([]);
  other.close();
});

test('both copies of the file head must be damaged to lose the log, and then nothing is changed', () => {
  const folder = scratchFolder();
  const records = rows(6, 2);
  const log = write(folder, records);
  const bytes = Uint8Array.from(readFileSync(log));
  bytes[3]! ^= 1;
  const store = openChanged(log, { folder: join(folder, 'one'), bytes });
  expect(readable(store, records)).toEqual(hex(records));
  store.close();
  bytes[FILE_HEAD_BYTES + 3]! ^= 1;
  writeFileSync(log, bytes);
  expect(codeThrown(() => LogStore.open(folder, NAME))).toBe('store_damaged');
  expect(readFileSync(log).equals(bytes)).toBe(true);
});

test('a record planted in a body by a stranger is never taken for one, even behind a damaged head', () => {
  const folder = scratchFolder();
  const random = seededRandom(7);
  const planted = encodeRecord(
    { kind: RECORD_KIND.row, root: random.bytes(32), index: 5, body: random.bytes(8) },
    { salt: random.bytes(SALT_BYTES), offset: FIRST_RECORD + HEAD_BYTES },
  );
  const carrier = { ...rows(7, 1)[0]!, body: planted };
  const next = { ...carrier, index: 9, body: random.bytes(20) };
  const log = write(folder, [carrier, next]);
  const bytes = Uint8Array.from(readFileSync(log));
  bytes[FIRST_RECORD]! ^= 1; // the carrier's magic
  const store = openChanged(log, { folder: join(folder, 'planted'), bytes });
  expect(store.report.records).toBe(1);
  expect(store.read(next)).toEqual(next.body);
  expect(store.report.unreadable).toEqual([
    { offset: FIRST_RECORD, bytes: recordSize(planted.length) },
  ]);
  store.close();
});

test('a record copied to another place of the log does not count', () => {
  const folder = scratchFolder();
  const records = rows(8, 1);
  const log = write(folder, records);
  const whole = readFileSync(log);
  const bytes = Buffer.concat([whole, whole.subarray(FIRST_RECORD)]);
  const store = openChanged(log, { folder: join(folder, 'copied'), bytes });
  expect(store.report).toMatchObject({ records: 1, tornBytes: whole.length - FIRST_RECORD });
  store.close();
});

test('dropped roots are gone, every other record stays readable, and the log takes new ones', () => {
  const folder = scratchFolder();
  const records = rows(20_261_122, 12);
  const path = write(folder, records);
  const size = readFileSync(path).length;
  const store = LogStore.open(folder, NAME);
  const [gone, kept] = [0, 1].map((part) => records.filter((_, i) => i % 2 === part));
  store.drop(new Set([Buffer.from(gone![0]!.root).toString('hex')]));
  store.append(rows(20_261_123, 2));
  const check = (log: LogStore) => {
    expect(readable(log, gone!)).toEqual(gone!.map(() => undefined));
    expect(readable(log, kept!)).toEqual(hex(kept!));
    expect(readable(log, rows(20_261_123, 2))).toEqual(hex(rows(20_261_123, 2)));
  };
  check(store);
  store.close();
  const again = LogStore.open(folder, NAME);
  check(again);
  expect(again.report).toMatchObject({ records: 8, damaged: [], unreadable: [], tornBytes: 0 });
  expect(readFileSync(path).length).toBeLessThan(size);
  again.close();
});

test('a damaged record is not made good by dropping others', () => {
  const folder = scratchFolder();
  const records = rows(20_261_124, 6);
  const path = write(folder, records);
  const store = LogStore.open(folder, NAME);
  const { offset } = store.bodyPlace(records[1]!)!;
  store.close();
  const bytes = readFileSync(path);
  bytes[offset]! ^= 4;
  writeFileSync(path, bytes);
  const opened = LogStore.open(folder, NAME);
  opened.drop(new Set([Buffer.from(records[0]!.root).toString('hex')]));
  expect(opened.report.damaged).toMatchObject([{ index: 1 }]);
  opened.close();
  const again = LogStore.open(folder, NAME);
  expect(codeThrown(() => again.read(records[1]!))).toBe('record_damaged');
  expect(again.report).toMatchObject({ records: 2, unreadable: [] });
  again.close();
});

test('a log has one writer', () => {
  const folder = scratchFolder();
  const store = LogStore.open(folder, NAME);
  expect(codeThrown(() => LogStore.open(folder, NAME))).toBe('state_locked');
  store.close();
  store.close();
  LogStore.open(folder, NAME).close();
});

test('a closed log refuses every use', () => {
  const store = LogStore.open(scratchFolder(), NAME);
  store.close();
  const [record] = rows(9, 1);
  expect(codeThrown(() => store.append([record!]))).toBe('store_closed');
  expect(codeThrown(() => store.read(record!))).toBe('store_closed');
});

test('a record beyond the bound is refused, and the log is as before', () => {
  const folder = scratchFolder();
  const store = LogStore.open(folder, NAME);
  const [record] = rows(10, 1);
  const large = { ...record!, body: new Uint8Array(MAX_BODY_BYTES + 1) };
  expect(codeThrown(() => store.append([record!, large]))).toBe('record_too_large');
  expect(store.has(record!)).toBe(false);
  store.close();
  expect(readFileSync(store.path).length).toBe(FIRST_RECORD);
});

test('a log cut to nothing is refused rather than read as empty', () => {
  const folder = scratchFolder();
  truncateSync(write(folder, rows(11, 1)), 0);
  expect(codeThrown(() => LogStore.open(folder, NAME))).toBe('store_damaged');
});

test('a folder that cannot be written is refused with store_failed', () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'log', NAME), { recursive: true }); // a folder where the file should be
  expect(codeThrown(() => LogStore.open(join(folder, 'log'), NAME))).toBe('store_failed');
});
