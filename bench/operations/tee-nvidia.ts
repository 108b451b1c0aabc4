/**
 * NVIDIA devices: report, chain and measurements against the driver's and the VBIOS' manifests, in
 * P-384 verifications; the manifests themselves, and from the cache by the hash of their file.
 * Revocation answers are not among the published vectors.
 */
import { X509Certificate } from 'node:crypto';
import {
  createManifestCache,
  type NvidiaEvidence,
  parseGpuReport,
  prepareNvidiaChain,
  type ReferenceManifest,
  type Verified,
  verifyNvidiaDevice,
  verifyReferenceManifest,
} from '@barycenter/tee-attest/nvidia';
import { type Contender, type Operation, operation } from '../src/operation.ts';
import {
  atMostTimes,
  BUDGET_MS,
  flipped,
  readEvidence,
  subtleContest,
} from '../src/tee-evidence.ts';
import { quoteSignature, tdxQuote } from './tee-intel.ts';

interface DeviceCase {
  readonly report: Uint8Array;
  readonly chain: string;
  readonly driver: Uint8Array;
  readonly vbios: Uint8Array;
  /** For rows measured in P-256 verifications. */
  readonly quote: Uint8Array;
}

const FOLDER = 'nvidia/hopper-545.00-full';
const NOW = new Date('2024-06-01T00:00:00Z');

function readCase(): DeviceCase {
  return {
    report: readEvidence(`${FOLDER}/report.bin`),
    chain: new TextDecoder().decode(readEvidence(`${FOLDER}/chain.pem`)),
    driver: readEvidence(`${FOLDER}/driver_rim.xml`),
    vbios: readEvidence(`${FOLDER}/vbios_rim.xml`),
    quote: tdxQuote(),
  };
}

/** A measurement of the report, a character of the manifest's signature, a byte of the quote. */
function changed({ report, driver, quote, ...rest }: DeviceCase): DeviceCase {
  const at = new TextDecoder('latin1').decode(driver).indexOf('SignatureValue>') + 20;
  return {
    ...rest,
    report: flipped(report, 60),
    driver: flipped(driver, at),
    quote: flipped(quote, 100),
  };
}

const p256: Contender<DeviceCase> = async ({ quote }) => subtleContest(quoteSignature(quote));

/** The report's own signature. */
const p384: Contender<DeviceCase> = async ({ report, chain }) => {
  const { signed: data, signature } = parseGpuReport(report);
  const { x, y } = new X509Certificate(chain).publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([
    Buffer.of(4),
    ...[x, y].map((text) => Buffer.from(text!, 'base64url')),
  ]);
  return subtleContest({ curve: 'P-384', hash: 'SHA-384', point, signature, data });
};

async function verifiedManifest(xml: Uint8Array): Promise<ReferenceManifest> {
  return factsOf(await verifyReferenceManifest(xml, { now: NOW }));
}

function factsOf<Facts>(verified: Verified<Facts>): Facts {
  if (!verified.ok) throw new Error(`refused: ${verified.code}`);
  return verified.facts;
}

/** Manifests are verified before: they change with driver and VBIOS only. */
function verifyingDevice(prepared: boolean): Contender<DeviceCase> {
  return async ({ report, chain }) => {
    const { driver, vbios } = readCase();
    const collateral = {
      driverRim: await verifiedManifest(driver),
      vbiosRim: await verifiedManifest(vbios),
    };
    const evidence: NvidiaEvidence = {
      report,
      chain: prepared ? factsOf(await prepareNvidiaChain(chain, { now: NOW })) : chain,
    };
    const options = {
      now: NOW,
      nonce: report.slice(4, 36),
      revocation: 'unchecked',
    } as const;
    return {
      run: async () => (await verifyNvidiaDevice(evidence, collateral, options)).ok,
    };
  };
}

const verifyingManifest: Contender<DeviceCase> = async ({ driver }) => ({
  run: async () => (await verifyReferenceManifest(driver, { now: NOW })).ok,
});

const cachedManifest: Contender<DeviceCase> = async ({ driver }) => {
  const cache = createManifestCache();
  return { run: async () => (await cache.verify(driver, { now: NOW })).ok };
};

const common = { table: 'tee', budgetMs: BUDGET_MS, input: async () => readCase() } as const;

export const nvidiaDevices: readonly Operation[] = [
  ...(
    [
      ['fresh', 7],
      ['prepared', 2.2],
    ] as const
  ).map(([chain, bound]) =>
    operation<DeviceCase>({
      ...common,
      name: `tee::verifyNvidiaDevice/chain=${chain}`,
      must: atMostTimes(bound, 'P-384'),
      wrong: changed,
      contenders: { ours: verifyingDevice(chain === 'prepared'), 'subtle P-384': p384 },
    }),
  ),
  operation<DeviceCase>({
    ...common,
    name: 'tee::parseGpuReport/blocks=64',
    must: atMostTimes(0.1),
    contenders: {
      ours: async ({ report }) => ({
        run: () => parseGpuReport(report),
        read: (result) =>
          (result as { measurements: readonly unknown[] }).measurements.length === 64,
      }),
      'subtle P-256': p256,
    },
  }),
  ...(
    [
      ['fresh', verifyingManifest, 30],
      ['known', cachedManifest, 1],
    ] as const
  ).map(([file, ours, bound]) =>
    operation<DeviceCase>({
      ...common,
      name: `tee::verifyReferenceManifest/file=${file}`,
      must: atMostTimes(bound),
      wrong: changed,
      contenders: { ours, 'subtle P-256': p256 },
    }),
  ),
];
