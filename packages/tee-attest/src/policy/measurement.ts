/** Lists of measurements and other digests that a policy allows. */
import type { Findings } from '../appraisal/findings.ts';
import { CLAIM, type TrustVector } from '../appraisal/vector.ts';
import { bytesToHex } from '../bytes.ts';
import type { PolicyCode } from './codes.ts';

/** A digest as evidence has it; undefined where the evidence has no such field. */
export interface Measured {
  readonly id: string;
  readonly value: Uint8Array | undefined;
  readonly allowed: readonly string[] | undefined;
  /** Default `policy_measurement`. */
  readonly code?: PolicyCode;
  /** Default: executables contraindicated. */
  readonly claims?: Partial<TrustVector>;
}

/** Judges digests against their lists. Returns whether there was a list and all of them held. */
export function judgeMeasurements(findings: Findings, measured: readonly Measured[]): boolean {
  const listed = measured.filter(({ allowed }) => allowed !== undefined);
  const held = listed.map(({ id, value, allowed = [], code, claims }) => {
    const actual = value === undefined ? 'absent' : bytesToHex(value);
    const ok = allowed.includes(actual);
    findings.demand({
      ok,
      id,
      code: code ?? 'policy_measurement',
      expected: allowed.length === 1 ? (allowed[0] ?? '') : `one of ${allowed.length}`,
      actual,
      claims: claims ?? { executables: CLAIM.contraindicated },
    });
    return ok;
  });
  return held.length > 0 && held.every((ok) => ok);
}
