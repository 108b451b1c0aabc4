/**
 * The result of an appraisal: a tier for each part of the evidence and for the whole, with everything
 * that was checked. The whole is no better than its worst part.
 */
import type { SnpFacts } from '../amd/facts.ts';
import type { BindingFacts } from '../binding/verify-binding.ts';
import type { IntelFacts } from '../intel/facts.ts';
import type { NvidiaFacts } from '../nvidia/facts.ts';
import type { TcbReport } from '../policy/tcb.ts';
import { factsHash } from './facts-hash.ts';
import type { AppraisalCheck, Findings } from './findings.ts';
import { type Tier, type TrustVector, worstTier, worstVector } from './vector.ts';

/** What was found about one part. */
export interface Submodule<Facts> {
  readonly status: Tier;
  readonly vector: TrustVector;
  /** What the evidence proves; undefined if it was refused. */
  readonly facts: Facts | undefined;
  /** The TCB of an Intel platform. */
  readonly tcb: TcbReport | undefined;
  /** Until when the statement holds; undefined if the evidence was refused. */
  readonly expiresAt: Date | undefined;
}

/** The verdict about evidence under a policy at a time. */
export interface Appraisal {
  /** Only `affirming` is a yes: every check held. */
  readonly status: Tier;
  /** Per claim the worst of all parts. */
  readonly vector: TrustVector;
  readonly appraisedAt: Date;
  /** Earliest end of what the verdict rests on; undefined if there are no facts. */
  readonly expiresAt: Date | undefined;
  /** 32 bytes: `policyId` of the policy. */
  readonly policyId: Uint8Array;
  /** 32 bytes: `evidenceHash` of the evidence. */
  readonly evidenceHash: Uint8Array;
  /** 32 bytes: `factsHash` of the facts; undefined unless all evidence was verified. */
  readonly factsHash: Uint8Array | undefined;
  /** Every check that was made, by part. */
  readonly checks: readonly AppraisalCheck[];
  readonly cpu: Submodule<IntelFacts | SnpFacts> | undefined;
  /** In the order of the evidence. */
  readonly gpus: readonly Submodule<NvidiaFacts>[];
  /** What the evidence is bound to; undefined if that was not asked or does not hold. */
  readonly binding: BindingFacts | undefined;
}

/** A part whose findings are complete. */
export interface Part<Facts> {
  readonly findings: Findings;
  readonly facts: Facts | undefined;
  readonly tcb?: TcbReport | undefined;
  /** Ends besides that of the facts, in milliseconds. */
  readonly ends?: readonly number[];
}

/** Puts the parts together; `whole` has the checks that are about all of them. */
export function assemble(
  {
    whole,
    cpu,
    gpus,
    binding,
  }: {
    readonly whole: Findings;
    readonly cpu: Part<IntelFacts | SnpFacts> | undefined;
    readonly gpus: readonly Part<NvidiaFacts>[];
    readonly binding: BindingFacts | undefined;
  },
  names: Pick<Appraisal, 'appraisedAt' | 'policyId' | 'evidenceHash'>,
): Appraisal {
  const parts: readonly Part<unknown>[] = cpu === undefined ? gpus : [cpu, ...gpus];
  const findings = [whole, ...parts.map((part) => part.findings)];
  const cpuModule = cpu && submodule(cpu);
  const gpuModules = gpus.map((gpu) => submodule(gpu));
  const modules: readonly Submodule<unknown>[] =
    cpuModule === undefined ? gpuModules : [cpuModule, ...gpuModules];
  const ends = modules.flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);
  const devices = gpus.flatMap(({ facts }) => facts ?? []);
  const proven = parts.length > 0 && parts.every(({ facts }) => facts !== undefined);
  return {
    status: parts.length === 0 ? 'contraindicated' : worstTier(findings.map(({ tier }) => tier)),
    vector: worstVector(findings.map(({ vector }) => vector)),
    ...names,
    expiresAt: proven ? new Date(Math.min(...ends)) : undefined,
    factsHash: proven ? factsHash({ cpu: cpu?.facts, gpus: devices }) : undefined,
    checks: findings.flatMap(({ checks }) => checks),
    cpu: cpuModule,
    gpus: gpuModules,
    binding,
  };
}

function submodule<Facts extends { readonly expiresAt: Date }>({
  findings,
  facts,
  tcb,
  ends = [],
}: Part<Facts>): Submodule<Facts> {
  return {
    status: findings.tier,
    vector: findings.vector,
    facts,
    tcb,
    expiresAt: facts && new Date(Math.min(facts.expiresAt.getTime(), ...ends)),
  };
}
