/**
 * Intel quotes against published collateral: `fresh`, as a verifier that keeps nothing sees it, and
 * prepared once for quotes of a platform that was seen before (`platform=known`) or never. dcap-qvl
 * keeps nothing between calls, so that it does the same work in every row; its verdict on the TCB must
 * be ours.
 */
import {
  type IntelCollateral,
  type PreparedIntelCollateral,
  parseIntelCollateral,
  parseQuote,
  prepareIntelCollateral,
  verifyQuote,
} from '@barycenter/tee-attest/intel';
import type { Must } from '../src/must.ts';
import { type Contender, type Contest, type Operation, operation } from '../src/operation.ts';
import {
  atMostTimes,
  BUDGET_MS,
  type EcdsaCase,
  flipped,
  readEvidence,
  subtleContest,
} from '../src/tee-evidence.ts';

interface QuoteCase {
  readonly quote: Uint8Array;
  readonly collateral: string;
  /** Seconds since 1970. */
  readonly verifyAt: number;
  readonly tcbStatus: string;
}

/** More than chains that prepared collateral remembers, so that the first is forgotten in each turn. */
const UNKNOWN_PLATFORMS = 300;

function readCase(folder: string): QuoteCase {
  const text = (name: string) => new TextDecoder().decode(readEvidence(`${folder}/${name}`));
  const { verifyAt, expected } = JSON.parse(text('meta.json'));
  const padded = readEvidence(`${folder}/quote.bin`);
  const { trailingBytes } = parseQuote(padded, { trailing: 'trim' });
  return {
    quote: padded.slice(0, padded.length - trailingBytes),
    collateral: text('collateral.json'),
    verifyAt,
    tcbStatus: expected.tcbStatus,
  };
}

/** The last byte of the body, which the attestation key signs, changed. */
function changed({ quote, ...rest }: QuoteCase): QuoteCase {
  return { ...rest, quote: flipped(quote, parseQuote(quote).signed.length - 1) };
}

/** The signature of a quote over its own header and body. */
export function quoteSignature(bytes: Uint8Array): EcdsaCase {
  const { attestationKey, signature, signed: data } = parseQuote(bytes);
  const point = Uint8Array.of(4, ...attestationKey);
  return { curve: 'P-256', hash: 'SHA-256', point, signature, data };
}

/** The published TDX quote that stands for all in rows of other vendors. */
export function tdxQuote(): Uint8Array {
  return readCase(TDX).quote;
}

const TDX = 'tdx/phala-tdx-v4-2025-06';
const SGX = 'sgx/phala-sgx-v3-2025-06';

const subtle: Contender<QuoteCase> = async ({ quote }) => subtleContest(quoteSignature(quote));

const dcapQvl: Contender<QuoteCase> = async ({ quote, collateral, verifyAt, tcbStatus }) => {
  const { verify } = await import('@phala/dcap-qvl');
  const [bytes, parsed] = [Buffer.from(quote), JSON.parse(collateral)];
  return {
    run: () => verify(bytes, parsed, verifyAt),
    read: (result) => (result as { status: string }).status === tcbStatus,
  };
};

function judging(
  { verifyAt, tcbStatus }: QuoteCase,
  collateral: IntelCollateral | PreparedIntelCollateral,
  nextQuote: () => Uint8Array,
): Contest {
  const now = new Date(1000 * verifyAt);
  return {
    run: async () => {
      const verified = await verifyQuote(nextQuote(), collateral, { now });
      return verified.ok && verified.facts.tcb.status === tcbStatus;
    },
  };
}

async function prepare({ collateral, verifyAt }: QuoteCase): Promise<PreparedIntelCollateral> {
  const now = new Date(1000 * verifyAt);
  const prepared = await prepareIntelCollateral(parseIntelCollateral(collateral), { now });
  if (!prepared.ok) throw new Error(`the collateral is refused: ${prepared.code}`);
  return prepared.facts;
}

/** The quote with zeros after its certificates, which nobody signs: another text, so another chain. */
function withOtherText(quote: Uint8Array, zeros: number): Uint8Array {
  const { version, signed, certificates } = parseQuote(quote);
  const longer = new Uint8Array(quote.length + zeros);
  longer.set(quote);
  const view = new DataView(longer.buffer);
  const sizes = [signed.length, certificates.byteOffset - quote.byteOffset - 4];
  if (version > 3) sizes.push(signed.length + 4 + 128 + 2);
  for (const at of sizes) view.setUint32(at, view.getUint32(at, true) + zeros, true);
  return longer;
}

const unknownPlatform: Contender<QuoteCase> = async (input) => {
  const quotes = Array.from({ length: UNKNOWN_PLATFORMS }, (_, i) => withOtherText(input.quote, i));
  let turn = 0;
  return judging(input, await prepare(input), () => quotes[turn++ % UNKNOWN_PLATFORMS]!);
};

const knownPlatform: Contender<QuoteCase> = async (input) =>
  judging(input, await prepare(input), () => input.quote);

const fresh: Contender<QuoteCase> = async (input) =>
  judging(input, parseIntelCollateral(input.collateral), () => input.quote);

const WARM: readonly Must[] = [...atMostTimes(4.5), { rule: 'faster', peer: 'dcap-qvl', bound: 3 }];
const COLD: readonly Must[] = [
  ...atMostTimes(14),
  { rule: 'faster', peer: 'dcap-qvl', bound: 1.1 },
];

const verifying = ([name, folder]: readonly [string, string]): Operation[] =>
  (
    [
      ['collateral=prepared platform=known', knownPlatform, WARM],
      ['collateral=prepared platform=unknown', unknownPlatform, WARM],
      ['collateral=fresh', fresh, COLD],
    ] as const
  ).map(([shape, ours, must]) =>
    operation<QuoteCase>({
      name: `tee::${name}/${shape}`,
      table: 'tee',
      budgetMs: BUDGET_MS,
      must,
      input: async () => readCase(folder),
      wrong: changed,
      contenders: { ours, 'subtle P-256': subtle, 'dcap-qvl': dcapQvl },
    }),
  );

export const intelQuotes: readonly Operation[] = [
  ...(
    [
      ['verifyTdx', TDX],
      ['verifySgx', SGX],
    ] as const
  ).flatMap(verifying),
  operation<QuoteCase>({
    name: 'tee::parseQuote/kind=tdx',
    table: 'tee',
    budgetMs: BUDGET_MS,
    must: atMostTimes(0.1),
    input: async () => readCase(TDX),
    contenders: {
      ours: async ({ quote }) => ({ run: () => parseQuote(quote), read: isTdx }),
      'subtle P-256': subtle,
      'dcap-qvl': async ({ quote }) => {
        const { Quote } = await import('@phala/dcap-qvl');
        const bytes = Buffer.from(quote);
        return { run: () => Quote.parse(bytes), read: (result) => result instanceof Quote };
      },
    },
  }),
];

function isTdx(quote: unknown): boolean {
  return (quote as { kind: string }).kind === 'tdx';
}
