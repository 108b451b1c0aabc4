/**
 * What others check instead of a quote: k signatures of appraisers over one statement, its times,
 * and that it was not revoked. No collateral, no vendor.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { type Appraisers, checkAppraisers } from './appraisers.ts';
import type { VerifiedRevocation } from './revocation.ts';
import { checkSigners } from './signers.ts';
import { type AttestedKey, attestedKeyDigest, expiryOf } from './statement.ts';
import type { Domain } from './typed-data.ts';

/** A statement with its signatures, ascending by the accounts that made them. */
export interface SignedAttestedKey {
  readonly statement: AttestedKey;
  /** 65 bytes each. */
  readonly signatures: readonly Uint8Array[];
}

/** What the checking side knows and wants. */
export interface AttestedKeyRequest {
  readonly domain: Domain;
  readonly appraisers: Appraisers;
  readonly now: Date;
  /** Policy the key must have been appraised under, 32 bytes. */
  readonly policyId: Uint8Array;
  /** Revocations known to the caller, each verified. */
  readonly revocations?: readonly VerifiedRevocation[];
}

/** A statement that enough appraisers signed and that holds now. */
export interface AttestedKeyFacts {
  readonly statement: AttestedKey;
  /** EIP-712 digest: the statement's name. */
  readonly digest: Uint8Array;
  /** Accounts that signed. */
  readonly signers: readonly Uint8Array[];
  readonly expiresAt: Date;
}

/** Verifies a statement. One recovery per signature; more signatures than appraisers are refused unread. */
export function verifyAttestedKey(
  { statement, signatures }: SignedAttestedKey,
  request: AttestedKeyRequest,
): Promise<Verified<AttestedKeyFacts>> {
  const now = readNow(request.now);
  checkAppraisers(request.appraisers);
  return recorded('attestedKey', async (checks) => {
    const digest = attestedKeyDigest(statement, request.domain);
    checkStanding(statement, { ...request, now, setEpoch: request.appraisers.epoch }, checks);
    const signers = checkSigners(digest, signatures, { ...request, checks });
    return { statement, digest, signers, expiresAt: expiryOf(statement) };
  });
}

/** Everything about a statement but its signatures. Both forms share it. */
export function checkStanding(
  statement: AttestedKey,
  {
    now,
    policyId,
    setEpoch,
    revocations = [],
  }: Pick<AttestedKeyRequest, 'policyId' | 'revocations'> & { now: number; setEpoch: number },
  checks: Checks,
): void {
  checks.must(statement.setEpoch === setEpoch, 'attestedKey.setEpoch', 'statement_wrong_set', {
    expected: String(setEpoch),
    actual: String(statement.setEpoch),
  });
  checks.must(
    equalBytes(statement.policyId, policyId),
    'attestedKey.policy',
    'statement_wrong_policy',
    {
      expected: bytesToHex(policyId),
      actual: bytesToHex(statement.policyId),
    },
  );
  const seconds = BigInt(Math.floor(now / 1000));
  const actual = String(seconds);
  checks.must(statement.notBefore <= seconds, 'attestedKey.notBefore', 'statement_not_yet_valid', {
    expected: `from ${statement.notBefore}`,
    actual,
  });
  checks.must(seconds <= statement.notAfter, 'attestedKey.notAfter', 'statement_expired', {
    expected: `until ${statement.notAfter}`,
    actual,
  });
  const revocation = revocations.find(({ keyId }) => equalBytes(keyId, statement.keyId));
  const code =
    revocation?.reason === 'operator' ? 'key_revoked_by_operator' : 'key_revoked_by_appraisers';
  checks.must(revocation === undefined, 'attestedKey.notRevoked', code);
}
