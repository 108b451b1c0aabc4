/**
 * A second way to a verdict on an Intel quote, sharing no code with the first: OpenSSL reads the
 * certificates and checks every signature (node:crypto), the fields of quotes and lists are cut out by
 * offset, Intel's extension by searching its object identifiers, and statuses are merged as sets of
 * ailments instead of by Intel's table.
 */
import { createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { IntelSample } from '../cases/intel-vectors.ts';

const ROOT = '44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3';
const VENDOR = '939a7233f79c4ca9940a0db3957f0607';
const OID = '060a2a864886f84d010d01';

type Evidence = Pick<IntelSample, 'quote' | 'collateral' | 'now'> & {
  readonly roots?: readonly string[];
};

interface Level {
  readonly tcb: {
    readonly sgxtcbcomponents: readonly { svn: number }[];
    readonly tdxtcbcomponents?: readonly { svn: number }[];
    readonly pcesvn: number;
    readonly isvsvn: number;
  };
  readonly tcbStatus: string;
}

/** The merged status, or undefined if anything does not hold. Bytes after the quote are left out. */
export function nodeStatus(evidence: Evidence): string | undefined {
  try {
    return judge(evidence);
  } catch {
    return undefined;
  }
}

function judge({ quote, collateral, now, roots = [ROOT] }: Evidence): string | undefined {
  const bytes = Buffer.from(quote);
  const version = bytes.readUInt16LE(0);
  const isTdx = bytes.readUInt32LE(4) === 0x81;
  demand([3, 4, 5].includes(version) && bytes.readUInt16LE(2) === 2);
  demand(isTdx ? version > 3 : bytes.readUInt32LE(4) === 0);
  demand(bytes.subarray(12, 28).toString('hex') === VENDOR);
  const start = version === 5 ? 54 : 48;
  const type = version === 5 ? bytes.readUInt16LE(48) : isTdx ? 2 : 1;
  const size = [0, 384, 584, 648][type] ?? 0;
  demand(size > 0 && type > 1 === isTdx && (version < 5 || bytes.readUInt32LE(50) === size));
  const body = bytes.subarray(start, start + size);
  const end = start + size;
  const data = bytes.subarray(end + 4, end + 4 + bytes.readUInt32LE(end));
  demand(data.length === bytes.readUInt32LE(end));
  const key = data.subarray(64, 128);
  let at = 128;
  if (version > 3) {
    demand(data.readUInt16LE(at) === 6 && data.readUInt32LE(at + 2) === data.length - at - 6);
    at += 6;
  }
  const qe = data.subarray(at, at + 384);
  const qeSignature = data.subarray(at + 384, at + 448);
  const auth = data.subarray(at + 450, at + 450 + data.readUInt16LE(at + 448));
  at += 450 + auth.length;
  demand(data.readUInt16LE(at) === 5 && data.readUInt32LE(at + 2) === data.length - at - 6);

  const valid = { now: now.getTime(), roots };
  const [leaf, ca, root] = readChain(data.subarray(at + 6).toString('latin1'), 3, valid);
  const [listCa] = readChain(collateral.pckCrlIssuerChain, 2, valid);
  const [tcbSigner] = readChain(collateral.tcbInfo.issuerChain, 2, valid);
  const [qeSigner] = readChain(collateral.qeIdentity.issuerChain, 2, valid);
  demand(nameOf(leaf) === 'Intel SGX PCK Certificate' && !leaf.ca);
  demand(/^Intel SGX PCK (Platform|Processor) CA$/.test(nameOf(ca)));
  for (const signer of [tcbSigner, qeSigner]) demand(nameOf(signer) === 'Intel SGX TCB Signing');
  demand(ca.subject === listCa.subject && ca.publicKey.equals(listCa.publicKey));
  const rootList = readList(collateral.rootCrl, root, valid.now);
  const caList = readList(collateral.pckCrl, listCa, valid.now);
  for (const certificate of [ca, tcbSigner, qeSigner])
    demand(!rootList.includes(serial(certificate)));
  demand(!caList.includes(serial(leaf)));

  const tcbInfo = readSigned(collateral.tcbInfo, tcbSigner, valid.now);
  const identity = readSigned(collateral.qeIdentity, qeSigner, valid.now);
  demand(tcbInfo.id === (isTdx ? 'TDX' : 'SGX') && identity.id === (isTdx ? 'TD_QE' : 'QE'));
  const extension = leaf.raw.toString('hex');
  demand(field(extension, '04', '0406', 12) === tcbInfo.fmspc.toLowerCase());
  demand(field(extension, '03', '0402', 4) === tcbInfo.pceId.toLowerCase());

  demand(holds(leaf.publicKey, qe, qeSignature));
  const bound = createHash('sha256').update(key).update(auth).digest();
  demand(qe.subarray(320).equals(Buffer.concat([bound, Buffer.alloc(32)])));
  demand(qe.subarray(128, 160).toString('hex') === identity.mrsigner.toLowerCase());
  demand(qe.readUInt16LE(256) === identity.isvprodid);
  demand(maskedEqual(qe.subarray(16, 20), identity.miscselectMask, identity.miscselect));
  demand(maskedEqual(qe.subarray(48, 64), identity.attributesMask, identity.attributes));
  demand(((qe[48] ?? 0) & 2) === 0);
  const jwk = { kty: 'EC', crv: 'P-256', x: base64(key, 0), y: base64(key, 32) };
  const attestationKey = createPublicKey({ key: jwk, format: 'jwk' });
  demand(holds(attestationKey, bytes.subarray(0, end), data.subarray(0, 64)));
  return judgeLevels({
    body,
    isTdx,
    type,
    qeSvn: qe.readUInt16LE(258),
    extension,
    tcbInfo,
    identity,
  });
}

interface Levels {
  readonly body: Buffer;
  readonly isTdx: boolean;
  readonly type: number;
  readonly qeSvn: number;
  readonly extension: string;
  // biome-ignore lint/suspicious/noExplicitAny: parsed JSON, looked into as it comes.
  readonly tcbInfo: any;
  // biome-ignore lint/suspicious/noExplicitAny: parsed JSON, looked into as it comes.
  readonly identity: any;
}

function judgeLevels(levels: Levels): string | undefined {
  const { body, isTdx, type, qeSvn, extension, tcbInfo, identity } = levels;
  const cpu = Array.from({ length: 16 }, (_, i) => component(extension, i + 1));
  const pce = component(extension, 17);
  const tee = [...body.subarray(0, 16)];
  const major = tee[1] ?? 0;
  const modules: readonly { id: string; mrsigner: string; tcbLevels: Level[] }[] =
    tcbInfo.tdxModuleIdentities ?? [];
  const moduleOf = (version: number) =>
    modules.find(({ id }) => Number.parseInt(id.slice(4), 16) === version);
  const svn = (list: readonly Level[], actual: number) =>
    [...list]
      .sort((left, right) => right.tcb.isvsvn - left.tcb.isvsvn)
      .find(({ tcb }) => actual >= tcb.isvsvn);
  if (isTdx) {
    const expected = major > 0 ? moduleOf(major) : tcbInfo.tdxModule;
    demand(expected.mrsigner.toLowerCase() === body.subarray(64, 112).toString('hex'));
    demand(body.subarray(112, 120).every((byte) => byte === 0));
  }
  const sorted = [...(tcbInfo.tcbLevels as Level[])].sort((left, right) =>
    sortKey(right).localeCompare(sortKey(left)),
  );
  const fitsSgx = ({ tcb }: Level) =>
    tcb.sgxtcbcomponents.every(({ svn: least }, i) => (cpu[i] ?? 0) >= least) && pce >= tcb.pcesvn;
  const fitsTdx = ({ tcb }: Level) =>
    !isTdx ||
    (tcb.tdxtcbcomponents ?? []).every(
      ({ svn: least }, i) => (major > 0 && i < 2) || (tee[i] ?? 0) >= least,
    );
  const sgx = sorted.find(fitsSgx);
  const platform = sorted.find((level) => fitsSgx(level) && fitsTdx(level));
  const qe = svn(identity.tcbLevels, qeSvn);
  const module =
    isTdx && major > 0 ? svn(moduleOf(major)?.tcbLevels ?? [], tee[0] ?? 0) : undefined;
  if (sgx === undefined || platform === undefined || qe === undefined) return undefined;
  if (isTdx && major > 0 && module === undefined) return undefined;
  const ailing = [platform, qe, ...(module === undefined ? [] : [module])].map(
    ({ tcbStatus }) => tcbStatus,
  );
  if ([...ailing, sgx.tcbStatus].includes('Revoked')) return 'Revoked';
  const old = ailing.some((status) => status.startsWith('OutOfDate'));
  const configured = !platform.tcbStatus.includes('Configuration');
  if (!old) return platform.tcbStatus;
  const newest = sorted[0]?.tcb.tdxtcbcomponents?.map(({ svn: least }) => least) ?? [];
  const [svn2 = 0, major2 = 0, third2 = 0] = type === 3 ? body.subarray(584, 600) : [];
  const newestSvn =
    major2 === 0
      ? newest[0]
      : Math.max(...(moduleOf(major2)?.tcbLevels ?? []).map(({ tcb }) => tcb.isvsvn));
  const mayRelaunch =
    type === 3 &&
    module?.tcbStatus === 'OutOfDate' &&
    qe.tcbStatus === 'UpToDate' &&
    !sgx.tcbStatus.startsWith('OutOfDate');
  if (mayRelaunch && major2 > 0 && moduleOf(major2) === undefined) return undefined;
  const cured = mayRelaunch && svn2 >= (newestSvn ?? 256) && third2 >= (newest[2] ?? 256);
  const plain = configured && (!cured || !sgx.tcbStatus.includes('Configuration'));
  return (cured ? 'TDRelaunchAdvised' : 'OutOfDate') + (plain ? '' : 'ConfigurationNeeded');
}

/** Certificates of canonical PEM, chained, current, and ending in a pinned root. */
function readChain(
  pem: string,
  length: number,
  { now, roots }: { now: number; roots: readonly string[] },
): [X509Certificate, X509Certificate, X509Certificate] {
  const blocks =
    pem.replace(/\0+$/, '').match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n?/g) ?? [];
  demand(blocks.length === length && blocks.join('') === pem.replace(/\0+$/, ''));
  const chain = blocks.map((block) => new X509Certificate(block));
  chain.forEach((certificate, i) => {
    demand(certificate.toString().trim() === blocks[i]?.trim());
    demand(Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo));
    const issuer = chain[i + 1];
    if (issuer === undefined) return;
    demand(issuer.ca && issuer.subject === certificate.issuer);
    demand(certificate.verify(issuer.publicKey));
  });
  const root = chain.at(-1) as X509Certificate;
  demand(roots.includes(createHash('sha256').update(root.raw).digest('hex')));
  return chain as [X509Certificate, X509Certificate, X509Certificate];
}

/** Serial numbers of a list, in hexadecimal. */
function readList(bytes: Uint8Array, issuer: X509Certificate, now: number): string[] {
  const list = Buffer.from(bytes);
  const [signed, algorithm, signature] = children(only(list)) as [Buffer, Buffer, Buffer];
  const fields = children(signed);
  demand(algorithm.equals(fields[1] as Buffer));
  demand(list[0] === 0x30 && signature[0] === 3 && contents(signature)[0] === 0);
  const name = children(only(issuer.raw));
  const subject = children(name[0] as Buffer)[5] as Buffer;
  demand((fields[2] as Buffer).equals(subject));
  demand(verify('sha256', signed, issuer.publicKey, contents(signature).subarray(1)));
  demand(time(fields[3] as Buffer) <= now && now <= time(fields[4] as Buffer));
  const entries = fields[5]?.[0] === 0x30 ? children(fields[5]) : [];
  return entries.map((entry) =>
    contents(children(entry)[0] as Buffer)
      .toString('hex')
      .replace(/^00/, ''),
  );
}

function readSigned(
  { text, signature }: { text: string; signature: Uint8Array },
  signer: X509Certificate,
  now: number,
  // biome-ignore lint/suspicious/noExplicitAny: parsed JSON, looked into as it comes.
): any {
  demand(holds(signer.publicKey, Buffer.from(text), signature));
  const value = JSON.parse(text);
  demand(Date.parse(value.issueDate) <= now && now <= Date.parse(value.nextUpdate));
  return value;
}

function holds(key: KeyObject, data: Buffer, signature: Uint8Array): boolean {
  return verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** The value behind one of Intel's object identifiers. */
function field(extension: string, number: string, tag: string, digits: number): string | undefined {
  return extension.split(OID + number + tag)[1]?.slice(0, digits);
}

/** One version number of the certificate's TCB: an INTEGER of up to three bytes. */
function component(extension: string, number: number): number {
  const suffix = number.toString(16).padStart(2, '0');
  const rest = extension.split(`060b2a864886f84d010d0102${suffix}02`)[1] ?? '';
  const length = Number.parseInt(rest.slice(0, 2), 16);
  return Number.parseInt(rest.slice(2, 2 + 2 * length), 16);
}

function sortKey({ tcb }: Level): string {
  const numbers = [
    ...tcb.sgxtcbcomponents.map(({ svn }) => svn),
    tcb.pcesvn,
    ...(tcb.tdxtcbcomponents ?? []).map(({ svn }) => svn),
  ];
  return numbers.map((number) => String(number).padStart(5, '0')).join();
}

function maskedEqual(actual: Buffer, mask: string, expected: string): boolean {
  const bits = Buffer.from(mask, 'hex');
  const left = Buffer.from(actual.map((byte, i) => byte & (bits[i] ?? 0)));
  return left.equals(Buffer.from(expected, 'hex'));
}

function serial(certificate: X509Certificate): string {
  return certificate.serialNumber.toLowerCase();
}

function nameOf(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '';
}

function base64(key: Buffer, start: number): string {
  return key.subarray(start, start + 32).toString('base64url');
}

/** UTCTime. */
function time(value: Buffer): number {
  const text = contents(value).toString();
  return Date.parse(text.replace(/^(..)(..)(..)(..)(..)(..)Z$/, '20$1-$2-$3T$4:$5:$6Z'));
}

/** The one value that fills the bytes. */
function only(bytes: Buffer): Buffer {
  const [value] = split(bytes);
  demand(value?.length === bytes.length);
  return bytes;
}

function children(value: Buffer): Buffer[] {
  return split(contents(value));
}

function contents(value: Buffer): Buffer {
  const long = (value[1] ?? 0) & 0x80 ? (value[1] ?? 0) & 0x7f : 0;
  return value.subarray(2 + long);
}

/** Encoded values one after another. */
function split(bytes: Buffer): Buffer[] {
  const values: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes.readUInt8(at + 1);
    const long = first & 0x80 ? first & 0x7f : 0;
    const length = long === 0 ? first : bytes.readUIntBE(at + 2, long);
    const end = at + 2 + long + length;
    demand(end <= bytes.length && (long === 0 || length >= 128));
    values.push(bytes.subarray(at, end));
    at = end;
  }
  return values;
}

function demand(holdsTrue: boolean): void {
  if (!holdsTrue) throw new Error('refused');
}
