/**
 * Slow and obvious polynomial arithmetic over F_r: every formula as its textbook defines it.
 * Coefficients lowest first.
 */
import { FIELD_MODULUS } from '@barycenter/kzg';

export const mod = (value: bigint): bigint =>
  ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;

/** base^exponent by repeated squaring. */
export function pow(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n;
  const half = pow(base, exponent / 2n);
  return mod(exponent % 2n === 0n ? half * half : half * half * base);
}

/** 1 / value by Fermat. */
export const inverse = (value: bigint): bigint => pow(mod(value), FIELD_MODULUS - 2n);

/** w^(reversed bits of i), w = 7^((r-1)/size): the domain as the specifications define it. */
export function domainByDefinition(size: number): bigint[] {
  const bits = Math.log2(size);
  const root = pow(7n, (FIELD_MODULUS - 1n) / BigInt(size));
  return Array.from({ length: size }, (_, i) => {
    const reversed = i.toString(2).padStart(bits, '0').split('').reverse().join('');
    return pow(root, bits === 0 ? 0n : BigInt(`0b${reversed}`));
  });
}

/** sum_i values_i prod_(j != i) (z - x_j) / (x_i - x_j): Lagrange's formula. */
export function lagrange(points: readonly bigint[], values: readonly bigint[], z: bigint): bigint {
  let sum = 0n;
  values.forEach((value, i) => {
    if (value === 0n) return;
    let top = value;
    let bottom = 1n;
    points.forEach((point, j) => {
      if (j === i) return;
      top = mod(top * (z - point));
      bottom = mod(bottom * (points[i]! - point));
    });
    sum = mod(sum + top * inverse(bottom));
  });
  return sum;
}

/** sum_i c_i x^i, term by term. */
export function evaluate(coefficients: readonly bigint[], x: bigint): bigint {
  let sum = 0n;
  let term = 1n;
  for (const coefficient of coefficients) {
    sum = mod(sum + coefficient * term);
    term = mod(term * x);
  }
  return sum;
}

/** Schoolbook long division by a divisor whose leading coefficient is 1. */
export function divide(
  dividend: readonly bigint[],
  divisor: readonly bigint[],
): { quotient: bigint[]; remainder: bigint[] } {
  const rest = [...dividend];
  const quotient: bigint[] = [];
  for (let top = rest.length - 1; top >= divisor.length - 1; top--) {
    const factor = rest[top]!;
    quotient.unshift(factor);
    divisor.forEach((coefficient, i) => {
      const at = top - (divisor.length - 1) + i;
      rest[at] = mod(rest[at]! - factor * coefficient);
    });
  }
  return { quotient, remainder: rest.slice(0, divisor.length - 1) };
}
