/** SEV-SNP reports: with AMD's certificates as KDS gives them, and with those verified before. */
import {
  parseSnpReport,
  prepareSnpCollateral,
  type SnpCollateral,
  verifySnp,
} from '@barycenter/tee-attest/amd';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import {
  atMostTimes,
  BUDGET_MS,
  flipped,
  readEvidence,
  subtleContest,
} from '../src/tee-evidence.ts';
import { quoteSignature, tdxQuote } from './tee-intel.ts';

interface ReportCase {
  readonly report: Uint8Array;
  readonly vcek: string;
  readonly chain: string;
  /** A quote's signature is the measure of all CPUs' evidence. */
  readonly quote: Uint8Array;
}

/** No revocation list of AMD's is among the published vectors. */
const OPTIONS = { now: new Date('2026-06-01T00:00:00Z'), revocation: 'unchecked' } as const;

function readCase(): ReportCase {
  const text = (path: string) => new TextDecoder().decode(readEvidence(path));
  return {
    report: readEvidence('snp/gcp-milan-v5/report.bin'),
    vcek: text('snp/gcp-milan-v5/vcek.pem'),
    chain: text('snp/roots/ask_ark_milan.pem'),
    quote: tdxQuote(),
  };
}

/** A byte of the report's data, and the signed byte of the measure's quote, changed. */
function changed({ report, quote, ...rest }: ReportCase): ReportCase {
  return { ...rest, report: flipped(report, 0x50), quote: flipped(quote, 100) };
}

const subtle: Contender<ReportCase> = async ({ quote }) => subtleContest(quoteSignature(quote));

function verifying(report: Uint8Array, collateral: SnpCollateral) {
  return { run: async () => (await verifySnp(report, collateral, OPTIONS)).ok };
}

const fresh: Contender<ReportCase> = async ({ report, vcek, chain }) =>
  verifying(report, { vcek, chain });

const prepared: Contender<ReportCase> = async ({ report, vcek, chain }) => {
  const authority = await prepareSnpCollateral({ chain }, OPTIONS);
  if (!authority.ok) throw new Error(`the certificates are refused: ${authority.code}`);
  return verifying(report, { vcek, authority: authority.facts });
};

const common = { table: 'tee', budgetMs: BUDGET_MS, input: async () => readCase() } as const;

export const snpReports: readonly Operation[] = [
  ...Object.entries({ fresh, prepared }).map(([authority, ours]) =>
    operation<ReportCase>({
      ...common,
      name: `tee::verifySnp/authority=${authority}`,
      must: atMostTimes(12),
      wrong: changed,
      contenders: { ours, 'subtle P-256': subtle },
    }),
  ),
  operation<ReportCase>({
    ...common,
    name: 'tee::parseSnpReport/version=5',
    must: atMostTimes(0.1),
    contenders: {
      ours: async ({ report }) => ({
        run: () => parseSnpReport(report),
        read: (result) => (result as { version: number }).version === 5,
      }),
      'subtle P-256': subtle,
    },
  }),
];
