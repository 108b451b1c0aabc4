/** What a policy says of SGX enclaves, TDX trust domains and their platforms. */
import type { Findings } from '../appraisal/findings.ts';
import { CLAIM } from '../appraisal/vector.ts';
import { parseHex } from '../bytes.ts';
import type { IntelFacts } from '../intel/facts.ts';
import type { SgxReport, TdReport } from '../intel/report.ts';
import { judgeIdentity } from './identity.ts';
import { judgeMeasurements } from './measurement.ts';
import type { Bits, IntelPolicy, Policy } from './policy-shape.ts';
import { judgeTcb, type TcbReport } from './tcb.ts';

const MISCONFIGURED = { configuration: CLAIM.contraindicated };

/** Judges a verified quote at `now` (milliseconds). */
export function judgeIntel(
  facts: IntelFacts,
  { policy, findings, now }: { policy: Policy; findings: Findings; now: number },
): TcbReport {
  const { intel } = policy;
  findings.claim({ hardware: CLAIM.affirmed, configuration: CLAIM.affirmed });
  const tcb = judgeTcb(facts.tcb, { policy: intel.tcb, findings, now });
  judgePlatform(facts, intel, findings);
  const { body } = facts;
  if (body.kind === 'sgx') judgeEnclave(body, policy, findings);
  else judgeDomain(body, policy, findings);
  return tcb;
}

/** A guest or enclave whose host can read it is never better than a warning. */
export function judgeDebug(
  id: string,
  debug: boolean,
  { allowed, findings }: { allowed: boolean; findings: Findings },
): void {
  findings.demand({
    ok: !debug,
    id,
    code: 'policy_debug',
    expected: 'off',
    actual: debug ? 'on' : 'off',
    claims: { 'runtime-opaque': allowed ? CLAIM.unsafe : CLAIM.contraindicated },
  });
  if (!debug) findings.claim({ 'runtime-opaque': CLAIM.affirmed });
}

function judgePlatform({ pck }: IntelFacts, policy: IntelPolicy, findings: Findings): void {
  judgeIdentity('intel.ppid', pck.ppid, { policy: policy.ppid, findings });
  judgeIdentity('intel.platformInstance', pck.platformInstanceId, {
    policy: policy.platformInstance,
    findings,
  });
  const flags = [
    ['smt', policy.smt, pck.configuration?.smtEnabled],
    ['dynamicPlatform', policy.dynamicPlatform, pck.configuration?.dynamicPlatform],
    ['cachedKeys', policy.cachedKeys, pck.configuration?.cachedKeys],
  ] as const;
  for (const [name, expected, actual] of flags) {
    if (expected === undefined) continue;
    findings.demand({
      ok: actual === expected,
      id: `intel.${name}`,
      code: 'policy_platform_flag',
      expected: String(expected),
      actual: actual === undefined ? 'not told' : String(actual),
      claims: MISCONFIGURED,
    });
  }
}

function judgeEnclave(body: SgxReport, { sgx }: Policy, findings: Findings): void {
  judgeDebug('sgx.debug', body.attributes.debug, { allowed: sgx.debug, findings });
  const approved = judgeMeasurements(findings, [
    { id: 'sgx.mrEnclave', value: body.mrEnclave, allowed: sgx.mrEnclave },
    { id: 'sgx.mrSigner', value: body.mrSigner, allowed: sgx.mrSigner },
  ]);
  if (approved) findings.claim({ executables: CLAIM.affirmed });
  const refused = { executables: CLAIM.contraindicated };
  if (sgx.isvProdId !== undefined) {
    findings.demand({
      ok: body.isvProdId === sgx.isvProdId,
      id: 'sgx.isvProdId',
      code: 'policy_product_id',
      expected: String(sgx.isvProdId),
      actual: String(body.isvProdId),
      claims: refused,
    });
  }
  findings.demand({
    ok: body.isvSvn >= sgx.minIsvSvn,
    id: 'sgx.isvSvn',
    code: 'policy_svn',
    expected: `${sgx.minIsvSvn} or more`,
    actual: String(body.isvSvn),
    claims: refused,
  });
}

function judgeDomain(body: TdReport, { tdx }: Policy, findings: Findings): void {
  const { attributes } = body;
  judgeDebug('tdx.debug', attributes.debug, { allowed: tdx.debug, findings });
  if (tdx.septVeDisable) {
    findings.demand({
      ok: attributes.septVeDisable,
      id: 'tdx.septVeDisable',
      code: 'policy_sept_ve_disable',
      expected: 'on',
      actual: attributes.septVeDisable ? 'on' : 'off',
      claims: MISCONFIGURED,
    });
  }
  judgeBits('tdx.attributes', attributes.value, {
    bits: tdx.attributes,
    code: 'policy_attributes',
    findings,
  });
  judgeBits('tdx.xfam', body.xfam, { bits: tdx.xfam, code: 'policy_xfam', findings });

  const code = judgeMeasurements(findings, [
    { id: 'tdx.mrTd', value: body.mrTd, allowed: tdx.mrTd },
    { id: 'tdx.rtmr0', value: body.rtmrs[0], allowed: tdx.rtmr0 },
    { id: 'tdx.rtmr1', value: body.rtmrs[1], allowed: tdx.rtmr1 },
    { id: 'tdx.rtmr2', value: body.rtmrs[2], allowed: tdx.rtmr2 },
    { id: 'tdx.rtmr3', value: body.rtmrs[3], allowed: tdx.rtmr3 },
  ]);
  if (code) findings.claim({ executables: CLAIM.approvedBoot });
  judgeMeasurements(findings, [
    {
      id: 'tdx.mrSeam',
      value: body.mrSeam,
      allowed: tdx.mrSeam,
      claims: { hardware: CLAIM.contraindicated },
    },
    {
      id: 'tdx.mrConfigId',
      value: body.mrConfigId,
      allowed: tdx.mrConfigId,
      claims: MISCONFIGURED,
    },
    { id: 'tdx.mrOwner', value: body.mrOwner, allowed: tdx.mrOwner, claims: MISCONFIGURED },
    {
      id: 'tdx.mrOwnerConfig',
      value: body.mrOwnerConfig,
      allowed: tdx.mrOwnerConfig,
      claims: MISCONFIGURED,
    },
    {
      id: 'tdx.mrServiceTd',
      value: body.mrServiceTd,
      // TD 1.0 has no service TDs and no such field.
      allowed: body.kind === 'td15' ? tdx.mrServiceTd : undefined,
      code: 'policy_service_td',
      claims: { 'runtime-opaque': CLAIM.contraindicated },
    },
  ]);
}

function judgeBits(
  id: string,
  value: bigint,
  {
    bits,
    code,
    findings,
  }: { bits: Bits; code: 'policy_attributes' | 'policy_xfam'; findings: Findings },
): void {
  const wrong = (littleEndian(bits.ones) & ~value) | (littleEndian(bits.zeros) & value);
  findings.demand({
    ok: wrong === 0n,
    id,
    code,
    expected: `ones ${bits.ones}, zeros ${bits.zeros}`,
    actual: `0x${value.toString(16)}, wrong bits 0x${wrong.toString(16)}`,
    claims: MISCONFIGURED,
  });
}

function littleEndian(hex: string): bigint {
  const bytes = parseHex(hex) ?? new Uint8Array();
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}
