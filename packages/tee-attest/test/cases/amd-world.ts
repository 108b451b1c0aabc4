/**
 * A synthetic AMD: authority, endorsed keys and reports of any product, every field open to be
 * written wrong. For what no public sample has: Genoa, Turin, VLEK, revocation.
 */
import { ia5, integer } from '@barycenter/testing/der-writer';
import {
  sign,
  type TestCertificate,
  type TestCrl,
  type TestExtension,
  type TestKey,
  testCertificate,
  testCrl,
  testKey,
  toPem,
} from '@barycenter/testing/synthetic-ca';
import type { SnpProduct } from '../../src/amd/product.ts';
import { bytesToHex } from '../../src/bytes.ts';
import { digestSync } from '../../src/crypto.ts';
import { PRODUCTION_TRUST, type TrustAnchors } from '../../src/trust.ts';

export interface Tcb {
  readonly fmc?: number;
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** Fields of a report that tests change; all others have one value. */
export interface ReportFields {
  readonly version?: number;
  readonly signingKey?: number;
  readonly maskChipKey?: boolean;
  readonly chipId?: Uint8Array;
  readonly cpuid?: readonly [family: number, model: number, stepping: number];
  readonly tcb?: Tcb;
  readonly currentTcb?: Tcb;
  /** Changes the bytes before they are signed. */
  readonly edit?: (report: Uint8Array, view: DataView) => void;
  readonly signer?: TestKey;
}

export interface LeafFields extends Partial<TestCertificate> {
  readonly tcb?: Tcb;
  readonly hwid?: Uint8Array;
  readonly productName?: string;
  readonly structVersion?: number;
  /** Extensions (last number of their identifiers) left out. */
  readonly without?: readonly string[];
  readonly with?: readonly TestExtension[];
}

export const ARC = '1.3.6.1.4.1.3704.1';
export const NOW: Date = new Date('2026-06-01T00:00:00Z');
const CPUID = { Milan: [0x19, 0x01, 1], Genoa: [0x19, 0x11, 1], Turin: [0x1a, 0x02, 1] } as const;
const ASK_SERIAL = 0x10001;

export interface Keys {
  readonly ark: TestKey;
  readonly ask: TestKey;
  readonly asvk: TestKey;
  readonly leaf: TestKey;
}

let keys: Promise<Keys> | undefined;

/** One set of keys for all products of a run: RSA keys take long to make. */
export function worldKeys(): Promise<Keys> {
  keys ??= (async () => {
    const [ark, ask, asvk, leaf] = await Promise.all([
      testKey('rsa-pss'),
      testKey('rsa-pss'),
      testKey('rsa-pss'),
      testKey('P-384'),
    ]);
    return { ark, ask, asvk, leaf };
  })();
  return keys;
}

export interface World {
  readonly keys: Keys;
  readonly trust: TrustAnchors;
  readonly ark: Uint8Array;
  readonly ask: Uint8Array;
  readonly asvk: Uint8Array;
  /** PEM for VCEKs and for VLEKs. */
  readonly chain: { readonly vcek: string; readonly vlek: string };
  readonly crl: Uint8Array;
  readonly tcb: Tcb;
  readonly hwid: Uint8Array;
  makeCrl(options?: Partial<TestCrl>): Promise<Uint8Array<ArrayBuffer>>;
  vcek(fields?: LeafFields): Promise<Uint8Array<ArrayBuffer>>;
  vlek(fields?: LeafFields): Promise<Uint8Array<ArrayBuffer>>;
  report(fields?: ReportFields): Promise<Uint8Array<ArrayBuffer>>;
}

/** The authority of a product and what hangs below it. */
export async function snpWorld(
  product: SnpProduct,
  {
    authority = {},
  }: { authority?: { ask?: Partial<TestCertificate>; ark?: Partial<TestCertificate> } } = {},
): Promise<World> {
  const keys = await worldKeys();
  const root = `ARK-${product}`;
  const issued = (subject: string, key: TestKey, serial: number) =>
    testCertificate({
      subject,
      issuer: root,
      key,
      signer: keys.ark,
      serial,
      authority: { pathLength: 0 },
      keyUsage: [5],
      ...authority.ask,
    });
  const ark = await testCertificate({
    subject: root,
    issuer: root,
    key: keys.ark,
    signer: keys.ark,
    serial: 0x10000,
    authority: {},
    ...authority.ark,
  });
  const ask = await issued(`SEV-${product}`, keys.ask, ASK_SERIAL);
  const asvk = await issued(`SEV-VLEK-${product}`, keys.asvk, 0x10101);
  const pins = [bytesToHex(digestSync('SHA-256', ark))];
  const turin = product === 'Turin';
  const tcb: Tcb = {
    ...(turin ? { fmc: 1 } : {}),
    bootloader: 4,
    tee: 2,
    snp: 23,
    microcode: 213,
  };
  const hwid = Uint8Array.from({ length: turin ? 8 : 64 }, (_, i) => 7 * i + 1);
  const makeCrl = (options: Partial<TestCrl> = {}) =>
    testCrl({ issuer: root, signer: keys.ark, ...options });
  const leaf = (kind: 'vcek' | 'vlek', fields: LeafFields) => {
    const { with: added = [], without = [], ...rest } = fields;
    const own: TestExtension[] = [
      number('1', fields.structVersion ?? (turin ? 1 : 0)),
      text('2', fields.productName ?? (turin || kind === 'vlek' ? product : `${product}-B0`)),
      ...tcbExtensions(fields.tcb ?? tcb),
      kind === 'vcek'
        ? { oid: `${ARC}.4`, value: fields.hwid ?? hwid }
        : text('5', 'example cloud'),
    ];
    const extensions = [
      ...own.filter(({ oid }) => !without.some((last) => oid === `${ARC}.${last}`)),
      ...added,
    ];
    return testCertificate({
      subject: kind === 'vcek' ? 'SEV-VCEK' : 'SEV-VLEK',
      issuer: kind === 'vcek' ? `SEV-${product}` : `SEV-VLEK-${product}`,
      key: keys.leaf,
      signer: kind === 'vcek' ? keys.ask : keys.asvk,
      serial: 0,
      extensions,
      ...rest,
    });
  };
  return {
    keys,
    trust: {
      ...PRODUCTION_TRUST,
      amd: { milan: [], genoa: [], turin: [], [product.toLowerCase()]: pins },
    },
    ark,
    ask,
    asvk,
    chain: { vcek: toPem(ask, ark), vlek: toPem(asvk, ark) },
    crl: await makeCrl({ number: 5 }),
    tcb,
    hwid,
    makeCrl,
    vcek: (fields = {}) => leaf('vcek', fields),
    vlek: (fields = {}) => leaf('vlek', fields),
    report: (fields = {}) => writeReport(fields, { product, keys, tcb, hwid }),
  };
}

async function writeReport(
  fields: ReportFields,
  { product, keys, tcb, hwid }: { product: SnpProduct; keys: Keys; tcb: Tcb; hwid: Uint8Array },
): Promise<Uint8Array<ArrayBuffer>> {
  const { version = 5, signingKey = 0, maskChipKey = false, signer = keys.leaf } = fields;
  const report = new Uint8Array(1184);
  const view = new DataView(report.buffer);
  view.setUint32(0, version, true);
  view.setUint32(8, 0x30000, true);
  view.setUint32(0x34, 1, true);
  view.setUint32(0x40, 0x25, true);
  view.setUint32(0x48, (signingKey << 2) | (maskChipKey ? 2 : 0), true);
  report.fill(0xda, 0x50, 0x90);
  report.fill(0x3e, 0x90, 0xc0);
  const reported = fields.tcb ?? tcb;
  report.set(tcbBytes(fields.currentTcb ?? reported), 0x38);
  for (const at of [0x180, 0x1e0, 0x1f0]) report.set(tcbBytes(reported), at);
  if (version >= 3) report.set(fields.cpuid ?? CPUID[product], 0x188);
  report.set(fields.chipId ?? (maskChipKey ? new Uint8Array(64) : hwid), 0x1a0);
  report.set([21, 55, 1], 0x1e8);
  report.set([21, 55, 1], 0x1ec);
  if (version >= 5) view.setUint32(0x1f8, 11, true);
  fields.edit?.(report, view);
  const raw = await sign(signer, report.subarray(0, 0x2a0));
  report.set(raw.slice(0, 48).reverse(), 0x2a0);
  report.set(raw.slice(48).reverse(), 0x2a0 + 72);
  return report;
}

function tcbBytes({ fmc, bootloader, tee, snp, microcode }: Tcb): Uint8Array {
  return fmc === undefined
    ? Uint8Array.of(bootloader, tee, 0, 0, 0, 0, snp, microcode)
    : Uint8Array.of(fmc, bootloader, tee, snp, 0, 0, 0, microcode);
}

function tcbExtensions({ fmc, bootloader, tee, snp, microcode }: Tcb): TestExtension[] {
  return [
    ...(fmc === undefined ? [] : [number('3.9', fmc)]),
    number('3.1', bootloader),
    number('3.2', tee),
    number('3.3', snp),
    number('3.8', microcode),
  ];
}

export function number(last: string, value: number): TestExtension {
  return { oid: `${ARC}.${last}`, value: integer(value) };
}

export function text(last: string, value: string): TestExtension {
  return { oid: `${ARC}.${last}`, value: ia5(value) };
}
