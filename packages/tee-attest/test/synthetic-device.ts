/** Devices of a vendor of our own: chains, reports and revocation answers, with anything written wrong. */
import {
  bits,
  der,
  explicit,
  integer,
  octets,
  oid,
  sequence,
} from '@barycenter/testing/der-writer';
import {
  name,
  sign,
  signatureAlgorithm,
  signedSequence,
  type TestCertificate,
  type TestExtension,
  type TestKey,
  testCertificate,
  testKey,
  toPem,
} from '@barycenter/testing/synthetic-ca';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { TrustAnchors } from '../src/trust.ts';

export type Name = 'GH100' | 'GB100' | 'LS_10';

/** A certificate with its key. */
export interface Issued {
  readonly subject: string;
  readonly key: TestKey;
  readonly certificate: Uint8Array<ArrayBuffer>;
  readonly serial: number;
}

export interface Vendor {
  readonly root: Issued;
  readonly identities: Readonly<Record<'GH100' | 'GB100', Issued>>;
  readonly provisioners: Readonly<Record<Name, Issued>>;
  readonly trust: Pick<TrustAnchors, 'nvidiaDevice'>;
}

export interface Device {
  /** Leaf first. */
  readonly chain: readonly [Issued, Issued, Issued, Issued, Issued];
  readonly pem: string;
  readonly fwid: Uint8Array;
}

/** Time at which all of it is valid. */
export const NOW = new Date('2027-01-01T00:00:00Z');
export const NONCE = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1);

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
let serials = 100;

/** A certificate whose serial number was not used before. */
export async function issue(
  subject: string,
  issuer: Issued | undefined,
  options: Partial<TestCertificate> = {},
): Promise<Issued> {
  const key = options.key ?? (await testKey('P-384'));
  const serial = serials++;
  const certificate = await testCertificate({
    subject,
    issuer: issuer?.subject ?? subject,
    key,
    signer: issuer?.key ?? key,
    serial,
    authority: {},
    ...options,
  });
  return { subject, key, certificate, serial };
}

export async function testVendor(): Promise<Vendor> {
  const root = await issue('NVIDIA Device Identity CA', undefined);
  const [hopper, blackwell] = [
    await issue('NVIDIA GH100 Identity', root),
    await issue('NVIDIA GB100 Identity', root),
  ];
  return {
    root,
    identities: { GH100: hopper, GB100: blackwell },
    provisioners: {
      GH100: await issue('NVIDIA GH100 Provisioner ICA 1', hopper),
      GB100: await issue('NVIDIA GB100 Provisioner ICA 00000', blackwell),
      LS_10: await issue('NVIDIA LS_10 Provisioner ICA 1', hopper),
    },
    trust: { nvidiaDevice: [bytesToHex(sha256(root.certificate))] },
  };
}

/** A device; `leaf` and `device` replace fields of its two own certificates. */
export async function testDevice(
  vendor: Vendor,
  architecture: Name,
  options: {
    readonly leaf?: Partial<TestCertificate>;
    readonly device?: Partial<TestCertificate>;
    readonly leafName?: string;
    readonly deviceName?: string;
    readonly extensions?: (deviceKey: TestKey, fwid: Uint8Array) => readonly TestExtension[];
  } = {},
): Promise<Device> {
  const engine = architecture === 'LS_10' ? 'FSP' : 'GSP';
  const provisioner = vendor.provisioners[architecture];
  const identity = vendor.identities[architecture === 'GB100' ? 'GB100' : 'GH100'];
  const device = await issue(
    options.deviceName ?? `${architecture} A01 ${engine} BROM`,
    provisioner,
    options.device,
  );
  const fwid = sha384(Uint8Array.of(serials));
  const write = options.extensions ?? (architecture === 'GB100' ? tcbInfo : compositeId);
  const leaf = await issue(options.leafName ?? `${architecture} A01 ${engine} FMC LF`, device, {
    authority: undefined,
    extensions: write(device.key, fwid),
    ...options.leaf,
  });
  const chain = [leaf, device, provisioner, identity, vendor.root] as const;
  return { chain, pem: pemOf(chain), fwid };
}

export const pemOf = (chain: readonly Issued[]): string =>
  toPem(...chain.map(({ certificate }) => certificate));

/** `fwids` as TCG writes them. */
const firmware = (fwid: Uint8Array): Uint8Array<ArrayBuffer> =>
  sequence(oid('2.16.840.1.101.3.4.2.2'), octets(fwid));

export function compositeId(key: TestKey, fwid: Uint8Array): TestExtension[] {
  return [{ oid: '2.23.133.5.4.1', value: sequence(integer(1), key.spki, firmware(fwid)) }];
}

export function tcbInfo(_key: TestKey, fwid: Uint8Array): TestExtension[] {
  const fields = [
    der(0x80, text('NVIDIA')),
    der(0xa6, firmware(fwid), firmware(new Uint8Array(48))),
  ];
  return [{ oid: '2.23.133.5.4.1.1', value: sequence(...fields) }];
}

/** Opaque fields by type. */
export type Fields = readonly (readonly [number, Uint8Array])[];

/** Fields of a GPU's report as firmware of 2025 writes them. */
export const gpuFields = (device: Device): Fields => [
  [6, Uint8Array.of(0, 0x5e, 0, 0x96, 1, 0, 0, 0)],
  [15, text('882\0\0')],
  [17, text('1010\0')],
  [18, text('0200\0')],
  [3, text('545.00\0')],
  [11, Uint8Array.of(0x55)],
  [20, device.fwid],
  [21, Uint8Array.of(0x55)],
  [34, Uint8Array.of(1, 0)],
  [36, Uint8Array.of(0, 0)],
];

/** Fields of a GPU in protected PCIe mode that sees switches. */
export const linkedGpuFields = (device: Device, switches: readonly Uint8Array[]): Fields =>
  withFields(gpuFields(device), [
    [21, Uint8Array.of(0xaa)],
    [22, concatBytes(...switches.map((pdi) => pdi.slice().reverse()), new Uint8Array(8))],
    [36, Uint8Array.of(2, 0)],
  ]);

/** Fields of a switch that sees GPUs. */
export const switchFields = (pdi: Uint8Array, gpus: readonly Uint8Array[]): Fields => {
  const seats = Array.from({ length: 8 }, (_, i) => gpus[i % gpus.length] ?? new Uint8Array(8));
  return [
    [6, text('96.10.55.00.01')],
    [22, pdi],
    [26, concatBytes(...seats, new Uint8Array(64).fill(0xff))],
  ];
};

/** `fields` with some replaced or added. */
export function withFields(fields: Fields, changed: Fields): Fields {
  const types = new Set(changed.map(([type]) => type));
  return [...fields.filter(([type]) => !types.has(type)), ...changed];
}

/** Measurement of an index in every synthetic report. */
export const measurementOf = (index: number): Uint8Array => sha384(Uint8Array.of(index, 99));

/** Request and response before the signature. */
export function unsignedReport(
  fields: Fields,
  { nonce = NONCE, blocks = 64 }: { nonce?: Uint8Array; blocks?: number } = {},
): Uint8Array<ArrayBuffer> {
  const records = Array.from({ length: blocks }, (_, index) =>
    concatBytes(Uint8Array.of(index + 1, 1, 51, 0, 1, 48, 0), measurementOf(index)),
  );
  const opaque = fields.map(([type, value]) =>
    concatBytes(Uint8Array.of(type, type >> 8, value.length, value.length >> 8), value),
  );
  const measurements = concatBytes(...records);
  const data = concatBytes(...opaque);
  const { length } = measurements;
  return Uint8Array.from(
    concatBytes(
      Uint8Array.of(0x11, 0xe0, 0x01, 0xff),
      nonce,
      Uint8Array.of(0),
      Uint8Array.of(0x11, 0x60, 0, 0, blocks, length, length >> 8, length >> 16),
      measurements,
      new Uint8Array(32).fill(5),
      Uint8Array.of(data.length, data.length >> 8),
      data,
    ),
  );
}

/** A report by the device's leaf key. */
export async function testReport(
  device: Device,
  fields: Fields = gpuFields(device),
  options: { nonce?: Uint8Array; blocks?: number } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return signReport(device, unsignedReport(fields, options));
}

export async function signReport(
  { chain: [leaf] }: Device,
  unsigned: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(concatBytes(unsigned, await sign(leaf.key, unsigned)));
}

/** What an answer says; times default to an hour before and a day after {@link NOW}. */
export interface TestAnswer {
  readonly about: Issued;
  readonly issuer: Issued;
  readonly status?: 'good' | 'revoked' | 'hold' | 'unknown';
  readonly hash?: 'SHA-1' | 'SHA-384';
  readonly responder?: Issued;
  readonly signer?: TestKey;
  readonly certificates?: readonly Issued[];
  readonly responderBy?: 'name' | 'key';
  readonly producedAt?: Date;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | undefined;
  readonly nonce?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
}

const HASHES = {
  'SHA-1': { hash: sha1, id: '1.3.14.3.2.26' },
  'SHA-384': { hash: sha384, id: '2.16.840.1.101.3.4.2.2' },
} as const;

/** GeneralizedTime, which OCSP always uses. */
const generalized = (date: Date): Uint8Array<ArrayBuffer> =>
  der(0x18, text(date.toISOString().replace(/[-:T]|\.\d+/g, '')));

/** DER of the status of one certificate. */
export function singleResponse(answer: TestAnswer): Uint8Array<ArrayBuffer> {
  const { about, issuer, status = 'good', hash = 'SHA-384' } = answer;
  const { hash: digest, id } = HASHES[hash];
  const point = concatBytes(Uint8Array.of(4), issuer.key.point);
  const revokedAt = generalized(new Date('2026-06-01T00:00:00Z'));
  const statuses = {
    good: der(0x80),
    revoked: der(0xa1, revokedAt),
    hold: der(0xa1, revokedAt, explicit(0, der(0x0a, Uint8Array.of(6)))),
    unknown: der(0x82),
  };
  const nextUpdate =
    'nextUpdate' in answer ? answer.nextUpdate : new Date(NOW.getTime() + 86_400_000);
  return sequence(
    sequence(
      sequence(oid(id), der(0x05)),
      octets(digest(name(issuer.subject))),
      octets(digest(point)),
      integer(about.serial),
    ),
    statuses[status],
    generalized(answer.thisUpdate ?? new Date(NOW.getTime() - 3_600_000)),
    ...(nextUpdate === undefined ? [] : [explicit(0, generalized(nextUpdate))]),
  );
}

/** DER of an OCSPResponse about one certificate, by its issuer unless said otherwise. */
export async function testAnswer(answer: TestAnswer): Promise<Uint8Array<ArrayBuffer>> {
  const { issuer, responder = issuer, certificates = [], nonce, extensions = [] } = answer;
  const point = concatBytes(Uint8Array.of(4), responder.key.point);
  const written = [
    ...(nonce === undefined ? [] : [sequence(oid('1.3.6.1.5.5.7.48.1.2'), octets(octets(nonce)))]),
    ...extensions,
  ];
  const data = sequence(
    answer.responderBy === 'key'
      ? explicit(2, octets(sha1(point)))
      : explicit(1, name(responder.subject)),
    generalized(answer.producedAt ?? new Date(NOW.getTime() - 3_600_000)),
    sequence(singleResponse(answer)),
    ...(written.length === 0 ? [] : [explicit(1, sequence(...written))]),
  );
  const key = answer.signer ?? responder.key;
  const embedded = certificates.map(({ certificate }) => certificate);
  return wrapBasic(
    embedded.length === 0
      ? await signedSequence(data, key)
      : await withCertificates(data, key, embedded),
  );
}

/** OCSPResponse of a successful BasicOCSPResponse. */
export function wrapBasic(basic: Uint8Array): Uint8Array<ArrayBuffer> {
  return sequence(
    der(0x0a, Uint8Array.of(0)),
    explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octets(basic))),
  );
}

async function withCertificates(
  data: Uint8Array,
  key: TestKey,
  certificates: readonly Uint8Array[],
): Promise<Uint8Array<ArrayBuffer>> {
  const raw = await sign(key, data);
  const half = raw.length / 2;
  const value = sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
  return sequence(
    data,
    signatureAlgorithm(key),
    bits(value),
    explicit(0, sequence(...certificates)),
  );
}
