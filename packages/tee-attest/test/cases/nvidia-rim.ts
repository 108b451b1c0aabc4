/** What every runtime must find in the published reference manifests, and in changed ones. */
import type { Random } from '@barycenter/testing';
import { type CryptoProvider, defaultCrypto, digestSync } from '../../src/crypto.ts';
import type { TeeCode } from '../../src/errors.ts';
import { verifyReferenceManifest } from '../../src/nvidia/rim.ts';
import type { Case, Read } from './nvidia-device.ts';

/** A published manifest, when it is judged, and what must come out. */
export interface RimVector {
  readonly path: string;
  readonly now: string;
  /** `kind version active`, or the code of the refusal. */
  readonly expected: string | TeeCode;
}

const OLD = '2024-06-01T00:00:00Z';
const NEW = '2026-06-01T00:00:00Z';

export const RIM_VECTORS: readonly RimVector[] = [
  { path: 'hopper-545.00-full/driver_rim.xml', now: OLD, expected: 'driver 545.00 21' },
  { path: 'hopper-545.00-full/vbios_rim.xml', now: OLD, expected: 'vbios 96.00.5E.00.01 12' },
  { path: 'hopper-545.00-full/driver_rim.xml', now: NEW, expected: 'chain_expired' },
  { path: 'switch-ls10/vbios_rim.xml', now: NEW, expected: 'vbios 96.10.55.00.01 31' },
  { path: 'switch-ls10/vbios_rim.xml', now: OLD, expected: 'chain_not_yet_valid' },
  {
    path: 'rims/g520_0200_885_960074000D_PROD.swidtag',
    now: OLD,
    expected: 'vbios 96.00.74.00.0D 12',
  },
  {
    path: 'rims/NV_GPU_DRIVER_GH100_550.144.03.xml',
    now: '2025-06-01T00:00:00Z',
    expected: 'driver 550.144.03 21',
  },
  {
    path: 'rims/NV_GPU_DRIVER_GH100_550.144.03.xml',
    now: NEW,
    expected: 'driver 550.144.03 21',
  },
  { path: 'rims/incorrect_signature_driver_rim.xml', now: NEW, expected: 'xml_signature_invalid' },
  { path: 'rims/incorrect_cert_chain_driver_rim.xml', now: NEW, expected: 'chain_untrusted_root' },
  {
    path: 'rims/NV_GPU_DRIVER_GH100_570.124.03_expired.xml',
    now: NEW,
    expected: 'chain_expired',
  },
  {
    path: 'rims/NV_GPU_DRIVER_GH100_570.124.03_expired.xml',
    now: '2025-01-01T12:00:00Z',
    expected: 'xml_digest_mismatch',
  },
  {
    path: 'rims/NV_GPU_DRIVER_GH100_535.86.09_tampered.xml',
    now: NEW,
    expected: 'xml_digest_mismatch',
  },
];

/** The cases, reading files of `vectors/tee/nvidia` through `read`. */
export function rimCases(read: Read): Case[] {
  return RIM_VECTORS.map(({ path, now, expected }) => ({
    name: `${path} at ${now} is ${expected}`,
    run: async () => {
      const result = await verifyReferenceManifest(await read(path), { now: new Date(now) });
      const found = result.ok ? summary(result.facts) : result.code;
      if (found !== expected) throw new Error(`expected ${expected}, got ${found}`);
    },
  }));
}

function summary({
  kind,
  version,
  measurements,
}: {
  kind: string;
  version: string;
  measurements: readonly { active: boolean }[];
}): string {
  return `${kind} ${version} ${measurements.filter(({ active }) => active).length}`;
}

/** How a run over mutants ended. */
export interface MutantReport {
  readonly tried: number;
  /** Byte and bit of every mutant that was accepted. */
  readonly accepted: readonly string[];
  /** Mutants by code of their refusal. */
  readonly codes: ReadonlyMap<string, number>;
}

/** Flips bits of a manifest: all of them, or one of a random sixteenth of its bytes. */
export async function rimMutants(
  xml: Uint8Array,
  { now, random, all }: { readonly now: Date; readonly random: Random; readonly all: boolean },
): Promise<MutantReport> {
  const options = { now, crypto: remembering(defaultCrypto()) };
  const accepted: string[] = [];
  const codes = new Map<string, number>();
  const mutant = Uint8Array.from(xml);
  let tried = 0;
  for (let at = 0; at < xml.length; at++) {
    if (!all && random.integer(16) !== 0) continue;
    for (const bit of all ? [0, 1, 2, 3, 4, 5, 6, 7] : [random.integer(8)]) {
      mutant[at] = (xml[at] as number) ^ (1 << bit);
      const result = await verifyReferenceManifest(mutant, options);
      tried++;
      if (result.ok) accepted.push(`byte ${at}, bit ${bit}`);
      else codes.set(result.code, (codes.get(result.code) ?? 0) + 1);
    }
    mutant[at] = xml[at] as number;
  }
  return { tried, accepted, codes };
}

/** Remembers answers by key, signature and data: mutants share all but one of their certificates. */
function remembering(crypto: CryptoProvider): CryptoProvider {
  const known = new Map<string, Promise<boolean>>();
  return {
    ...crypto,
    verify(signed) {
      const { key, signature, data } = signed;
      const point = key.kind === 'ec' ? key.point : key.spki;
      const question = [point, signature, data].map((part) => digestSync('SHA-256', part)).join();
      const answer = known.get(question) ?? crypto.verify(signed);
      known.set(question, answer);
      return answer;
    },
  };
}
