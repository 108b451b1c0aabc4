/**
 * What a manifest says, read from its signed form: the SWID tag's identity, the version it is for
 * (`Meta@colloquialVersion`) and one `Resource` per measurement, with `active`, `size` and
 * `alternatives` hashes of which any may be measured. Elements NVIDIA may add beside those are
 * ignored; inside a `Payload` nothing else may stand.
 */
import { parseHex } from '../bytes.ts';
import { TeeError } from '../errors.ts';
import { attribute, elements, type XmlElement } from '../xml/element.ts';
import type { ReferenceManifest } from './reference-manifest.ts';

/** ISO/IEC 19770-2:2015. */
const SWID = 'http://standards.iso.org/iso/19770/-2/2015/schema.xsd';
/** Namespace of the attributes Hash0, Hash1, … */
const HASHES = 'http://www.w3.org/2001/04/xmlenc#sha384';
/** An SPDM measurement block's index is a byte, and 0 is not used (DSP0274 §10.11). */
const MAX_INDEX = 254;
const MAX_ALTERNATIVES = 16;
const MAX_MEASUREMENT_BYTES = 64;
/** `550.144.03`. */
const DRIVER_VERSION = /^\d{3,4}\.\d{1,3}(?:\.\d{1,3})?$/;
/** `96.00.5E.00.01`. */
const VBIOS_VERSION = /^[0-9A-F]{2}(?:\.[0-9A-F]{2}){4}$/;

type Contents = Omit<ReferenceManifest, 'sha256' | 'expiresAt'>;
type Measurement = ReferenceManifest['measurements'][number];

/**
 * Reads the root element of a manifest.
 * @throws TeeError `rim_malformed`.
 */
export function readManifest(root: XmlElement): Contents {
  if (root.local !== 'SoftwareIdentity' || !isSwid(root))
    throw malformed('no SoftwareIdentity at the root');
  const meta = only(root, 'Meta');
  const version = required(meta, 'colloquialVersion');
  const measurements = elements(only(root, 'Payload')).map(readMeasurement);
  const indices = new Set(measurements.map(({ index }) => index));
  if (measurements.length === 0 || indices.size !== measurements.length)
    throw malformed('no measurements, or one index twice');
  return { id: required(root, 'tagId'), version, kind: kindOf(version), measurements };
}

function readMeasurement(resource: XmlElement): Measurement {
  if (resource.local !== 'Resource' || !isSwid(resource) || resource.children.length > 0)
    throw malformed(`${resource.local} in the Payload`);
  if (required(resource, 'type') !== 'Measurement') throw malformed('a Resource of another type');
  const size = readCount(resource, 'size', MAX_MEASUREMENT_BYTES);
  const count = readCount(resource, 'alternatives', MAX_ALTERNATIVES);
  const hashes = resource.attributes.filter(({ namespace }) => namespace === HASHES);
  if (count === 0 || hashes.length !== count) throw malformed(`${count} alternatives`);
  return {
    index: readCount(resource, 'index', MAX_INDEX),
    active: readActive(resource),
    size,
    alternatives: hashes.map((_, i) => {
      const hash = parseHex(attribute(resource, `Hash${i}`, HASHES) ?? '');
      if (hash?.length !== size) throw malformed(`Hash${i} of other than ${size} bytes`);
      return hash;
    }),
  };
}

function readActive(resource: XmlElement): boolean {
  const active = required(resource, 'active');
  if (active !== 'True' && active !== 'False') throw malformed('active neither True nor False');
  return active === 'True';
}

function readCount(element: XmlElement, name: string, most: number): number {
  const digits = required(element, name);
  const value = /^(?:0|[1-9]\d{0,3})$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(value <= most)) throw malformed(`${name} is no number up to ${most}`);
  return value;
}

function kindOf(version: string): ReferenceManifest['kind'] {
  if (DRIVER_VERSION.test(version)) return 'driver';
  if (VBIOS_VERSION.test(version)) return 'vbios';
  throw malformed('a version neither of a driver nor of a VBIOS');
}

function only(root: XmlElement, local: string): XmlElement {
  const [found, ...others] = elements(root).filter((one) => one.local === local && isSwid(one));
  if (found === undefined || others.length > 0) throw malformed(`not exactly one ${local}`);
  return found;
}

function required(element: XmlElement, name: string): string {
  const value = attribute(element, name);
  if (value === undefined || value === '') throw malformed(`${element.local} without ${name}`);
  return value;
}

function isSwid({ namespace }: XmlElement): boolean {
  return namespace === SWID;
}

function malformed(what: string): TeeError {
  return new TeeError('rim_malformed', `not a reference manifest: ${what}`);
}
