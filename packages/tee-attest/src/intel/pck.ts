/**
 * What Intel writes into a PCK certificate about a platform: extension 1.2.840.113741.1.13.1, Intel
 * SGX PCK Certificate and Certificate Revocation List Profile Specification, §1.3.5. The order of
 * its fields is not relied on; each may stand once.
 */
import type { Certificate } from '../certificate.ts';
import {
  DerReader,
  type DerValue,
  enterOnly,
  readBoolean,
  readCount,
  readOid,
  TAG,
} from '../der.ts';
import { TeeError } from '../errors.ts';
import type { PckFacts } from './facts.ts';

const SGX = '1.2.840.113741.1.13.1';
const COMPONENTS = 16;
const TYPES = ['standard', 'scalable', 'scalable-with-integrity'] as const;

/** The certificates of a quote, and what the first says about the platform. */
export interface PckChain {
  readonly leaf: Certificate;
  readonly authority: Certificate;
  readonly root: Certificate;
  readonly pck: PckFacts;
}

/**
 * Reads the platform's facts from a PCK certificate.
 * @throws TeeError `pck_malformed` or `der_malformed`.
 */
export function readPck(certificate: Certificate): PckFacts {
  const extension = certificate.extensions.get(SGX);
  if (extension === undefined) throw malformed('no SGX extension');
  const fields = readFields(enterOnly(extension.value, TAG.sequence));
  const tcb = readFields(inside(need(fields, `${SGX}.2`)));
  const type = readType(need(fields, `${SGX}.5`));
  const instance = fields.get(`${SGX}.6`);
  const configuration = fields.get(`${SGX}.7`);
  return {
    ppid: readBytes(need(fields, `${SGX}.1`), 16),
    cpuSvn: Array.from({ length: COMPONENTS }, (_, i) =>
      readSvn(need(tcb, `${SGX}.2.${i + 1}`), 255),
    ),
    pceSvn: readSvn(need(tcb, `${SGX}.2.17`), 65_535),
    pceId: readBytes(need(fields, `${SGX}.3`), 2),
    fmspc: readBytes(need(fields, `${SGX}.4`), 6),
    sgxType: type,
    platformInstanceId: instance === undefined ? undefined : readBytes(instance, 16),
    configuration: configuration === undefined ? undefined : readConfiguration(configuration),
  };
}

/** Facts whose bytes are their own, so that who gets them cannot change what is kept. */
export function copyPck(pck: PckFacts): PckFacts {
  return {
    ...pck,
    fmspc: pck.fmspc.slice(),
    pceId: pck.pceId.slice(),
    ppid: pck.ppid.slice(),
    cpuSvn: [...pck.cpuSvn],
    platformInstanceId: pck.platformInstanceId?.slice(),
    configuration: pck.configuration && { ...pck.configuration },
  };
}

function readConfiguration(value: DerValue): PckFacts['configuration'] {
  const flags = readFields(inside(value));
  const flag = (number: number) => {
    const found = flags.get(`${SGX}.7.${number}`);
    return found !== undefined && readBoolean(found);
  };
  return { dynamicPlatform: flag(1), cachedKeys: flag(2), smtEnabled: flag(3) };
}

/** A sequence of pairs of object identifier and value. */
function readFields(list: DerReader): ReadonlyMap<string, DerValue> {
  const fields = new Map<string, DerValue>();
  while (!list.done) {
    const pair = list.enter(TAG.sequence);
    const oid = readOid(pair.next(TAG.oid));
    const value = pair.next();
    pair.end();
    if (fields.has(oid)) throw malformed(`field ${oid} twice`);
    fields.set(oid, value);
  }
  return fields;
}

function inside(value: DerValue): DerReader {
  return new DerReader(expectTag(value, TAG.sequence));
}

function need(fields: ReadonlyMap<string, DerValue>, oid: string): DerValue {
  const value = fields.get(oid);
  if (value === undefined) throw malformed(`no field ${oid}`);
  return value;
}

function readBytes(value: DerValue, length: number): Uint8Array {
  const bytes = expectTag(value, TAG.octetString);
  if (bytes.length !== length) throw malformed(`${bytes.length} bytes where ${length} belong`);
  return bytes;
}

function readSvn(value: DerValue, largest: number): number {
  expectTag(value, TAG.integer);
  const svn = readCount(value);
  if (svn > largest) throw malformed(`version number ${svn}`);
  return svn;
}

function readType(value: DerValue): PckFacts['sgxType'] {
  const [byte, ...more] = expectTag(value, TAG.enumerated);
  const type = more.length === 0 ? TYPES[byte ?? TYPES.length] : undefined;
  if (type === undefined) throw malformed('unknown SGX type');
  return type;
}

function expectTag({ tag, contents }: DerValue, expected: number): Uint8Array {
  if (tag !== expected) throw malformed(`tag ${tag} where ${expected} belongs`);
  return contents;
}

function malformed(what: string): TeeError {
  return new TeeError('pck_malformed', `not a PCK certificate: ${what}`);
}
