/**
 * One cold start, in a process that does nothing else: from before the import of a library until it
 * is created, and until it has verified one proof. `ours` is the built package, as a user has it.
 * Arguments: library, back end, and the proof's parts in hexadecimal as JSON. Prints JSON.
 */
import { createRequire } from 'node:module';

/** What a cold start verifies: an opening, and for ox, which has no verifyKzgProof, one cell. */
export interface ReadyProof {
  readonly commitment: string;
  readonly z: string;
  readonly y: string;
  readonly proof: string;
  readonly cell: string;
  readonly cellProof: string;
}

/** What the child prints. */
export interface ReadyTimes {
  readonly created: { readonly cpuMs: number; readonly wallMs: number };
  readonly verified: { readonly cpuMs: number; readonly wallMs: number };
  readonly result: boolean;
  readonly peakRssMib: number;
}

type Verify = () => boolean;
type Verifier = { verifyKzgProof(...args: Uint8Array[]): boolean };

const [library, backend, proofJson] = process.argv.slice(2) as [string, string, string];
const parts = JSON.parse(proofJson) as ReadyProof;
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const opening = [parts.commitment, parts.z, parts.y, parts.proof].map(bytes);
const require = createRequire(import.meta.url);

const LIBRARIES: Readonly<Record<string, () => Promise<Verify>>> = {
  ours: async () => {
    const { createKzg } = await import('@barycenter/kzg');
    const kzg = await createKzg((backend === 'auto' ? {} : { backend }) as object);
    const verifier = kzg as unknown as Verifier;
    return () => verifier.verifyKzgProof(...opening);
  },
  'c-kzg': async () => {
    const kzg = require('c-kzg') as Verifier & { loadTrustedSetup(precompute: number): void };
    kzg.loadTrustedSetup(0);
    return () => kzg.verifyKzgProof(...opening);
  },
  'node-eth-kzg': async () => {
    const { DasContextJs } = require('@crate-crypto/node-eth-kzg') as {
      DasContextJs: { create(options: { usePrecomp: boolean }): Verifier };
    };
    const kzg = DasContextJs.create({ usePrecomp: false });
    return () => kzg.verifyKzgProof(...opening);
  },
  'kzg-wasm': async () => {
    const { loadKZG } = await import('kzg-wasm');
    const kzg = await loadKZG();
    const [commitment, z, y, proof] = [parts.commitment, parts.z, parts.y, parts.proof].map(
      (hex) => `0x${hex}`,
    ) as [string, string, string, string];
    return () => kzg.verifyKZGProof(commitment, z, y, proof);
  },
  ox: async () => {
    const { Kzg } = await import('ox/wasm');
    const { Setups } = await import('ox/trusted-setups');
    const kzg = await Kzg.create({ trustedSetup: Setups.mainnet });
    return () =>
      kzg.verifyCellKzgProofBatch(
        [bytes(parts.commitment)],
        [0],
        [bytes(parts.cell)],
        [bytes(parts.cellProof)],
      );
  },
};

const cpu = process.cpuUsage();
const wall = performance.now();
const since = (): { cpuMs: number; wallMs: number } => {
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1000, wallMs: performance.now() - wall };
};
const verify = await LIBRARIES[library]!();
const created = since();
const result = verify();
const verified = since();
const peakRssMib = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ created, verified, result, peakRssMib } satisfies ReadyTimes));
