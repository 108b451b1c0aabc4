/**
 * Certificates and revocation lists of SEV-SNP from AMD's Key Distribution Service (KDS, AMD document
 * 57230 chapter 4). It answers few requests per minute (429) and knows only what exists (404: a TCB
 * or product of another chip): cache, and ask once. It sends no CORS headers.
 */
import { bytesToHex, isZero, parseText } from '../bytes.ts';
import { MAX_CERTIFICATE_BYTES } from '../certificate.ts';
import { MAX_CRL_BYTES } from '../crl.ts';
import { TeeError } from '../errors.ts';
import { type CollateralClient, type Fetched, fetched, type ServedAnswer } from './answer.ts';

/** AMD's service. */
export const AMD_KDS_URL = 'https://kdsintf.amd.com';

export type KdsProduct = 'Milan' | 'Genoa' | 'Turin';

/** Security versions as a report tells them; `fmc` on Turin only. */
export interface KdsTcb {
  readonly fmc?: number | undefined;
  readonly bootloader: number;
  readonly tee: number;
  readonly snp: number;
  readonly microcode: number;
}

/** Which chip's certificate, at which versions: the *reported* ones of the attestation report. */
export interface VcekRequest {
  readonly product: KdsProduct;
  /** 64 bytes of the report. */
  readonly chipId: Uint8Array;
  readonly tcb: KdsTcb;
  /** Without a trailing slash. Default: {@link AMD_KDS_URL}. */
  readonly baseUrl?: string;
}

/** Which chain and list. */
export interface SnpAuthorityRequest {
  readonly product: KdsProduct;
  /** `vlek`: the chain of keys that a cloud loads. Default: vcek. */
  readonly key?: 'vcek' | 'vlek';
  readonly baseUrl?: string;
}

/** What stands above a VCEK or VLEK. */
export interface SnpAuthorityAnswers {
  /** PEM of ASK or ASVK, then ARK. */
  readonly chain: string;
  /** DER of ARK's revocation list. */
  readonly crl: Uint8Array;
}

const CHIP_ID_BYTES = 64;
/** Turin's identifier is shorter, and the report fills it up with zeros. */
const TURIN_ID_BYTES = 8;
const MAX_CHAIN_BYTES = 32_768;
const DAY_MS = 86_400_000;
/** A certificate of one chip at one TCB never changes, but may be withdrawn for another key. */
const CERTIFICATE_AGE_MS = 30 * DAY_MS;
const CRL_AGE_MS = DAY_MS / 4;

/**
 * Fetches a chip's certificate (DER).
 * @throws RangeError if `chipId` has not 64 bytes or a version is no byte; TeeError `fetch_request`
 * if the chip hides its identifier, else with another `fetch_…` code.
 */
export async function fetchVcek(
  client: CollateralClient,
  { product, chipId, tcb, baseUrl = AMD_KDS_URL }: VcekRequest,
): Promise<Fetched<Uint8Array>> {
  if (chipId.length !== CHIP_ID_BYTES)
    throw new RangeError(`chipId: expected ${CHIP_ID_BYTES} bytes, got ${chipId.length}`);
  const [id, rest] =
    product === 'Turin'
      ? [chipId.subarray(0, TURIN_ID_BYTES), chipId.subarray(TURIN_ID_BYTES)]
      : [chipId, new Uint8Array()];
  if (isZero(id) || !isZero(rest))
    throw new TeeError('fetch_request', 'the chip identifier is masked, or not of this product');
  const path = `${product}/${bytesToHex(id)}?${versions(product, tcb)}`;
  const answer = await client.get({
    key: `amd/vcek/${path}`,
    url: `${baseUrl}/vcek/v1/${path}`,
    maxBytes: MAX_CERTIFICATE_BYTES,
    maxAgeMs: CERTIFICATE_AGE_MS,
    check: ({ body }) => checkDer(body),
  });
  return fetched(answer.body, [answer]);
}

/**
 * Fetches the chain above a VCEK or VLEK and its root's revocation list, both at once.
 * @throws TeeError with a `fetch_…` code.
 */
export async function fetchSnpAuthority(
  client: CollateralClient,
  { product, key = 'vcek', baseUrl = AMD_KDS_URL }: SnpAuthorityRequest,
): Promise<Fetched<SnpAuthorityAnswers>> {
  const path = `${key}/v1/${product}`;
  const [chain, crl] = (await Promise.all([
    client.get({
      key: `amd/${key}/${product}/cert_chain`,
      url: `${baseUrl}/${path}/cert_chain`,
      maxBytes: MAX_CHAIN_BYTES,
      maxAgeMs: CERTIFICATE_AGE_MS,
      check: ({ body }) => readChain(body),
    }),
    client.get({
      key: `amd/${key}/${product}/crl`,
      url: `${baseUrl}/${path}/crl`,
      maxBytes: MAX_CRL_BYTES,
      maxAgeMs: CRL_AGE_MS,
      check: ({ body }) => checkDer(body),
    }),
  ])) as [ServedAnswer, ServedAnswer];
  return fetched({ chain: readChain(chain.body), crl: crl.body }, [chain, crl]);
}

function versions(product: KdsProduct, tcb: KdsTcb): string {
  const names: readonly (readonly [string, number])[] = [
    ...(product === 'Turin' ? [['fmcSPL', tcb.fmc ?? Number.NaN] as const] : []),
    ['blSPL', tcb.bootloader],
    ['teeSPL', tcb.tee],
    ['snpSPL', tcb.snp],
    ['ucodeSPL', tcb.microcode],
  ];
  return names
    .map(([name, version]) => {
      if (!Number.isInteger(version) || version < 0 || version > 255)
        throw new RangeError(`tcb: expected a byte for ${name}, got ${version}`);
      return `${name}=${String(version).padStart(2, '0')}`;
    })
    .join('&');
}

function readChain(body: Uint8Array): string {
  const chain = parseText(body);
  if (chain === undefined || !chain.includes('-----BEGIN CERTIFICATE-----'))
    throw malformed('no PEM');
  return chain;
}

function checkDer(body: Uint8Array): void {
  if (body[0] !== 0x30) throw malformed('no DER');
}

function malformed(what: string): TeeError {
  return new TeeError('fetch_malformed', `not an answer of KDS: ${what}`);
}
