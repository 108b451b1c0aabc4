/** Laws of SEV-SNP verification, on public samples and on a synthetic AMD. */
import { integer } from '@barycenter/testing/der-writer';
import { testCertificate, testKey, toPem } from '@barycenter/testing/synthetic-ca';
import { readTcb } from '../../src/amd/product.ts';
import {
  type AmdCode,
  parseSnpReport,
  prepareSnpCollateral,
  readSnpEndorsement,
  type SnpCollateral,
  type SnpOptions,
  type SnpProduct,
  verifySnp,
} from '../../src/amd.ts';
import { bytesToHex } from '../../src/bytes.ts';
import { parseCertificate, parseCertificates } from '../../src/certificate.ts';
import { verifyChain } from '../../src/chain.ts';
import { recorded } from '../../src/checks.ts';
import { type CryptoProvider, defaultCrypto } from '../../src/crypto.ts';
import type { TeeCode } from '../../src/errors.ts';
import { PRODUCTION_TRUST } from '../../src/trust.ts';
import {
  ARC,
  type LeafFields,
  NOW,
  number,
  type ReportFields,
  snpWorld,
  text,
  type World,
} from './amd-world.ts';
import {
  accepted,
  type Case,
  chosenBits,
  flipped,
  misused,
  type ReadVector,
  refused,
  same,
  unparsable,
} from './case.ts';

/** When the public samples are judged. They come without revocation lists. */
const SAMPLE_TIME: SnpOptions = { now: new Date('2026-11-20T00:00:00Z'), revocation: 'unchecked' };

/** A public sample and what `vectors/tee/README.md` says of it. */
const SAMPLES = [
  {
    name: 'google-milan-v2',
    vcek: 'vcek.der',
    version: 2,
    vmpl: 0,
    debug: true,
    reported: { bootloader: 2, tee: 0, snp: 5, microcode: 0x44 },
    currentSnp: 5,
    cpuid: undefined,
  },
  {
    name: 'gcp-milan-v5',
    vcek: 'vcek.pem',
    version: 5,
    vmpl: 0,
    debug: false,
    reported: { bootloader: 4, tee: 0, snp: 0x1b, microcode: 0xde },
    currentSnp: 0x1b,
    cpuid: { family: 0x19, model: 1, stepping: 1 },
    reportData: '00'.repeat(64),
  },
  {
    name: 'gcp-milan-v5-x25519',
    vcek: 'vcek.pem',
    version: 5,
    vmpl: 1,
    debug: false,
    reported: { bootloader: 4, tee: 0, snp: 0x1b, microcode: 0xde },
    currentSnp: 0x1b,
    cpuid: { family: 0x19, model: 1, stepping: 1 },
  },
  {
    name: 'dstack-milan-v3',
    vcek: 'vcek.pem',
    version: 3,
    vmpl: 0,
    debug: false,
    reported: { bootloader: 4, tee: 0, snp: 0x17, microcode: 0xd5 },
    currentSnp: 0x18,
    cpuid: { family: 0x19, model: 1, stepping: 1 },
    reportData: bytesToHex(new TextEncoder().encode('attest-test-fixture-2026')).padEnd(128, '0'),
  },
] as const;

const ROOT_CHAINS = [
  ['milan', 'Milan', 'vcek'],
  ['milan_vlek', 'Milan', 'vlek'],
  ['genoa', 'Genoa', 'vcek'],
  ['genoa_vlek', 'Genoa', 'vlek'],
  ['turin_vcek', 'Turin', 'vcek'],
  ['turin_vlek', 'Turin', 'vlek'],
] as const;

/** Evidence with what it is judged by. */
export interface SnpEvidence {
  readonly name: string;
  readonly report: Uint8Array;
  readonly collateral: SnpCollateral & { readonly chain: string };
  readonly options: SnpOptions;
}

export const SAMPLE_NAMES: readonly string[] = SAMPLES.map(({ name }) => name);
export const SYNTHETIC_NAMES: readonly string[] = ['Milan', 'Genoa', 'Turin'].flatMap((product) => [
  `${product} VCEK`,
  `${product} VLEK`,
]);

/** The public samples, as bytes. */
export async function snpSamples(read: ReadVector): Promise<SnpEvidence[]> {
  const chain = textOf(await read('snp/roots/ask_ark_milan.pem'));
  return Promise.all(
    SAMPLES.map(async ({ name, vcek: file }) => {
      const bytes = await read(`snp/${name}/${file}`);
      const vcek = file === 'vcek.der' ? bytes : textOf(bytes);
      const report = await read(`snp/${name}/report.bin`);
      return { name, report, collateral: { vcek, chain }, options: SAMPLE_TIME };
    }),
  );
}

/** A synthetic report under each kind of key of each product, with a revocation list. */
export async function snpSynthetics(): Promise<SnpEvidence[]> {
  const found: SnpEvidence[] = [];
  for (const product of ['Milan', 'Genoa', 'Turin'] as const) {
    const world = await snpWorld(product);
    const { chain, crl, trust } = world;
    const options = { now: NOW, trust };
    found.push({
      name: `${product} VCEK`,
      report: await world.report(),
      collateral: { vcek: await world.vcek(), chain: chain.vcek, crl },
      options,
    });
    found.push({
      name: `${product} VLEK`,
      report: await world.report({ signingKey: 1, chipId: new Uint8Array(64) }),
      collateral: { vlek: await world.vlek(), chain: chain.vlek, crl },
      options,
    });
  }
  return found;
}

/** Laws that need the files of `vectors/tee`. */
export function snpVectorCases(read: ReadVector): Case[] {
  const sampleCases = SAMPLES.map((sample, i) => ({
    name: `the public sample ${sample.name} holds, and says what its README says`,
    run: async () => {
      const { report, collateral, options } = (await snpSamples(read))[i] as SnpEvidence;
      const facts = accepted(await verifySnp(report, collateral, options));
      same(
        [facts.product, facts.signedBy, facts.revocation, facts.report.version, facts.report.vmpl],
        ['Milan', 'vcek', 'unchecked', sample.version, sample.vmpl],
      );
      same(facts.report.policy.debug, sample.debug);
      same(facts.tcb.reported, { ...sample.reported });
      same(
        [facts.tcb.current.snp, facts.tcb.committed.snp],
        [sample.currentSnp, sample.currentSnp],
      );
      same(facts.report.cpuid, sample.cpuid);
      if ('reportData' in sample) same(bytesToHex(facts.reportData), sample.reportData);
      same(bytesToHex(facts.chipId as Uint8Array), bytesToHex(facts.report.chipId));
    },
  }));
  return [
    ...sampleCases,
    {
      name: 'without a revocation list the public samples are refused, unless that is asked for',
      run: async () => {
        for (const { report, collateral } of await snpSamples(read))
          refused(await verifySnp(report, collateral, { now: SAMPLE_TIME.now }), 'crl_missing');
      },
    },
    ...ROOT_CHAINS.map(([file, product, endorses]) => ({
      name: `the published chain of ${product} for ${endorses} leads to the pinned root`,
      run: async () => {
        const chain = textOf(await read(`snp/roots/ask_ark_${file}.pem`));
        const facts = accepted(await prepareSnpCollateral({ chain }, SAMPLE_TIME));
        same([facts.product, facts.endorses], [product, endorses]);
      },
    })),
    {
      name: 'a public Turin VCEK leads to its root, with a hardware id of 8 bytes and an FMC version',
      run: async () => {
        const vcek = parseCertificate(await read('snp/turin-vcek-only/vcek.der'));
        const { product, tcb, hwid, kind } = readSnpEndorsement(vcek);
        same([product, kind, tcb.fmc, tcb.microcode], ['Turin', 'vcek', 0, 9]);
        same(bytesToHex(hwid as Uint8Array), '1e550a8ee5cf9f4d');
        const above = parseCertificates(textOf(await read('snp/roots/ask_ark_turin_vcek.pem')));
        const request = {
          roots: PRODUCTION_TRUST.amd.turin,
          now: SAMPLE_TIME.now.getTime(),
          crypto: defaultCrypto(),
          id: 'turin',
        };
        accepted(
          await recorded('turin', (checks) =>
            verifyChain([vcek, ...above], { ...request, checks }),
          ),
        );
      },
    },
    {
      name: "a Milan report does not hold under the roots of Genoa, nor with another chip's VCEK",
      run: async () => {
        const samples = await snpSamples(read);
        const [google, gcp] = samples as [SnpEvidence, SnpEvidence];
        const genoa = textOf(await read('snp/roots/ask_ark_genoa.pem'));
        const { report, collateral, options } = gcp;
        const wrong = await verifySnp(report, { ...collateral, chain: genoa }, options);
        refused(wrong, 'chain_issuer_mismatch');
        refused(await verifySnp(report, google.collateral, options), 'snp_tcb_mismatch');
      },
    },
    {
      name: "two VCEK certificates of one chip at one TCB are of one key, and serve each other's report",
      run: async () => {
        const [, first, second] = (await snpSamples(read)) as [
          SnpEvidence,
          SnpEvidence,
          SnpEvidence,
        ];
        accepted(await verifySnp(first.report, second.collateral, SAMPLE_TIME));
      },
    },
  ];
}

/** Laws on a synthetic AMD. */
export function snpSyntheticCases(): Case[] {
  return [
    ...acceptance(),
    ...reportRefusals(),
    ...endorsementRefusals(),
    ...authorityRefusals(),
    ...misuse(),
  ];
}

/**
 * Every flipped bit of a report and, with `certificates`, of key certificate, chain and list is refused.
 * Throws at the first that is not; returns how many were tried.
 */
export async function refuseFlips(
  evidence: SnpEvidence,
  {
    all,
    seed,
    certificates,
    agree,
  }: {
    all: boolean;
    seed: number;
    certificates: boolean;
    agree?: (mutant: SnpEvidence) => boolean;
  },
): Promise<number> {
  const { report, collateral, options, name } = evidence;
  const kind = collateral.vcek === undefined ? 'vlek' : 'vcek';
  const given = collateral[kind] as Uint8Array | string;
  const leaf = typeof given === 'string' ? (parseCertificates(given)[0]?.der as Uint8Array) : given;
  const [issuer, root] = parseCertificates(collateral.chain).map(({ der }) => der) as [
    Uint8Array,
    Uint8Array,
  ];
  const { crl } = collateral as { crl?: Uint8Array };
  const authority = accepted(await prepareSnpCollateral(collateral, options));
  const mutants: [string, Uint8Array, (mutant: Uint8Array) => SnpEvidence][] = [
    ['report', report, (mutant) => ({ ...evidence, report: mutant })],
    [kind, leaf, (mutant) => ({ ...evidence, collateral: { ...collateral, [kind]: mutant } })],
    [
      'issuer',
      issuer,
      (mutant) => ({ ...evidence, collateral: { ...collateral, chain: toPem(mutant, root) } }),
    ],
    [
      'root',
      root,
      (mutant) => ({ ...evidence, collateral: { ...collateral, chain: toPem(issuer, mutant) } }),
    ],
  ];
  if (crl !== undefined)
    mutants.push([
      'crl',
      crl,
      (mutant) => ({ ...evidence, collateral: { ...collateral, crl: mutant } }),
    ]);
  let count = 0;
  for (const [part, bytes, make] of certificates ? mutants : mutants.slice(0, 1)) {
    for (const bit of chosenBits(bytes.length, { all, seed })) {
      const mutant = make(flipped(bytes, bit));
      const { vcek, vlek } = mutant.collateral;
      const prepared = part === 'report' || part === kind;
      const judged = prepared ? { vcek, vlek, authority } : mutant.collateral;
      const { ok } = await verifySnp(mutant.report, judged, options);
      if (ok)
        throw new Error(`${name}: accepted with bit ${bit} of ${part} flipped (seed ${seed})`);
      if (agree?.(mutant))
        throw new Error(`${name}: the oracle accepts bit ${bit} of ${part} flipped`);
      count++;
    }
  }
  return count;
}

interface Change {
  readonly report?: ReportFields;
  readonly leaf?: LeafFields;
  /** Changes the report after it was signed. */
  readonly raw?: (report: Uint8Array) => Uint8Array;
}

function acceptance(): Case[] {
  const products: [SnpProduct, readonly [number, number, number]][] = [
    ['Milan', [0x19, 0x0f, 0]],
    ['Genoa', [0x19, 0x10, 0]],
    ['Genoa', [0x19, 0xa0, 2]],
    ['Genoa', [0x19, 0xaf, 2]],
    ['Turin', [0x1a, 0x00, 0]],
    ['Turin', [0x1a, 0x11, 0]],
  ];
  return [
    {
      name: 'reports of every product under VCEK and VLEK hold with a current revocation list',
      run: async () => {
        for (const { name, report, collateral, options } of await snpSynthetics()) {
          const facts = accepted(await verifySnp(report, collateral, options));
          same(`${facts.product} ${facts.signedBy.toUpperCase()}`, name);
          same([facts.revocation, facts.crlNumber], ['checked', '05']);
          same(facts.expiresAt.toISOString(), '2036-01-01T00:00:00.000Z');
          same(facts.cspId, facts.signedBy === 'vlek' ? 'example cloud' : undefined);
          same(facts.chipId === undefined, facts.signedBy === 'vlek');
        }
      },
    },
    {
      name: 'Bergamo and Siena are Genoa, and every model of a line is of that line',
      run: async () => {
        for (const [product, cpuid] of products) {
          const world = await snpWorld(product);
          accepted(await judge(world, { report: { cpuid } }));
        }
      },
    },
    {
      name: 'versions 2, 3 and 5 hold, and version 2 needs no CPUID',
      run: async () => {
        const world = await snpWorld('Milan');
        for (const version of [2, 3, 5]) {
          const { report } = accepted(await judge(world, { report: { version } }));
          same(report.cpuid === undefined, version === 2);
          same(report.currentMitigations === undefined, version !== 5);
        }
      },
    },
    {
      name: 'the certificate is for the reported TCB, whatever the current one is',
      run: async () => {
        const world = await snpWorld('Milan');
        const currentTcb = { ...world.tcb, snp: 24 };
        const { tcb } = accepted(await judge(world, { report: { currentTcb } }));
        same([tcb.reported.snp, tcb.current.snp], [23, 24]);
        refused(
          await judge(world, { report: { currentTcb }, leaf: { tcb: currentTcb } }),
          'snp_tcb_mismatch',
        );
      },
    },
    {
      name: 'a masked chip key goes with a chip identity of zeros, and the certificate still names the chip',
      run: async () => {
        const world = await snpWorld('Milan');
        const facts = accepted(await judge(world, { report: { maskChipKey: true } }));
        same(bytesToHex(facts.chipId as Uint8Array), bytesToHex(world.hwid));
        const shown = { maskChipKey: true, chipId: world.hwid };
        refused(await judge(world, { report: shown }), 'snp_chip_mismatch');
        refused(
          await judge(world, { report: { chipId: new Uint8Array(64) } }),
          'snp_chip_mismatch',
        );
      },
    },
    {
      name: 'a VLEK report that shows its chip has that chip in its facts',
      run: async () => {
        const world = await snpWorld('Milan');
        const { chain, crl, trust } = world;
        const report = await world.report({ signingKey: 1 });
        const vlek = await world.vlek();
        const facts = accepted(
          await verifySnp(report, { vlek, chain: chain.vlek, crl }, { now: NOW, trust }),
        );
        same(bytesToHex(facts.chipId as Uint8Array), bytesToHex(world.hwid));
      },
    },
    {
      name: 'fields of the report are read where they stand',
      run: async () => {
        const world = await snpWorld('Turin');
        const edit = (report: Uint8Array, view: DataView) => {
          view.setUint32(4, 77, true);
          view.setUint32(8, 0x03ff_0105, true);
          report.fill(0x11, 0x10, 0x20).fill(0x22, 0x20, 0x30);
          view.setUint32(0x30, 3, true);
          view.setUint32(0x40, 0xff, true);
          report[0x48] = 1;
          report.fill(0x33, 0xc0, 0xe0).fill(0x44, 0xe0, 0x110).fill(0x55, 0x110, 0x140);
          report.fill(0x66, 0x140, 0x160).fill(0x77, 0x160, 0x180);
          report.set([1, 2, 3, 0, 4, 5, 6], 0x1e8);
          view.setBigUint64(0x200, 12n, true);
        };
        const { report, reportData } = accepted(await judge(world, { report: { edit } }));
        same(report.guestSvn, 77);
        same(report.policy, {
          abiMinor: 5,
          abiMajor: 1,
          smt: true,
          migrationAgent: true,
          debug: true,
          singleSocket: true,
          cxl: true,
          memoryAes256Xts: true,
          raplDisabled: true,
          ciphertextHiding: true,
          pageSwapDisabled: true,
        });
        same(Object.values(report.platformInfo), Array(8).fill(true));
        same([report.vmpl, report.authorKeyEnabled, report.signingKey], [3, true, 'vcek']);
        const fields = [
          [report.familyId, 0x11, 16],
          [report.imageId, 0x22, 16],
          [reportData, 0xda, 64],
          [report.measurement, 0x3e, 48],
          [report.hostData, 0x33, 32],
          [report.idKeyDigest, 0x44, 48],
          [report.authorKeyDigest, 0x55, 48],
          [report.reportId, 0x66, 32],
          [report.migrationAgentReportId, 0x77, 32],
        ] as const;
        for (const [bytes, byte, size] of fields) same([...bytes], Array(size).fill(byte));
        same(report.currentFirmware, { build: 1, minor: 2, major: 3 });
        same(report.committedFirmware, { build: 4, minor: 5, major: 6 });
        same([report.launchMitigations, report.currentMitigations].map(String), ['11', '12']);
      },
    },
  ];
}

function reportRefusals(): Case[] {
  const edits: [string, AmdCode, (report: Uint8Array, view: DataView) => void][] = [
    ['policy bit 17 is clear', 'snp_reserved', (report) => (report[10] = 0x01)],
    ['a policy bit from 26 on is set', 'snp_reserved', (report) => (report[11] = 0x04)],
    ['a policy bit from 32 on is set', 'snp_reserved', (report) => (report[15] = 0x80)],
    ['an unknown platform bit is set', 'snp_reserved', (report) => (report[0x41] = 1)],
    ['an unknown signer bit is set', 'snp_reserved', (report) => (report[0x48] = 0x20)],
    ['bytes after the signer are set', 'snp_reserved', (report) => (report[0x4c] = 1)],
    [
      'there is an author key digest without author key',
      'snp_reserved',
      (report) => (report[0x110] = 1),
    ],
    ['bytes after the CPUID are set', 'snp_reserved', (report) => (report[0x18b] = 1)],
    ['the byte after the current firmware is set', 'snp_reserved', (report) => (report[0x1eb] = 1)],
    [
      'the byte after the committed firmware is set',
      'snp_reserved',
      (report) => (report[0x1ef] = 1),
    ],
    ['bytes after the mitigations are set', 'snp_reserved', (report) => (report[0x208] = 1)],
    ['the last signed byte is set', 'snp_reserved', (report) => (report[0x29f] = 1)],
    ['a reserved byte of the current TCB is set', 'snp_reserved', (report) => (report[0x3a] = 1)],
    ['a reserved byte of the reported TCB is set', 'snp_reserved', (report) => (report[0x185] = 1)],
    [
      'a reserved byte of the committed TCB is set',
      'snp_reserved',
      (report) => (report[0x1e2] = 1),
    ],
    ['a reserved byte of the launch TCB is set', 'snp_reserved', (report) => (report[0x1f3] = 1)],
    ['the privilege level is 4', 'snp_malformed', (report) => (report[0x30] = 4)],
    [
      "the privilege level is the host's",
      'snp_malformed',
      (_, view) => view.setUint32(0x30, 0xffffffff),
    ],
    ['the signing key is reserved', 'snp_malformed', (report) => (report[0x48] = 2 << 2)],
    ['no key signed', 'snp_not_signed', (report) => (report[0x48] = 7 << 2)],
    [
      'the signing key is one that no certificate was given for',
      'snp_endorsement_missing',
      (report) => (report[0x48] = 1 << 2),
    ],
    ['the signature algorithm is 0', 'snp_signature_algorithm', (report) => (report[0x34] = 0)],
    ['the signature algorithm is 2', 'snp_signature_algorithm', (report) => (report[0x34] = 2)],
    [
      'the processor is of another product',
      'snp_product_mismatch',
      (report) => report.set([0x19, 0x10], 0x188),
    ],
    ['the processor is Turin', 'snp_product_mismatch', (report) => report.set([0x1a, 0x02], 0x188)],
    [
      'the processor is unknown',
      'snp_product_mismatch',
      (report) => report.set([0x17, 0x31], 0x188),
    ],
    ['the chip is another one', 'snp_chip_mismatch', (report) => (report[0x1a0] = 0)],
    ['a TCB component is higher', 'snp_tcb_mismatch', (report) => (report[0x186] = 24)],
    ['a TCB component is lower', 'snp_tcb_mismatch', (report) => (report[0x187] = 212)],
    ...[0, 1, 4, 6, 256].map(
      (version) =>
        [
          `its version is ${version}`,
          'snp_version',
          (_: Uint8Array, view: DataView) => view.setUint32(0, version, true),
        ] as [string, AmdCode, (report: Uint8Array, view: DataView) => void],
    ),
  ];
  const raws: [string, AmdCode, (report: Uint8Array) => Uint8Array][] = [
    ['r has a byte beyond 48', 'snp_signature_encoding', (report) => put(report, 0x2a0 + 48, 1)],
    [
      's has a byte beyond 48',
      'snp_signature_encoding',
      (report) => put(report, 0x2a0 + 72 + 71, 1),
    ],
    ['bytes follow s', 'snp_signature_encoding', (report) => put(report, 0x2a0 + 144, 1)],
    ['the last byte is set', 'snp_signature_encoding', (report) => put(report, 1183, 1)],
    ['r is 0', 'snp_signature_invalid', (report) => report.fill(0, 0x2a0, 0x2a0 + 48)],
    ['s is 0', 'snp_signature_invalid', (report) => report.fill(0, 0x2a0 + 72, 0x2a0 + 120)],
    [
      'r is beyond the order',
      'snp_signature_invalid',
      (report) => report.fill(0xff, 0x2a0, 0x2a0 + 48),
    ],
    [
      'r and s are big-endian',
      'snp_signature_invalid',
      (report) => {
        report.subarray(0x2a0, 0x2d0).reverse();
        report.subarray(0x2e8, 0x318).reverse();
        return report;
      },
    ],
    ['a measured byte is changed', 'snp_signature_invalid', (report) => put(report, 0x90, 0)],
    ['a byte follows', 'snp_malformed', (report) => Uint8Array.from([...report, 0])],
  ];
  return [
    ...edits.map(([what, code, edit]) => ({
      name: `a report, well signed, is refused as ${code} if ${what}`,
      run: async () =>
        refused(
          await judge(await snpWorld('Milan'), {
            report: { edit: (report, view) => void edit(report, view) },
          }),
          code,
        ),
    })),
    ...raws.map(([what, code, raw]) => ({
      name: `a report is refused as ${code} if ${what}`,
      run: async () => refused(await judge(await snpWorld('Milan'), { raw }), code),
    })),
    {
      name: 'a report of any shorter length is malformed',
      run: async () => {
        const report = await (await snpWorld('Milan')).report();
        for (let size = 0; size < report.length; size++)
          unparsable(() => parseSnpReport(report.subarray(0, size)), 'snp_malformed');
      },
    },
    {
      name: 'fields of later versions must be zero in earlier ones',
      run: async () => {
        const world = await snpWorld('Milan');
        const cpuid = (report: Uint8Array) => void report.set([0x19, 1, 1], 0x188);
        refused(await judge(world, { report: { version: 2, edit: cpuid } }), 'snp_reserved');
        const mitigations = (report: Uint8Array) => void report.fill(11, 0x1f8, 0x1f9);
        refused(await judge(world, { report: { version: 3, edit: mitigations } }), 'snp_reserved');
      },
    },
    {
      name: 'a Turin report is not read as Milan, and a Milan report not as Turin',
      run: async () => {
        const [milan, turin] = await Promise.all([snpWorld('Milan'), snpWorld('Turin')]);
        const fromTurin = await turin.report({ version: 2, chipId: milan.hwid });
        refused(await judge(milan, { raw: () => fromTurin }), 'snp_reserved');
        const fromMilan = await milan.report({ version: 2, chipId: turin.hwid });
        refused(await judge(turin, { raw: () => fromMilan }), 'snp_reserved');
        const leaf = { productName: 'Turin' };
        refused(await judge(milan, { leaf }), 'snp_endorsement_malformed');
        unparsable(
          () => readTcb(Uint8Array.of(1, 4, 2, 23, 0, 0, 0, 213), 'Milan'),
          'snp_reserved',
        );
      },
    },
    {
      name: 'the upper bytes of a Turin chip identity are zero',
      run: async () => {
        const world = await snpWorld('Turin');
        const chipId = Uint8Array.from({ length: 64 }, (_, i) => world.hwid[i] ?? 0);
        accepted(await judge(world, { report: { chipId } }));
        refused(await judge(world, { report: { chipId: put(chipId, 8, 1) } }), 'snp_chip_mismatch');
      },
    },
  ];
}

function endorsementRefusals(): Case[] {
  const malformed: [string, LeafFields][] = [
    ...['1', '2', '3.1', '3.2', '3.3', '3.8', '4'].map((last): [string, LeafFields] => [
      `extension ${last} is missing`,
      { without: [last] },
    ]),
    ['its product is unknown', { productName: 'Naples-B0' }],
    ['its structure version is 1', { structVersion: 1 }],
    ['its structure version is 2', { structVersion: 2 }],
    ['it has an FMC version', { with: [number('3.9', 0)] }],
    ['it names a cloud provider', { with: [text('5', 'example cloud')] }],
    ['a reserved TCB component is not 0', { with: [number('3.4', 1)] }],
    ['a TCB component is 256', { without: ['3.8'], with: [number('3.8', 256)] }],
    [
      'a number has a byte more',
      {
        without: ['3.8'],
        with: [{ ...number('3.8', 213), value: Uint8Array.from([...integer(213), 0]) }],
      },
    ],
    [
      'a number is negative',
      { without: ['3.8'], with: [{ ...number('3.8', 0), value: Uint8Array.of(2, 1, 0x80) }] },
    ],
    ['its product name is empty', { productName: '' }],
    ['its hardware id has 8 bytes', { hwid: new Uint8Array(8) }],
    ['its hardware id has 65 bytes', { hwid: new Uint8Array(65) }],
    ['it is an authority', { authority: {}, keyUsage: [0] }],
    ['its key may not sign', { keyUsage: [5] }],
    ['its name is another', { subject: 'SEV-VCEK2' }],
  ];
  return [
    ...malformed.map(([what, leaf]) => ({
      name: `a VCEK is refused as snp_endorsement_malformed if ${what}`,
      run: async () =>
        refused(await judge(await snpWorld('Milan'), { leaf }), 'snp_endorsement_malformed'),
    })),
    {
      name: 'a VLEK names its cloud provider, and no chip',
      run: async () => {
        const world = await snpWorld('Milan');
        const { chain, crl, trust, hwid } = world;
        const report = await world.report({ signingKey: 1 });
        const bad: LeafFields[] = [
          { without: ['5'] },
          { without: ['5'], with: [text('5', '')] },
          { without: ['5'], with: [text('5', 'x'.repeat(65))] },
          { without: ['5'], with: [text('5', 'line\nbreak')] },
          { with: [{ oid: `${ARC}.4`, value: hwid }] },
          { structVersion: 2 },
        ];
        for (const fields of bad) {
          const collateral = { vlek: await world.vlek(fields), chain: chain.vlek, crl };
          const result = await verifySnp(report, collateral, { now: NOW, trust });
          refused(result, 'snp_endorsement_malformed');
        }
      },
    },
    {
      name: 'reserved TCB components of value 0 are let pass: AMD writes them',
      run: async () => {
        const leaf = { with: ['3.4', '3.5', '3.6', '3.7'].map((last) => number(last, 0)) };
        accepted(await judge(await snpWorld('Milan'), { leaf }));
      },
    },
    {
      name: 'a key on another curve is refused',
      run: async () => {
        const key = await testKey('P-256');
        refused(
          await judge(await snpWorld('Milan'), { leaf: { key } }),
          'snp_endorsement_malformed',
        );
      },
    },
    {
      name: 'the key of another chip with the right certificate data does not verify',
      run: async () => {
        const signer = await testKey('P-384');
        refused(
          await judge(await snpWorld('Milan'), { report: { signer } }),
          'snp_signature_invalid',
        );
      },
    },
    {
      name: 'a VCEK certificate of another product below the same authority is refused',
      run: async () => {
        const leaf = { productName: 'Genoa-B0' };
        refused(await judge(await snpWorld('Milan'), { leaf }), 'snp_product_mismatch');
      },
    },
    {
      name: 'roles do not mix: VLEK by ASK, VCEK by ASVK, VLEK for a report by VCEK',
      run: async () => {
        const world = await snpWorld('Milan');
        const { chain, crl, trust, keys } = world;
        const options = { now: NOW, trust };
        const byAsk = await world.vlek({ issuer: 'SEV-Milan', signer: keys.ask });
        const byAsvk = await world.vcek({ issuer: 'SEV-VLEK-Milan', signer: keys.asvk });
        const [vcekReport, vlekReport] = await Promise.all([
          world.report(),
          world.report({ signingKey: 1 }),
        ]);
        const tries: [Uint8Array, SnpCollateral][] = [
          [vlekReport, { vlek: byAsk, chain: chain.vcek, crl }],
          [vcekReport, { vcek: byAsvk, chain: chain.vlek, crl }],
          [vcekReport, { vcek: await world.vlek(), chain: chain.vlek, crl }],
          [vlekReport, { vlek: await world.vcek(), chain: chain.vcek, crl }],
        ];
        for (const [report, collateral] of tries)
          refused(await verifySnp(report, collateral, options), 'chain_wrong_role');
      },
    },
    {
      name: 'a key certificate is one certificate, and validity is demanded of it',
      run: async () => {
        const world = await snpWorld('Milan');
        const vcek = await world.vcek();
        const collateral = { vcek: toPem(vcek, vcek), chain: world.chain.vcek, crl: world.crl };
        const options = { now: NOW, trust: world.trust };
        refused(await verifySnp(await world.report(), collateral, options), 'chain_length');
        const early = { notBefore: new Date(NOW.getTime() + 1000) };
        refused(await judge(world, { leaf: early }), 'chain_not_yet_valid');
        const late = { notAfter: new Date(NOW.getTime() - 1000) };
        refused(await judge(world, { leaf: late }), 'chain_expired');
        const edge = { notBefore: NOW, notAfter: NOW };
        same(accepted(await judge(world, { leaf: edge })).expiresAt.getTime(), NOW.getTime());
      },
    },
  ];
}

function authorityRefusals(): Case[] {
  const lists: [string, TeeCode, (world: World) => Promise<Uint8Array> | Uint8Array | undefined][] =
    [
      ['is missing', 'crl_missing', () => undefined],
      ['is empty', 'crl_malformed', () => new Uint8Array()],
      ['is garbage', 'crl_malformed', () => new Uint8Array(500).fill(0x30)],
      ['is a certificate', 'crl_malformed', (world) => world.ark],
      [
        'has another signature',
        'crl_signature_invalid',
        (world) => put(world.crl, world.crl.length - 1, 0),
      ],
      [
        "is another key's",
        'crl_signature_invalid',
        (world) => world.makeCrl({ signer: world.keys.ask }),
      ],
      [
        "is another issuer's",
        'crl_issuer_mismatch',
        (world) => world.makeCrl({ issuer: 'SEV-Milan', signer: world.keys.ask }),
      ],
      [
        'is expired',
        'crl_expired',
        (world) => world.makeCrl({ nextUpdate: new Date(NOW.getTime() - 1000) }),
      ],
      [
        'is of the future',
        'crl_not_yet_valid',
        (world) => world.makeCrl({ thisUpdate: new Date(NOW.getTime() + 1000) }),
      ],
      [
        'revokes the issuer',
        'certificate_revoked',
        (world) => world.makeCrl({ revoked: [7, 0x10001, 9] }),
      ],
    ];
  return [
    ...lists.map(([what, code, make]) => ({
      name: `evidence is refused as ${code} if the revocation list ${what}, with and without demanding one`,
      run: async () => {
        const world = await snpWorld('Milan');
        const crl = await make(world);
        const collateral = { vcek: await world.vcek(), chain: world.chain.vcek, crl };
        const report = await world.report();
        const options = { now: NOW, trust: world.trust };
        refused(await verifySnp(report, collateral, options), code);
        const lax = await verifySnp(report, collateral, { ...options, revocation: 'unchecked' });
        if (crl === undefined) same(accepted(lax).revocation, 'unchecked');
        else refused(lax, code);
      },
    })),
    {
      name: "the root's list does not revoke a key certificate with the same serial number, nor the other issuer",
      run: async () => {
        const world = await snpWorld('Milan');
        const crl = await world.makeCrl({ revoked: [0, 0x10101] });
        accepted(await judge(world, {}, { crl }));
      },
    },
    {
      name: 'a chain has two certificates in the order of KDS',
      run: async () => {
        const world = await snpWorld('Milan');
        const { ask, ark } = world;
        const vcek = await world.vcek();
        refused(await judge(world, {}, { chain: toPem(ask) }), 'chain_length');
        refused(await judge(world, {}, { chain: toPem(vcek, ask, ark) }), 'chain_length');
        refused(await judge(world, {}, { chain: toPem(ark, ask) }), 'chain_untrusted_root');
        refused(await judge(world, {}, { chain: 'nothing' }), 'pem_malformed');
        refused(await judge(world, {}, { chain: toPem(ask, new Uint8Array(9)) }), 'der_malformed');
        refused(await judge(world, {}, { chain: toPem(ark, ark) }), 'chain_issuer_mismatch');
      },
    },
    {
      name: 'what cannot be read is listed under the name of the part that it is',
      run: async () => {
        const world = await snpWorld('Milan');
        const { chain, crl, trust } = world;
        const [report, vcek] = await Promise.all([world.report(), world.vcek()]);
        const garbage = new Uint8Array(9);
        const parts: [string, Uint8Array, SnpCollateral][] = [
          ['amd.report', garbage, { vcek, chain: chain.vcek, crl }],
          ['amd.endorsement', report, { vcek: garbage, chain: chain.vcek, crl }],
          ['amd.chain', report, { vcek, chain: 'garbage', crl }],
          ['amd.crl', report, { vcek, chain: chain.vcek, crl: garbage }],
        ];
        for (const [id, bytes, collateral] of parts) {
          const { checks } = await verifySnp(bytes, collateral, { now: NOW, trust });
          same(checks.at(-1)?.id, id);
        }
      },
    },
    {
      name: 'a root of the same name that is not pinned is refused',
      run: async () => {
        const world = await snpWorld('Milan');
        const other = await snpWorld('Milan', { authority: { ark: { serial: 9 } } });
        const chain = toPem(world.ask, other.ark);
        refused(await judge(world, {}, { chain }), 'chain_untrusted_root');
      },
    },
    {
      name: "the issuer must be the root's, an authority that may sign certificates, named for its role",
      run: async () => {
        const world = await snpWorld('Milan');
        const { keys } = world;
        const bad: [TeeCode, Parameters<typeof snpWorld>[1]][] = [
          ['chain_signature_invalid', { authority: { ask: { signer: keys.asvk } } }],
          ['chain_issuer_mismatch', { authority: { ask: { issuer: 'ARK-Genoa' } } }],
          ['chain_not_ca', { authority: { ask: { authority: undefined } } }],
          ['chain_not_ca', { authority: { ask: { keyUsage: [6] } } }],
          ['chain_expired', { authority: { ask: { notAfter: new Date('2026-05-01') } } }],
          ['chain_expired', { authority: { ark: { notAfter: new Date('2026-05-01') } } }],
          ['chain_path_length', { authority: { ark: { authority: { pathLength: 0 } } } }],
          [
            'chain_critical_extension',
            {
              authority: {
                ask: { extensions: [{ oid: '2.5.29.30', critical: true, value: integer(1) }] },
              },
            },
          ],
          ['crl_signature_invalid', { authority: { ark: { keyUsage: [5] } } }],
        ];
        for (const [code, options] of bad)
          refused(await judge(await snpWorld('Milan', options), {}), code);
        const ark = { subject: 'ARK-Milano', issuer: 'ARK-Milano' };
        const misnamed = await snpWorld('Milan', {
          authority: { ark, ask: { issuer: ark.subject } },
        });
        refused(await judge(misnamed, {}), 'chain_wrong_role');
        const named = await testCertificate({
          subject: 'SEV-Milano',
          issuer: 'ARK-Milan',
          key: keys.ask,
          signer: keys.ark,
          authority: {},
        });
        const leaf = { issuer: 'SEV-Milano' };
        const chain = toPem(named, world.ark);
        refused(await judge(world, { leaf }, { chain }), 'chain_wrong_role');
      },
    },
    {
      name: 'certificates signed by another algorithm than RSASSA-PSS with SHA-384 and 48 bytes of salt are refused',
      run: async () => {
        const key = await testKey('rsa-pkcs1');
        const world = await snpWorld('Milan', { authority: { ask: { key } } });
        refused(await judge(world, { leaf: { signer: key } }), 'certificate_malformed');
        const usual = await snpWorld('Milan');
        const signer = { ...usual.keys.ask, saltBytes: 32 };
        refused(await judge(usual, { leaf: { signer } }), 'certificate_malformed');
      },
    },
    {
      name: 'a prepared authority gives the same facts, and is judged again at each use',
      run: async () => {
        const world = await snpWorld('Milan');
        const { chain, trust } = world;
        const crl = await world.makeCrl({ nextUpdate: new Date('2026-07-01') });
        const options = { now: NOW, trust };
        const [report, vcek] = await Promise.all([world.report(), world.vcek()]);
        const authority = accepted(await prepareSnpCollateral({ chain: chain.vcek, crl }, options));
        same([Object.keys(authority), Object.isFrozen(authority)], [['product', 'endorses'], true]);
        const crypto = counted();
        const counting = { ...options, crypto };
        const warm = accepted(await verifySnp(report, { vcek, authority }, counting));
        same(crypto.count(), 2);
        const cold = accepted(await verifySnp(report, { vcek, chain: chain.vcek, crl }, counting));
        same([plain(warm), crypto.count()], [plain(cold), 2 + 4]);
        same(warm.expiresAt.toISOString(), '2026-07-01T00:00:00.000Z');
        const later = { ...options, now: new Date('2026-07-02') };
        refused(await verifySnp(report, { vcek, authority }, later), 'crl_expired');
        const earlier = { ...options, now: new Date('2025-07-02') };
        refused(await verifySnp(report, { vcek, authority }, earlier), 'chain_not_yet_valid');
        refused(await verifySnp(report, { vcek, authority }, { now: NOW }), 'chain_untrusted_root');
        const lax = { ...options, revocation: 'unchecked' } as const;
        const unchecked = accepted(await prepareSnpCollateral({ chain: chain.vcek }, lax));
        refused(await verifySnp(report, { vcek, authority: unchecked }, options), 'crl_missing');
        same(
          accepted(await verifySnp(report, { vcek, authority: unchecked }, lax)).revocation,
          'unchecked',
        );
        refused(
          await verifySnp(
            await world.report({ signer: await testKey('P-384') }),
            { vcek, authority },
            options,
          ),
          'snp_signature_invalid',
        );
        const forged = await world.vcek({ signer: world.keys.asvk });
        refused(
          await verifySnp(report, { vcek: forged, authority }, options),
          'chain_signature_invalid',
        );
      },
    },
    {
      name: 'bytes that change while they are judged change neither verdict nor facts',
      run: async () => {
        const world = await snpWorld('Milan');
        const { trust } = world;
        const [report, vcek] = await Promise.all([world.report(), world.vcek()]);
        const crl = Uint8Array.from(world.crl);
        const collateral = { vcek, chain: world.chain.vcek, crl };
        const judged = verifySnp(report, collateral, { now: NOW, trust });
        for (const bytes of [report, vcek, crl]) bytes.fill(0);
        same([...accepted(await judged).reportData], Array(64).fill(0xda));
      },
    },
    {
      name: 'preparing refuses what verifying refuses',
      run: async () => {
        const world = await snpWorld('Milan');
        const { chain, trust, crl } = world;
        const options = { now: NOW, trust };
        refused(await prepareSnpCollateral({ chain: chain.vcek }, options), 'crl_missing');
        refused(
          await prepareSnpCollateral({ chain: chain.vcek, crl }, { now: NOW }),
          'chain_untrusted_root',
        );
        const revoking = await world.makeCrl({ revoked: [0x10001] });
        refused(
          await prepareSnpCollateral({ chain: chain.vcek, crl: revoking }, options),
          'certificate_revoked',
        );
        accepted(await prepareSnpCollateral({ chain: chain.vlek, crl: revoking }, options));
        refused(
          await prepareSnpCollateral(
            { chain: chain.vcek, crl: flipped(crl, 8 * (crl.length - 1)) },
            options,
          ),
          'crl_signature_invalid',
        );
      },
    },
  ];
}

function misuse(): Case[] {
  return [
    {
      name: 'a missing or meaningless time, an option that is none, and an authority from elsewhere are TypeErrors',
      run: async () => {
        const world = await snpWorld('Milan');
        const { chain, crl, trust } = world;
        const [report, vcek] = await Promise.all([world.report(), world.vcek()]);
        const collateral = { vcek, chain: chain.vcek, crl };
        for (const now of [
          undefined,
          Number.NaN,
          NOW.getTime(),
          new Date(Number.NaN),
          '2026-06-01',
        ]) {
          const options = { now: now as Date, trust };
          await misused(() => verifySnp(report, collateral, options));
          await misused(() => prepareSnpCollateral(collateral, options));
        }
        const options = { now: NOW, trust };
        const revocation = 'none' as 'unchecked';
        await misused(() => verifySnp(report, collateral, { ...options, revocation }));
        await misused(() => verifySnp('report' as unknown as Uint8Array, collateral, options));
        const authority = accepted(await prepareSnpCollateral(collateral, options));
        await misused(() => verifySnp(report, { vcek, authority: { ...authority } }, options));
      },
    },
  ];
}

/** Verifies a report and a VCEK of this world, changed. */
async function judge(
  world: World,
  { report = {}, leaf = {}, raw = (bytes) => bytes }: Change,
  { chain = world.chain.vcek, crl = world.crl }: { chain?: string; crl?: Uint8Array } = {},
): ReturnType<typeof verifySnp> {
  const [bytes, vcek] = await Promise.all([world.report(report), world.vcek(leaf)]);
  return verifySnp(raw(bytes), { vcek, chain, crl }, { now: NOW, trust: world.trust });
}

function put(bytes: Uint8Array, at: number, byte: number): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at] = copy[at] === byte ? byte ^ 0xff : byte;
  return copy;
}

/** A provider that counts the signatures it verified. */
function counted(): CryptoProvider & { count(): number } {
  const inner = defaultCrypto();
  let count = 0;
  return {
    ...inner,
    count: () => count,
    verify: (signed) => {
      count++;
      return inner.verify(signed);
    },
  };
}

/** Facts as text, numbers beyond JSON included. */
function plain(facts: object): string {
  return JSON.stringify(facts, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
