/**
 * Replay of an event log: a run-time register starts at zero, and each event makes it
 * SHA-384(register ‖ digest) (Intel TDX Module Base Architecture, TDG.MR.RTMR.EXTEND). What comes
 * out must be what the verified report says.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { recorded, type Verified } from '../checks.ts';
import { digestSync } from '../crypto.ts';
import {
  type LogEvent,
  MAX_EVENT_LOG_BYTES,
  parseCcEventLog,
  parseDstackEventLog,
} from './event-log.ts';
import type { TdReport } from './report.ts';

/** What a verified event log says. */
export interface EventLogFacts {
  /** Events of the compared registers, in the order of the log. */
  readonly events: readonly LogEvent[];
}

/** Which registers a log must explain. */
export interface EventLogOptions {
  /** Numbers of registers; default: all four. Events of others are left out of the facts. */
  readonly rtmrs?: readonly (0 | 1 | 2 | 3)[];
}

const RTMR_BYTES = 48;
const ALL = [0, 1, 2, 3] as const;

/**
 * Demands that an event log gives the registers of a report: bytes are a binary log (CCEL), text is
 * dstack's JSON. The report must come from a verified quote. Hashes every event twice at most.
 */
export function verifyEventLog(
  log: Uint8Array | string,
  report: TdReport,
  { rtmrs = ALL }: EventLogOptions = {},
): Promise<Verified<EventLogFacts>> {
  return recorded('intel.eventLog.parse', async (checks) => {
    const all =
      typeof log === 'string'
        ? parseDstackEventLog(log)
        : parseCcEventLog(new Uint8Array(log.subarray(0, MAX_EVENT_LOG_BYTES + 1)));
    const replayed = replayEventLog(all);
    for (const number of rtmrs) {
      const expected = report.rtmrs[number];
      const actual = replayed[number];
      const holds = equalBytes(expected, actual);
      checks.must(holds, `intel.eventLog.rtmr${number}`, 'event_log_mismatch', {
        expected: bytesToHex(expected),
        actual: bytesToHex(actual),
      });
    }
    return { events: all.filter(({ rtmr }) => rtmrs.includes(rtmr)) };
  });
}

/** The four registers after all events. */
export function replayEventLog(
  events: readonly LogEvent[],
): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const registers: [Uint8Array, Uint8Array, Uint8Array, Uint8Array] = [
    new Uint8Array(RTMR_BYTES),
    new Uint8Array(RTMR_BYTES),
    new Uint8Array(RTMR_BYTES),
    new Uint8Array(RTMR_BYTES),
  ];
  const extended = new Uint8Array(2 * RTMR_BYTES);
  for (const { rtmr, digest } of events) {
    extended.set(registers[rtmr]);
    extended.set(digest, RTMR_BYTES);
    registers[rtmr] = digestSync('SHA-384', extended);
  }
  return registers;
}
