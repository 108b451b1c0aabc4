/**
 * Appraisals as EAT Attestation Results (draft-ietf-rats-ear) with AR4SI claims: a claims set, to be
 * signed as a JWT by whoever vouches for it. One submodule per part of the evidence, and `all` for the
 * verdict about them together.
 *
 * Profile and claim names are those that the existing implementations (veraison/ear in Go, Rust and
 * Python) read: `tag:github.com,2023:veraison/ear`. Claims of our own begin with `barycenter.`.
 */
import { bytesToHex } from '../bytes.ts';
import type { Appraisal, Submodule } from './appraisal.ts';
import { type Plain, plainCpu, plainNvidia } from './facts-hash.ts';
import { CLAIM, type Tier, type TrustVector } from './vector.ts';

/** Result about one part. */
export interface EarSubmodule {
  readonly 'ear.status': Tier;
  /** Claims that were made; absent if there are none. */
  readonly 'ear.trustworthiness-vector'?: Partial<TrustVector>;
  /** `ni:///sha-256;…` (RFC 6920) of the policy's text. */
  readonly 'ear.appraisal-policy-id': string;
  /** The facts of which `factsHash` is made. */
  readonly 'ear.veraison.annotated-evidence'?: Plain;
}

/** Claims set of an attestation result. */
export interface EarClaims {
  readonly eat_profile: 'tag:github.com,2023:veraison/ear';
  /** Time of the appraisal, and end of what it rests on, in seconds since 1970. */
  readonly iat: number;
  readonly exp?: number;
  readonly 'ear.verifier-id': { readonly developer: string; readonly build: string };
  readonly submods: Readonly<Record<string, EarSubmodule>>;
  /** SHA-256 in hexadecimal. */
  readonly 'barycenter.evidence-hash': string;
  readonly 'barycenter.facts-hash'?: string;
}

/**
 * The claims set of an appraisal. `verifier` names who made it: program or service, and its version.
 * @example
 * ```ts
 * const jwt = await new SignJWT({ ...earClaims(appraisal, verifier) })
 *   .setProtectedHeader({ alg: 'ES256' })
 *   .sign(key);
 * ```
 */
export function earClaims(
  appraisal: Appraisal,
  verifier: { readonly developer: string; readonly build: string },
): EarClaims {
  const { appraisedAt, expiresAt, cpu, gpus, factsHash } = appraisal;
  const policy = `ni:///sha-256;${base64Url(appraisal.policyId)}`;
  const submodule = (
    { status, vector }: Pick<Submodule<unknown>, 'status' | 'vector'>,
    facts: Plain | undefined,
  ): EarSubmodule => {
    const claims = Object.entries(vector).filter(([, value]) => value !== CLAIM.none);
    return {
      'ear.status': status,
      ...(claims.length === 0 ? {} : { 'ear.trustworthiness-vector': Object.fromEntries(claims) }),
      'ear.appraisal-policy-id': policy,
      ...(facts === undefined ? {} : { 'ear.veraison.annotated-evidence': facts }),
    };
  };
  const devices = gpus.map((gpu, i) => [
    `gpu${i}`,
    submodule(gpu, gpu.facts && plainNvidia(gpu.facts)),
  ]);
  return {
    eat_profile: 'tag:github.com,2023:veraison/ear',
    iat: seconds(appraisedAt),
    ...(expiresAt === undefined ? {} : { exp: seconds(expiresAt) }),
    'ear.verifier-id': { developer: verifier.developer, build: verifier.build },
    submods: {
      all: submodule(appraisal, undefined),
      ...(cpu === undefined ? {} : { cpu: submodule(cpu, cpu.facts && plainCpu(cpu.facts)) }),
      ...Object.fromEntries(devices),
    },
    'barycenter.evidence-hash': bytesToHex(appraisal.evidenceHash),
    ...(factsHash === undefined ? {} : { 'barycenter.facts-hash': bytesToHex(factsHash) }),
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

function base64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
