/**
 * A platform of our own: Intel's hierarchy, collateral and quotes made with fresh keys, every field
 * open to be written wrong before it is signed. WebCrypto only, so that it runs on every runtime.
 */
import { boolean, der, integer, octets, oid, sequence } from '@barycenter/testing/der-writer';
import {
  sign,
  type TestCertificate,
  type TestCrl,
  type TestKey,
  testCertificate,
  testCrl,
  testKey,
  toPem,
} from '@barycenter/testing/synthetic-ca';
import type { IntelCollateral } from '../../src/intel.ts';

/** Fields of JSON, to be changed freely. */
// biome-ignore lint/suspicious/noExplicitAny: tests write wrong types on purpose.
export type Json = any;

/** What a platform is made of. Change fields, then `buildWorld`. */
export interface Recipe {
  kind: 'sgx' | 'td10' | 'td15';
  version: number;
  /** Changes the unsigned quote: header, descriptor and body. */
  editSigned: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** Changes the quoting enclave's report before the PCK key signs it. */
  editQeReport: (bytes: Uint8Array<ArrayBuffer>) => void;
  qeAuthData: Uint8Array<ArrayBuffer>;
  certificationType: number;
  /** The attestation key as the quote states it, instead of the right one. */
  attestationKey: Uint8Array<ArrayBuffer> | undefined;
  teeTcbSvn: number[];
  teeTcbSvn2: number[];
  cpuSvn: number[];
  pceSvn: number;
  fmspc: string;
  pceId: string;
  qeIsvSvn: number;
  /** The SGX extension of the leaf, instead of the right one. */
  pckExtension: Uint8Array | undefined;
  root: Partial<TestCertificate>;
  authority: Partial<TestCertificate>;
  /** The authority's certificate in the quote, where it differs from the collateral's. */
  quotedAuthority: Partial<TestCertificate> | undefined;
  leaf: Partial<TestCertificate>;
  tcbSigner: Partial<TestCertificate>;
  rootCrl: Partial<TestCrl>;
  pckCrl: Partial<TestCrl>;
  tcbInfo: Json;
  qeIdentity: Json;
}

/** What a verification takes. */
export interface World {
  readonly quote: Uint8Array<ArrayBuffer>;
  readonly collateral: IntelCollateral;
  readonly trust: { readonly intel: readonly string[] };
  readonly now: Date;
  readonly certificates: Readonly<
    Record<'root' | 'authority' | 'quotedAuthority' | 'leaf' | 'tcbSigner', Uint8Array<ArrayBuffer>>
  >;
}

export interface Keys {
  readonly root: TestKey;
  readonly authority: TestKey;
  readonly leaf: TestKey;
  readonly tcbSigner: TestKey;
  readonly attestation: TestKey;
  readonly other: TestKey;
}

export const NOW: Date = new Date('2026-06-01T00:00:00Z');
export const SGX = '1.2.840.113741.1.13.1';
const VENDOR = '939a7233f79c4ca9940a0db3957f0607';
const SIGNED_BODIES = { sgx: [1, 384], td10: [2, 584], td15: [3, 648] } as const;

/** One key per role. */
export async function worldKeys(): Promise<Keys> {
  const key = () => testKey('P-256');
  return {
    root: await key(),
    authority: await key(),
    leaf: await key(),
    tcbSigner: await key(),
    attestation: await key(),
    other: await key(),
  };
}

/** A platform that is in every respect as it should be. */
export function goodRecipe(kind: Recipe['kind'] = 'td10'): Recipe {
  const tdx = kind !== 'sgx';
  const level = (svn: number, pcesvn: number, tcbStatus: string, advisoryIDs?: string[]) => ({
    tcb: {
      sgxtcbcomponents: components(Array(16).fill(svn)),
      pcesvn,
      ...(tdx ? { tdxtcbcomponents: components([svn, 0, svn, ...Array(13).fill(0)]) } : {}),
    },
    tcbDate: `20${10 + svn}-05-01T00:00:00Z`,
    tcbStatus,
    ...(advisoryIDs === undefined ? {} : { advisoryIDs }),
  });
  const svnLevel = (isvsvn: number, tcbStatus: string, advisoryIDs: string[] = []) => ({
    tcb: { isvsvn },
    tcbDate: `20${10 + isvsvn}-06-01T00:00:00Z`,
    tcbStatus,
    advisoryIDs,
  });
  const module = {
    mrsigner: '00'.repeat(48),
    attributes: '00'.repeat(8),
    attributesMask: 'FF'.repeat(8),
  };
  const identity = (id: string) => ({
    id,
    ...module,
    tcbLevels: [svnLevel(5, 'UpToDate'), svnLevel(3, 'OutOfDate', ['SA-MODULE'])],
  });
  const dates = { issueDate: '2026-05-20T00:00:00Z', nextUpdate: '2026-06-20T00:00:00Z' };
  return {
    kind,
    version: kind === 'td15' ? 5 : kind === 'td10' ? 4 : 3,
    editSigned: () => undefined,
    editQeReport: () => undefined,
    qeAuthData: Uint8Array.from({ length: 32 }, (_, i) => i),
    certificationType: 5,
    attestationKey: undefined,
    teeTcbSvn: [5, 1, 5, ...Array(13).fill(0)],
    teeTcbSvn2: [5, 1, 5, ...Array(13).fill(0)],
    cpuSvn: Array(16).fill(5),
    pceSvn: 13,
    fmspc: '00806f050000',
    pceId: '0000',
    qeIsvSvn: 5,
    pckExtension: undefined,
    root: {},
    authority: {},
    quotedAuthority: undefined,
    leaf: {},
    tcbSigner: {},
    rootCrl: {},
    pckCrl: {},
    tcbInfo: {
      id: tdx ? 'TDX' : 'SGX',
      version: 3,
      ...dates,
      fmspc: '00806F050000',
      pceId: '0000',
      tcbType: 0,
      tcbEvaluationDataNumber: 18,
      ...(tdx
        ? { tdxModule: module, tdxModuleIdentities: [identity('TDX_03'), identity('TDX_01')] }
        : {}),
      tcbLevels: [
        level(5, 13, 'UpToDate'),
        level(4, 12, 'ConfigurationNeeded', ['SA-CONFIG']),
        level(3, 10, 'OutOfDate', ['SA-OLD', 'SA-CONFIG']),
        level(2, 10, 'Revoked', ['SA-DEAD']),
      ],
    },
    qeIdentity: {
      id: tdx ? 'TD_QE' : 'QE',
      version: 2,
      ...dates,
      tcbEvaluationDataNumber: 17,
      miscselect: '00000000',
      miscselectMask: 'FFFFFFFF',
      attributes: '11000000000000000000000000000000',
      attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
      mrsigner: 'AB'.repeat(32),
      isvprodid: 2,
      tcbLevels: [
        svnLevel(5, 'UpToDate'),
        svnLevel(3, 'OutOfDate', ['SA-QE']),
        svnLevel(1, 'Revoked'),
      ],
    },
  };
}

/** Signs everything that the recipe says. */
export async function buildWorld(keys: Keys, recipe: Recipe): Promise<World> {
  const certificates = await certify(keys, recipe);
  const quote = await signQuote(keys, recipe, certificates);
  const { root, authority, tcbSigner } = certificates;
  const statement = async (value: Json) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const signature = await sign(keys.tcbSigner, new TextEncoder().encode(text));
    return { text, signature, issuerChain: toPem(tcbSigner, root) };
  };
  const rootName = 'Intel SGX Root CA';
  const authorityName = recipe.authority.subject ?? 'Intel SGX PCK Platform CA';
  const current = {
    thisUpdate: new Date('2026-05-20T00:00:00Z'),
    nextUpdate: new Date('2026-06-20T00:00:00Z'),
  };
  const collateral = {
    rootCrl: await testCrl({
      issuer: rootName,
      signer: keys.root,
      ...current,
      number: 7,
      ...recipe.rootCrl,
    }),
    pckCrl: await testCrl({
      issuer: authorityName,
      signer: keys.authority,
      ...current,
      number: 300,
      ...recipe.pckCrl,
    }),
    pckCrlIssuerChain: toPem(authority, root),
    tcbInfo: await statement(recipe.tcbInfo),
    qeIdentity: await statement(recipe.qeIdentity),
  };
  return { quote, collateral, trust: { intel: [await sha256Hex(root)] }, now: NOW, certificates };
}

/** Components of TCB levels as JSON writes them. */
export function components(svns: readonly number[]): Json[] {
  return svns.map((svn) => ({ svn }));
}

/** The SGX extension of a PCK certificate, some fields left out or doubled by `edit`. */
export function pckExtension(
  recipe: Pick<Recipe, 'cpuSvn' | 'pceSvn' | 'fmspc' | 'pceId'>,
  edit: (fields: Uint8Array[]) => Uint8Array[] = (fields) => fields,
): Uint8Array<ArrayBuffer> {
  const field = (suffix: string, value: Uint8Array) => sequence(oid(`${SGX}.${suffix}`), value);
  const tcb = sequence(
    ...recipe.cpuSvn.map((svn, i) => field(`2.${i + 1}`, integer(svn))),
    field('2.17', integer(recipe.pceSvn)),
    field('2.18', octets(Uint8Array.from(recipe.cpuSvn))),
  );
  const flags = sequence(
    field('7.1', boolean(true)),
    field('7.2', boolean(false)),
    field('7.3', boolean(true)),
  );
  const fields: Uint8Array[] = [
    field('1', octets(new Uint8Array(16).fill(0xcc))),
    field('2', tcb),
    field('3', octets(hex(recipe.pceId))),
    field('4', octets(hex(recipe.fmspc))),
    field('5', der(0x0a, Uint8Array.of(1))),
    field('6', octets(new Uint8Array(16).fill(0xdd))),
    field('7', flags),
  ];
  return sequence(...edit(fields));
}

/** Joins byte strings. */
export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Bytes of hexadecimal text. */
export function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** A number in little-endian bytes. */
export function little(value: number, size: 2 | 4): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: size }, (_, i) => (value / 256 ** i) & 0xff);
}

async function certify(keys: Keys, recipe: Recipe): Promise<World['certificates']> {
  const rootName = 'Intel SGX Root CA';
  const authorityName = recipe.authority.subject ?? 'Intel SGX PCK Platform CA';
  const quotedName = recipe.quotedAuthority?.subject ?? authorityName;
  const extension = recipe.pckExtension ?? pckExtension(recipe);
  const authority = {
    subject: authorityName,
    issuer: rootName,
    key: keys.authority,
    signer: keys.root,
    authority: { pathLength: 0 },
    serial: 2,
    ...recipe.authority,
  };
  const certified = await testCertificate(authority);
  return {
    root: await testCertificate({
      subject: rootName,
      issuer: rootName,
      key: keys.root,
      signer: keys.root,
      authority: {},
      serial: 1,
      ...recipe.root,
    }),
    authority: certified,
    quotedAuthority:
      recipe.quotedAuthority === undefined
        ? certified
        : await testCertificate({ ...authority, ...recipe.quotedAuthority }),
    leaf: await testCertificate({
      subject: 'Intel SGX PCK Certificate',
      issuer: quotedName,
      key: keys.leaf,
      signer: keys.authority,
      serial: 77,
      extensions: [{ oid: SGX, value: extension }],
      ...recipe.leaf,
    }),
    tcbSigner: await testCertificate({
      subject: 'Intel SGX TCB Signing',
      issuer: rootName,
      key: keys.tcbSigner,
      signer: keys.root,
      serial: 3,
      ...recipe.tcbSigner,
    }),
  };
}

async function signQuote(
  keys: Keys,
  recipe: Recipe,
  { leaf, quotedAuthority, root }: World['certificates'],
): Promise<Uint8Array<ArrayBuffer>> {
  const { kind, version, qeAuthData } = recipe;
  const [type, size] = SIGNED_BODIES[kind];
  const header = join(
    little(version, 2),
    little(2, 2),
    little(kind === 'sgx' ? 0 : 0x81, 4),
    new Uint8Array(4),
    hex(VENDOR),
    new Uint8Array(20).fill(0x55),
  );
  const body = kind === 'sgx' ? sgxBody() : tdBody(recipe);
  const descriptor = version === 5 ? join(little(type, 2), little(size, 4)) : new Uint8Array();
  const signed = join(header, descriptor, body);
  recipe.editSigned(signed);
  const point = recipe.attestationKey ?? keys.attestation.point;
  const qeReport = await makeQeReport(recipe, point);
  const pem = new TextEncoder().encode(toPem(leaf, quotedAuthority, root));
  const inner = join(
    qeReport,
    await sign(keys.leaf, qeReport),
    little(qeAuthData.length, 2),
    qeAuthData,
    little(recipe.certificationType, 2),
    little(pem.length, 4),
    pem,
  );
  const certification = version === 3 ? inner : join(little(6, 2), little(inner.length, 4), inner);
  const data = join(await sign(keys.attestation, signed), point, certification);
  return join(signed, little(data.length, 4), data);
}

async function makeQeReport(
  recipe: Recipe,
  point: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const report = new Uint8Array(384);
  report.set(hex('1100000000000000e700000000000000'), 48);
  report.fill(0xab, 128, 160);
  report.set(little(2, 2), 256);
  report.set(little(recipe.qeIsvSvn, 2), 258);
  const hashed = join(point, recipe.qeAuthData);
  report.set(new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', hashed)), 320);
  recipe.editQeReport(report);
  return report;
}

function sgxBody(): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(384);
  body.set(hex('0500000000000000e700000000000000'), 48);
  body.fill(0x11, 64, 96);
  body.fill(0x22, 128, 160);
  body.set(little(7, 2), 256);
  body.set(little(9, 2), 258);
  body.fill(0x33, 320, 384);
  return body;
}

function tdBody({ kind, teeTcbSvn, teeTcbSvn2 }: Recipe): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(kind === 'td15' ? 648 : 584);
  body.set(teeTcbSvn);
  body.set(hex('0000001000000000'), 120); // SEPT_VE_DISABLE
  body.fill(0x44, 136, 184); // MRTD
  body.fill(0x66, 520, 584); // report data
  if (kind === 'td15') body.set(teeTcbSvn2, 584);
  return body;
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
