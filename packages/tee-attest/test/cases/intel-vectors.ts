/** Laws of the published Intel evidence, and what becomes of it when any bit is changed. */
import { bytesToHex } from '../../src/bytes.ts';
import { Checks } from '../../src/checks.ts';
import { portableCrypto, webCrypto } from '../../src/crypto.ts';
import { parsePckChain, verifyPckChain } from '../../src/intel/pck-chain.ts';
import {
  type IntelCollateral,
  type IntelFacts,
  parseIntelCollateral,
  parseQuote,
  parseTcbInfo,
  prepareIntelCollateral,
  readPcsResponses,
  verifyQuote,
} from '../../src/intel.ts';
import { PRODUCTION_TRUST } from '../../src/trust.ts';
import { accepted, type Case, flipped, type ReadVector, refused, same } from './case.ts';

/** A published quote with collateral of its time, and what its `meta.json` expects. */
export interface IntelSample {
  readonly name: string;
  readonly quote: Uint8Array;
  readonly collateral: IntelCollateral;
  readonly now: Date;
  readonly expected: {
    readonly result: 'accept' | 'tcb' | 'reject' | 'policy';
    readonly tcbStatus?: string;
    readonly advisories?: readonly string[];
    readonly tdxModule?: string;
    readonly sgxTcb?: string;
    readonly qeTcb?: string;
  };
}

export const INTEL_SAMPLES: readonly string[] = [
  'sgx/automata-sgx-v3-debug-2025-06',
  'sgx/phala-sgx-v3-2025-06',
  'tdx/automata-tdx-v4-2025-07',
  'tdx/edgeless-tdx-v4-2025-10',
  'tdx/google-tdx-v5-2026-02',
  'tdx/phala-tdx-v4-2025-06',
  'tdx/phala-tdx-v5-notsupported-2026-02',
  'tdx/tappd-tdx-v4-2025-06',
];

/** Quotes without collateral of their time, with a time at which their certificates are valid. */
const SIGNATURE_ONLY = [
  'sgx/signature-only/occlum-sgx-v3-platform.bin',
  'sgx/signature-only/tlsn-sgx-v3-processor-dev.bin',
  'tdx/signature-only/google-spr-e4-tdx-v4.bin',
  'tdx/signature-only/trustee-tdx-v4-DEBUG.bin',
  'tdx/signature-only/zkdcap-tdx-v4.bin',
] as const;

const TCB_INFOS = [
  'sgx-00806f050000',
  'sgx-00906ed50000',
  'sgx-30606a000000',
  'sgx-50806f000000',
  'sgx-90c06f000000',
  'sgx-b0c06f000000',
  'tdx-00806f050000',
  'tdx-50806f000000',
  'tdx-90c06f000000',
  'tdx-b0c06f000000',
] as const;
/** What TCB_INFOS are read with: collateral whose lists and identity are of their month. */
const OF_THAT_MONTH = 'tdx/edgeless-tdx-v4-2025-10';
const THAT_MONTH: Date = new Date('2025-10-20T00:00:00Z');

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Reads a sample by its path in `vectors/tee`. */
export async function readSample(read: ReadVector, name: string): Promise<IntelSample> {
  const meta = JSON.parse(text(await read(`${name}/meta.json`)));
  return {
    name,
    quote: await read(`${name}/quote.bin`),
    collateral: parseIntelCollateral(text(await read(`${name}/collateral.json`))),
    now: new Date(meta.verifyAt * 1000),
    expected: meta.expected,
  };
}

/** Every law of the published evidence. */
export function intelVectorCases(read: ReadVector): readonly Case[] {
  return [
    ...INTEL_SAMPLES.map((name) => ({
      name: `${name} is what its meta.json expects, cold and prepared, by WebCrypto and without`,
      run: async () => expectSample(await readSample(read, name)),
    })),
    ...INTEL_SAMPLES.map((name) => ({
      name: `${name} is expired today`,
      run: async () => {
        const { quote, collateral } = await readSample(read, name);
        const now = new Date('2026-11-20T00:00:00Z');
        const result = await verifyQuote(quote, collateral, { now, trailing: 'trim' });
        if (result.ok || !/_expired$/.test(result.code)) throw new Error('not expired');
      },
    })),
    ...SIGNATURE_ONLY.map((path) => ({
      name: `${path} is signed by a key that Intel's root certifies`,
      run: async () => expectSigned(await read(path)),
    })),
    {
      name: 'a trust domain in debug mode, one without SEPT_VE_DISABLE: both are facts',
      run: async () => {
        const attributes = async (path: string) => {
          const { body } = parseQuote(await read(path), { trailing: 'trim' });
          if (body.kind === 'sgx') throw new Error('an enclave');
          const { debug, septVeDisable, protectionKeys } = body.attributes;
          return [debug, septVeDisable, protectionKeys];
        };
        same(await attributes(SIGNATURE_ONLY[3]), [true, true, false]);
        same(await attributes(SIGNATURE_ONLY[2]), [false, false, true]);
      },
    },
    ...TCB_INFOS.map((name) => ({
      name: `tcbInfo-${name} is genuine as Intel wrote it, and only so`,
      run: () => expectTcbInfo(read, name),
    })),
  ];
}

async function expectSample(sample: IntelSample): Promise<void> {
  const { quote, collateral, now, expected } = sample;
  const trailing = 'trim';
  const cold = await verifyQuote(quote, collateral, { now, trailing });
  const prepared = accepted(await prepareIntelCollateral(collateral, { now }));
  const first = await verifyQuote(quote, prepared, { now, trailing });
  const again = await verifyQuote(quote, prepared, { now, trailing });
  const portable = await verifyQuote(quote, collateral, {
    now,
    trailing,
    crypto: portableCrypto(),
  });
  for (const result of [first, again, portable]) same(outcome(result), outcome(cold));
  const { trailingBytes } = parseQuote(quote, { trailing });
  if (trailingBytes > 0) {
    refused(await verifyQuote(quote, collateral, { now }), 'quote_trailing_bytes');
  } else same(outcome(await verifyQuote(quote, collateral, { now })), outcome(cold));

  if (cold.ok) expectFacts(cold.facts, expected);
  else {
    same(expected.result, 'reject');
    refused(cold, 'tcb_not_supported');
  }
}

function expectFacts({ tcb, body }: IntelFacts, expected: IntelSample['expected']): void {
  const isDebug = body.attributes.debug;
  same(isDebug, expected.result === 'reject');
  if (expected.result === 'accept') same(tcb.status, 'UpToDate');
  if (expected.tcbStatus !== undefined) same(tcb.status, expected.tcbStatus);
  if (expected.advisories !== undefined) same(tcb.advisories, expected.advisories);
  if (expected.sgxTcb !== undefined) same(tcb.sgx.status, expected.sgxTcb);
  if (expected.qeTcb !== undefined) same(tcb.quotingEnclave.status, expected.qeTcb);
  if (expected.tdxModule !== undefined) {
    same(`${tcb.module?.id} ${tcb.module?.status}`, expected.tdxModule);
  }
}

/** What two ways of verifying must agree in: everything but the list of checks. */
function outcome(result: Awaited<ReturnType<typeof verifyQuote>>): unknown {
  const found = result.ok ? result.facts : result.code;
  return JSON.parse(
    JSON.stringify(found, (_, value) => (typeof value === 'bigint' ? value.toString() : value)),
  );
}

/** Everything that a quote proves without collateral. */
async function expectSigned(bytes: Uint8Array): Promise<void> {
  const quote = parseQuote(bytes, { trailing: 'trim' });
  const crypto = webCrypto(globalThis.crypto.subtle);
  const chain = parsePckChain(text(quote.certificates), { pckCa: [] });
  const now = chain.leaf.notBefore;
  await verifyPckChain(
    chain,
    { pckCa: [] },
    { roots: PRODUCTION_TRUST.intel, crypto, now, checks: new Checks() },
  );
  const algorithm = { kind: 'ecdsa', hash: 'SHA-256' } as const;
  const point = new Uint8Array(65);
  point.set([4]);
  point.set(quote.attestationKey, 1);
  const genuine = await Promise.all([
    crypto.verify({
      key: chain.leaf.publicKey,
      algorithm,
      signature: quote.qeReportSignature,
      data: quote.qeReportBytes,
    }),
    crypto.verify({
      key: { kind: 'ec', curve: 'P-256', point },
      algorithm,
      signature: quote.signature,
      data: quote.signed,
    }),
  ]);
  same(genuine, [true, true]);
  const bound = new Uint8Array(64 + quote.qeAuthData.length);
  bound.set(quote.attestationKey);
  bound.set(quote.qeAuthData, 64);
  const digest = bytesToHex(await crypto.digest('SHA-256', bound));
  same(bytesToHex(quote.qeReport.reportData), digest + '00'.repeat(32));
}

async function expectTcbInfo(read: ReadVector, name: string): Promise<void> {
  const { collateral } = await readSample(read, OF_THAT_MONTH);
  const body = await read(`tdx/tcb-infos/tcbInfo-${name}.json`);
  const prepare = async (answer: Uint8Array) => {
    const { tcbInfo } = readPcsResponses({
      ...collateral,
      tcbInfo: { body: answer, issuerChain: encodeURIComponent(collateral.tcbInfo.issuerChain) },
      qeIdentity: {
        body: new TextEncoder().encode(
          `{"enclaveIdentity":${collateral.qeIdentity.text},"signature":"${bytesToHex(
            collateral.qeIdentity.signature,
          )}"}`,
        ),
        issuerChain: collateral.qeIdentity.issuerChain,
      },
    });
    const result = await prepareIntelCollateral({ ...collateral, tcbInfo }, { now: THAT_MONTH });
    return { result, tcbInfo };
  };
  const parsed = JSON.parse(text(body));
  const compact = await prepare(new TextEncoder().encode(JSON.stringify(parsed)));
  const { fmspc, kind } = accepted(compact.result);
  same(`${kind}-${fmspc}`, name);
  const { levels } = parseTcbInfo(compact.tcbInfo.text);
  same(levels.length, parsed.tcbInfo.tcbLevels.length);
  // Some of these files were laid out by whoever collected them, which breaks the signature.
  const laidOut = await prepare(new TextEncoder().encode(JSON.stringify(parsed, undefined, 2)));
  refused(laidOut.result, 'tcb_info_signature_invalid');
}

/** Which changes are tried. */
export interface FlipOptions {
  /** Every bit of the quote and every byte of the collateral; otherwise a sixteenth. */
  readonly all: boolean;
  readonly seed: number;
  /** Another verification, which must refuse too. */
  readonly accepts?: (sample: Pick<IntelSample, 'quote' | 'collateral' | 'now'>) => boolean;
}

/** Samples of which a changed bit shows something: the others are below every level anyhow. */
export const SUPPORTED_SAMPLES: readonly string[] = INTEL_SAMPLES.filter(
  (name) => !/notsupported|tappd/.test(name),
);

/** Changes verified at once: WebCrypto has a few threads. */
const BATCH = 32;

/** Demands that every changed bit of a quote is refused; gives how many were tried. */
export async function refuseQuoteFlips(sample: IntelSample, options: FlipOptions): Promise<number> {
  const { quote, collateral, now } = sample;
  const prepared = accepted(await prepareIntelCollateral(collateral, { now }));
  accepted(await verifyQuote(quote, prepared, { now, trailing: 'trim' }));
  const { trailingBytes } = parseQuote(quote, { trailing: 'trim' });
  const bits = chooseEvery(8 * (quote.length - trailingBytes), options);
  await inBatches(bits, async (bit) => {
    const changed = flipped(quote, bit);
    const result = await verifyQuote(changed, prepared, { now, trailing: 'trim' });
    if (result.ok) throw new Error(`${sample.name}: accepted with bit ${bit} of the quote flipped`);
    if (options.accepts?.({ quote: changed, collateral, now })) {
      throw new Error(`${sample.name}: the other verification accepts with bit ${bit} flipped`);
    }
  });
  return bits.length;
}

/** Demands that every changed byte of collateral is refused; gives how many were tried. */
export async function refuseCollateralFlips(
  sample: IntelSample,
  options: FlipOptions,
): Promise<number> {
  const { quote, now } = sample;
  let count = 0;
  for (const [place, size, change] of places(sample.collateral)) {
    const bytes = chooseEvery(size, options);
    count += bytes.length;
    await inBatches(bytes, async (at) => {
      const bit = 8 * at + ((at + options.seed) % 8);
      const collateral = change(bit);
      const result = await prepareIntelCollateral(collateral, { now });
      const law = `${sample.name}: bit ${bit} of ${place} flipped`;
      if (result.ok) throw new Error(`${law}: accepted`);
      if (options.accepts?.({ quote, collateral, now })) throw new Error(`${law}: other accepts`);
    });
  }
  return count;
}

type Place = readonly [name: string, size: number, change: (bit: number) => IntelCollateral];

/** Everything in collateral that is signed, or is a signature or a certificate. */
function places(collateral: IntelCollateral): readonly Place[] {
  const encode = (value: string) => new TextEncoder().encode(value);
  // A flipped bit may leave ASCII: one character per byte, so that it stays a change of one byte.
  const flipText = (value: string, bit: number) =>
    Array.from(flipped(encode(value), bit), (byte) => String.fromCharCode(byte)).join('');
  const lists = (['rootCrl', 'pckCrl'] as const).map((name): Place => {
    const change = (bit: number) => ({ ...collateral, [name]: flipped(collateral[name], bit) });
    return [name, collateral[name].length, change];
  });
  const statements = (['tcbInfo', 'qeIdentity'] as const).flatMap((name): Place[] => {
    const statement = collateral[name];
    const { text: signed, issuerChain, signature } = statement;
    const put = (change: object) => ({ ...collateral, [name]: { ...statement, ...change } });
    return [
      [`${name}.text`, signed.length, (bit) => put({ text: flipText(signed, bit) })],
      [
        `${name}.issuerChain`,
        issuerChain.length,
        (bit) => put({ issuerChain: flipText(issuerChain, bit) }),
      ],
      [`${name}.signature`, signature.length, (bit) => put({ signature: flipped(signature, bit) })],
    ];
  });
  const chain = collateral.pckCrlIssuerChain;
  const chainPlace: Place = [
    'pckCrlIssuerChain',
    chain.length,
    (bit) => ({ ...collateral, pckCrlIssuerChain: flipText(chain, bit) }),
  ];
  return [...lists, ...statements, chainPlace];
}

function chooseEvery(size: number, { all, seed }: FlipOptions): number[] {
  const every = Array.from({ length: size }, (_, at) => at);
  return all ? every : every.filter((at) => Math.imul(at + 1, 0x9e3779b1) >>> 28 === seed % 16);
}

async function inBatches(
  items: readonly number[],
  work: (item: number) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    await Promise.all(items.slice(at, at + BATCH).map(work));
  }
}
