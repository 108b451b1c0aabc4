/**
 * Bytes from anywhere, of any length up to 1 MiB, into every function of `@barycenter/tee-attest` that
 * takes evidence or collateral: each ends in a `TeeError` or in a result that is none but a refusal.
 */
import { appraise, type CpuEvidence, parsePolicy } from '@barycenter/tee-attest';
import { parseSnpReport, prepareSnpCollateral, verifySnp } from '@barycenter/tee-attest/amd';
import { decodeStatement, verifyAttestedKeyCose } from '@barycenter/tee-attest/attested-key';
import { decodeBundle } from '@barycenter/tee-attest/fetch';
import {
  parseCcEventLog,
  parseDstackEventLog,
  parseIntelCollateral,
  parseQeIdentity,
  parseQuote,
  parseTcbInfo,
  prepareIntelCollateral,
  verifyQuote,
} from '@barycenter/tee-attest/intel';
import { verifyNras } from '@barycenter/tee-attest/nras';
import {
  parseGpuReport,
  parseNvidiaEvidence,
  parseOcspResponse,
  prepareNvidiaChain,
  verifyNvidiaDevice,
  verifyReferenceManifest,
} from '@barycenter/tee-attest/nvidia';
import { type Random, seededRandom } from '../../src/random.ts';
import type { Case } from './suite.ts';

type Bytes = Uint8Array<ArrayBuffer>;
/** A function that takes bytes or text from outside. */
type Entry = (bytes: Bytes, text: string) => unknown;

const SEED = 0x4057;
const MAX_BYTES = 1_048_576;
/** Around the lengths and bounds of the formats. */
const LENGTHS = [
  ...[0, 1, 2, 3, 4, 5, 16, 47, 48, 49, 64, 127, 128, 255, 256, 436, 636, 1024, 1183, 1184, 1185],
  ...[4096, 8192, 8193, 16_384, 16_385, 32_768, 65_535, 65_536, 65_537, 131_072],
  ...[262_144, 262_145, 524_288, MAX_BYTES - 1, MAX_BYTES],
];

const latin = new TextDecoder('latin1');
const now = new Date('2026-06-01T00:00:00Z');
const nonce = seededRandom(1).bytes(32);
const domain = { chainId: 1n, registry: new Uint8Array(20).fill(1) };

/** An appraisal as the verifiers' results: `ok` only if it affirms. */
async function verdict(cpu: CpuEvidence): Promise<{ ok: boolean; code: string | undefined }> {
  const { status, checks } = await appraise({ cpu }, { version: 1 }, { now });
  return { ok: status === 'affirming', code: checks.find(({ ok }) => !ok)?.code };
}

/** Collateral that is malformed all over. */
function intelCollateral(bytes: Bytes, text: string): Parameters<typeof prepareIntelCollateral>[0] {
  const statement = { text, signature: bytes, issuerChain: text };
  return {
    rootCrl: bytes,
    pckCrl: bytes,
    pckCrlIssuerChain: text,
    tcbInfo: statement,
    qeIdentity: statement,
  };
}

const ENTRIES: Readonly<Record<string, Entry>> = {
  parseQuote: (bytes) => parseQuote(bytes, { trailing: 'trim' }),
  parseIntelCollateral: (_, text) => parseIntelCollateral(text),
  parseTcbInfo: (_, text) => parseTcbInfo(text),
  parseQeIdentity: (_, text) => parseQeIdentity(text),
  prepareIntelCollateral: (bytes, text) =>
    prepareIntelCollateral(intelCollateral(bytes, text), { now }),
  'verifyQuote, quote and collateral': (bytes, text) =>
    verifyQuote(bytes, intelCollateral(bytes, text), { now }),
  parseCcEventLog: (bytes) => parseCcEventLog(bytes),
  parseDstackEventLog: (_, text) => parseDstackEventLog(text),
  parsePolicy: (_, text) => parsePolicy(text),
  'appraise, a quote with its event log': (bytes, text) =>
    verdict({ kind: 'tdx', bytes, collateral: intelCollateral(bytes, text), eventLog: bytes }),
  'appraise, a report': (bytes, chain) =>
    verdict({ kind: 'snp', bytes, collateral: { vcek: bytes, chain, crl: bytes } }),
  decodeBundle: (bytes) => decodeBundle(bytes),
  parseSnpReport: (bytes) => parseSnpReport(bytes),
  'verifySnp, report': (bytes) => verifySnp(bytes, { vcek: bytes, chain: '' }, { now }),
  'prepareSnpCollateral, chain': (_, chain) => prepareSnpCollateral({ chain }, { now }),
  parseGpuReport: (bytes) => parseGpuReport(bytes),
  parseNvidiaEvidence: (_, text) => parseNvidiaEvidence(text),
  parseOcspResponse: (bytes) => parseOcspResponse(bytes),
  'prepareNvidiaChain, chain': (_, chain) => prepareNvidiaChain(chain, { now }),
  'verifyNvidiaDevice, report and chain': (report, chain) =>
    verifyNvidiaDevice({ report, chain }, {}, { now, nonce }),
  verifyReferenceManifest: (bytes) => verifyReferenceManifest(bytes, { now }),
  'verifyNras, answer': (bytes) => verifyNras(bytes, { jwks: bytes }, { now, nonce }),
  decodeStatement: (bytes) => decodeStatement(bytes, domain),
  verifyAttestedKeyCose: (bytes) =>
    verifyAttestedKeyCose([bytes], {
      domain,
      now,
      policyId: nonce,
      appraisers: {
        epoch: 1,
        threshold: 1,
        keys: [{ kid: Uint8Array.of(1), algorithm: 'EdDSA', publicKey: nonce }],
      },
    }),
};

/** What random bytes are dressed as, so that readers go further than the first byte. */
const SHAPES: Readonly<Record<string, (random: Random, length: number) => Bytes>> = {
  'random bytes': (random, length) => random.bytes(length),
  'bytes in a DER sequence': (random, length) => {
    const bytes = random.bytes(length);
    const inner = Math.max(0, length - 5);
    bytes.set([0x30, 0x83, inner >> 16, (inner >> 8) & 0xff, inner & 0xff].slice(0, length));
    return bytes;
  },
  'bytes in PEM': (random, length) => {
    const bytes = random.bytes(Math.max(1, Math.floor(length / 2)));
    const base64 = btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
    return encode(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`);
  },
  'deep JSON': (_, length) => encode('['.repeat(length)),
  'deep XML': (_, length) => encode('<a>'.repeat(Math.floor(length / 3))),
  'one repeated character': (random, length) => new Uint8Array(length).fill(random.integer(256)),
};

/** One case per function and shape. */
export function hostileCases(): Case[] {
  return Object.entries(ENTRIES).flatMap(([entryName, entry]) =>
    Object.entries(SHAPES).map(([shapeName, shape]) => ({
      name: `${entryName}: ${shapeName} of any length are refused`,
      check: async () => {
        const random = seededRandom(SEED);
        for (const length of LENGTHS) {
          const bytes = shape(random, length);
          const text = latin.decode(bytes);
          await expectRefusal(() => entry(bytes, text), length);
        }
      },
    })),
  );
}

function encode(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text));
}

async function expectRefusal(call: () => unknown, length: number): Promise<void> {
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    const { name, code } = error as { name?: unknown; code?: unknown };
    if (name === 'TeeError' && typeof code === 'string') return;
    throw new Error(`length ${length}, seed ${SEED}: ${error}`);
  }
  const { ok, code } = result as { ok?: unknown; code?: unknown };
  if (ok !== false || typeof code !== 'string') throw new Error(`length ${length}: accepted`);
}
