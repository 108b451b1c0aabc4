/**
 * Collateral whose signatures were verified, kept for many quotes. What does not depend on the time
 * is checked once; every use checks the times again, because what was current then may have ended.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { type Certificate, fingerprint } from '../certificate.ts';
import { checkRole, checkValidity, verifyChain } from '../chain.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow, timeText } from '../clock.ts';
import {
  type Crl,
  checkCrlTime,
  checkNotRevoked,
  MAX_CRL_BYTES,
  parseCrl,
  verifyCrl,
} from '../crl.ts';
import { type CryptoProvider, defaultCrypto } from '../crypto.ts';
import type { TeeCode } from '../errors.ts';
import { PRODUCTION_TRUST, type TrustAnchors } from '../trust.ts';
import { readCertificates } from './certificates.ts';
import type { IntelCollateral, SignedText } from './collateral.ts';
import type { CollateralFacts } from './facts.ts';
import { type Part, startPart } from './part.ts';
import type { PckChain } from './pck.ts';
import { parseQeIdentity, type QeIdentity } from './qe-identity.ts';
import { parseTcbInfo, type TcbInfo } from './tcb-info.ts';

/** What a verification needs besides its evidence. */
export interface IntelContext {
  /** The time to judge at. */
  readonly now: Date;
  /** Default: Intel's production root. */
  readonly trust?: Pick<TrustAnchors, 'intel'>;
  /** Default: the platform's WebCrypto. With prepared collateral: what it was prepared with. */
  readonly crypto?: CryptoProvider;
}

/** Verified collateral. Only `prepareIntelCollateral` makes it; a copy of it is not accepted. */
export interface PreparedIntelCollateral {
  /** For quotes of which technology. */
  readonly kind: 'sgx' | 'tdx';
  /** The platform family in hexadecimal. */
  readonly fmspc: string;
  readonly evaluationDataNumber: number;
  /** When its first part ends. */
  readonly expiresAt: Date;
}

/** Parsed collateral: what is in it, nothing verified. */
export interface CollateralParts {
  readonly tcbInfo: SignedText;
  readonly qeIdentity: SignedText;
  readonly rootCrl: Crl;
  readonly pckCrl: Crl;
  /** Leaf first: the PCK CA and its root; the signers and theirs. */
  readonly pckCa: readonly Certificate[];
  readonly tcbSigner: readonly Certificate[];
  readonly qeSigner: readonly Certificate[];
}

/** Collateral after its verification. */
export interface VerifiedCollateral {
  readonly parts: CollateralParts;
  readonly tcbInfo: TcbInfo;
  readonly qeIdentity: QeIdentity;
  readonly crypto: CryptoProvider;
  /** SHA-256 of the root certificate in hexadecimal. */
  readonly root: string;
  /** PCK chains verified before, by their text; the oldest makes room. */
  readonly pckChains: Map<string, PckChain>;
}

/** How one of the two signed statements is named and read. */
interface StatementKind<Parsed> {
  readonly id: string;
  readonly parse: (text: string) => Parsed;
  readonly invalid: TeeCode;
}

const TCB_INFO: StatementKind<TcbInfo> = {
  id: 'intel.tcbInfo',
  parse: parseTcbInfo,
  invalid: 'tcb_info_signature_invalid',
};
const QE_IDENTITY: StatementKind<QeIdentity> = {
  id: 'intel.qeIdentity',
  parse: parseQeIdentity,
  invalid: 'qe_identity_signature_invalid',
};

const SIGNER_NAME = 'Intel SGX TCB Signing';

const prepared = /* @__PURE__ */ new WeakMap<PreparedIntelCollateral, VerifiedCollateral>();

/**
 * Verifies collateral once, to judge many quotes by it: six P-256 signatures. Pass the `facts` of the
 * result wherever collateral is taken.
 * @throws TypeError if `now` is no time.
 */
export async function prepareIntelCollateral(
  collateral: IntelCollateral,
  context: IntelContext,
): Promise<Verified<PreparedIntelCollateral>> {
  const now = readNow(context.now);
  return recorded('intel.collateral.parse', async (checks) => {
    const parts = readParts(collateral);
    const verified = await verifyParts(parts, { ...readContext(context), now, checks });
    const { tcbInfo, qeIdentity } = verified;
    const facts: PreparedIntelCollateral = Object.freeze({
      kind: tcbInfo.id === 'TDX' ? 'tdx' : 'sgx',
      fmspc: bytesToHex(tcbInfo.fmspc),
      evaluationDataNumber: Math.min(tcbInfo.evaluationDataNumber, qeIdentity.evaluationDataNumber),
      expiresAt: new Date(endOfValidity(verified)),
    });
    prepared.set(facts, verified);
    return facts;
  });
}

/** What `prepareIntelCollateral` verified, or undefined for collateral that it did not return. */
export function lookUpPrepared(
  collateral: IntelCollateral | PreparedIntelCollateral,
): VerifiedCollateral | undefined {
  return prepared.get(collateral as PreparedIntelCollateral);
}

/** Fills in the defaults of a context. */
export function readContext({ trust, crypto }: IntelContext): {
  roots: readonly string[];
  crypto: CryptoProvider;
} {
  return { roots: (trust ?? PRODUCTION_TRUST).intel, crypto: crypto ?? defaultCrypto() };
}

/** Parses certificates and lists. Copies the lists: the caller may change them while we wait. */
export function readParts(collateral: IntelCollateral): CollateralParts {
  const { rootCrl, pckCrl, pckCrlIssuerChain, tcbInfo, qeIdentity } = collateral;
  const copy = (bytes: Uint8Array) => new Uint8Array(bytes.subarray(0, MAX_CRL_BYTES + 1));
  const pckCa = readCertificates(pckCrlIssuerChain, []);
  const tcbSigner = readCertificates(tcbInfo.issuerChain, pckCa);
  const qeSigner =
    qeIdentity.issuerChain === tcbInfo.issuerChain
      ? tcbSigner
      : readCertificates(qeIdentity.issuerChain, [...pckCa, ...tcbSigner]);
  return {
    tcbInfo: copyText(tcbInfo),
    qeIdentity: copyText(qeIdentity),
    rootCrl: parseCrl(copy(rootCrl)),
    pckCrl: parseCrl(copy(pckCrl)),
    pckCa,
    tcbSigner,
    qeSigner,
  };
}

/** What verifying takes. */
export interface VerifyRequest {
  readonly roots: readonly string[];
  readonly crypto: CryptoProvider;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly checks: Checks;
}

/** Verifies collateral: chains, lists, signed statements, all at once; judged in that order. */
export async function verifyParts(
  parts: CollateralParts,
  { roots, crypto, now, checks }: VerifyRequest,
): Promise<VerifiedCollateral> {
  const { pckCa, tcbSigner, qeSigner, rootCrl, pckCrl } = parts;
  const root = pckCa.at(-1);
  const tcbInfo = startStatement(parts.tcbInfo, tcbSigner[0], crypto, TCB_INFO);
  const qeIdentity = startStatement(parts.qeIdentity, qeSigner[0], crypto, QE_IDENTITY);
  const chain = (certificates: readonly Certificate[], id: string) => async (own: Checks) => {
    own.must(certificates.length === 2, `${id}.count`, 'chain_length', {
      expected: '2 certificates',
      actual: String(certificates.length),
    });
    await verifyChain(certificates, { roots, now, crypto, checks: own, id });
  };
  const list = (crl: Crl, issuer: Certificate | undefined, id: string) => async (own: Checks) => {
    // A chain without issuer was refused before.
    if (issuer !== undefined) await verifyCrl(crl, { issuer, now, crypto, checks: own, id });
  };
  await checks.together(
    chain(pckCa, 'intel.pckCa'),
    chain(tcbSigner, 'intel.tcbSigner'),
    ...(qeSigner === tcbSigner ? [] : [chain(qeSigner, 'intel.qeSigner')]),
    list(rootCrl, root, 'intel.crl.root'),
    list(pckCrl, pckCa[0], 'intel.crl.pck'),
  );
  checkSigner(tcbSigner, { checks, id: 'intel.tcbSigner', rootCrl });
  checkSigner(qeSigner, { checks, id: 'intel.qeSigner', rootCrl });
  // With several pinned roots, one list could not speak for signers of another root.
  const isOneRoot = [tcbSigner, qeSigner].every((signer) =>
    equalBytes(signer[1]?.der as Uint8Array, root?.der as Uint8Array),
  );
  checks.must(isOneRoot, 'intel.collateral.root', 'chain_untrusted_root');
  const verified = {
    parts,
    tcbInfo: await tcbInfo(checks),
    qeIdentity: await qeIdentity(checks),
    crypto,
    root: fingerprint(root as Certificate),
    pckChains: new Map(),
  };
  checkStatementTimes(verified, now, checks);
  return verified;
}

/** Demands of collateral verified before that it is still current and its root still trusted. */
export function recheckCollateral(
  verified: VerifiedCollateral,
  { roots, now, checks }: Omit<VerifyRequest, 'crypto'>,
): void {
  const { parts, root } = verified;
  checks.must(roots.includes(root), 'intel.collateral.root', 'chain_untrusted_root', {
    expected: roots.join(' or '),
    actual: root,
  });
  const chains = [
    ['intel.pckCa', parts.pckCa],
    ['intel.tcbSigner', parts.tcbSigner],
    ['intel.qeSigner', parts.qeSigner],
  ] as const;
  for (const [id, certificates] of chains) {
    certificates.forEach((certificate, i) => {
      checkValidity(certificate, { now, checks, id: `${id}.${i}` });
    });
  }
  checkCrlTime(parts.rootCrl, { now, checks, id: 'intel.crl.root' });
  checkCrlTime(parts.pckCrl, { now, checks, id: 'intel.crl.pck' });
  checkStatementTimes(verified, now, checks);
}

/** Milliseconds since 1970 at which the first part of the collateral ends. */
export function endOfValidity({ parts, tcbInfo, qeIdentity }: VerifiedCollateral): number {
  const { pckCa, tcbSigner, qeSigner, rootCrl, pckCrl } = parts;
  return Math.min(
    ...[...pckCa, ...tcbSigner, ...qeSigner].map(({ notAfter }) => notAfter),
    ...[rootCrl, pckCrl].map(({ nextUpdate }) => nextUpdate),
    ...[tcbInfo, qeIdentity].map(({ nextUpdate }) => nextUpdate.getTime()),
  );
}

/** Starts the verification of a statement's signature, and meanwhile parses it. */
function startStatement<Parsed>(
  { text, signature }: SignedText,
  signer: Certificate | undefined,
  crypto: CryptoProvider,
  { id, parse, invalid }: StatementKind<Parsed>,
): Part<Parsed> {
  const genuine = startPart(id, async (own) => {
    const key = signer?.publicKey;
    const data = new TextEncoder().encode(text);
    const algorithm = { kind: 'ecdsa', hash: 'SHA-256' } as const;
    const holds = key !== undefined && (await crypto.verify({ key, algorithm, signature, data }));
    own.must(holds, `${id}.signature`, invalid);
  });
  const parsed = startPart(`${id}.parse`, async () => parse(text));
  return async (checks) => {
    await genuine(checks);
    return parsed(checks);
  };
}

function checkSigner(
  chain: readonly Certificate[],
  { checks, id, rootCrl }: { checks: Checks; id: string; rootCrl: Crl },
): void {
  const signer = chain[0] as Certificate;
  checkRole(signer, SIGNER_NAME, checks, `${id}.0`);
  checkNotRevoked(signer, rootCrl, checks, `${id}.0`);
}

function checkStatementTimes(
  { tcbInfo, qeIdentity }: VerifiedCollateral,
  now: number,
  checks: Checks,
): void {
  checkTimes(tcbInfo, 'tcb_info', { id: 'intel.tcbInfo', now, checks });
  checkTimes(qeIdentity, 'qe_identity', { id: 'intel.qeIdentity', now, checks });
}

function checkTimes(
  { issueDate, nextUpdate }: CollateralFacts,
  name: 'tcb_info' | 'qe_identity',
  { id, now, checks }: { id: string; now: number; checks: Checks },
): void {
  const actual = timeText(now);
  checks.must(issueDate.getTime() <= now, `${id}.issueDate`, `${name}_not_yet_valid`, {
    expected: `from ${timeText(issueDate.getTime())}`,
    actual,
  });
  checks.must(now <= nextUpdate.getTime(), `${id}.nextUpdate`, `${name}_expired`, {
    expected: `until ${timeText(nextUpdate.getTime())}`,
    actual,
  });
}

function copyText({ text, signature, issuerChain }: SignedText): SignedText {
  return { text, signature: new Uint8Array(signature.subarray(0, 65)), issuerChain };
}
