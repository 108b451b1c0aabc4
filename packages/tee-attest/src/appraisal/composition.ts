/**
 * Composition of verified evidence: from what the verifiers found to what `verifyBinding` compares.
 * Only facts of evidence that was accepted enter, together with the very bytes they were read from.
 */
import type { BindingClaim, BindingExpectation, BindingFacts } from '../binding/verify-binding.ts';
import { verifyBinding } from '../binding/verify-binding.ts';
import { concatBytes } from '../bytes.ts';
import type { Verified } from '../checks.ts';
import type { EventLogFacts } from '../intel/rtmr.ts';
import { readPem } from '../pem.ts';
import type { GpuEvidence } from './evidence.ts';
import type { VerifiedEvidence } from './judge.ts';

/** What a worker claims, and what the verifier wants it to be about. The policy is that of the appraisal. */
export interface CompositionRequest {
  readonly claim: BindingClaim;
  readonly expected: Omit<BindingExpectation, 'policyId'>;
}

/** Register that measured code extends by the devices it collected: RTMR3. */
const RUNTIME_REGISTER = 3;

/**
 * Checks that evidence belongs together, or returns undefined where a part of it was refused and there
 * is nothing to compare.
 */
export async function verifyComposition(
  { cpu, gpus }: VerifiedEvidence,
  gpuEvidence: readonly GpuEvidence[],
  {
    claim,
    expected,
    policyId,
    now,
  }: CompositionRequest & { readonly policyId: Uint8Array; readonly now: Date },
): Promise<Verified<BindingFacts> | undefined> {
  if (cpu === undefined || !cpu.result.ok) return undefined;
  const { facts } = cpu.result;
  const devices = gpus.flatMap(({ result }, i) => {
    const { report, chain } = gpuEvidence[i] as GpuEvidence;
    if (!result.ok) return [];
    const { deviceId, nonce } = result.facts;
    return { deviceId, nonce, report, chain: concatBytes(...readPem(chain)) };
  });
  if (devices.length < gpus.length) return undefined;
  const register =
    facts.kind === 'tdx' && facts.body.kind !== 'sgx'
      ? facts.body.rtmrs[RUNTIME_REGISTER]
      : undefined;
  const evidence = {
    cpu: { reportData: facts.reportData, runtimeRegister: register },
    devices,
    runtimeEvents: runtimeEvents(cpu.eventLog),
  };
  return verifyBinding(claim, evidence, { expected: { ...expected, policyId }, now });
}

function runtimeEvents(
  log: Verified<EventLogFacts> | undefined,
): readonly Uint8Array[] | undefined {
  if (log?.ok !== true) return undefined;
  return log.facts.events.flatMap(({ rtmr, digest }) => (rtmr === RUNTIME_REGISTER ? digest : []));
}
