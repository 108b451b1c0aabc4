/** What a quote is worth, on a platform of our own: levels, merging, relaunch, facts for a policy. */
import { bytesToHex } from '../../src/bytes.ts';
import { portableCrypto } from '../../src/crypto.ts';
import type { IntelFacts, TcbStatus } from '../../src/intel.ts';
import { verifyQuote } from '../../src/intel.ts';
import { accepted, type Case } from './case.ts';
import { buildWorld, goodRecipe, type Keys, little, type Recipe } from './intel-world.ts';

interface Judgement {
  readonly law: string;
  readonly kind?: Recipe['kind'];
  readonly recipe: (recipe: Recipe) => void;
  readonly status: TcbStatus;
  /** What else holds; every value must be true. */
  readonly facts?: (facts: IntelFacts) => Readonly<Record<string, boolean>>;
}

const svns = (first: number, major: number, third: number) => [
  first,
  major,
  third,
  ...Array<number>(13).fill(0),
];
const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);
/** Sets the status of the highest platform level. */
const newest = (recipe: Recipe, status: TcbStatus) => {
  recipe.tcbInfo.tcbLevels[0].tcbStatus = status;
};

/** Merging by Intel's library: what the platform's status becomes when a part is OutOfDate. */
const MERGED: readonly (readonly [TcbStatus, TcbStatus])[] = [
  ['UpToDate', 'OutOfDate'],
  ['SWHardeningNeeded', 'OutOfDate'],
  ['ConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
  ['ConfigurationAndSWHardeningNeeded', 'OutOfDateConfigurationNeeded'],
  ['OutOfDate', 'OutOfDate'],
  ['OutOfDateConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
  ['Revoked', 'Revoked'],
];

const LEVELS: readonly Judgement[] = [
  {
    law: 'a platform at the newest level is nothing behind',
    recipe: () => undefined,
    status: 'UpToDate',
    facts: ({ tcb }) => ({
      distance: same(tcb.distance, { components: [], levelsBehind: 0, daysBehind: 0 }),
      advisories: tcb.advisories.length === 0,
    }),
  },
  {
    law: 'a lower component selects a lower level, and the distance names it',
    recipe: (recipe) => {
      recipe.cpuSvn = [5, 5, 4, ...Array(13).fill(5)];
    },
    status: 'ConfigurationNeeded',
    facts: ({ tcb }) => ({
      distance: same(tcb.distance, {
        components: [{ name: 'sgx[2]', actual: 4, newest: 5 }],
        levelsBehind: 1,
        daysBehind: 365,
      }),
      advisories: same(tcb.advisories, ['SA-CONFIG']),
      date: tcb.date.toISOString() === '2014-05-01T00:00:00.000Z',
    }),
  },
  {
    law: 'a lower PCESVN selects a lower level',
    kind: 'sgx',
    recipe: (recipe) => {
      recipe.pceSvn = 11;
    },
    status: 'OutOfDate',
    facts: ({ tcb }) => ({
      distance: same(tcb.distance.components, [{ name: 'pcesvn', actual: 11, newest: 13 }]),
      module: tcb.module === undefined,
    }),
  },
  {
    law: 'a lower TDX component selects a lower level, the SGX level being remembered apart',
    recipe: (recipe) => {
      recipe.teeTcbSvn = svns(5, 1, 3);
    },
    status: 'OutOfDate',
    facts: ({ tcb }) => ({
      sgx: tcb.sgx.status === 'UpToDate',
      platform: tcb.platform.status === 'OutOfDate',
      distance: same(tcb.distance.components, [{ name: 'tdx[2]', actual: 3, newest: 5 }]),
    }),
  },
  {
    law: 'components 0 and 1 are not compared where the module states a major version',
    recipe: (recipe) => {
      recipe.tcbInfo.tcbLevels[0].tcb.tdxtcbcomponents[0].svn = 200;
      recipe.tcbInfo.tcbLevels[0].tcb.tdxtcbcomponents[1].svn = 200;
    },
    status: 'UpToDate',
  },
  {
    law: 'component 0 is compared where the module states none',
    recipe: (recipe) => {
      recipe.teeTcbSvn = svns(4, 0, 5);
    },
    status: 'ConfigurationNeeded',
    facts: ({ tcb }) => ({ module: tcb.module === undefined }),
  },
  {
    law: 'the order of levels in the text does not matter',
    recipe: ({ tcbInfo, qeIdentity }) => {
      tcbInfo.tcbLevels.reverse();
      qeIdentity.tcbLevels.reverse();
      for (const { tcbLevels } of tcbInfo.tdxModuleIdentities) tcbLevels.reverse();
    },
    status: 'UpToDate',
    facts: ({ tcb }) => ({ behind: tcb.distance.levelsBehind === 0 }),
  },
  {
    law: 'a revoked level is a fact, not a refusal',
    kind: 'sgx',
    recipe: (recipe) => {
      recipe.cpuSvn = Array(16).fill(2);
    },
    status: 'Revoked',
  },
  {
    law: 'a revoked level by SGX components alone revokes',
    recipe: (recipe) => {
      newest(recipe, 'Revoked');
      recipe.teeTcbSvn = svns(5, 1, 4);
    },
    status: 'Revoked',
    facts: ({ tcb }) => ({ platform: tcb.platform.status === 'ConfigurationNeeded' }),
  },
  {
    law: 'a platform out of date stays so with a module up to date',
    recipe: (recipe) => {
      recipe.cpuSvn = Array(16).fill(3);
    },
    status: 'OutOfDate',
    facts: ({ tcb }) => ({ module: tcb.module?.status === 'UpToDate' }),
  },
  {
    law: 'advisories of platform, module and enclave are joined, each once and sorted',
    recipe: (recipe) => {
      recipe.cpuSvn = Array(16).fill(4);
      recipe.teeTcbSvn = svns(3, 1, 5);
      recipe.qeIsvSvn = 4;
      recipe.qeIdentity.tcbLevels[1].advisoryIDs = ['SA-QE', 'SA-CONFIG'];
    },
    status: 'OutOfDateConfigurationNeeded',
    facts: ({ tcb }) => ({
      advisories: same(tcb.advisories, ['SA-CONFIG', 'SA-MODULE', 'SA-QE']),
      date: tcb.date.toISOString() === '2013-06-01T00:00:00.000Z',
      distance: same(tcb.distance.components.slice(-2), [
        { name: 'tdxmodule', actual: 3, newest: 5 },
        { name: 'qe', actual: 4, newest: 5 },
      ]),
    }),
  },
  {
    law: 'the module is found by its major version in hexadecimal of either case',
    recipe: (recipe) => {
      recipe.teeTcbSvn = svns(5, 0x1a, 5);
      recipe.tcbInfo.tdxModuleIdentities[0].id = 'tdx_1a';
    },
    status: 'UpToDate',
    facts: ({ tcb }) => ({ id: tcb.module?.id === 'TDX_1A' }),
  },
  {
    law: 'a module revoked revokes',
    recipe: (recipe) => {
      recipe.tcbInfo.tdxModuleIdentities[1].tcbLevels[0].tcbStatus = 'Revoked';
    },
    status: 'Revoked',
  },
  {
    law: 'a quoting enclave revoked revokes',
    recipe: (recipe) => {
      recipe.qeIsvSvn = 2;
    },
    status: 'Revoked',
  },
  ...MERGED.flatMap(([platform, merged]): readonly Judgement[] => [
    {
      law: `${platform} with a module OutOfDate is ${merged}`,
      recipe: (recipe) => {
        newest(recipe, platform);
        recipe.teeTcbSvn = svns(4, 1, 5);
      },
      status: merged,
    },
    {
      law: `${platform} with a quoting enclave OutOfDate is ${merged}`,
      recipe: (recipe) => {
        newest(recipe, platform);
        recipe.qeIsvSvn = 3;
      },
      status: merged,
    },
    {
      law: `${platform} of SGX with a quoting enclave OutOfDate is ${merged}`,
      kind: 'sgx',
      recipe: (recipe) => {
        newest(recipe, platform);
        recipe.qeIsvSvn = 3;
      },
      status: merged,
    },
  ]),
];

/** Trust domains of TDX 1.5 launched under an old module: `now` is the module loaded since. */
const relaunch = (
  law: string,
  status: TcbStatus,
  now: readonly number[],
  change: (recipe: Recipe) => void = () => undefined,
): Judgement => ({
  law: `relaunch: ${law}`,
  kind: 'td15',
  recipe: (recipe) => {
    recipe.teeTcbSvn = svns(3, 1, 5);
    recipe.teeTcbSvn2 = [...now];
    change(recipe);
  },
  status,
});

const RELAUNCH: readonly Judgement[] = [
  relaunch('advised when the newest module runs now', 'TDRelaunchAdvised', svns(5, 1, 5)),
  relaunch('advised when a newer module of another major runs', 'TDRelaunchAdvised', svns(5, 3, 5)),
  relaunch(
    'advised when a module of version 0 reaches the level',
    'TDRelaunchAdvised',
    svns(5, 0, 5),
  ),
  relaunch('not advised when that one does not reach it', 'OutOfDate', svns(4, 0, 5)),
  relaunch('not advised when the module now loaded is old too', 'OutOfDate', svns(4, 1, 5)),
  relaunch('not advised when the microcode is behind', 'OutOfDate', svns(5, 1, 4)),
  relaunch(
    'keeps what configuration needs',
    'TDRelaunchAdvisedConfigurationNeeded',
    svns(5, 1, 5),
    (recipe) => newest(recipe, 'ConfigurationNeeded'),
  ),
  relaunch('keeps hardening out, as merging does', 'TDRelaunchAdvised', svns(5, 1, 5), (recipe) =>
    newest(recipe, 'SWHardeningNeeded'),
  ),
  relaunch(
    'keeps what configuration of the SGX level needs',
    'TDRelaunchAdvisedConfigurationNeeded',
    svns(5, 1, 5),
    (recipe) => {
      newest(recipe, 'ConfigurationAndSWHardeningNeeded');
      recipe.teeTcbSvn = svns(3, 1, 3);
    },
  ),
  relaunch('not advised when the SGX level is out of date', 'OutOfDate', svns(5, 1, 5), (recipe) =>
    newest(recipe, 'OutOfDate'),
  ),
  relaunch(
    'not advised when the quoting enclave is out of date',
    'OutOfDate',
    svns(5, 1, 5),
    (recipe) => {
      recipe.qeIsvSvn = 3;
    },
  ),
  relaunch(
    'not advised when the launch module is up to date',
    'OutOfDate',
    svns(5, 1, 5),
    (recipe) => {
      recipe.teeTcbSvn = svns(5, 1, 3);
    },
  ),
  {
    law: 'relaunch: never advised to a report of TDX 1.0',
    recipe: (recipe) => {
      recipe.teeTcbSvn = svns(3, 1, 5);
    },
    status: 'OutOfDate',
  },
];

const FACTS: readonly Judgement[] = [
  {
    law: 'serial numbers in the list of another issuer revoke nothing',
    recipe: (recipe) => {
      recipe.rootCrl = { revoked: [77] };
      recipe.pckCrl = { revoked: [1, 2, 3] };
    },
    status: 'UpToDate',
  },
  {
    law: 'an authority renewed with the same key keeps its list',
    recipe: (recipe) => {
      recipe.quotedAuthority = { serial: 9 };
    },
    status: 'UpToDate',
  },
  {
    law: 'a processor authority serves as well as a platform authority',
    recipe: (recipe) => {
      recipe.authority = { subject: 'Intel SGX PCK Processor CA' };
    },
    status: 'UpToDate',
  },
  {
    law: 'authentication data of no bytes is data',
    recipe: (recipe) => {
      recipe.qeAuthData = new Uint8Array();
    },
    status: 'UpToDate',
  },
  {
    law: 'identity version 3 serves TDX',
    recipe: (recipe) => {
      recipe.qeIdentity.version = 3;
    },
    status: 'UpToDate',
  },
  {
    law: 'collateral of mixed age shows both numbers and counts by the lower',
    recipe: () => undefined,
    status: 'UpToDate',
    facts: ({ tcb, collateral }) => ({
      lower: tcb.evaluationDataNumber === 17,
      tcbInfo: collateral.tcbInfo.evaluationDataNumber === 18,
      qeIdentity: collateral.qeIdentity.evaluationDataNumber === 17,
    }),
  },
  {
    law: 'the result ends with what ends first',
    recipe: (recipe) => {
      recipe.qeIdentity.nextUpdate = '2026-06-02T00:00:00Z';
    },
    status: 'UpToDate',
    facts: ({ expiresAt, crlNumbers }) => ({
      expiresAt: expiresAt.toISOString() === '2026-06-02T00:00:00.000Z',
      crls: same(crlNumbers, { root: '07', pck: '012c' }),
    }),
  },
  {
    law: 'debugging, profiling and unknown attributes of a trust domain are facts',
    recipe: (recipe) => {
      recipe.editSigned = (quote) => quote.set([0x21, 0x01, 0, 0xf0, 0, 0, 0, 0x80], 48 + 120);
    },
    status: 'UpToDate',
    facts: ({ body }) => {
      if (body.kind === 'sgx') return { kind: false };
      const { attributes } = body;
      return {
        debug: attributes.debug && attributes.untrusted,
        named:
          attributes.septVeDisable &&
          attributes.migratable &&
          attributes.protectionKeys &&
          attributes.keyLocker &&
          attributes.performanceMonitoring,
        reserved: attributes.reserved === 0x100n,
        value: attributes.value === 0x80000000f0000121n,
      };
    },
  },
  {
    law: 'profiling alone makes a trust domain untrusted without being debug',
    recipe: (recipe) => {
      recipe.editSigned = (quote) => quote.set([0x20], 48 + 120);
    },
    status: 'UpToDate',
    facts: ({ body }) => ({
      untrusted: body.kind !== 'sgx' && body.attributes.untrusted && !body.attributes.debug,
    }),
  },
  {
    law: 'service trust domains and the second SVNs are facts of TDX 1.5',
    kind: 'td15',
    recipe: (recipe) => {
      recipe.teeTcbSvn2 = svns(7, 1, 7);
      recipe.editSigned = (quote) => quote.fill(0x99, 54 + 600, 54 + 648);
    },
    status: 'UpToDate',
    facts: ({ body }) => ({
      service:
        body.kind === 'td15' &&
        bytesToHex(body.mrServiceTd ?? new Uint8Array()) === '99'.repeat(48),
      svns: body.kind === 'td15' && same([...(body.teeTcbSvn2 ?? [])], svns(7, 1, 7)),
    }),
  },
  {
    law: 'an enclave in debug mode, its keys and its configuration are facts',
    kind: 'sgx',
    recipe: (recipe) => {
      recipe.editSigned = (quote) => {
        quote[48 + 48] = 0xb7;
        quote.fill(0x77, 48 + 192, 48 + 256);
        quote.set(little(513, 2), 48 + 260);
        quote.fill(0x88, 48 + 304, 48 + 320);
        quote.fill(0x99, 48 + 32, 48 + 48);
      };
    },
    status: 'UpToDate',
    facts: ({ body }) => {
      if (body.kind !== 'sgx') return { kind: false };
      const { attributes } = body;
      return {
        attributes:
          attributes.debug &&
          attributes.provisionKey &&
          attributes.launchKey &&
          attributes.keySeparation &&
          attributes.flags === 0xb7n &&
          attributes.xfrm === 0xe7n,
        configuration: body.configSvn === 513 && bytesToHex(body.configId) === '77'.repeat(64),
        family: bytesToHex(body.isvFamilyId) === '88'.repeat(16),
        product: body.isvProdId === 7 && bytesToHex(body.isvExtendedProdId) === '99'.repeat(16),
        identity:
          body.isvSvn === 9 &&
          bytesToHex(body.mrEnclave) === '11'.repeat(32) &&
          bytesToHex(body.mrSigner) === '22'.repeat(32) &&
          bytesToHex(body.reportData) === '33'.repeat(64),
      };
    },
  },
  {
    law: 'the platform’s certificate is read whole',
    recipe: () => undefined,
    status: 'UpToDate',
    facts: ({ pck }) => ({
      ppid: bytesToHex(pck.ppid) === 'cc'.repeat(16),
      fmspc: bytesToHex(pck.fmspc) === '00806f050000',
      pceId: bytesToHex(pck.pceId) === '0000',
      svns: same(pck.cpuSvn, Array(16).fill(5)) && pck.pceSvn === 13,
      type: pck.sgxType === 'scalable',
      instance: bytesToHex(pck.platformInstanceId ?? new Uint8Array()) === 'dd'.repeat(16),
      configuration: same(pck.configuration, {
        dynamicPlatform: true,
        cachedKeys: false,
        smtEnabled: true,
      }),
    }),
  },
];

/** The recipes of all judgements, for another verification to judge. */
export function intelJudgementRecipes(): readonly {
  readonly law: string;
  readonly recipe: Recipe;
  readonly status: TcbStatus;
}[] {
  return [...LEVELS, ...RELAUNCH, ...FACTS].map(({ law, kind, recipe: change, status }) => {
    const recipe = goodRecipe(kind);
    change(recipe);
    return { law, recipe, status };
  });
}

/** Every judgement as a case, by WebCrypto; and the whole path once without it. */
export function intelJudgementCases(keys: Keys): readonly Case[] {
  const formats = (
    [
      ['sgx', 3],
      ['sgx', 4],
      ['sgx', 5],
      ['td10', 4],
      ['td10', 5],
      ['td15', 5],
    ] as const
  ).flatMap(([kind, version]) =>
    [undefined, portableCrypto()].map((crypto): Case => {
      const name = `accepted: ${kind} in version ${version}, by ${crypto?.name ?? 'webcrypto'}`;
      const run = async () => {
        const recipe = goodRecipe(kind);
        recipe.version = version;
        const { quote, collateral, ...context } = await buildWorld(keys, recipe);
        const options = crypto === undefined ? context : { ...context, crypto };
        const result = await verifyQuote(quote, collateral, options);
        if (accepted(result).quoteVersion !== version) throw new Error('another version');
      };
      return { name, run };
    }),
  );
  const judgements = [...LEVELS, ...RELAUNCH, ...FACTS].map((judgement) => ({
    name: `${judgement.law} (${judgement.status})`,
    run: () => judge(keys, judgement),
  }));
  return [...formats, ...judgements];
}

async function judge(
  keys: Keys,
  { kind, recipe: change, status, facts }: Judgement,
): Promise<void> {
  const recipe = goodRecipe(kind);
  change(recipe);
  const { quote, collateral, ...context } = await buildWorld(keys, recipe);
  const result = await verifyQuote(quote, collateral, context);
  const found = accepted(result);
  if (found.tcb.status !== status) throw new Error(`status ${found.tcb.status}`);
  for (const [name, holds] of Object.entries(facts?.(found) ?? {})) {
    if (!holds) throw new Error(`${name}: ${JSON.stringify(found.tcb)}`);
  }
}
