/** Laws of event logs: both forms, replay, and what is refused. */
import { bytesToHex } from '../../src/bytes.ts';
import {
  type LogEvent,
  parseCcEventLog,
  parseDstackEventLog,
  replayEventLog,
  type TdReport,
  verifyEventLog,
} from '../../src/intel.ts';
import { accepted, type Case, refused, same, unparsable } from './case.ts';
import { type Json, join, little } from './intel-world.ts';

const ascii = (text: string) => new TextEncoder().encode(text);
const sha384 = async (bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await globalThis.crypto.subtle.digest('SHA-384', Uint8Array.from(bytes)));
const NO_ACTION = 3;
const RUNTIME = 0x08000001;

/** A register by the definition, one hash after another. */
async function replay(digests: readonly Uint8Array[]): Promise<Uint8Array> {
  let register = new Uint8Array(48);
  for (const digest of digests) register = await sha384(join(register, digest));
  return register;
}

/** A report of which only the registers matter. */
function reportOf(registers: readonly Uint8Array[]): TdReport {
  return { rtmrs: registers } as unknown as TdReport;
}

const algorithms = (...list: readonly (readonly [number, number])[]) =>
  join(
    little(list.length, 4),
    ...list.flatMap(([algorithm, size]) => [little(algorithm, 2), little(size, 2)]),
  );

/** The first event of a binary log. */
function specification({
  signature = 'Spec ID Event03\0',
  type = NO_ACTION,
  sizes = algorithms([0x0b, 32], [0x0c, 48]),
  vendor = Uint8Array.of(2, 9, 9),
}: {
  signature?: string;
  type?: number;
  sizes?: Uint8Array;
  vendor?: Uint8Array;
} = {}): Uint8Array<ArrayBuffer> {
  const event = join(ascii(signature), new Uint8Array(8), sizes, vendor);
  return join(little(0, 4), little(type, 4), new Uint8Array(20), little(event.length, 4), event);
}

/** A further event; `register` counts as the log does, from 1. */
function event(
  register: number,
  digest: Uint8Array,
  payload: Uint8Array,
  type = 13,
): Uint8Array<ArrayBuffer> {
  return join(
    little(register, 4),
    little(type, 4),
    little(2, 4),
    little(0x0b, 2),
    new Uint8Array(32),
    little(0x0c, 2),
    digest,
    little(payload.length, 4),
    payload,
  );
}

async function binaryLog(): Promise<{
  log: Uint8Array<ArrayBuffer>;
  registers: Uint8Array[];
  bound: Uint8Array;
}> {
  const bound = await sha384(ascii('payload'));
  const other = await sha384(ascii('another'));
  const log = join(
    specification(),
    event(1, bound, ascii('payload')),
    event(0, other, ascii('nothing is extended'), NO_ACTION),
    event(2, other, ascii('payload')),
    event(1, other, new Uint8Array()),
    event(4, bound, ascii('payload')),
  );
  const registers = [
    await replay([bound, other]),
    await replay([other]),
    new Uint8Array(48),
    await replay([bound]),
  ];
  return { log, registers, bound };
}

async function runtimeDigest(name: string, payload: Uint8Array): Promise<Uint8Array> {
  return sha384(join(little(RUNTIME, 4), ascii(`:${name}:`), payload));
}

async function dstackLog(): Promise<{ events: Json[]; registers: Uint8Array[] }> {
  const boot = await sha384(ascii('boot'));
  const app = await runtimeDigest('app-id', Uint8Array.of(1, 2, 3));
  const key = await runtimeDigest('key-provider', ascii('kms'));
  const events = [
    { imr: 0, event_type: 1, digest: bytesToHex(boot), event: '', event_payload: '' },
    {
      imr: 2,
      event_type: 6,
      digest: bytesToHex(boot),
      event: '',
      event_payload: bytesToHex(ascii('boot')),
    },
    {
      imr: 3,
      event_type: RUNTIME,
      digest: bytesToHex(app),
      event: 'app-id',
      event_payload: '010203',
    },
    { imr: 3, event_type: RUNTIME, digest: '', event: 'key-provider', event_payload: '6b6d73' },
  ];
  const registers = [
    await replay([boot]),
    new Uint8Array(48),
    await replay([boot]),
    await replay([app, key]),
  ];
  return { events, registers };
}

const shape = ({ rtmr, type, name, isBound, payload }: LogEvent) => [
  rtmr,
  type,
  name,
  isBound,
  payload.length,
];

/** Every law as a case. */
export const intelEventLogCases: readonly Case[] = [
  {
    name: 'event log: a binary log replays to the registers, and says which content is bound',
    run: async () => {
      const { log, registers } = await binaryLog();
      const { events } = accepted(await verifyEventLog(log, reportOf(registers)));
      same(events.map(shape), [
        [0, 13, '', true, 7],
        [1, 13, '', false, 7],
        [0, 13, '', false, 0],
        [3, 13, '', true, 7],
      ]);
    },
  },
  {
    name: 'event log: padding of FF or 00 ends a binary log',
    run: async () => {
      const { log, registers } = await binaryLog();
      for (const byte of [0, 255]) {
        const padded = join(log, new Uint8Array(333).fill(byte));
        accepted(await verifyEventLog(padded, reportOf(registers)));
      }
      unparsable(() => parseCcEventLog(join(log, Uint8Array.of(255, 254))), 'event_log_malformed');
    },
  },
  {
    name: 'event log: dstack’s list replays to the registers, empty digests computed',
    run: async () => {
      const { events, registers } = await dstackLog();
      const facts = accepted(await verifyEventLog(JSON.stringify(events), reportOf(registers)));
      same(facts.events.map(shape), [
        [0, 1, '', false, 0],
        [2, 6, '', true, 4],
        [3, RUNTIME, 'app-id', true, 3],
        [3, RUNTIME, 'key-provider', true, 3],
      ]);
    },
  },
  {
    name: 'event log: only the registers asked for are compared and told',
    run: async () => {
      const { events, registers } = await dstackLog();
      const report = reportOf([new Uint8Array(48).fill(1), ...registers.slice(1)]);
      const log = JSON.stringify(events);
      refused(await verifyEventLog(log, report), 'event_log_mismatch');
      const facts = accepted(await verifyEventLog(log, report, { rtmrs: [3] }));
      same(facts.events.length, 2);
    },
  },
  {
    name: 'event log: an event left out, doubled, moved or changed is a mismatch',
    run: async () => {
      const { events, registers } = await dstackLog();
      const [, , app, key] = events;
      const logs = [
        events.slice(0, 3),
        [...events, key],
        [...events.slice(0, 2), key, app],
        [...events.slice(0, 3), { ...key, event_payload: '6b6d74' }],
        [...events.slice(0, 3), { ...key, event: 'key-provides' }],
        [{ ...events[0], imr: 1 }, ...events.slice(1)],
        [],
      ];
      for (const log of logs) {
        const result = await verifyEventLog(JSON.stringify(log), reportOf(registers));
        refused(result, 'event_log_mismatch');
      }
    },
  },
  {
    name: 'event log: an empty log leaves registers at zero',
    run: () => same(replayEventLog([]).map(bytesToHex), Array(4).fill('00'.repeat(48))),
  },
  {
    name: 'event log: dstack’s content that is not that of its digest is refused',
    run: async () => {
      const { events } = await dstackLog();
      events[2].event_payload = '010204';
      unparsable(() => parseDstackEventLog(JSON.stringify(events)), 'event_log_malformed');
    },
  },
  ...(
    [
      ['no list', () => ({})],
      ['an event that is no object', () => [null]],
      ['a register that does not exist', ({ events: [e] }) => [{ ...e, imr: 4 }]],
      ['a register in quotes', ({ events: [e] }) => [{ ...e, imr: '0' }]],
      ['a negative type', ({ events: [e] }) => [{ ...e, event_type: -1 }]],
      ['no type', ({ events: [e] }) => [{ ...e, event_type: undefined }]],
      ['no name', ({ events: [e] }) => [{ ...e, event: undefined }]],
      ['a short digest', ({ events: [e] }) => [{ ...e, digest: '00'.repeat(32) }]],
      ['an empty digest of firmware', ({ events: [e] }) => [{ ...e, digest: '' }]],
      ['no hexadecimal', ({ events: [e] }) => [{ ...e, event_payload: 'xy' }]],
      ['too many events', ({ events: [e] }) => Array(16_385).fill({ ...e, digest: '' })],
    ] as const satisfies readonly (readonly [string, (log: { events: Json[] }) => unknown])[]
  ).map(([what, change]) => ({
    name: `event log: ${what} in dstack’s list is refused`,
    run: async () => {
      const text = JSON.stringify(change(await dstackLog()));
      unparsable(() => parseDstackEventLog(text), 'event_log_malformed');
    },
  })),
  ...(
    [
      ['another first event', specification({ type: 1 })],
      ['another version', specification({ signature: 'Spec ID Event02\0' })],
      ['no SHA-384', specification({ sizes: algorithms([0x0b, 32]) })],
      ['SHA-384 of another size', specification({ sizes: algorithms([0x0c, 32]) })],
      ['an algorithm twice', specification({ sizes: algorithms([0x0c, 48], [0x0c, 48]) })],
      ['too many algorithms', specification({ sizes: little(17, 4) })],
      ['bytes after the vendor’s', specification({ vendor: Uint8Array.of(0, 1) })],
      ['register 0', join(specification(), event(0, new Uint8Array(48), ascii('x')))],
      ['register 5', join(specification(), event(5, new Uint8Array(48), ascii('x')))],
      ['more than 1 MiB', new Uint8Array(1_048_577)],
    ] as const
  ).map(([what, log]) => ({
    name: `event log: ${what} in a binary log is refused`,
    run: () => unparsable(() => parseCcEventLog(log), 'event_log_malformed'),
  })),
  {
    name: 'event log: digests that differ from the specification are refused',
    run: async () => {
      const { log } = await binaryLog();
      const first = specification().length;
      const count = Uint8Array.from(log);
      count.set(little(1, 4), first + 8);
      const algorithm = Uint8Array.from(log);
      algorithm.set(little(0x0c, 2), first + 12);
      for (const changed of [count, algorithm]) {
        unparsable(() => parseCcEventLog(changed), 'event_log_malformed');
      }
    },
  },
  {
    name: 'event log: a binary log cut off within an event is refused',
    run: async () => {
      const { log } = await binaryLog();
      const whole = new Set<number>();
      for (let length = 1; length < log.length; length++) {
        try {
          parseCcEventLog(log.subarray(0, length));
          whole.add(length);
        } catch {
          unparsable(() => parseCcEventLog(log.subarray(0, length)), 'event_log_malformed');
        }
      }
      // It may end after each event but the last, and within the four zero bytes of a register 0,
      // which look like padding.
      same(whole.size, 5 + 4);
    },
  },
];
