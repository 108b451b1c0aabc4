/**
 * The opaque data of NVIDIA's reports: fields of type, length and value (both u16, little-endian).
 * Numbers and meanings are those of NVIDIA's verifiers (nvtrust 0281730, attestation-sdk 73c032e). A
 * field that those do not know, or that stands twice, is refused: what decides nothing today may
 * decide something tomorrow.
 */
import { bytesToHex, isZero } from '../bytes.ts';
import { TeeError } from '../errors.ts';

/** Decoded fields; undefined where the report has none. Byte strings are views into the report. */
export interface OpaqueFields {
  /** A report with a driver version is a GPU's: switches run none. */
  readonly kind: 'gpu' | 'switch';
  readonly driverVersion: string | undefined;
  /** As in `96.00.5E.00.01`. */
  readonly vbiosVersion: string;
  readonly nvdec: 'enabled' | 'disabled' | undefined;
  readonly mode: 'single' | 'multiple' | 'protected-pcie' | undefined;
  /** 48 bytes: hash of the firmware that holds the signing key. */
  readonly fwid: Uint8Array | undefined;
  readonly project: string | undefined;
  readonly projectSku: string | undefined;
  readonly chipSku: string | undefined;
  /** A switch's own device identifier (PDI), 8 bytes in hexadecimal. */
  readonly pdi: string | undefined;
  /** Identifiers of what is linked: a GPU's switches, or a switch's GPUs. Sorted, each once. */
  readonly links: readonly string[] | undefined;
  /** Every field by its type, undecoded. */
  readonly raw: ReadonlyMap<number, Uint8Array>;
}

const FIELD = {
  driverVersion: 3,
  vbiosVersion: 6,
  nvdec: 11,
  chipSku: 15,
  project: 17,
  projectSku: 18,
  fwid: 20,
  protectedPcie: 21,
  switchIds: 22,
  gpuIds: 26,
  featureFlag: 36,
} as const;

/** Types 1 to 26 and 32 to 36. */
const isKnown = (type: number): boolean =>
  (type >= 1 && type <= 26) || (type >= 32 && type <= FIELD.featureFlag);

const FWID_BYTES = 48;
const PDI_BYTES = 8;
/** GPUs of which a switch tells. */
const SWITCH_GPUS = 8;
/** Bytes of a GPU's VBIOS version, in the order in which they are written. */
const VBIOS_ORDER = [3, 2, 1, 0, 4];
const GPU_VBIOS_BYTES = 8;
const SET = 0xaa;
const CLEAR = 0x55;
const MODES = ['single', 'multiple', 'protected-pcie'] as const;

/** Reads opaque data. @throws TeeError `gpu_opaque_malformed`. */
export function readOpaqueFields(bytes: Uint8Array): OpaqueFields {
  const raw = readFields(bytes);
  const kind = raw.has(FIELD.driverVersion) ? 'gpu' : 'switch';
  const protectedPcie = readSwitch(raw, FIELD.protectedPcie);
  const fwid = raw.get(FIELD.fwid);
  if (fwid !== undefined && fwid.length !== FWID_BYTES) throw malformed('length of the FWID');
  const nvdec = readSwitch(raw, FIELD.nvdec);
  return {
    kind,
    driverVersion: readVersion(raw, FIELD.driverVersion),
    vbiosVersion: kind === 'gpu' ? readGpuVbios(raw) : readSwitchVbios(raw),
    nvdec: nvdec === undefined ? undefined : nvdec ? 'enabled' : 'disabled',
    mode: readMode(raw) ?? (protectedPcie === true ? 'protected-pcie' : undefined),
    fwid,
    project: readText(raw, FIELD.project),
    projectSku: readText(raw, FIELD.projectSku),
    chipSku: readText(raw, FIELD.chipSku),
    ...readLinks(raw, kind),
    raw,
  };
}

function readFields(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields = new Map<number, Uint8Array>();
  let at = 0;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw malformed('a field header cut short');
    const type = view.getUint16(at, true);
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > bytes.length) throw malformed(`field ${type} beyond the end`);
    if (!isKnown(type)) throw malformed(`unknown field ${type}`);
    if (fields.has(type)) throw malformed(`field ${type} twice`);
    fields.set(type, bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/** Text with zero bytes at its end; undefined if the field is absent or empty. */
function readText(raw: ReadonlyMap<number, Uint8Array>, type: number): string | undefined {
  const field = raw.get(type);
  if (field === undefined) return undefined;
  const text = String.fromCharCode(...field.subarray(0, 64)).replace(/\0+$/, '');
  if (field.length > 64 || !/^[\x21-\x7e]*$/.test(text)) throw malformed(`text of field ${type}`);
  return text === '' ? undefined : text;
}

function readVersion(raw: ReadonlyMap<number, Uint8Array>, type: number): string | undefined {
  const text = readText(raw, type);
  if (raw.has(type) && !/^[0-9A-Za-z]+(\.[0-9A-Za-z]+)+$/.test(text ?? ''))
    throw malformed(`version in field ${type}`);
  return text;
}

function readGpuVbios(raw: ReadonlyMap<number, Uint8Array>): string {
  const field = raw.get(FIELD.vbiosVersion);
  if (field?.length !== GPU_VBIOS_BYTES || !isZero(field.subarray(VBIOS_ORDER.length)))
    throw malformed('VBIOS version');
  const byte = (i: number): string => bytesToHex(field.subarray(i, i + 1)).toUpperCase();
  return VBIOS_ORDER.map(byte).join('.');
}

function readSwitchVbios(raw: ReadonlyMap<number, Uint8Array>): string {
  const version = readVersion(raw, FIELD.vbiosVersion);
  if (version === undefined) throw malformed('no VBIOS version');
  return version.toUpperCase();
}

/** A byte that is AA or 55, far apart so that no single fault turns one into the other. */
function readSwitch(raw: ReadonlyMap<number, Uint8Array>, type: number): boolean | undefined {
  const field = raw.get(type);
  if (field === undefined) return undefined;
  if (field.length !== 1 || (field[0] !== SET && field[0] !== CLEAR))
    throw malformed(`field ${type}, neither set nor clear`);
  return field[0] === SET;
}

function readMode(raw: ReadonlyMap<number, Uint8Array>): OpaqueFields['mode'] {
  const field = raw.get(FIELD.featureFlag);
  if (field === undefined) return undefined;
  const mode = field.length === 2 && field[1] === 0 ? MODES[field[0] ?? 0] : undefined;
  if (mode === undefined) throw malformed('feature flag');
  return mode;
}

/**
 * A GPU lists a switch for each of its links, its bytes reversed, zero where a link is off. A switch
 * states its own identifier, and those of up to eight GPUs before a map of its ports.
 */
function readLinks(
  raw: ReadonlyMap<number, Uint8Array>,
  kind: OpaqueFields['kind'],
): Pick<OpaqueFields, 'pdi' | 'links'> {
  const own = readIds(raw, FIELD.switchIds);
  if (kind === 'gpu') {
    return { pdi: undefined, links: own && distinct(own.map((id) => id.slice().reverse())) };
  }
  if (own !== undefined && own.length !== 1) throw malformed('identifier of a switch');
  const linked = readIds(raw, FIELD.gpuIds);
  if (linked !== undefined && linked.length < SWITCH_GPUS) throw malformed('GPUs of a switch');
  return {
    pdi: own?.[0] && bytesToHex(own[0]),
    links: linked && distinct(linked.slice(0, SWITCH_GPUS)),
  };
}

function readIds(
  raw: ReadonlyMap<number, Uint8Array>,
  type: number,
): readonly Uint8Array[] | undefined {
  const field = raw.get(type);
  if (field === undefined) return undefined;
  if (field.length === 0 || field.length % PDI_BYTES !== 0) throw malformed(`field ${type}`);
  return Array.from({ length: field.length / PDI_BYTES }, (_, i) =>
    field.subarray(i * PDI_BYTES, (i + 1) * PDI_BYTES),
  );
}

function distinct(ids: readonly Uint8Array[]): readonly string[] {
  const linked = ids.filter((id) => !isZero(id)).map(bytesToHex);
  return [...new Set(linked)].sort();
}

function malformed(what: string): TeeError {
  return new TeeError('gpu_opaque_malformed', `not a device's opaque data: ${what}`);
}
