/** What every runtime must find in the published answers of NVIDIA's attestation service. */
import { verifyNras } from '../../src/nras/verify.ts';
import type { Case, Read } from './nvidia-device.ts';

const NONCE = '931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb';

interface NrasVector {
  readonly name: string;
  /** Seconds since 1970. */
  readonly at: number;
  readonly issuer?: string;
  /** Versions of the device, or the code of the refusal. */
  readonly expected: string;
}

const STAGING = 'https://nras.attestation-stg.nvidia.com';

export const NRAS_VECTORS: readonly NrasVector[] = [
  { name: 'hopper_v3', at: 1_749_601_918, expected: 'gpu 550.90.07 96.00.9F.00.01' },
  { name: 'hopper_v3', at: 1_749_605_457, expected: 'gpu 550.90.07 96.00.9F.00.01' },
  { name: 'hopper_v3', at: 1_749_605_458, expected: 'nras_expired' },
  { name: 'hopper_v3', at: 1_749_601_857, expected: 'nras_not_yet_valid' },
  { name: 'hopper_v3', at: 1_749_601_918, issuer: STAGING, expected: 'nras_issuer_mismatch' },
  { name: 'switch_staging', at: 1_751_155_120, expected: 'nras_issuer_mismatch' },
  {
    name: 'switch_staging',
    at: 1_751_155_120,
    issuer: STAGING,
    expected: 'switch undefined 96.10.55.00.01',
  },
];

/** The cases, reading files of `vectors/tee/nvidia/nras` through `read`. */
export function nrasCases(read: Read): Case[] {
  return NRAS_VECTORS.map(({ name, at, issuer, expected }) => ({
    name: `${name} at ${at}${issuer === undefined ? '' : ` from ${issuer}`} is ${expected}`,
    run: async () => {
      const [eat, jwks] = await Promise.all([
        read(`${name}_detached_eat.json`),
        read(`${name}_recovered_jwks.json`),
      ]);
      const nonce = Uint8Array.from(NONCE.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
      const now = new Date(1000 * at);
      const options = issuer === undefined ? { now, nonce } : { now, nonce, issuer };
      const result = await verifyNras(eat, { jwks }, options);
      const found = result.ok
        ? result.facts.devices
            .map(
              ({ kind, driverVersion, vbiosVersion }) => `${kind} ${driverVersion} ${vbiosVersion}`,
            )
            .join()
        : result.code;
      if (found !== expected) throw new Error(`expected ${expected}, got ${found}`);
    },
  }));
}
