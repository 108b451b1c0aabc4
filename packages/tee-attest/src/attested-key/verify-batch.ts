/**
 * Many statements at once: everything that one statement is checked for, with all signatures of the
 * batch in one equation (`ecdsa.ts`), at about a quarter of the cost each. Signers are named by their
 * public keys, because only a known key can enter a sum.
 */
import { Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import { checkAppraisers } from './appraisers.ts';
import { accountOf, findWrongDigests, type SignedDigest, verifyDigests } from './ecdsa.ts';
import { checkAccounts, checkCount } from './signers.ts';
import { attestedKeyDigest, expiryOf } from './statement.ts';
import {
  type AttestedKeyFacts,
  type AttestedKeyRequest,
  checkStanding,
  type SignedAttestedKey,
} from './verify.ts';

/** A statement whose signers are named. */
export interface NamedAttestedKey extends SignedAttestedKey {
  /** Compressed public key of each signature's maker: 33 bytes. */
  readonly publicKeys: readonly Uint8Array[];
}

/** Most signatures of one batch. */
export const MAX_BATCH_SIGNATURES = 4096;

/**
 * Verifies statements of one registry under one set of appraisers. The result at each position is what
 * `verifyAttestedKey` would give; a wrong signature costs its own statement only.
 * @throws RangeError for more than 4,096 signatures.
 */
export async function verifyAttestedKeys(
  items: readonly NamedAttestedKey[],
  request: AttestedKeyRequest,
): Promise<readonly Verified<AttestedKeyFacts>[]> {
  const now = readNow(request.now);
  const { appraisers, domain } = request;
  checkAppraisers(appraisers);
  const count = items.reduce((sum, { signatures }) => sum + signatures.length, 0);
  if (count > MAX_BATCH_SIGNATURES)
    throw new RangeError(`signatures: at most ${MAX_BATCH_SIGNATURES}, got ${count}`);

  const accounts = accountsOf(items);
  const entries: { readonly item: number; readonly signed: SignedDigest }[] = [];
  const results = await Promise.all(
    items.map(({ statement, signatures, publicKeys }, item) =>
      recorded('attestedKey', async (checks): Promise<AttestedKeyFacts> => {
        const digest = attestedKeyDigest(statement, domain);
        checkStanding(statement, { ...request, now, setEpoch: appraisers.epoch }, checks);
        checkCount(signatures.length, appraisers, checks);
        const signers = publicKeys.map((publicKey) => accounts.get(publicKey));
        const named =
          signers.length === signatures.length && signers.every((signer) => signer !== undefined);
        checks.must(named, 'attestedKey.publicKeys', 'appraiser_unknown');
        checkAccounts(signers as Uint8Array[], appraisers, checks);
        signatures.forEach((signature, i) => {
          entries.push({
            item,
            signed: { digest, signature, publicKey: publicKeys[i] as Uint8Array },
          });
        });
        const expiresAt = expiryOf(statement);
        return { statement, digest, signers: signers as Uint8Array[], expiresAt };
      }),
    ),
  );
  const signed = entries.map((entry) => entry.signed);
  const wrong = verifyDigests(signed) ? [] : findWrongDigests(signed);
  const refused = new Set(wrong.map((at) => entries[at]?.item));
  return results.map((result, item) => (refused.has(item) ? withWrongSignature(result) : result));
}

/** Account of every public key that occurs, computed once per key; undefined for bytes that are none. */
function accountsOf(
  items: readonly NamedAttestedKey[],
): ReadonlyMap<Uint8Array, Uint8Array | undefined> {
  const byText = new Map<string, Uint8Array | undefined>();
  const accounts = new Map<Uint8Array, Uint8Array | undefined>();
  for (const publicKey of items.flatMap(({ publicKeys }) => publicKeys)) {
    const text = String.fromCharCode(...publicKey.subarray(0, 34));
    if (!byText.has(text)) byText.set(text, account(publicKey));
    accounts.set(publicKey, byText.get(text));
  }
  return accounts;
}

function account(publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== 33) return undefined;
  try {
    return accountOf(publicKey);
  } catch {
    return undefined;
  }
}

function withWrongSignature(result: Verified<AttestedKeyFacts>): Verified<AttestedKeyFacts> {
  const code = 'appraiser_signature_invalid';
  const checks = new Checks();
  checks.list.push(...result.checks);
  checks.note(false, 'attestedKey.signatures', code);
  return { ok: false, code, message: 'a signature is not its signer’s', checks: checks.list };
}
