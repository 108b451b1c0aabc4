/**
 * From an appraisal to what an appraiser may put its name under (compute-review §2): digests that any
 * two appraisers of the same evidence compute alike.
 */
import type { SnpFacts } from '../amd/facts.ts';
import type { AppraisedKey } from '../attested-key/sign.ts';
import { unsigned } from '../binding/fields.ts';
import { taggedHash } from '../binding/tagged-hash.ts';
import type { IntelFacts } from '../intel/facts.ts';
import type { Appraisal } from './appraisal.ts';

/**
 * What `checkProposal` compares a proposed statement with.
 * @throws TypeError for an appraisal without CPU facts, without a binding, or bound to a key that has no
 * account (another algorithm than secp256k1): such keys are vouched for in COSE by their own means.
 */
export function appraisedKey(appraisal: Appraisal): AppraisedKey {
  const { status, binding, cpu, expiresAt, evidenceHash, factsHash, policyId } = appraisal;
  const signer = binding?.signerAddress;
  if (cpu?.facts === undefined || binding === undefined || signer === undefined)
    throw new TypeError('appraisal: expected accepted evidence bound to a secp256k1 key');
  if (expiresAt === undefined || factsHash === undefined)
    throw new TypeError('appraisal: expected facts about every part');
  return {
    affirmed: status === 'affirming',
    expiresAt,
    signer,
    operator: binding.operator,
    challenge: binding.challenge,
    evidenceHash,
    factsHash,
    policyId,
    cpuMeasurement: cpuMeasurement(cpu.facts),
    platformId: platformId(cpu.facts),
    deviceRoot: deviceRoot(binding.deviceIds),
    deviceCount: binding.deviceIds.length,
  };
}

/**
 * What was started, without what it did since: for TDX the module, the initial contents and RTMR0 to
 * RTMR2; RTMR3 holds events of this run. For SGX enclave, signer, product and version. For SNP the
 * launch measurement and the host's data.
 */
export function cpuMeasurement(facts: IntelFacts | SnpFacts): Uint8Array<ArrayBuffer> {
  const tag = 'barycenter/measurement/1';
  if (facts.kind === 'snp') {
    const { measurement, hostData } = facts.report;
    return taggedHash(tag, Uint8Array.of(3), measurement, hostData);
  }
  const { body } = facts;
  if (body.kind === 'sgx') {
    const { mrEnclave, mrSigner, isvProdId, isvSvn } = body;
    return taggedHash(
      tag,
      Uint8Array.of(1),
      mrEnclave,
      mrSigner,
      unsigned(isvProdId, 2),
      unsigned(isvSvn, 2),
    );
  }
  const { mrSeam, mrTd, mrConfigId, mrOwner, mrOwnerConfig, rtmrs } = body;
  const fields = [mrSeam, mrTd, mrConfigId, mrOwner, mrOwnerConfig, ...rtmrs.slice(0, 3)];
  return taggedHash(tag, Uint8Array.of(2), ...fields);
}

/** The machine: its PPID, or its chip id (zero where the host masks it). */
export function platformId(facts: IntelFacts | SnpFacts): Uint8Array<ArrayBuffer> {
  const tag = 'barycenter/platform/1';
  if (facts.kind === 'snp')
    return taggedHash(tag, Uint8Array.of(2), facts.chipId ?? new Uint8Array(64));
  return taggedHash(tag, Uint8Array.of(1), facts.pck.ppid);
}

/** The set of devices, in the order of the binding. */
export function deviceRoot(deviceIds: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return taggedHash('barycenter/devices/1', unsigned(deviceIds.length, 2), ...deviceIds);
}
