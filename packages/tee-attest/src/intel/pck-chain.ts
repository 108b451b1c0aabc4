/**
 * The chain of certificates in a quote: PCK certificate, Processor or Platform CA, Intel SGX Root CA.
 * It is always the quote's, never the collateral's: the collateral only says what is revoked.
 */
import { equalBytes, parseText } from '../bytes.ts';
import { type Certificate, commonName } from '../certificate.ts';
import { checkPath, checkRole, checkValidity, verifyIssued } from '../chain.ts';
import type { Checks } from '../checks.ts';
import { checkNotRevoked } from '../crl.ts';
import { TeeError } from '../errors.ts';
import { readCertificates } from './certificates.ts';
import { type PckChain, readPck } from './pck.ts';
import type { CollateralParts, VerifyRequest } from './prepared.ts';

const LEAF_NAME = 'Intel SGX PCK Certificate';
const AUTHORITY_NAMES = ['Intel SGX PCK Processor CA', 'Intel SGX PCK Platform CA'];

/** The text of a quote's certificates, which is what a chain is remembered by. */
export function chainText(certificates: Uint8Array): string {
  const text = parseText(certificates);
  if (text === undefined) throw new TeeError('pem_malformed', 'certificates that are no text');
  return text;
}

/** Parses the certificates of a quote; those that the collateral brings too are taken from there. */
export function parsePckChain(text: string, { pckCa }: Pick<CollateralParts, 'pckCa'>): PckChain {
  const chain = readCertificates(text, pckCa);
  const [leaf, authority, root] = chain;
  if (leaf === undefined || authority === undefined || root === undefined) {
    throw new TeeError('chain_length', 'a PCK chain has 3 certificates', {
      expected: '3 certificates',
      actual: String(chain.length),
    });
  }
  return { leaf, authority, root, pck: readPck(leaf) };
}

/**
 * Demands that a chain is genuine. One signature where its authority is the very certificate that the
 * collateral brings, whose signature is checked there; otherwise two.
 */
export async function verifyPckChain(
  { leaf, authority, root }: PckChain,
  { pckCa }: Pick<CollateralParts, 'pckCa'>,
  { roots, crypto, now, checks }: VerifyRequest,
): Promise<void> {
  const id = 'intel.pck';
  const isKnown = authority === pckCa[0] && root === pckCa[1];
  checkPath([leaf, authority, root], { roots, now, crypto, checks, id });
  await checks.together(
    (own) => verifyIssued(leaf, authority, { crypto, checks: own, id: `${id}.0` }),
    async (own) => {
      if (!isKnown) await verifyIssued(authority, root, { crypto, checks: own, id: `${id}.1` });
    },
  );
  checkRole(leaf, LEAF_NAME, checks, `${id}.0`);
  checks.must(!leaf.isAuthority, `${id}.0.leaf`, 'chain_wrong_role');
  const name = commonName(authority);
  checks.must(AUTHORITY_NAMES.includes(name ?? ''), `${id}.1.role`, 'chain_wrong_role', {
    expected: AUTHORITY_NAMES.join(' or '),
    actual: name,
  });
}

/** Demands that a chain verified before is still valid. */
export function recheckPckChain(
  { leaf, authority, root }: PckChain,
  { now, checks }: Pick<VerifyRequest, 'now' | 'checks'>,
): void {
  [leaf, authority, root].forEach((certificate, i) => {
    checkValidity(certificate, { now, checks, id: `intel.pck.${i}` });
  });
}

/** Demands that the lists are those of the chain's authorities, and that they name none of it. */
export function checkPckNotRevoked(
  { leaf, authority, root }: PckChain,
  { pckCa, pckCrl, rootCrl }: CollateralParts,
  checks: Checks,
): void {
  const [listIssuer, listRoot] = pckCa as readonly [Certificate, Certificate];
  checks.must(equalBytes(root.der, listRoot.der), 'intel.pck.sameRoot', 'chain_untrusted_root');
  const isIssuer =
    equalBytes(authority.subject, listIssuer.subject) &&
    equalBytes(authority.spki, listIssuer.spki);
  checks.must(isIssuer, 'intel.crl.pck.authority', 'crl_issuer_mismatch', {
    expected: commonName(authority),
    actual: commonName(listIssuer),
  });
  checkNotRevoked(authority, rootCrl, checks, 'intel.pck.1');
  checkNotRevoked(leaf, pckCrl, checks, 'intel.pck.0');
}
