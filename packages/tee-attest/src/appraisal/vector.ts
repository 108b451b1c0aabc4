/**
 * Trustworthiness claims and tiers of attestation results: draft-ietf-rats-ar4si §2.3 (claims and
 * their values) and §2.3.2 (tiers). A claim is a number from -128 to 127; its range says the tier.
 */

/** The claims of a vector, in the draft's order. */
export const CLAIM_NAMES = [
  'instance-identity',
  'configuration',
  'executables',
  'file-system',
  'hardware',
  'runtime-opaque',
  'storage-opaque',
  'sourced-data',
] as const;

export type ClaimName = (typeof CLAIM_NAMES)[number];

/** One value per claim; 0 where nothing is claimed. */
export type TrustVector = Readonly<Record<ClaimName, number>>;

/** `none`: not judged. Only `affirming` is a yes. */
export type Tier = 'none' | 'affirming' | 'warning' | 'contraindicated';

/** The value that names each tier. */
export const TIER_VALUES: Readonly<Record<Tier, number>> = {
  none: 0,
  affirming: 2,
  warning: 32,
  contraindicated: 96,
};

/** Values of claims in use here, by their meaning in the draft. */
export const CLAIM = {
  none: 0,
  /** Recognised instance, approved configuration, genuine hardware, encrypted memory. */
  affirmed: 2,
  /** Executables: approved at boot; what ran later is not known. */
  approvedBoot: 3,
  /** Known vulnerabilities. */
  unsafe: 32,
  contraindicated: 96,
  /** An instance, or hardware, that should be known and is not. */
  unrecognized: 97,
  cryptoFailed: 99,
} as const;

/** From best to worst. What was not judged is worse than what was judged with reservations. */
const ORDER: readonly Tier[] = ['affirming', 'warning', 'none', 'contraindicated'];

/** The tier of a claim's value. */
export function tierOf(value: number): Tier {
  const size = Math.abs(value);
  if (size >= TIER_VALUES.contraindicated) return 'contraindicated';
  if (size >= TIER_VALUES.warning) return 'warning';
  return size >= TIER_VALUES.affirming ? 'affirming' : 'none';
}

/** The worst of some tiers; `affirming` if there are none. */
export function worstTier(tiers: readonly Tier[]): Tier {
  return ORDER[Math.max(0, ...tiers.map((tier) => ORDER.indexOf(tier)))] as Tier;
}

/** A vector with one value everywhere. */
export function uniformVector(value: number): TrustVector {
  return Object.fromEntries(CLAIM_NAMES.map((name) => [name, value])) as TrustVector;
}

/** Per claim the worst value, where any was made. */
export function worstVector(vectors: readonly TrustVector[]): TrustVector {
  const worst = (name: ClaimName): number =>
    vectors.map((vector) => vector[name]).reduce((left, right) => worseValue(left, right), 0);
  return Object.fromEntries(CLAIM_NAMES.map((name) => [name, worst(name)])) as TrustVector;
}

/** The worse of two values of a claim; no claim is neutral. */
export function worseValue(left: number, right: number): number {
  return Math.abs(right) > Math.abs(left) ? right : left;
}
