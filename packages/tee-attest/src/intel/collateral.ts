/**
 * The collateral of a quote: what Intel publishes about a platform, as its caller gives it. Only
 * shapes and sizes are looked at here; `prepared.ts` verifies.
 */
import { parseHex, parseText } from '../bytes.ts';
import { MAX_CRL_BYTES } from '../crl.ts';
import { TeeError } from '../errors.ts';
import { isObject, readStrictJson } from './json.ts';
import { MAX_STATEMENT_CHARACTERS } from './statement.ts';

/** A statement whose exact text is signed. */
export interface SignedText {
  /** The JSON text, byte for byte as it was signed. */
  readonly text: string;
  /** r ‖ s, 64 bytes. */
  readonly signature: Uint8Array;
  /** PEM of the signer's chain: Intel SGX TCB Signing, then Intel SGX Root CA. */
  readonly issuerChain: string;
}

/** Everything that is needed to judge a quote, of SGX or of TDX. */
export interface IntelCollateral {
  /** DER of the list of Intel SGX Root CA. */
  readonly rootCrl: Uint8Array;
  /** DER of the list of the CA that issued the PCK certificate (Processor or Platform CA). */
  readonly pckCrl: Uint8Array;
  /** PEM of that CA, then Intel SGX Root CA. */
  readonly pckCrlIssuerChain: string;
  readonly tcbInfo: SignedText;
  readonly qeIdentity: SignedText;
}

/** What Intel's service (PCS) or a cache of it (PCCS) answers, undecoded. */
export interface PcsResponses {
  /** Body of `/sgx/certification/v4/tcb` or `/tdx/…`, and its header `TCB-Info-Issuer-Chain`. */
  readonly tcbInfo: PcsStatement;
  /** Body of `…/qe/identity`, and its header `SGX-Enclave-Identity-Issuer-Chain`. */
  readonly qeIdentity: PcsStatement;
  /** DER of `/sgx/certification/v4/pckcrl`, and its header `SGX-PCK-CRL-Issuer-Chain`. */
  readonly pckCrl: Uint8Array;
  readonly pckCrlIssuerChain: string;
  /** DER of Intel SGX Root CA's list. */
  readonly rootCrl: Uint8Array;
}

/** A body `{"tcbInfo" or "enclaveIdentity": {…}, "signature": "…"}` and its percent-encoded chain. */
export interface PcsStatement {
  readonly body: Uint8Array;
  readonly issuerChain: string;
}

/** Longest text of a whole collateral: statements and lists in hexadecimal, escaped. */
const MAX_COLLATERAL_CHARACTERS = 4 * (MAX_STATEMENT_CHARACTERS + MAX_CRL_BYTES);

/**
 * Parses collateral in the JSON form of dcap-qvl: nine texts, lists and signatures in hexadecimal.
 * @throws TeeError `collateral_malformed`.
 */
export function parseIntelCollateral(json: string): IntelCollateral {
  const fields = readStrictJson(json, MAX_COLLATERAL_CHARACTERS)?.value;
  if (!isObject(fields)) throw malformed('no JSON object, or a name twice');
  const text = (name: string): string => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (typeof value !== 'string') throw malformed(`no text ${name}`);
    return value;
  };
  const bytes = (name: string): Uint8Array => {
    const value = parseHex(text(name));
    if (value === undefined) throw malformed(`${name} is not hexadecimal`);
    return value;
  };
  const statement = (name: string): SignedText => ({
    text: text(name),
    signature: bytes(`${name}_signature`),
    issuerChain: text(`${name}_issuer_chain`),
  });
  return {
    rootCrl: bytes('root_ca_crl'),
    pckCrl: bytes('pck_crl'),
    pckCrlIssuerChain: text('pck_crl_issuer_chain'),
    tcbInfo: statement('tcb_info'),
    qeIdentity: statement('qe_identity'),
  };
}

/**
 * Takes collateral out of the answers of PCS or PCCS. The signed texts are cut from the bodies, never
 * written anew.
 * @throws TeeError `collateral_malformed`.
 */
export function readPcsResponses(responses: PcsResponses): IntelCollateral {
  return {
    rootCrl: responses.rootCrl,
    pckCrl: responses.pckCrl,
    pckCrlIssuerChain: decodeChain(responses.pckCrlIssuerChain),
    tcbInfo: readSignedStatement(responses.tcbInfo, 'tcbInfo'),
    qeIdentity: readSignedStatement(responses.qeIdentity, 'enclaveIdentity'),
  };
}

function readSignedStatement({ body, issuerChain }: PcsStatement, name: string): SignedText {
  if (body.length > 2 * MAX_STATEMENT_CHARACTERS) throw malformed('a body too long');
  const json = readStrictJson(parseText(body) ?? '', 2 * MAX_STATEMENT_CHARACTERS);
  const text = json?.members.get(name);
  const value = isObject(json?.value) ? json.value.signature : undefined;
  const signature = typeof value === 'string' ? parseHex(value) : undefined;
  if (text === undefined || signature === undefined) throw malformed(`no signed ${name}`);
  return { text, signature, issuerChain: decodeChain(issuerChain) };
}

function decodeChain(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch (cause) {
    throw malformed('an issuer chain that is not percent-encoded', cause);
  }
}

function malformed(what: string, cause?: unknown): TeeError {
  return new TeeError('collateral_malformed', `collateral refused: ${what}`, { cause });
}
