/**
 * Collects what is found about one part of the evidence (the CPU, a GPU, or all of it together): the
 * verifier's checks and the policy's, the claims they lead to, and the tier.
 */
import type { Check, Verified } from '../checks.ts';
import type { Difference, TeeCode } from '../errors.ts';
import {
  CLAIM,
  type ClaimName,
  type Tier,
  type TrustVector,
  tierOf,
  uniformVector,
  worseValue,
  worstTier,
} from './vector.ts';

/** A check, the part of the evidence it is about, and the tier it leaves possible. */
export interface AppraisalCheck extends Check {
  /** `cpu`, `gpu0`, `gpu1`, …, or `all`. */
  readonly submod: string;
  /** `affirming` if it held; otherwise the best tier that the whole can still have. */
  readonly tier: Tier;
}

/** What a policy demands of one fact. */
export interface Demand extends Difference {
  readonly ok: boolean;
  readonly id: string;
  readonly code: TeeCode;
  /** Claims that are made if it does not hold. */
  readonly claims?: Partial<TrustVector>;
  /** How bad it is if it does not hold; by default as bad as the claims. */
  readonly tier?: Tier;
}

/** Codes that say that something is missing on the verifier's side: no verdict about the evidence. */
const NO_VERDICT: ReadonlySet<TeeCode> = /* @__PURE__ */ new Set<TeeCode>([
  'crl_missing',
  'crypto_unavailable',
  'snp_endorsement_missing',
]);

export class Findings {
  readonly submod: string;
  readonly checks: AppraisalCheck[] = [];
  #vector: TrustVector = uniformVector(CLAIM.none);
  #refused: Tier = 'affirming';

  constructor(submod: string) {
    this.submod = submod;
  }

  get vector(): TrustVector {
    return this.#vector;
  }

  /** No better than every check and every claim. */
  get tier(): Tier {
    const claimed = Object.values(this.#vector).filter((value) => value !== CLAIM.none);
    const checked = this.checks.map(({ tier }) => tier);
    return worstTier([this.#refused, ...checked, ...claimed.map(tierOf)]);
  }

  /** Takes over a verifier's checks, and what they say of the evidence if it was refused. */
  adopt(verified: Verified<unknown>): void {
    const noVerdict = !verified.ok && NO_VERDICT.has(verified.code);
    const tier = noVerdict ? 'none' : 'contraindicated';
    for (const check of verified.checks) {
      this.checks.push({
        ...check,
        submod: this.submod,
        tier: check.ok ? 'affirming' : tier,
      });
    }
    if (verified.ok) return;
    this.#refused = worstTier([this.#refused, tier]);
    if (!noVerdict) this.#vector = uniformVector(CLAIM.cryptoFailed);
  }

  /** Makes claims; a worse value of the same claim stays. */
  claim(claims: Partial<TrustVector>): void {
    const vector = { ...this.#vector };
    for (const [name, value] of Object.entries(claims) as [ClaimName, number][])
      vector[name] = worseValue(vector[name], value);
    this.#vector = vector;
  }

  /** Records whether a demand of the policy holds; its claims say how bad it is if not. */
  demand({ ok, id, code, claims = {}, tier, expected, actual }: Demand): void {
    const claimed = Object.values(claims).map(tierOf);
    const failed = tier ?? (claimed.length === 0 ? 'contraindicated' : worstTier(claimed));
    this.checks.push({
      id: `policy.${id}`,
      submod: this.submod,
      ok,
      code: ok ? 'ok' : code,
      tier: ok ? 'affirming' : failed,
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
    });
    if (!ok) this.claim(claims);
  }
}
