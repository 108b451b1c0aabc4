/**
 * The published evidence, each piece with the result that its README or `meta.json` states, and its
 * mutants. The cases are those of the package's own tests, run on the built package.
 */
import { verifyNras } from '@barycenter/tee-attest/nras';
import {
  refuseFlips,
  snpSamples,
  snpVectorCases,
} from '../../../packages/tee-attest/test/cases/amd.ts';
import { appraisalCases } from '../../../packages/tee-attest/test/cases/appraisal.ts';
import {
  intelVectorCases,
  readSample,
  refuseCollateralFlips,
  refuseQuoteFlips,
  SUPPORTED_SAMPLES,
} from '../../../packages/tee-attest/test/cases/intel-vectors.ts';
import {
  nvidiaDeviceCases,
  SAMPLE_NONCE,
} from '../../../packages/tee-attest/test/cases/nvidia-device.ts';
import { nrasCases } from '../../../packages/tee-attest/test/cases/nvidia-nras.ts';
import { rimCases, rimMutants } from '../../../packages/tee-attest/test/cases/nvidia-rim.ts';
import { seededRandom } from '../../src/random.ts';
import { type Case, expectEqual, fromHex } from './suite.ts';
import { type Read, refuseMutants, type Sample, SEED, sampler } from './tee-sample.ts';

/** A case as the package's own tests write it. */
interface PackageCase {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** Signatures in JavaScript take ten times as long. */
const PORTABLE_ONE_IN = 2048;

/** Every published piece of evidence, and those of its mutants that are in the sample. */
export function vectorCases(read: Read, sample: Sample): Case[] {
  const tokens = nrasCases((path) => read(`nvidia/nras/${path}`));
  return [
    ...signatureCases(read, sample),
    ...named('intel', intelVectorCases(read)),
    ...named('appraisal', appraisalCases(read)),
    ...named('nras', tokens),
    tokenMutants(read, sample),
    ...SUPPORTED_SAMPLES.map((name, i) =>
      quoteFlips(read, sample, { name, withCollateral: i === 2 }),
    ),
    reportFlips(read, sample),
    ...['hopper-545.00-full/driver_rim.xml', 'hopper-545.00-full/vbios_rim.xml'].map((path) =>
      manifestMutants(read, sample, path),
    ),
  ];
}

/** The same without WebCrypto. NVIDIA's tokens are left out: jose has no signatures of its own. */
export function portableCases(read: Read): Case[] {
  return signatureCases(read, sampler(PORTABLE_ONE_IN)).map(withoutWebCrypto);
}

/** Cases of the package with a prefix that says whose they are. */
export function named(prefix: string, cases: readonly PackageCase[]): Case[] {
  return cases.map(({ name, run }) => ({ name: `${prefix}: ${name}`, check: run }));
}

function signatureCases(read: Read, sample: Sample): Case[] {
  const nvidia = (path: string) => read(`nvidia/${path}`);
  return [
    ...named('snp', snpVectorCases(read)),
    ...named('nvidia', nvidiaDeviceCases(nvidia, sample)),
    ...named('rim', rimCases(nvidia)),
  ];
}

/** Quotes share most of their collateral: that of one is enough here. */
function quoteFlips(
  read: Read,
  sample: Sample,
  { name, withCollateral }: { readonly name: string; readonly withCollateral: boolean },
): Case {
  return {
    name: `intel: a sixteenth of the flipped bits of ${name} is refused`,
    check: async () => {
      const options = { all: false, seed: SEED };
      const found = await readSample(read, name);
      sample.add(await refuseQuoteFlips(found, options));
      if (withCollateral) sample.add(await refuseCollateralFlips(found, options));
    },
  };
}

function reportFlips(read: Read, sample: Sample): Case {
  return {
    name: 'snp: a sixteenth of the flipped bits of reports and of certificates is refused',
    check: async () => {
      for (const [i, evidence] of (await snpSamples(read)).entries()) {
        const options = { all: false, seed: SEED, certificates: i === 0 };
        sample.add(await refuseFlips(evidence, options));
      }
    },
  };
}

function tokenMutants(read: Read, sample: Sample): Case {
  return {
    name: 'nras: flipped bits of the tokens are refused',
    check: async () => {
      const jwks = read('nvidia/nras/hopper_v3_recovered_jwks.json');
      const options = { now: new Date('2025-06-11T00:31:58Z'), nonce: fromHex(SAMPLE_NONCE) };
      const eat = read('nvidia/nras/hopper_v3_detached_eat.json');
      const end = new TextDecoder().decode(eat).trimEnd().length;
      const accepts = async (mutant: Uint8Array): Promise<boolean> =>
        (await verifyNras(mutant, { jwks }, options)).ok;
      await refuseMutants(eat.subarray(0, end), sample, accepts);
    },
  };
}

function manifestMutants(read: Read, sample: Sample, path: string): Case {
  return {
    name: `rim: flipped bits of ${path} are refused`,
    check: async () => {
      const now = new Date('2024-06-01T00:00:00Z');
      const options = { now, random: seededRandom(SEED), all: false };
      const { tried, accepted } = await rimMutants(read(`nvidia/${path}`), options);
      sample.add(tried);
      expectEqual(accepted, []);
    },
  };
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
