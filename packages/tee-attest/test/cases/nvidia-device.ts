/** What every runtime must find in the published evidence of GPUs and switches, and in its mutants. */
import { parseHex } from '../../src/bytes.ts';
import type { TeeCode } from '../../src/errors.ts';
import { prepareNvidiaChain } from '../../src/nvidia/chain.ts';
import { type NvidiaOptions, verifyNvidiaDevice } from '../../src/nvidia/device.ts';
import { type NvidiaEvidence, parseNvidiaEvidence } from '../../src/nvidia/evidence.ts';
import { verifyNvidiaFleet } from '../../src/nvidia/fleet.ts';
import type { ReferenceManifest } from '../../src/nvidia/reference-manifest.ts';
import { parseGpuReport } from '../../src/nvidia/report.ts';
import { readPem } from '../../src/pem.ts';

/** A case that throws if the library finds something else. */
export interface Case {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Reads a file of `vectors/tee/nvidia`. */
export type Read = (path: string) => Promise<Uint8Array> | Uint8Array;

/** Published evidence and what is known about it. */
export interface DeviceVector {
  readonly path: string;
  readonly nonce: string;
  /** `architecture driver VBIOS mode`, or the code of the refusal. */
  readonly expected: string | TeeCode;
}

export const SAMPLE_NONCE = '931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb';

export const DEVICE_VECTORS: readonly DeviceVector[] = [
  {
    path: 'hopper-545.00-full',
    nonce: '4cff7f5380ead8fad8ec2c531c110aca4302a88f603792801a8ca29ee151af2e',
    expected: 'GH100 545.00 96.00.5E.00.01 undefined',
  },
  {
    path: 'hopper-550.90.07',
    nonce: SAMPLE_NONCE,
    expected: 'GH100 550.90.07 96.00.9F.00.01 undefined',
  },
  {
    path: 'hopper-580.159.03',
    nonce: '5bb22e377702d4e1e8215a903ba094826b9ac7f731dee1fe8102958bf2840aca',
    expected: 'GH100 580.159.03 96.00.74.00.20 single',
  },
  {
    path: 'blackwell-575.32',
    nonce: SAMPLE_NONCE,
    expected: 'GB100 575.32 97.00.88.00.0F undefined',
  },
  {
    path: 'hopper-invalid-signature',
    nonce: SAMPLE_NONCE,
    expected: 'gpu_report_signature_invalid',
  },
  {
    path: 'switch-ls10',
    nonce: SAMPLE_NONCE,
    expected: 'LS_10 undefined 96.10.55.00.01 undefined',
  },
];

const NOW = new Date('2026-06-01T00:00:00Z');
/** Nothing but the device's own statements: no manifests, no revocation. */
export const ALONE: Omit<NvidiaOptions, 'nonce'> = {
  now: NOW,
  revocation: 'unchecked',
  manifests: 'unchecked',
  sampleNonce: 'accepted',
};

/** Evidence of a vector. */
export async function readEvidence(
  read: Read,
  path: string,
): Promise<{ report: Uint8Array; chain: string }> {
  const [report, chain] = [await read(`${path}/report.bin`), await read(`${path}/chain.pem`)];
  return { report, chain: new TextDecoder().decode(chain) };
}

/** Whether a mutant is tried; asked once for each, in order. */
export type Sample = () => boolean;

/** Vectors, fleets, measurements, and those mutants that are in the sample. */
export function nvidiaDeviceCases(read: Read, sample: Sample): Case[] {
  const sound = DEVICE_VECTORS.filter(({ expected }) => expected.includes(' '));
  return [
    ...DEVICE_VECTORS.map((vector) => vectorCase(read, vector)),
    manifestCase(read, 'hopper-545.00-full', 33),
    manifestCase(read, 'switch-ls10', 31),
    fleetCase(read),
    duplicateCase(read),
    ...sound.map((vector) => reportMutants(read, vector, sample)),
    chainMutants(read, sound, sample),
  ];
}

function vectorCase(read: Read, { path, nonce, expected }: DeviceVector): Case {
  return {
    name: `${path} is ${expected}`,
    run: async () => {
      const evidence = await readEvidence(read, path);
      const options = { ...ALONE, nonce: hex(nonce) };
      const result = await verifyNvidiaDevice(evidence, {}, options);
      const found = result.ok
        ? [
            result.facts.architecture,
            result.facts.driverVersion,
            result.facts.vbiosVersion,
            result.facts.features.mode,
          ]
            .map(String)
            .join(' ')
        : result.code;
      demand(found === expected, `${found}, not ${expected}`);
    },
  };
}

/** Values of the published manifests, read without any of our XML: only their comparison is meant here. */
export async function readManifest(
  read: Read,
  path: string,
  kind: ReferenceManifest['kind'],
): Promise<ReferenceManifest> {
  const xml = new TextDecoder().decode(await read(`${path}/${kind}_rim.xml`));
  const resources = [...xml.matchAll(/<ns0:Resource ([^>]*)>/g)].map(([, text = '']) => text);
  const attribute = (text: string, name: string): string =>
    new RegExp(`${name}="([^"]*)"`).exec(text)?.[1] ?? '';
  return {
    id: path,
    version: attribute(xml, 'colloquialVersion'),
    kind,
    sha256: new Uint8Array(32),
    expiresAt: new Date('2027-01-01T00:00:00Z'),
    measurements: resources.map((text) => ({
      index: Number(attribute(text, 'index')),
      active: attribute(text, 'active') === 'True',
      size: Number(attribute(text, 'size')),
      alternatives: [...text.matchAll(/Hash\d+="([0-9a-f]*)"/g)].map(([, value = '']) =>
        hex(value),
      ),
    })),
  };
}

function manifestCase(read: Read, path: string, count: number): Case {
  return {
    name: `${path} meets its ${count} reference values, and fails with any of them changed`,
    run: async () => {
      const evidence = await readEvidence(read, path);
      const vbiosRim = await readManifest(read, path, 'vbios');
      const driverRim =
        path === 'switch-ls10' ? undefined : await readManifest(read, path, 'driver');
      const { nonce } = parseGpuReport(evidence.report);
      const options = { ...ALONE, manifests: 'required' as const, nonce };
      const result = await verifyNvidiaDevice(evidence, { driverRim, vbiosRim }, options);
      demand(result.ok, 'not accepted');
      const found = result.ok ? result.facts.measurements : undefined;
      demand(found !== undefined && found.compared + found.skipped.length === count, 'count');
      for (const { index, active } of vbiosRim.measurements) {
        if (!active) continue;
        const changed = changeMeasurement(vbiosRim, index);
        const refused = await verifyNvidiaDevice(
          evidence,
          { driverRim, vbiosRim: changed },
          options,
        );
        demand(!refused.ok && refused.code === 'gpu_measurement_mismatch', `index ${index}`);
      }
    },
  };
}

function changeMeasurement(manifest: ReferenceManifest, index: number): ReferenceManifest {
  return {
    ...manifest,
    measurements: manifest.measurements.map((one) =>
      one.index === index
        ? { ...one, alternatives: one.alternatives.map((value) => flip(value, 100)) }
        : one,
    ),
  };
}

function fleetCase(read: Read): Case {
  return {
    name: 'multi_gpu_hopper.json is four devices, and not three or five',
    run: async () => {
      const evidence = await readDevices(read, 'multi_gpu_hopper.json');
      const nonce = evidence[0]?.claimed?.nonce ?? new Uint8Array();
      const devices = evidence.map((one) => ({ evidence: one, collateral: {} }));
      const verify = (gpus: number, topology: 'required' | 'unchecked') =>
        verifyNvidiaFleet(devices, {
          ...ALONE,
          nonce,
          expected: { gpus, switches: 0 },
          topology,
        });
      const four = await verify(4, 'unchecked');
      demand(four.ok && four.facts.devices.length === 4, 'four devices');
      for (const gpus of [3, 5]) {
        const other = await verify(gpus, 'unchecked');
        demand(!other.ok && other.code === 'gpu_fleet_count', `${gpus} devices`);
      }
      const unlinked = await verify(4, 'required');
      demand(!unlinked.ok && unlinked.code === 'gpu_fleet_topology', 'switches not attested');
    },
  };
}

function duplicateCase(read: Read): Case {
  return {
    name: 'multi_switch_ls10_DUPLICATED.json is one switch four times, refused',
    run: async () => {
      const evidence = await readDevices(read, 'multi_switch_ls10_DUPLICATED.json');
      const devices = evidence.map((one) => ({ evidence: one, collateral: {} }));
      const result = await verifyNvidiaFleet(devices, {
        ...ALONE,
        nonce: hex(SAMPLE_NONCE),
        expected: { gpus: 0, switches: 4 },
      });
      demand(!result.ok && result.code === 'gpu_fleet_duplicate', 'duplicate');
    },
  };
}

/** Every bit of a report is signed, or is signature. */
function reportMutants(read: Read, { path, nonce }: DeviceVector, sample: Sample): Case {
  return {
    name: `${path}: every changed bit of the report is refused`,
    run: async () => {
      const { report, chain } = await readEvidence(read, path);
      const prepared = await prepareNvidiaChain(chain, { now: NOW });
      if (!prepared.ok) throw new Error(prepared.code);
      const options = { ...ALONE, nonce: hex(nonce) };
      await eachBit(8 * report.length, sample, async (bit) => {
        const evidence = { report: flip(report, bit), chain: prepared.facts };
        return (await verifyNvidiaDevice(evidence, {}, options)).ok;
      });
    },
  };
}

/** Every bit of a certificate is signed, is signature, or belongs to the pinned root. */
function chainMutants(read: Read, vectors: readonly DeviceVector[], sample: Sample): Case {
  return {
    name: 'every changed bit of every certificate is refused',
    run: async () => {
      const tried = new Set<string>();
      for (const { path } of vectors) {
        const certificates = readPem((await readEvidence(read, path)).chain);
        for (const [i, der] of certificates.entries()) {
          if (tried.has(der.join())) continue;
          tried.add(der.join());
          await eachBit(8 * der.length, sample, async (bit) => {
            const mutated = certificates.map((one, at) => (at === i ? flip(one, bit) : one));
            return (await prepareNvidiaChain(toPem(mutated), { now: NOW })).ok;
          });
        }
      }
    },
  };
}

async function eachBit(
  bits: number,
  sample: Sample,
  accepted: (bit: number) => Promise<boolean>,
): Promise<void> {
  for (let bit = 0; bit < bits; bit++) {
    if (sample()) demand(!(await accepted(bit)), `bit ${bit} changed and accepted`);
  }
}

async function readDevices(read: Read, path: string): Promise<NvidiaEvidence[]> {
  return parseNvidiaEvidence(new TextDecoder().decode(await read(path)));
}

function flip(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return changed;
}

function toPem(certificates: readonly Uint8Array[]): string {
  return certificates
    .map((der) => btoa(String.fromCharCode(...der)))
    .map((text) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`)
    .join('');
}

function hex(text: string): Uint8Array {
  const bytes = parseHex(text);
  if (bytes === undefined) throw new Error(`not hexadecimal: ${text}`);
  return bytes;
}

function demand(ok: boolean, what: string): void {
  if (!ok) throw new Error(what);
}
