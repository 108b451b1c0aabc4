/**
 * Polynomials of degree < 4,096 given by their values on the blob domain (bit-reversed roots of
 * unity w_0..w_4095). consensus-specs deneb/polynomial-commitments.md: "Polynomials" and
 * `compute_quotient_eval_within_domain`.
 */
import { domainPoints } from '../domain.ts';
import { FIELD_ELEMENTS_PER_BLOB } from '../parameters.ts';
import { FIELD_MODULUS, invert, invertEach, power, reduce } from '../scalar.ts';

let blobDomain: readonly bigint[] | undefined;

/** The 4,096 points of the blob domain. */
export function blobDomainPoints(): readonly bigint[] {
  blobDomain ??= domainPoints(FIELD_ELEMENTS_PER_BLOB, FIELD_ELEMENTS_PER_BLOB);
  return blobDomain;
}

/**
 * Barycentric weights b_i with f(z) = sum_i b_i f(w_i), for the first `count` positions, or
 * undefined if z is in the domain: b_i = (z^4096 - 1) / 4096 * w_i / (z - w_i).
 */
export function barycentricWeights(z: bigint, count: number): bigint[] | undefined {
  const vanishing = reduce(power(z, BigInt(FIELD_ELEMENTS_PER_BLOB)) - 1n);
  if (vanishing === 0n) return undefined;
  const points = blobDomainPoints();
  const factor = reduce(vanishing * invert(BigInt(FIELD_ELEMENTS_PER_BLOB)));
  const differences = new Array<bigint>(count);
  for (let i = 0; i < count; i++) differences[i] = z - points[i]!;
  const out = invertEach(differences);
  for (let i = 0; i < count; i++) {
    out[i] = (((out[i]! * points[i]!) % FIELD_MODULUS) * factor) % FIELD_MODULUS;
  }
  return out;
}

/** f(z) of a polynomial given by up to 4,096 values (missing ones are zero). */
export function evaluateAt(values: readonly bigint[], z: bigint): bigint {
  const weights = barycentricWeights(z, values.length);
  if (weights === undefined) return values[blobDomainPoints().indexOf(z)] ?? 0n;
  return innerProduct(values, weights);
}

/** sum_i a_i b_i mod r over the length of the first list; b is at least as long. */
export function innerProduct(a: readonly bigint[], b: readonly bigint[]): bigint {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum % FIELD_MODULUS;
}

/** The 4,096 values of (f(X) - y) / (X - z), where y = f(z); missing values of f are zero. */
export function quotientValues(
  values: readonly bigint[],
  { z, y }: { readonly z: bigint; readonly y: bigint },
): bigint[] {
  const points = blobDomainPoints();
  const special = points.indexOf(z); // -1 unless z is in the domain
  const out = invertEach(points.map((point, i) => (i === special ? 1n : point - z)));
  let atSpecial = 0n;
  const inverseOfZ = special === -1 ? 0n : invert(z);
  for (let i = 0; i < points.length; i++) {
    const difference = (values[i] ?? 0n) - y;
    out[i] = reduce(difference * out[i]!);
    // q(z) = sum_{i: w_i != z} (f_i - y) * w_i / (z * (z - w_i))
    if (special !== -1 && i !== special) atSpecial -= out[i]! * points[i]!;
  }
  if (special !== -1) out[special] = reduce((atSpecial % FIELD_MODULUS) * inverseOfZ);
  return out;
}
