/**
 * Collateral of SGX and TDX from Intel's Provisioning Certification Service (PCS API version 4), from
 * a caching service (PCCS), or from a proxy of either: Intel's sends no CORS headers, so that pages
 * need a proxy, which must expose the three issuer chain headers.
 */
import { bytesToHex, parseHex, parseText } from '../bytes.ts';
import { MAX_CRL_BYTES } from '../crl.ts';
import { TeeError } from '../errors.ts';
import {
  type AnswerRequest,
  type CollateralClient,
  type Fetched,
  fetched,
  type ServedAnswer,
} from './answer.ts';

/** Intel's service. */
export const INTEL_PCS_URL = 'https://api.trustedservices.intel.com';
/** Where Intel publishes the list of its root; a PCCS has it under `rootcacrl`. */
export const INTEL_ROOT_CRL_URL =
  'https://certificates.trustedservices.intel.com/IntelSGXRootCA.der';

/** Which platform's collateral, from where. */
export interface IntelRequest {
  readonly tee: 'sgx' | 'tdx';
  /** 6 bytes of the PCK certificate. */
  readonly fmspc: Uint8Array;
  /** Which CA issued the PCK certificate. */
  readonly ca: 'processor' | 'platform';
  /** `early`: the newest evaluation, weeks before it becomes the standard one. Default: standard. */
  readonly update?: 'standard' | 'early';
  /** Without a trailing slash. Default: {@link INTEL_PCS_URL}. */
  readonly baseUrl?: string;
  /** Default: {@link INTEL_ROOT_CRL_URL}, or `rootcacrl` below another `baseUrl`. */
  readonly rootCrlUrl?: string;
}

/** A signed statement as answered: its body, and its issuers' chain as PEM. */
export interface IntelStatement {
  readonly body: Uint8Array;
  readonly issuerChain: string;
}

/** What the service answers; the chains' percent-encoding is undone. */
export interface IntelAnswers {
  readonly tcbInfo: IntelStatement;
  readonly qeIdentity: IntelStatement;
  /** DER. */
  readonly pckCrl: Uint8Array;
  readonly pckCrlIssuerChain: string;
  /** DER. */
  readonly rootCrl: Uint8Array;
}

const FMSPC_BYTES = 6;
const MAX_STATEMENT_BYTES = 262_144;
const MAX_AGE_MS = 6 * 3_600_000;
const TCB_CHAIN = ['tcb-info-issuer-chain', 'sgx-tcb-info-issuer-chain'] as const;
const QE_CHAIN = ['sgx-enclave-identity-issuer-chain'] as const;
const CRL_CHAIN = ['sgx-pck-crl-issuer-chain'] as const;

/**
 * Fetches the collateral of a platform: four requests at once.
 * @throws RangeError if `fmspc` has not 6 bytes; TeeError with a `fetch_…` code.
 */
export async function fetchIntelCollateral(
  client: CollateralClient,
  request: IntelRequest,
): Promise<Fetched<IntelAnswers>> {
  const { tee, fmspc, ca, update = 'standard', baseUrl = INTEL_PCS_URL } = request;
  if (fmspc.length !== FMSPC_BYTES)
    throw new RangeError(`fmspc: expected ${FMSPC_BYTES} bytes, got ${fmspc.length}`);
  const sgx = `${baseUrl}/sgx/certification/v4`;
  const own = `${baseUrl}/${tee}/certification/v4`;
  const platform = bytesToHex(fmspc).toUpperCase();
  const rootUrl =
    request.rootCrlUrl ?? (baseUrl === INTEL_PCS_URL ? INTEL_ROOT_CRL_URL : `${sgx}/rootcacrl`);
  const requests = [
    {
      ...asked(`${tee}/tcb/${platform}/${update}`, `${own}/tcb?fmspc=${platform}&update=${update}`),
      ...statement(TCB_CHAIN),
    },
    {
      ...asked(`${tee}/qe/${update}`, `${own}/qe/identity?update=${update}`),
      ...statement(QE_CHAIN),
    },
    { ...asked(`pckcrl/${ca}`, `${sgx}/pckcrl?ca=${ca}&encoding=der`), ...list(CRL_CHAIN) },
    { ...asked('rootcrl', rootUrl), ...list([]) },
  ] satisfies AnswerRequest[];
  const answers = await Promise.all(requests.map((one) => client.get(one)));
  const [tcb, qe, pckCrl, rootCrl] = answers as [
    ServedAnswer,
    ServedAnswer,
    ServedAnswer,
    ServedAnswer,
  ];
  const value = {
    tcbInfo: { body: tcb.body, issuerChain: readChain(tcb, TCB_CHAIN) },
    qeIdentity: { body: qe.body, issuerChain: readChain(qe, QE_CHAIN) },
    pckCrl: readList(pckCrl),
    pckCrlIssuerChain: readChain(pckCrl, CRL_CHAIN),
    rootCrl: readList(rootCrl),
  };
  return fetched(value, answers);
}

function asked(key: string, url: string): Pick<AnswerRequest, 'key' | 'url' | 'maxAgeMs'> {
  return { key: `intel/${key}`, url, maxAgeMs: MAX_AGE_MS };
}

type Read = Pick<AnswerRequest, 'headers' | 'maxBytes' | 'check'>;

function statement(headers: readonly string[]): Read {
  return { headers, maxBytes: MAX_STATEMENT_BYTES, check: (answer) => readChain(answer, headers) };
}

function list(headers: readonly string[]): Read {
  return {
    headers,
    maxBytes: 2 * MAX_CRL_BYTES,
    check: (answer) => {
      readList(answer);
      if (headers.length > 0) readChain(answer, headers);
    },
  };
}

/** PEM from the first of the headers that is there. */
function readChain({ headers }: Pick<ServedAnswer, 'headers'>, names: readonly string[]): string {
  const encoded = names.map((name) => headers[name]).find((value) => value !== undefined);
  if (encoded === undefined) throw malformed(`no header ${names[0]}`);
  try {
    return decodeURIComponent(encoded);
  } catch (cause) {
    throw malformed(`header ${names[0]} is not percent-encoded`, cause);
  }
}

/** DER, which PCCS gives in hexadecimal. */
function readList({ body }: Pick<ServedAnswer, 'body'>): Uint8Array {
  if (body[0] === 0x30) return body;
  const der = parseHex((parseText(body) ?? 'no text').trim());
  if (der?.[0] !== 0x30) throw malformed('a revocation list neither in DER nor in hexadecimal');
  return der;
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('fetch_malformed', `not an answer of PCS: ${what}`, { cause });
}
