/** Whether enough appraisers of a set signed: known, ascending by account, none twice. */
import { bytesToHex } from '../bytes.ts';
import type { Checks } from '../checks.ts';
import type { Appraisers } from './appraisers.ts';
import { recoverAddress } from './ecdsa.ts';

/** Demands the number of signatures before any of them is looked at. */
export function checkCount(
  count: number,
  { addresses, threshold }: Appraisers,
  checks: Checks,
): void {
  const enough = count >= threshold && count <= addresses.length;
  checks.must(enough, 'attestedKey.threshold', 'appraisers_too_few', {
    expected: `${threshold} to ${addresses.length}`,
    actual: String(count),
  });
}

/** Demands that accounts are of the set and ascend, so that none counts twice. */
export function checkAccounts(
  accounts: readonly Uint8Array[],
  { addresses }: Appraisers,
  checks: Checks,
): void {
  const known = new Set(addresses.map(bytesToHex));
  let previous = '';
  accounts.forEach((account, i) => {
    const name = bytesToHex(account);
    checks.must(known.has(name), `attestedKey.${i}.known`, 'appraiser_unknown', { actual: name });
    checks.must(name > previous, `attestedKey.${i}.ascending`, 'appraisers_not_ascending');
    previous = name;
  });
}

/** Recovers each signer of `digest` and demands that they are enough appraisers of the set. */
export function checkSigners(
  digest: Uint8Array,
  signatures: readonly Uint8Array[],
  { appraisers, checks }: { readonly appraisers: Appraisers; readonly checks: Checks },
): readonly Uint8Array[] {
  checkCount(signatures.length, appraisers, checks);
  const accounts = signatures.map((signature, i) => {
    const account = recoverAddress(digest, signature);
    checks.must(account !== undefined, `attestedKey.${i}.signature`, 'appraiser_signature_invalid');
    return account as Uint8Array;
  });
  checkAccounts(accounts, appraisers, checks);
  return accounts;
}
