/**
 * The published evidence, each piece with the result that its README or `meta.json` states, and its
 * mutants. The cases are those of the package's own tests, run on the built package.
 */
import { verifyReferenceManifest } from '@barycenter/tee-attest/nvidia';
import { nvidiaDeviceCases } from '../../../packages/tee-attest/test/cases/nvidia-device.ts';
import { nrasCases } from '../../../packages/tee-attest/test/cases/nvidia-nras.ts';
import { rimCases } from '../../../packages/tee-attest/test/cases/nvidia-rim.ts';
import { seededRandom } from '../../src/random.ts';
import type { Case } from './suite.ts';
import { type Read, refuseMutants, type Sample, sampler } from './tee-sample.ts';

/** A case as the package's own tests write it. */
interface PackageCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Signatures in JavaScript take ten times as long. */
const PORTABLE_ONE_IN = 2048;

/** Every published piece of evidence, and those of its mutants that are in the sample. */
export function vectorCases(read: Read, sample: Sample): Case[] {
  const within = (folder: string) => (path: string) => read(`${folder}/${path}`);
  return [
    ...signatureCases(read, sample),
    ...named('nras', nrasCases(within('nvidia/nras'))),
    manifestMutants(read, sample),
  ];
}

/** The same without WebCrypto. NVIDIA's tokens are left out: jose has no signatures of its own. */
export function portableCases(read: Read): Case[] {
  return signatureCases(read, sampler(PORTABLE_ONE_IN)).map(withoutWebCrypto);
}

function signatureCases(read: Read, sample: Sample): Case[] {
  const nvidia = (path: string) => read(`nvidia/${path}`);
  return [...named('nvidia', nvidiaDeviceCases(nvidia, sample)), ...named('rim', rimCases(nvidia))];
}

function manifestMutants(read: Read, sample: Sample): Case {
  return {
    name: 'rim: every changed bit of a manifest is refused',
    check: async () => {
      const options = { now: new Date('2024-06-01T00:00:00Z') };
      const xml = read('nvidia/hopper-545.00-full/vbios_rim.xml');
      const end = new TextDecoder().decode(xml).trimEnd().length;
      const fourth = seededRandom(4);
      const fewer = () => fourth.integer(4) === 0 && sample();
      await refuseMutants(xml.subarray(0, end), fewer, async (mutant) => {
        return (await verifyReferenceManifest(mutant, options)).ok;
      });
    },
  };
}

/** Cases of the package with a prefix that says whose they are. */
function named(prefix: string, cases: readonly PackageCase[]): Case[] {
  return cases.map(({ name, run }) => ({ name: `${prefix}: ${name}`, check: run }));
}

/** The same case where there is no WebCrypto, as on a page without a secure context. */
function withoutWebCrypto({ name, check }: Case): Case {
  return {
    name: `${name}, without WebCrypto`,
    check: async () => {
      const own = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
      Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
      try {
        await check();
      } finally {
        if (own === undefined) Reflect.deleteProperty(globalThis, 'crypto');
        else Object.defineProperty(globalThis, 'crypto', own);
      }
    },
  };
}
