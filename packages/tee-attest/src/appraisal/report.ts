/** Appraisals for people and for other programs: as plain JSON, and as text. */
import type { SnpFacts } from '../amd/facts.ts';
import type { BindingFacts } from '../binding/verify-binding.ts';
import { bytesToHex } from '../bytes.ts';
import type { IntelFacts } from '../intel/facts.ts';
import type { NvidiaFacts } from '../nvidia/facts.ts';
import type { TcbReport } from '../policy/tcb.ts';
import { printable } from '../printable.ts';
import type { Appraisal, Submodule } from './appraisal.ts';
import { type Plain, plainCpu, plainNvidia } from './facts-hash.ts';

/** An appraisal as plain JSON: bytes in hexadecimal, times in ISO 8601. */
export interface AppraisalReport {
  readonly status: string;
  readonly appraisedAt: string;
  readonly expiresAt?: string;
  readonly policyId: string;
  readonly evidenceHash: string;
  readonly factsHash?: string;
  readonly vector: Plain;
  readonly cpu?: SubmoduleReport;
  readonly gpus: readonly SubmoduleReport[];
  /** What the evidence is bound to, where that was asked and holds. */
  readonly binding?: Plain;
  readonly checks: readonly Plain[];
}

/** One part of an appraisal as plain JSON. */
export interface SubmoduleReport {
  readonly status: string;
  readonly vector: Plain;
  readonly expiresAt?: string;
  /** Chosen for this one statement: report data, nonce. */
  readonly answer?: Plain;
  readonly facts?: Plain;
  readonly tcb?: Plain;
}

/** The appraisal as plain JSON. */
export function appraisalReport(appraisal: Appraisal): AppraisalReport {
  const { cpu, gpus, binding, factsHash } = appraisal;
  return {
    status: appraisal.status,
    appraisedAt: appraisal.appraisedAt.toISOString(),
    ...iso('expiresAt', appraisal.expiresAt),
    policyId: bytesToHex(appraisal.policyId),
    evidenceHash: bytesToHex(appraisal.evidenceHash),
    ...(factsHash === undefined ? {} : { factsHash: bytesToHex(factsHash) }),
    vector: { ...appraisal.vector },
    ...(cpu === undefined ? {} : { cpu: reportCpu(cpu) }),
    gpus: gpus.map(reportGpu),
    ...(binding && { binding: reportBinding(binding) }),
    checks: appraisal.checks.map((check) => ({ ...check })),
  };
}

/**
 * The appraisal as text: the verdict, what each part is, what would satisfy the policy, and the checks
 * that do not hold; with `all` every check.
 */
export function describeAppraisal(
  appraisal: Appraisal,
  options: { readonly all?: boolean } = {},
): string {
  const { cpu, gpus, checks, expiresAt } = appraisal;
  const failed = checks.filter(({ ok }) => !ok);
  const lines = [
    `${appraisal.status.toUpperCase()}  at ${appraisal.appraisedAt.toISOString()}${
      expiresAt === undefined ? '' : `, until ${expiresAt.toISOString()}`
    }`,
    '',
    ...table([
      ['policy', bytesToHex(appraisal.policyId)],
      ['evidence', bytesToHex(appraisal.evidenceHash)],
    ]),
    ...table([...(cpu === undefined ? [] : describeCpu(cpu)), ...gpus.flatMap(describeGpu)]),
    '',
    `${checks.length} checks, ${failed.length} do not hold`,
    ...table(
      (options.all ? checks : failed).map(({ submod, id, code, tier, expected, actual }) => [
        submod,
        tier === 'affirming' ? 'ok' : tier,
        id,
        tier === 'affirming' ? '' : code,
        comparison(expected, actual),
      ]),
    ),
    ...(cpu?.tcb?.toPass ?? []).map((step) => `to pass: ${step}`),
  ];
  return `${lines.join('\n')}\n`;
}

function reportCpu(module: Submodule<IntelFacts | SnpFacts>): SubmoduleReport {
  const { facts, tcb } = module;
  return {
    ...reportModule(module),
    ...(facts && { answer: bytesToHex(facts.reportData), facts: plainCpu(facts) }),
    ...(tcb && { tcb: reportTcb(tcb) }),
  };
}

function reportGpu(module: Submodule<NvidiaFacts>): SubmoduleReport {
  const { facts } = module;
  return {
    ...reportModule(module),
    ...(facts && { answer: bytesToHex(facts.nonce), facts: plainNvidia(facts) }),
  };
}

function reportModule({ status, vector, expiresAt }: Submodule<unknown>): SubmoduleReport {
  return { status, vector: { ...vector }, ...iso('expiresAt', expiresAt) };
}

function reportBinding(binding: BindingFacts): Plain {
  const { signerAddress } = binding;
  return {
    chainId: String(binding.chainId),
    registry: bytesToHex(binding.registry),
    operator: bytesToHex(binding.operator),
    challenge: bytesToHex(binding.challenge),
    bind: bytesToHex(binding.bind),
    gpuCommit: bytesToHex(binding.gpuCommit),
    deviceIds: binding.deviceIds.map((id) => bytesToHex(id)),
    signer: signerAddress && bytesToHex(signerAddress),
    channel: binding.channel,
    collectedByMeasuredCode: binding.collectedByMeasuredCode,
  };
}

function reportTcb({ date, graceUntil, distance, ...tcb }: TcbReport): Plain {
  return {
    ...tcb,
    date: date.toISOString(),
    ...iso('graceUntil', graceUntil),
    distance: { ...distance, components: distance.components.map((each) => ({ ...each })) },
  };
}

function describeCpu({ status, facts, tcb }: Submodule<IntelFacts | SnpFacts>): string[][] {
  if (facts === undefined) return [['cpu', status]];
  const rows = [['cpu', status, ...describeKind(facts)]];
  if (tcb !== undefined) {
    const { distance } = tcb;
    rows.push(
      ['cpu tcb', tcb.status, `of ${tcb.date.toISOString().slice(0, 10)}`],
      ['', 'behind', `${distance.levelsBehind} levels, ${distance.daysBehind} days`],
      ...distance.components.map(({ name, actual, newest }) => [
        '',
        name,
        `${actual}, newest ${newest}`,
      ]),
      ...tcb.advisories.map((advisory) => ['', 'advisory', advisory]),
    );
  }
  return rows;
}

function describeKind(facts: IntelFacts | SnpFacts): string[] {
  if (facts.kind === 'snp') {
    return [`SEV-SNP ${facts.product}`, `measurement ${bytesToHex(facts.report.measurement)}`];
  }
  const { body } = facts;
  return body.kind === 'sgx'
    ? ['SGX enclave', `mrEnclave ${bytesToHex(body.mrEnclave)}`]
    : ['TDX trust domain', `mrTd ${bytesToHex(body.mrTd)}`];
}

function describeGpu({ status, facts }: Submodule<NvidiaFacts>, i: number): string[][] {
  if (facts === undefined) return [[`gpu${i}`, status]];
  const { kind, architecture, driverVersion, vbiosVersion, deviceId } = facts;
  const versions = `driver ${driverVersion ?? 'none'}, VBIOS ${vbiosVersion}`;
  return [[`gpu${i}`, status, `${kind} ${architecture}`, versions, bytesToHex(deviceId)]];
}

function comparison(expected: string | undefined, actual: string | undefined): string {
  const parts: string[] = [];
  if (expected !== undefined) parts.push(`expected ${expected}`);
  if (actual !== undefined) parts.push(`got ${actual}`);
  return parts.join(', ');
}

function iso<Name extends string>(name: Name, date: Date | undefined): { [_ in Name]?: string } {
  return (date === undefined ? {} : { [name]: date.toISOString() }) as { [_ in Name]?: string };
}

/** Rows with every column but the last as wide as its widest cell. Names in cells may be anyone's. */
function table(cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
