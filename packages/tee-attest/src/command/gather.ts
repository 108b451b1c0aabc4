/**
 * Evidence from files in any order: each is recognised, and put where it belongs. Reports and chains
 * of GPUs belong together in the order in which they come; manifests and revocation answers are given
 * to every GPU, certificates of AMD are told apart by their names.
 */
import type { SnpCollateral } from '../amd/verify.ts';
import {
  type CpuEvidence,
  type Evidence,
  type GpuEvidence,
  MAX_MANIFESTS,
} from '../appraisal/evidence.ts';
import { parseText } from '../bytes.ts';
import {
  type Certificate,
  commonName,
  parseCertificate,
  parseCertificates,
} from '../certificate.ts';
import { collectGpu, collectIntel, collectSnp } from '../collect-collateral.ts';
import type { CollateralClient } from '../fetch/answer.ts';
import { decodeBundle, offlineClient } from '../fetch/bundle.ts';
import { type IntelCollateral, parseIntelCollateral } from '../intel/collateral.ts';
import { MAX_DEVICES, parseNvidiaEvidence } from '../nvidia/evidence.ts';
import { type FileKind, sniff } from './sniff.ts';

/** A file with the name by which to speak of it. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Files that make no evidence; the message names them. */
export class GatherError extends Error {
  override readonly name = 'GatherError';
}

/** Where a quote says which technology it is of, and the low byte of TDX. */
const TEE_TYPE_AT = 4;
const TEE_TYPE_TDX = 0x81;

type Found = Map<FileKind, NamedFile[]>;

/**
 * Evidence of the files. What they lack is asked of the bundle among them, or else of `client`.
 * @throws GatherError for files that are not known, too many, or too few; TeeError for files that are
 * not what they look like, and with `fetch_…` codes.
 */
export async function gather(
  files: readonly NamedFile[],
  client: CollateralClient | undefined,
): Promise<Evidence> {
  const found: Found = new Map();
  let answers = client;
  const add = ({ name, bytes }: NamedFile): void => {
    const kind = sniff(bytes);
    if (kind === 'unknown') throw new GatherError(`${name}: neither evidence nor collateral`);
    found.set(kind, [...(found.get(kind) ?? []), { name, bytes }]);
  };
  for (const file of files) add(file);
  const bundle = only(found, 'bundle');
  if (bundle !== undefined) {
    const contents = decodeBundle(bundle.bytes);
    answers = offlineClient(contents);
    for (const [name, bytes] of contents.evidence) add({ name: `${bundle.name}: ${name}`, bytes });
  }
  const [cpu, gpus] = await Promise.all([gatherCpu(found, answers), gatherGpus(found, answers)]);
  if (cpu === undefined && gpus.length === 0)
    throw new GatherError('no quote or report among the files');
  return { ...(cpu && { cpu }), gpus };
}

async function gatherCpu(
  found: Found,
  client: CollateralClient | undefined,
): Promise<CpuEvidence | undefined> {
  const quote = only(found, 'quote');
  const report = only(found, 'snp-report');
  if (quote !== undefined && report !== undefined)
    throw new GatherError(`${quote.name} and ${report.name}: evidence of two CPUs`);
  if (quote !== undefined) return gatherQuote(quote, found, client);
  if (report === undefined) return undefined;
  const collateral = await gatherSnp(report, found, client);
  return { kind: 'snp', bytes: report.bytes, collateral };
}

async function gatherQuote(
  { name, bytes }: NamedFile,
  found: Found,
  client: CollateralClient | undefined,
): Promise<CpuEvidence> {
  const kind = bytes[TEE_TYPE_AT] === TEE_TYPE_TDX ? 'tdx' : 'sgx';
  const file = only(found, 'intel-collateral');
  let collateral: IntelCollateral;
  if (file !== undefined) collateral = parseIntelCollateral(textOf(file));
  else if (client !== undefined) collateral = await collectIntel(bytes, client);
  else throw new GatherError(`${name}: no collateral among the files`);
  const log = only(found, 'event-log');
  const eventLog = log && (log.bytes[0] === 0x5b ? textOf(log) : log.bytes);
  return { kind, bytes, collateral, ...(eventLog !== undefined && { eventLog }) };
}

async function gatherSnp(
  { name, bytes }: NamedFile,
  found: Found,
  client: CollateralClient | undefined,
): Promise<SnpCollateral> {
  const { vcek, vlek, issuer, root } = sortCertificates(found);
  const crl = only(found, 'crl')?.bytes;
  if (issuer !== undefined && root !== undefined && (vcek ?? vlek) !== undefined)
    return { vcek: vcek?.der, vlek: vlek?.der, chain: pem([issuer, root]), crl };
  if (client === undefined)
    throw new GatherError(`${name}: no certificates of its key and chain among the files`);
  const fetched = await collectSnp(bytes, client);
  return { ...fetched, ...(vcek && { vcek: vcek.der }), ...(vlek && { vlek: vlek.der }) };
}

interface SnpCertificates {
  vcek?: Certificate;
  vlek?: Certificate;
  issuer?: Certificate;
  root?: Certificate;
}

/** AMD's certificates by their common names (AMD document 57230). */
function sortCertificates(found: Found): SnpCertificates {
  const sorted: SnpCertificates = {};
  const certificates = [
    ...all(found, 'certificate').map(({ bytes }) => parseCertificate(bytes)),
    ...all(found, 'pem').flatMap((file) => parseCertificates(textOf(file))),
  ];
  for (const certificate of certificates) {
    const name = commonName(certificate) ?? '';
    if (name === 'SEV-VCEK') sorted.vcek = certificate;
    else if (name === 'SEV-VLEK') sorted.vlek = certificate;
    else if (name.startsWith('SEV-')) sorted.issuer = certificate;
    else if (name.startsWith('ARK-')) sorted.root = certificate;
  }
  return sorted;
}

async function gatherGpus(
  found: Found,
  client: CollateralClient | undefined,
): Promise<GpuEvidence[]> {
  const reports = all(found, 'gpu-report');
  const chains = reports.length === 0 ? [] : all(found, 'pem').map(textOf).filter(isDeviceChain);
  if (reports.length !== chains.length)
    throw new GatherError(`${reports.length} GPU reports and ${chains.length} certificate chains`);
  const devices: GpuEvidence[] = [
    ...reports.map(({ bytes }, i) => ({ report: bytes, chain: chains[i] as string })),
    ...all(found, 'gpu-evidence').flatMap((file) =>
      parseNvidiaEvidence(textOf(file)).map((device) => ({
        ...device,
        chain: device.chain as string,
      })),
    ),
  ];
  const manifests = all(found, 'manifest').map(({ bytes }) => bytes);
  if (devices.length > MAX_DEVICES || manifests.length > MAX_MANIFESTS)
    throw new GatherError(`more than ${MAX_DEVICES} GPUs, or ${MAX_MANIFESTS} manifests`);
  const ocsp = all(found, 'ocsp').map(({ bytes }) => ({ response: bytes }));
  return Promise.all(
    devices.map(async (device) => {
      const given = { ...device, manifests, ocsp };
      if (client === undefined || (manifests.length > 0 && ocsp.length > 0)) return given;
      const fetched = await collectGpu(device, client);
      return {
        ...device,
        manifests: manifests.length > 0 ? manifests : (fetched.manifests ?? []),
        ocsp: ocsp.length > 0 ? ocsp : (fetched.ocsp ?? []),
      };
    }),
  );
}

function isDeviceChain(text: string): boolean {
  return text.split('-----BEGIN CERTIFICATE-----').length > 4;
}

function all(found: Found, kind: FileKind): readonly NamedFile[] {
  return found.get(kind) ?? [];
}

function only(found: Found, kind: FileKind): NamedFile | undefined {
  const files = all(found, kind);
  if (files.length > 1)
    throw new GatherError(`${files.map(({ name }) => name).join(', ')}: more than one ${kind}`);
  return files[0];
}

function textOf({ name, bytes }: NamedFile): string {
  const text = parseText(bytes);
  if (text === undefined) throw new GatherError(`${name}: not text`);
  return text;
}

function pem(certificates: readonly Certificate[]): string {
  return certificates
    .map(({ der }) => {
      const base64 = btoa(String.fromCharCode(...der));
      const lines = base64.match(/.{1,64}/g) ?? [];
      return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
    })
    .join('');
}
