/**
 * Certificate paths (RFC 5280 §6.1) of the fixed shape that vendors issue: given in order, leaf
 * first and root last, ending in a certificate whose SHA-256 is pinned. Because the very bytes of
 * the root are pinned, its own signature is not looked at.
 *
 * Policies, name constraints and cross certificates do not occur in these hierarchies: a critical
 * extension other than basic constraints and key usage is refused, unless the vendor's part says that
 * it judges it.
 */
import { equalBytes } from './bytes.ts';
import { type Certificate, commonName, fingerprint, OID } from './certificate.ts';
import type { Checks } from './checks.ts';
import { timeText } from './clock.ts';
import type { CryptoProvider } from './crypto.ts';

/** What a chain must satisfy. */
export interface ChainRequest {
  /** SHA-256 of the accepted roots' DER, lower-case hexadecimal. */
  readonly roots: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly crypto: CryptoProvider;
  readonly checks: Checks;
  /** Prefix of the checks' names (`intel.pck`). */
  readonly id: string;
  /** Critical extensions that the caller judges itself. */
  readonly judged?: readonly string[];
}

const KEY_CERT_SIGN = 5;

/**
 * Demands that `chain` (leaf first, root last, at least two) leads to a pinned root at the given
 * time. One signature verification per certificate but the root, made at once.
 */
export async function verifyChain(
  chain: readonly Certificate[],
  request: ChainRequest,
): Promise<void> {
  const { crypto, checks, id } = request;
  checkPath(chain, request);
  await checks.together(
    ...chain.slice(0, -1).map((certificate, i) => (list: Checks) => {
      const issuer = chain[i + 1] as Certificate;
      return verifyIssued(certificate, issuer, { crypto, checks: list, id: `${id}.${i}` });
    }),
  );
}

/** Demands that a certificate's signature is its issuer's. */
export async function verifyIssued(
  { algorithm, signature, signed }: Certificate,
  { publicKey: key }: Certificate,
  { crypto, checks, id }: Pick<ChainRequest, 'crypto' | 'checks' | 'id'>,
): Promise<void> {
  const genuine = await crypto.verify({ key, algorithm, signature, data: signed });
  checks.must(genuine, `${id}.signature`, 'chain_signature_invalid');
}

/** Everything about a path but its signatures: for a chain whose signatures were checked before. */
export function checkPath(
  chain: readonly Certificate[],
  { roots, now, checks, id, judged = [] }: ChainRequest,
): void {
  const root = chain.at(-1);
  checks.must(chain.length >= 2 && root !== undefined, `${id}.length`, 'chain_length', {
    expected: 'at least 2 certificates',
    actual: String(chain.length),
  });
  const pin = fingerprint(root as Certificate);
  checks.must(roots.includes(pin), `${id}.root`, 'chain_untrusted_root', {
    expected: roots.join(' or '),
    actual: pin,
  });
  chain.forEach((certificate, i) => {
    const at = `${id}.${i}`;
    checkValidity(certificate, { now, checks, id: at });
    const unknown = [...certificate.extensions].find(
      ([oid, { critical }]) =>
        critical && oid !== OID.basicConstraints && oid !== OID.keyUsage && !judged.includes(oid),
    );
    checks.must(unknown === undefined, `${at}.critical`, 'chain_critical_extension', {
      actual: unknown?.[0],
    });
    const issuer = chain[i + 1];
    if (issuer === undefined) return;
    checks.must(
      equalBytes(certificate.issuer, issuer.subject),
      `${at}.issuer`,
      'chain_issuer_mismatch',
    );
    const maySign = issuer.isAuthority && (issuer.keyUsage?.has(KEY_CERT_SIGN) ?? true);
    checks.must(maySign, `${at}.authority`, 'chain_not_ca', {
      actual: maySign ? undefined : commonName(issuer),
    });
    // i authorities stand between this issuer and the leaf.
    checks.must((issuer.pathLength ?? i) >= i, `${at}.pathLength`, 'chain_path_length', {
      expected: `at most ${issuer.pathLength}`,
      actual: String(i),
    });
  });
}

/** Demands that the given time lies within a certificate's validity. */
export function checkValidity(
  { notBefore, notAfter }: Certificate,
  { now, checks, id }: Pick<ChainRequest, 'now' | 'checks' | 'id'>,
): void {
  const actual = timeText(now);
  checks.must(notBefore <= now, `${id}.notBefore`, 'chain_not_yet_valid', {
    expected: `from ${timeText(notBefore)}`,
    actual,
  });
  checks.must(now <= notAfter, `${id}.notAfter`, 'chain_expired', {
    expected: `until ${timeText(notAfter)}`,
    actual,
  });
}

/** Demands a common name, which is how vendors tell the roles of their certificates apart. */
export function checkRole(
  certificate: Certificate,
  expected: string,
  checks: Checks,
  id: string,
): void {
  const actual = commonName(certificate);
  checks.must(actual === expected, `${id}.role`, 'chain_wrong_role', { expected, actual });
}
