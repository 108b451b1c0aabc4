/**
 * Collateral verified once and used for many appraisals: Intel's of a platform family, AMD's of a
 * product. Of NVIDIA's, certificate chains and manifests are cached by content instead (`chains` and
 * `manifests` of `appraise`).
 */
import {
  type PreparedSnpAuthority,
  prepareSnpCollateral,
  type SnpAuthorityCollateral,
} from './amd/authority.ts';
import { ownBytes, rememberSource } from './appraisal/evidence.ts';
import type { Verified } from './checks.ts';
import type { CryptoProvider } from './crypto.ts';
import type { IntelCollateral } from './intel/collateral.ts';
import { type PreparedIntelCollateral, prepareIntelCollateral } from './intel/prepared.ts';
import type { TrustAnchors } from './trust.ts';

/** When and by which roots collateral is judged. */
export interface PrepareOptions {
  readonly now: Date;
  readonly trust?: TrustAnchors;
  readonly crypto?: CryptoProvider;
}

/**
 * Verifies collateral. Its `facts` stand wherever evidence takes what they were made from: as the
 * `collateral` of a quote, as the `authority` in that of a report. The evidence keeps its hash. What
 * depends on the time is judged again at every use.
 * @throws TypeError if `now` is no time.
 */
export function prepareCollateral(
  collateral: IntelCollateral,
  options: PrepareOptions,
): Promise<Verified<PreparedIntelCollateral>>;
export function prepareCollateral(
  collateral: SnpAuthorityCollateral,
  options: PrepareOptions,
): Promise<Verified<PreparedSnpAuthority>>;
export async function prepareCollateral(
  collateral: IntelCollateral | SnpAuthorityCollateral,
  options: PrepareOptions,
): Promise<Verified<PreparedIntelCollateral | PreparedSnpAuthority>> {
  const own = ownBytes(collateral);
  const result =
    'chain' in own
      ? await prepareSnpCollateral(own, { ...options, revocation: 'unchecked' })
      : await prepareIntelCollateral(own, options);
  if (result.ok) rememberSource(result.facts, own);
  return result;
}
