/**
 * Event logs of trust domains, in the two forms in use: the binary log that firmware leaves (CCEL;
 * TCG PC Client Platform Firmware Profile 1.05, §10, with the registers of the UEFI CC measurement
 * protocol: 1 to 4 are RTMR0 to RTMR3), and dstack's JSON list.
 *
 * A log is a claim. Replaying it proves which digests were extended; that an event's content is what
 * was measured holds only where the content gives the digest, which `isBound` says.
 */
import { equalBytes, parseHex } from '../bytes.ts';
import { digestSync } from '../crypto.ts';
import { TeeError } from '../errors.ts';
import { BytesReader } from './bytes-reader.ts';
import { isObject, readStrictJson } from './json.ts';

/** One measured event. */
export interface LogEvent {
  /** Number of the register that it extends. */
  readonly rtmr: 0 | 1 | 2 | 3;
  readonly type: number;
  /** dstack's name of the event; empty in a binary log. */
  readonly name: string;
  /** 48 bytes: SHA-384 by which the register was extended. */
  readonly digest: Uint8Array;
  readonly payload: Uint8Array;
  /** Whether name and payload give the digest. Otherwise they are only what the log says. */
  readonly isBound: boolean;
}

/** Longest log read, of either form. */
export const MAX_EVENT_LOG_BYTES = 1_048_576;

const DIGEST_BYTES = 48;
const MAX_EVENTS = 16_384;
const MAX_ALGORITHMS = 16;
/** TCG Algorithm Registry, TPM_ALG_SHA384. */
const SHA384 = 0x000c;
/** Informs, and extends nothing. */
const EV_NO_ACTION = 3;
const SPEC_ID = /* @__PURE__ */ new TextEncoder().encode('Spec ID Event03\0');
/** Type of dstack's events at run time: SHA-384(type ‖ ":" ‖ name ‖ ":" ‖ payload). */
const DSTACK_RUNTIME = 0x08000001;

/**
 * Parses a binary log, padding of FF or 00 at its end left out.
 * @throws TeeError `event_log_malformed`.
 */
export function parseCcEventLog(bytes: Uint8Array): LogEvent[] {
  if (bytes.length > MAX_EVENT_LOG_BYTES) throw malformed('too long');
  const reader = new BytesReader(bytes, () => malformed('shorter than its lengths say'));
  const sizes = readSpecification(reader);
  const events: LogEvent[] = [];
  while (reader.left > 0 && !isPadding(bytes.subarray(-reader.left))) {
    const register = reader.u32();
    const type = reader.u32();
    const digest = readDigests(reader, sizes);
    const payload = reader.take(reader.u32());
    if (type === EV_NO_ACTION) continue;
    const rtmr = readRegister(register - 1);
    const isBound = equalBytes(digestSync('SHA-384', payload), digest);
    events.push({ rtmr, type, name: '', digest, payload, isBound });
  }
  return events;
}

/**
 * Parses dstack's log: a list of `{imr, event_type, digest, event, event_payload}`, bytes in
 * hexadecimal. An event at run time may leave its digest empty; if it gives one, it must be right.
 * @throws TeeError `event_log_malformed`.
 */
export function parseDstackEventLog(json: string): LogEvent[] {
  const list = readStrictJson(json, MAX_EVENT_LOG_BYTES)?.value;
  if (!Array.isArray(list) || list.length > MAX_EVENTS) throw malformed('no list of events');
  return list.map(readDstackEvent);
}

function readDstackEvent(event: unknown): LogEvent {
  if (!isObject(event)) throw malformed('an event that is no object');
  const { imr, event_type: type, event: name } = event;
  if (typeof type !== 'number' || !Number.isInteger(type) || type < 0 || type > 0xffffffff) {
    throw malformed('an event without type');
  }
  if (typeof name !== 'string') throw malformed('an event without name');
  const rtmr = readRegister(imr);
  const payload = readHex(event.event_payload);
  const stated = readHex(event.digest ?? '');
  if (type === DSTACK_RUNTIME) {
    const digest = digestRuntimeEvent(name, payload);
    if (stated.length > 0 && !equalBytes(stated, digest)) {
      throw malformed(`the digest of event ${name.slice(0, 64)} is not that of its content`);
    }
    return { rtmr, type, name, digest, payload, isBound: true };
  }
  if (stated.length !== DIGEST_BYTES) throw malformed('a digest that is no SHA-384');
  // Only dstack's own digests cover the name.
  const isBound = name === '' && equalBytes(digestSync('SHA-384', payload), stated);
  return { rtmr, type, name, digest: stated, payload, isBound };
}

function digestRuntimeEvent(name: string, payload: Uint8Array): Uint8Array {
  const prefix = new TextEncoder().encode(`....:${name}:`);
  const hashed = new Uint8Array(prefix.length + payload.length);
  hashed.set(prefix);
  new DataView(hashed.buffer).setUint32(0, DSTACK_RUNTIME, true);
  hashed.set(payload, prefix.length);
  return digestSync('SHA-384', hashed);
}

/** TCG_PCR_EVENT with TCG_EfiSpecIDEvent, §10.4.5.1: the algorithms of all digests and their sizes. */
function readSpecification(reader: BytesReader): ReadonlyMap<number, number> {
  reader.u32(); // register: nothing is extended
  if (reader.u32() !== EV_NO_ACTION) throw malformed('no specification event');
  reader.take(20); // digest: zeros
  const event = new BytesReader(reader.take(reader.u32()), () =>
    malformed('a specification event shorter than its lengths say'),
  );
  if (!equalBytes(event.take(SPEC_ID.length), SPEC_ID)) throw malformed('not a log of version 2');
  event.take(8); // platform class, versions, size of native integers
  const count = event.u32();
  if (count > MAX_ALGORITHMS) throw malformed('too many algorithms');
  const sizes = new Map<number, number>();
  for (let i = 0; i < count; i++) sizes.set(event.u16(), event.u16());
  event.take(event.u8()); // vendor's information
  if (event.left > 0 || sizes.size !== count || sizes.get(SHA384) !== DIGEST_BYTES) {
    throw malformed('a specification event without SHA-384');
  }
  return sizes;
}

/** TPML_DIGEST_VALUES: one digest for each algorithm; the one of SHA-384 is given back. */
function readDigests(reader: BytesReader, sizes: ReadonlyMap<number, number>): Uint8Array {
  const count = reader.u32();
  if (count !== sizes.size) throw malformed('an event with too few or too many digests');
  const digests = new Map<number, Uint8Array>();
  for (let i = 0; i < count; i++) {
    const algorithm = reader.u16();
    const size = sizes.get(algorithm);
    if (size === undefined || digests.has(algorithm)) throw malformed('an unexpected digest');
    digests.set(algorithm, reader.take(size));
  }
  return digests.get(SHA384) as Uint8Array;
}

function readRegister(number: unknown): 0 | 1 | 2 | 3 {
  if (number === 0 || number === 1 || number === 2 || number === 3) return number;
  throw malformed('an event of no run-time register');
}

function readHex(text: unknown): Uint8Array {
  const bytes = typeof text === 'string' ? parseHex(text) : undefined;
  if (bytes === undefined) throw malformed('bytes that are not in hexadecimal');
  return bytes;
}

function isPadding(bytes: Uint8Array): boolean {
  const [first] = bytes;
  return (first === 0xff || first === 0) && bytes.every((byte) => byte === first);
}

function malformed(what: string): TeeError {
  return new TeeError('event_log_malformed', `event log refused: ${what}`);
}
