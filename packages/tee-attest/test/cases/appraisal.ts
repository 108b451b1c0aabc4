/** What appraisals say of public samples, on every runtime. */

import type { Evidence } from '../../src/appraisal/evidence.ts';
import { appraise } from '../../src/appraise.ts';
import { parseIntelCollateral } from '../../src/intel/collateral.ts';
import { parseQuote } from '../../src/intel/quote.ts';
import type { PolicyInput } from '../../src/policy/policy.ts';
import { type Case, type ReadVector, same } from './case.ts';

/** A sample, a policy, and the status and codes that must come out. */
interface Sample {
  readonly path: string;
  readonly policy: Omit<PolicyInput, 'version'>;
  readonly status: string;
  readonly codes: readonly string[];
}

const AUTOMATA = ['INTEL-SA-00960', 'INTEL-SA-00982', 'INTEL-SA-00986'];
const unchecked = { revocation: false };

const INTEL: readonly Sample[] = [
  { path: 'tdx/google-tdx-v5-2026-02', policy: {}, status: 'affirming', codes: [] },
  {
    path: 'tdx/phala-tdx-v4-2025-06',
    policy: {},
    status: 'contraindicated',
    codes: ['quote_trailing_bytes'],
  },
  {
    path: 'tdx/phala-tdx-v4-2025-06',
    policy: { trailing: 'trim' },
    status: 'affirming',
    codes: [],
  },
  {
    path: 'tdx/edgeless-tdx-v4-2025-10',
    policy: { trailing: 'trim' },
    status: 'contraindicated',
    codes: ['policy_tcb_status', 'policy_advisory'],
  },
  {
    path: 'tdx/automata-tdx-v4-2025-07',
    policy: {
      trailing: 'trim',
      intel: { tcb: { statuses: ['UpToDate', 'OutOfDate'], advisories: AUTOMATA } },
    },
    status: 'warning',
    codes: [],
  },
  {
    path: 'tdx/automata-tdx-v4-2025-07',
    policy: { trailing: 'trim', intel: { tcb: { graceDays: 900 } } },
    status: 'warning',
    codes: ['policy_grace'],
  },
  {
    path: 'tdx/tappd-tdx-v4-2025-06',
    policy: { trailing: 'trim' },
    status: 'contraindicated',
    codes: ['tcb_not_supported'],
  },
  {
    path: 'tdx/phala-tdx-v5-notsupported-2026-02',
    policy: { trailing: 'trim' },
    status: 'contraindicated',
    codes: ['tcb_not_supported'],
  },
  {
    path: 'sgx/phala-sgx-v3-2025-06',
    policy: {
      trailing: 'trim',
      intel: {
        tcb: {
          statuses: ['ConfigurationAndSWHardeningNeeded'],
          advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'],
        },
      },
    },
    status: 'warning',
    codes: [],
  },
  {
    path: 'sgx/automata-sgx-v3-debug-2025-06',
    policy: { trailing: 'trim' },
    status: 'contraindicated',
    codes: ['policy_tcb_status', 'policy_advisory', 'policy_debug'],
  },
];

const SNP: readonly Sample[] = [
  { path: 'gcp-milan-v5', policy: {}, status: 'none', codes: ['policy_revocation'] },
  {
    path: 'gcp-milan-v5',
    policy: { snp: unchecked },
    status: 'warning',
    codes: ['policy_revocation'],
  },
  {
    path: 'gcp-milan-v5-x25519',
    policy: { snp: unchecked },
    status: 'contraindicated',
    codes: ['policy_revocation', 'policy_vmpl'],
  },
  {
    path: 'gcp-milan-v5-x25519',
    policy: { snp: { ...unchecked, maxVmpl: 1 } },
    status: 'warning',
    codes: ['policy_revocation'],
  },
  {
    path: 'dstack-milan-v3',
    policy: { snp: unchecked },
    status: 'warning',
    codes: ['policy_revocation'],
  },
  {
    path: 'google-milan-v2',
    policy: { snp: unchecked },
    status: 'contraindicated',
    codes: ['policy_revocation', 'policy_debug'],
  },
];

/** Samples of one DER certificate instead of PEM. */
const IN_DER = ['google-milan-v2'];
const SNP_TIME = new Date('2026-11-20T00:00:00Z');

/** Every public sample of a CPU under policies that accept, doubt and refuse it. */
export function appraisalCases(read: ReadVector): Case[] {
  const text = async (path: string) => new TextDecoder().decode(await read(path));
  const intel = INTEL.map((sample): Case => {
    const { path } = sample;
    return named(sample, async () => {
      const { verifyAt } = JSON.parse(await text(`${path}/meta.json`)) as { verifyAt: number };
      const bytes = await read(`${path}/quote.bin`);
      const collateral = parseIntelCollateral(await text(`${path}/collateral.json`));
      const kind = path.startsWith('sgx/') ? 'sgx' : 'tdx';
      const { reportData } = parseQuote(bytes, { trailing: 'trim' }).body;
      const evidence = { cpu: { kind, bytes, collateral } } as const;
      await check(sample, evidence, { now: new Date(1000 * verifyAt), reportData });
    });
  });
  const snp = SNP.map((sample): Case => {
    const folder = `snp/${sample.path}`;
    return named(sample, async () => {
      const bytes = await read(`${folder}/report.bin`);
      const vcek = IN_DER.includes(sample.path)
        ? await read(`${folder}/vcek.der`)
        : await text(`${folder}/vcek.pem`);
      const chain = await text('snp/roots/ask_ark_milan.pem');
      const evidence = { cpu: { kind: 'snp', bytes, collateral: { vcek, chain } } } as const;
      await check(sample, evidence, { now: SNP_TIME, reportData: bytes.slice(0x50, 0x90) });
    });
  });
  return [...intel, ...snp];
}

function named({ path, policy, status }: Sample, run: () => Promise<void>): Case {
  return { name: `${path} under ${JSON.stringify(policy)} is ${status}`, run };
}

async function check(
  { policy, status, codes }: Sample,
  evidence: Evidence,
  options: { readonly now: Date; readonly reportData: Uint8Array },
): Promise<void> {
  const appraisal = await appraise(evidence, { version: 1, ...policy }, options);
  const failed = appraisal.checks.filter(({ ok }) => !ok).map(({ code }) => code);
  same([appraisal.status, [...new Set(failed)]], [status, codes]);
}
