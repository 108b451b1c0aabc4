/**
 * Revocation of an attested key, for one of two reasons with different consequences (compute-review
 * §2): the operator gives it up, and its open tasks count as not delivered; or appraisers withdraw it,
 * and its open tasks are refunded. Nobody else can revoke: two keys of one device after a restart
 * are normal, not a fault.
 */
import { bytesToHex, equalBytes } from '../bytes.ts';
import { recorded, type Verified } from '../checks.ts';
import { type Appraisers, checkAppraisers } from './appraisers.ts';
import { recoverAddress } from './ecdsa.ts';
import { checkSigners } from './signers.ts';
import { type AttestedKey, checkStatement } from './statement.ts';
import { type Domain, type StructFields, structHash, typedDigest } from './typed-data.ts';

/** Who withdraws a key. */
export type RevocationReason = 'operator' | 'appraisers';

/** A revocation with its signatures: the operator's, or those of appraisers in ascending order. */
export interface SignedRevocation {
  readonly reason: RevocationReason;
  readonly keyId: Uint8Array;
  /** Set of appraisers that signs; 0 for the operator's own. */
  readonly setEpoch: number;
  readonly signatures: readonly Uint8Array[];
}

/** A revocation whose signatures were checked. Only {@link verifyRevocation} makes one. */
export interface VerifiedRevocation {
  readonly reason: RevocationReason;
  readonly keyId: Uint8Array;
  readonly [verified]: true;
}
declare const verified: unique symbol;

const FIELDS: StructFields = [
  ['keyId', 'bytes32'],
  ['reason', 'uint8'],
  ['setEpoch', 'uint32'],
];
const REASONS = { operator: 1, appraisers: 2 } as const;

/** The 32 bytes that are signed to revoke a key: EIP-712 `KeyRevocation`. */
export function revocationDigest(
  { reason, keyId, setEpoch }: Omit<SignedRevocation, 'signatures'>,
  domain: Domain,
): Uint8Array<ArrayBuffer> {
  if (keyId.length !== 32) throw new RangeError('keyId: expected 32 bytes');
  return typedDigest(
    domain,
    structHash('KeyRevocation', FIELDS, { keyId, reason: REASONS[reason], setEpoch }),
  );
}

/** Checks a revocation of `statement`'s key: signed by its operator, or by enough appraisers. */
export function verifyRevocation(
  revocation: SignedRevocation,
  {
    statement,
    domain,
    appraisers,
  }: {
    readonly statement: AttestedKey;
    readonly domain: Domain;
    readonly appraisers: Appraisers;
  },
): Promise<Verified<VerifiedRevocation>> {
  checkAppraisers(appraisers);
  return recorded('revocation', async (checks) => {
    const { reason, keyId, setEpoch, signatures } = revocation;
    // The key id is a hash over the operator: without this anyone's statement would do.
    checkStatement(statement, domain);
    const known = Object.hasOwn(REASONS, reason) && equalBytes(keyId, statement.keyId);
    checks.must(known, 'revocation.key', 'statement_malformed', {
      expected: bytesToHex(statement.keyId),
    });
    const byOperator = reason === 'operator';
    const epoch = byOperator ? 0 : appraisers.epoch;
    checks.must(setEpoch === epoch, 'revocation.setEpoch', 'statement_wrong_set', {
      expected: String(epoch),
      actual: String(setEpoch),
    });
    const digest = revocationDigest(revocation, domain);
    if (byOperator) {
      const [signature = new Uint8Array(), ...others] = signatures;
      const signer = others.length === 0 ? recoverAddress(digest, signature) : undefined;
      const own = signer !== undefined && equalBytes(signer, statement.operator);
      checks.must(own, 'revocation.operator', 'appraiser_signature_invalid');
    } else {
      checkSigners(digest, signatures, { appraisers, checks });
    }
    return { reason, keyId: Uint8Array.from(keyId) } as VerifiedRevocation;
  });
}
