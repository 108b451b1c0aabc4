/**
 * Verification of Intel quotes in the order of Intel's Quote Verification Library (§4.1.2 of its
 * documentation): the quote's form, certificates and lists, signed collateral, that they belong to
 * this platform, the quoting enclave's report, the quote's signature, the TDX module, TCB levels.
 *
 * The result is facts. Whether a status, a debug bit or a measurement is acceptable is for a policy.
 */
import { bytesToHex, equalBytes, isZero } from '../bytes.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { type CryptoProvider, digestSync } from '../crypto.ts';
import type { IntelCode } from './codes.ts';
import type { IntelCollateral } from './collateral.ts';
import type { CollateralFacts, IntelFacts } from './facts.ts';
import { type Part, startPart } from './part.ts';
import { copyPck, type PckChain } from './pck.ts';
import {
  chainText,
  checkPckNotRevoked,
  parsePckChain,
  recheckPckChain,
  verifyPckChain,
} from './pck-chain.ts';
import {
  endOfValidity,
  type IntelContext,
  lookUpPrepared,
  type PreparedIntelCollateral,
  readContext,
  readParts,
  recheckCollateral,
  type VerifiedCollateral,
  type VerifyRequest,
  verifyParts,
} from './prepared.ts';
import { checkQuotingEnclave } from './qe-identity.ts';
import { MAX_QUOTE_BYTES, parseQuote, type Quote, type QuoteOptions } from './quote.ts';
import { checkTdxModule, judgeTcb } from './tcb.ts';
import type { TcbInfo } from './tcb-info.ts';

/** How a quote is verified. */
export interface VerifyQuoteOptions extends IntelContext, QuoteOptions {}

/** Most PCK chains remembered per prepared collateral, about 8 KiB each. */
const MAX_PCK_CHAINS = 256;

/**
 * Verifies a quote of a trust domain. With prepared collateral three P-256 signatures, two when the
 * platform was seen before; otherwise nine.
 * @throws TypeError if `now` is no time.
 */
export function verifyTdx(
  quote: Uint8Array,
  collateral: IntelCollateral | PreparedIntelCollateral,
  options: VerifyQuoteOptions,
): Promise<Verified<IntelFacts>> {
  return verify(quote, collateral, { ...options, kind: 'tdx' });
}

/** Verifies a quote of an SGX enclave: like {@link verifyTdx}. */
export function verifySgx(
  quote: Uint8Array,
  collateral: IntelCollateral | PreparedIntelCollateral,
  options: VerifyQuoteOptions,
): Promise<Verified<IntelFacts>> {
  return verify(quote, collateral, { ...options, kind: 'sgx' });
}

/** Verifies a quote of either technology; `facts.kind` says which. */
export function verifyQuote(
  quote: Uint8Array,
  collateral: IntelCollateral | PreparedIntelCollateral,
  options: VerifyQuoteOptions,
): Promise<Verified<IntelFacts>> {
  return verify(quote, collateral, { ...options, kind: undefined });
}

async function verify(
  bytes: Uint8Array,
  collateral: IntelCollateral | PreparedIntelCollateral,
  options: VerifyQuoteOptions & { readonly kind: Quote['kind'] | undefined },
): Promise<Verified<IntelFacts>> {
  const now = readNow(options.now);
  if (!(bytes instanceof Uint8Array)) throw new TypeError('quote: expected a Uint8Array');
  return recorded('intel.quote.parse', async (checks) => {
    // A copy: the caller may change the bytes while signatures are verified.
    const own = new Uint8Array(bytes.subarray(0, MAX_QUOTE_BYTES + 1));
    const quote = parseQuote(own, options);
    const expected = options.kind ?? quote.kind;
    const difference = { expected, actual: quote.kind };
    checks.must(quote.kind === expected, 'intel.quote.kind', 'quote_tee_mismatch', difference);
    const known = lookUpPrepared(collateral);
    const context = readContext(
      known === undefined ? options : { ...options, crypto: options.crypto ?? known.crypto },
    );
    const request = { ...context, now, checks };
    if (known !== undefined) {
      recheckCollateral(known, request);
      return judge(quote, known, request, startSignatures(quote, known, request));
    }
    return verifyCold(quote, collateral as IntelCollateral, request);
  });
}

/** Verifies collateral and quote at once. */
async function verifyCold(
  quote: Quote,
  collateral: IntelCollateral,
  request: VerifyRequest,
): Promise<IntelFacts> {
  const { checks: list } = request;
  const reading = startPart('intel.collateral.parse', async () => readParts(collateral));
  const parts = await reading(list);
  const verifying = startPart('intel.collateral', (checks) =>
    verifyParts(parts, { ...request, checks }),
  );
  const signatures = startSignatures(quote, { parts, pckChains: new Map() }, request);
  return judge(quote, await verifying(list), request, signatures);
}

interface Signatures {
  readonly chain: Part<PckChain>;
  readonly qeReport: Part<void>;
  readonly quote: Part<void>;
}

/** Starts everything about a quote that takes a signature. */
function startSignatures(
  quote: Quote,
  { parts, pckChains }: Pick<VerifiedCollateral, 'parts' | 'pckChains'>,
  request: VerifyRequest,
): Signatures {
  const { crypto } = request;
  const text = chainText(quote.certificates);
  const seen = pckChains.get(text);
  const chain = seen ?? parsePckChain(text, parts);
  const attestationKey = new Uint8Array(65);
  attestationKey[0] = 4; // uncompressed point, SEC 1 §2.3.3
  attestationKey.set(quote.attestationKey, 1);
  return {
    chain: startPart('intel.pck', async (checks) => {
      if (seen !== undefined) recheckPckChain(chain, { ...request, checks });
      else {
        await verifyPckChain(chain, parts, { ...request, checks });
        remember(pckChains, text, chain);
      }
      return chain;
    }),
    qeReport: startSignature(crypto, {
      key: chain.leaf.publicKey,
      signature: quote.qeReportSignature,
      data: quote.qeReportBytes,
      id: 'intel.qe.signature',
      code: 'qe_report_signature_invalid',
    }),
    quote: startSignature(crypto, {
      key: { kind: 'ec', curve: 'P-256', point: attestationKey },
      signature: quote.signature,
      data: quote.signed,
      id: 'intel.quote.signature',
      code: 'quote_signature_invalid',
    }),
  };
}

function startSignature(
  crypto: CryptoProvider,
  {
    id,
    code,
    ...signed
  }: Omit<Parameters<CryptoProvider['verify']>[0], 'algorithm'> & { id: string; code: IntelCode },
): Part<void> {
  return startPart(id, async (checks) => {
    const algorithm = { kind: 'ecdsa', hash: 'SHA-256' } as const;
    checks.must(await crypto.verify({ ...signed, algorithm }), id, code);
  });
}

/** Ends the parts in order, and judges what needs no signature in between. */
async function judge(
  quote: Quote,
  collateral: VerifiedCollateral,
  { checks }: VerifyRequest,
  signatures: Signatures,
): Promise<IntelFacts> {
  const { parts, tcbInfo, qeIdentity } = collateral;
  const { body, qeReport } = quote;
  const chain = await signatures.chain(checks);
  checkPckNotRevoked(chain, parts, checks);
  checkBelongs(quote, chain, collateral, checks);
  await signatures.qeReport(checks);
  checkKeyBinding(quote, checks);
  checkQuotingEnclave(qeReport, qeIdentity, checks);
  await signatures.quote(checks);
  if (body.kind !== 'sgx') checkTdxModule(body, tcbInfo, checks);
  const tcb = judgeTcb({ body, qeReport, pck: chain.pck, tcbInfo, qeIdentity, checks });
  const ends = [chain.leaf, chain.authority, chain.root].map(({ notAfter }) => notAfter);
  return {
    kind: quote.kind,
    quoteVersion: quote.version,
    body,
    userData: quote.userData,
    reportData: body.reportData,
    quotingEnclave: qeReport,
    pck: copyPck(chain.pck),
    tcb,
    collateral: { tcbInfo: describe(tcbInfo), qeIdentity: describe(qeIdentity) },
    expiresAt: new Date(Math.min(endOfValidity(collateral), ...ends)),
    crlNumbers: { root: parts.rootCrl.number, pck: parts.pckCrl.number },
  };
}

/** Demands collateral of this technology, this platform family and this PCE. */
function checkBelongs(
  { kind }: Quote,
  { pck }: PckChain,
  { tcbInfo, qeIdentity }: VerifiedCollateral,
  checks: Checks,
): void {
  const ids = kind === 'tdx' ? (['TDX', 'TD_QE'] as const) : (['SGX', 'QE'] as const);
  checks.must(tcbInfo.id === ids[0], 'intel.tcbInfo.id', 'tcb_info_mismatch', {
    expected: ids[0],
    actual: tcbInfo.id,
  });
  checks.must(qeIdentity.id === ids[1], 'intel.qeIdentity.id', 'qe_identity_mismatch', {
    expected: ids[1],
    actual: qeIdentity.id,
  });
  for (const field of ['fmspc', 'pceId'] as const satisfies readonly (keyof TcbInfo)[]) {
    const [expected, actual] = [pck[field], tcbInfo[field]];
    checks.must(equalBytes(expected, actual), `intel.tcbInfo.${field}`, 'tcb_info_mismatch', {
      expected: bytesToHex(expected),
      actual: bytesToHex(actual),
    });
  }
}

/** The quoting enclave's report names the attestation key: SHA-256(key ‖ data), then 32 zeros. */
function checkKeyBinding(quote: Quote, checks: Checks): void {
  const { attestationKey, qeAuthData, qeReport } = quote;
  const hashed = new Uint8Array(attestationKey.length + qeAuthData.length);
  hashed.set(attestationKey);
  hashed.set(qeAuthData, attestationKey.length);
  const expected = digestSync('SHA-256', hashed);
  const actual = qeReport.reportData;
  const holds = equalBytes(expected, actual.subarray(0, 32)) && isZero(actual.subarray(32));
  checks.must(holds, 'intel.qe.reportData', 'qe_report_data_mismatch', {
    expected: `${bytesToHex(expected)} and zeros`,
    actual: bytesToHex(actual),
  });
}

function remember(chains: Map<string, PckChain>, text: string, chain: PckChain): void {
  const oldest = chains.size < MAX_PCK_CHAINS ? undefined : chains.keys().next().value;
  if (oldest !== undefined) chains.delete(oldest);
  chains.set(text, chain);
}

function describe(statement: CollateralFacts): CollateralFacts {
  const { version, issueDate, nextUpdate, evaluationDataNumber } = statement;
  return {
    version,
    issueDate: new Date(issueDate),
    nextUpdate: new Date(nextUpdate),
    evaluationDataNumber,
  };
}
