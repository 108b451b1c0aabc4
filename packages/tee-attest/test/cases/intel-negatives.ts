/** What must be refused, and with which code, on a platform of our own: one change per case. */
import { toPem } from '@barycenter/testing/synthetic-ca';
import type { TeeCode } from '../../src/errors.ts';
import {
  type IntelCollateral,
  parseQuote,
  type VerifyQuoteOptions,
  verifyQuote,
  verifySgx,
  verifyTdx,
} from '../../src/intel.ts';
import { type Case, flipped, refused, unparsable } from './case.ts';
import {
  buildWorld,
  components,
  goodRecipe,
  hex,
  type Json,
  type Keys,
  little,
  pckExtension,
  type Recipe,
  SGX,
  type World,
} from './intel-world.ts';

/** What is changed: the recipe before signing, or the world after it. */
interface Change {
  readonly kind?: Recipe['kind'];
  readonly recipe?: (recipe: Recipe, keys: Keys) => void;
  readonly world?: (world: World, keys: Keys) => Spoiled | Promise<Spoiled>;
}

interface Spoiled {
  readonly quote?: Uint8Array;
  readonly collateral?: Partial<IntelCollateral>;
  readonly options?: Partial<VerifyQuoteOptions>;
  readonly verify?: typeof verifyQuote;
}

type Refusal = readonly [law: string, code: TeeCode, change: Change];

const BODY_END = { sgx: 48 + 384, td10: 48 + 584, td15: 54 + 648 } as const;
/** Offsets in a TDX quote of version 4. */
const SIGNATURE = BODY_END.td10 + 4;
const ATTESTATION_KEY = SIGNATURE + 64;
const QE_REPORT = ATTESTATION_KEY + 64 + 6;
const QE_SIGNATURE = QE_REPORT + 384;
const AUTH_SIZE = QE_SIGNATURE + 64;
const ORDER = hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** Writes bytes into a copy of the quote. */
const write =
  (at: number, bytes: Uint8Array) =>
  ({ quote }: World): Spoiled => {
    const copy = Uint8Array.from(quote);
    copy.set(bytes, at);
    return { quote: copy };
  };
const flip =
  (at: number, bit = 0) =>
  ({ quote }: World): Spoiled => ({ quote: flipped(quote, 8 * at + bit) });
/** Puts other certificates of equal length into a TDX quote of version 4. */
const withChain =
  (pick: (certificates: World['certificates']) => readonly Uint8Array[]) =>
  ({ quote, certificates }: World): Spoiled => {
    const pem = new TextEncoder().encode(toPem(...pick(certificates)));
    const certified = AUTH_SIZE + 2 + 32;
    const copy = new Uint8Array(certified + 6 + pem.length);
    copy.set(quote.subarray(0, certified + 2));
    copy.set(little(pem.length, 4), certified + 2);
    copy.set(pem, certified + 6);
    copy.set(little(copy.length - QE_REPORT, 4), QE_REPORT - 4);
    copy.set(little(copy.length - SIGNATURE, 4), SIGNATURE - 4);
    return { quote: copy };
  };
const day = (date: string) => new Date(`2026-${date}T00:00:00Z`);

const QUOTE: readonly Refusal[] = [
  ['signature data one byte shorter', 'quote_trailing_bytes', { world: resized(-1) }],
  ['signature data one byte longer', 'quote_malformed', { world: resized(1) }],
  [
    'signature data one byte shorter, and trimmed',
    'quote_malformed',
    { world: (world) => ({ ...resized(-1)(world), options: { trailing: 'trim' } }) },
  ],
  ['bytes after the quote', 'quote_trailing_bytes', { world: ({ quote }) => grown(quote, 1) }],
  ['a quote beyond the bound', 'quote_malformed', { world: ({ quote }) => grown(quote, 40_000) }],
  ['version 2', 'quote_version_unsupported', { world: write(0, little(2, 2)) }],
  ['version 6', 'quote_version_unsupported', { world: write(0, little(6, 2)) }],
  ['TDX in version 3', 'quote_tee_mismatch', { world: write(0, little(3, 2)) }],
  ['an unknown technology', 'quote_tee_mismatch', { world: write(4, little(1, 4)) }],
  ['a key on P-384', 'quote_key_type_unsupported', { world: write(2, little(3, 2)) }],
  ['another vendor', 'quote_vendor_unknown', { world: flip(12) }],
  ['an unknown body type', 'quote_malformed', { kind: 'td15', world: write(48, little(4, 2)) }],
  [
    'a body type of another size',
    'quote_malformed',
    { kind: 'td15', world: write(48, little(2, 2)) },
  ],
  ['a wrong body size', 'quote_malformed', { kind: 'td15', world: write(50, little(584, 4)) }],
  [
    'a body of the other technology',
    'quote_tee_mismatch',
    { kind: 'td15', world: write(4, little(0, 4)) },
  ],
  ...[1, 2, 3, 4, 6, 7].map(
    (type): Refusal => [
      `certification data of type ${type}`,
      'quote_certification_unsupported',
      {
        recipe: (recipe) => {
          recipe.certificationType = type;
        },
      },
    ],
  ),
  [
    'certification data that wraps no report',
    'quote_certification_unsupported',
    { world: write(QE_REPORT - 6, little(5, 2)) },
  ],
  [
    'authentication data said to be empty',
    'quote_certification_unsupported',
    { world: write(AUTH_SIZE, little(0, 2)) },
  ],
  [
    'authentication data said to be shorter',
    'quote_certification_unsupported',
    { world: write(AUTH_SIZE, little(31, 2)) },
  ],
  [
    'authentication data said to be longer than all',
    'quote_malformed',
    { world: write(AUTH_SIZE, little(65_535, 2)) },
  ],
  ['a changed header', 'quote_signature_invalid', { world: flip(30) }],
  ['a changed body', 'quote_signature_invalid', { world: flip(48 + 140) }],
  ['a changed body descriptor', 'quote_malformed', { kind: 'td15', world: flip(51) }],
  ['a changed signature', 'quote_signature_invalid', { world: flip(SIGNATURE + 40) }],
  ['r of zero', 'quote_signature_invalid', { world: write(SIGNATURE, new Uint8Array(32)) }],
  ['s of zero', 'quote_signature_invalid', { world: write(SIGNATURE + 32, new Uint8Array(32)) }],
  ['r of the group order', 'quote_signature_invalid', { world: write(SIGNATURE, ORDER) }],
  [
    'r beyond the group order',
    'quote_signature_invalid',
    { world: write(SIGNATURE, new Uint8Array(32).fill(255)) },
  ],
  [
    'an attestation key off the curve',
    'public_key_invalid',
    {
      recipe: (recipe) => {
        recipe.attestationKey = new Uint8Array(64).fill(1);
      },
    },
  ],
  [
    'an attestation key off the curve that nobody certified',
    'qe_report_data_mismatch',
    { world: flip(ATTESTATION_KEY + 3) },
  ],
  [
    "another's attestation key",
    'qe_report_data_mismatch',
    { world: (world, { other }) => write(ATTESTATION_KEY, other.point)(world) },
  ],
  [
    "a quoting enclave's report with data behind the hash",
    'qe_report_data_mismatch',
    {
      recipe: (recipe) => {
        recipe.editQeReport = (report) => {
          report[360] = 1;
        };
      },
    },
  ],
  [
    'authentication data that was not hashed',
    'qe_report_data_mismatch',
    {
      recipe: (recipe) => {
        recipe.editQeReport = (report) => void report.fill(7, 320, 352);
      },
    },
  ],
  [
    "a changed quoting enclave's report",
    'qe_report_signature_invalid',
    { world: flip(QE_REPORT + 70) },
  ],
  [
    "a changed signature of the quoting enclave's report",
    'qe_report_signature_invalid',
    { world: flip(QE_SIGNATURE + 9) },
  ],
  [
    'an SGX quote where TDX is demanded',
    'quote_tee_mismatch',
    { kind: 'sgx', world: () => ({ verify: verifyTdx }) },
  ],
  [
    'a TDX quote where SGX is demanded',
    'quote_tee_mismatch',
    { world: () => ({ verify: verifySgx }) },
  ],
];

const CERTIFICATES: readonly Refusal[] = [
  [
    'leaf and authority in each other’s place',
    'pck_malformed',
    { world: withChain(({ leaf, authority, root }) => [authority, leaf, root]) },
  ],
  [
    'authority and root in each other’s place',
    'chain_untrusted_root',
    { world: withChain(({ leaf, authority, root }) => [leaf, root, authority]) },
  ],
  [
    'a chain of two',
    'chain_length',
    { world: withChain(({ leaf, authority }) => [leaf, authority]) },
  ],
  [
    'a chain of four',
    'pem_malformed',
    { world: withChain(({ leaf, authority, root }) => [leaf, authority, root, root]) },
  ],
  [
    'an authority as leaf',
    'chain_wrong_role',
    {
      recipe: (recipe) => {
        recipe.leaf = { ...leafOf(recipe), authority: {} };
      },
    },
  ],
  [
    'an issuer that is no authority',
    'chain_not_ca',
    {
      recipe: (recipe) => {
        recipe.quotedAuthority = { authority: undefined };
      },
    },
  ],
  [
    'an issuer that may not sign certificates',
    'chain_not_ca',
    {
      recipe: (recipe) => {
        recipe.quotedAuthority = { keyUsage: [6] };
      },
    },
  ],
  [
    'more authorities than the root allows',
    'chain_path_length',
    {
      recipe: (recipe) => {
        recipe.root = { authority: { pathLength: 0 } };
      },
    },
  ],
  [
    'a root of the same name that is not pinned',
    'chain_untrusted_root',
    { world: () => ({ options: { trust: { intel: ['00'.repeat(32)] } } }) },
  ],
  [
    'a root with one bit changed',
    'chain_untrusted_root',
    {
      world: withChain(({ leaf, authority, root }) => [
        leaf,
        authority,
        flipped(root, 8 * root.length - 8),
      ]),
    },
  ],
  ...(['leaf', 'quotedAuthority', 'authority', 'root', 'tcbSigner'] as const).flatMap(
    (role): readonly Refusal[] => [
      [
        `${role}: an expired certificate`,
        'chain_expired',
        { recipe: (recipe) => changeCertificate(recipe, role, { notAfter: day('05-31') }) },
      ],
      [
        `${role}: a certificate not valid yet`,
        'chain_not_yet_valid',
        { recipe: (recipe) => changeCertificate(recipe, role, { notBefore: day('06-02') }) },
      ],
    ],
  ),
  [
    'a leaf that its issuer did not sign',
    'chain_signature_invalid',
    { recipe: (recipe, { other }) => changeCertificate(recipe, 'leaf', { signer: other }) },
  ],
  [
    'an authority in the quote that the root did not sign',
    'chain_signature_invalid',
    {
      recipe: (recipe, { other }) => {
        recipe.quotedAuthority = { signer: other };
      },
    },
  ],
  [
    'an authority in the collateral that the root did not sign',
    'chain_signature_invalid',
    {
      recipe: (recipe, { other }) => {
        recipe.authority = { signer: other };
      },
    },
  ],
  [
    'a TCB signer that the root did not sign',
    'chain_signature_invalid',
    {
      recipe: (recipe, { other }) => {
        recipe.tcbSigner = { signer: other };
      },
    },
  ],
  [
    'a TCB signer in place of a PCK certificate',
    'chain_wrong_role',
    {
      recipe: (recipe) => changeCertificate(recipe, 'leaf', { subject: 'Intel SGX TCB Signing' }),
    },
  ],
  [
    'a PCK certificate in place of the TCB signer',
    'chain_wrong_role',
    {
      recipe: (recipe) => {
        recipe.tcbSigner = { subject: 'Intel SGX PCK Certificate' };
      },
    },
  ],
  [
    'an authority of another name',
    'chain_wrong_role',
    {
      recipe: (recipe) => {
        recipe.authority = { subject: 'Intel SGX PCK Other CA' };
      },
    },
  ],
  [
    'an unknown critical extension',
    'chain_critical_extension',
    {
      recipe: (recipe) =>
        changeCertificate(recipe, 'leaf', {
          extensions: [
            { oid: SGX, value: pckExtension(recipe) },
            { oid: '1.2.3.4', critical: true, value: hex('0500') },
          ],
        }),
    },
  ],
  ['no certificates but other text', 'pem_malformed', { world: withChain(() => []) }],
];

const LISTS: readonly Refusal[] = (['rootCrl', 'pckCrl'] as const).flatMap(
  (list): readonly Refusal[] => [
    [`${list}: garbage`, 'crl_malformed', { world: () => collateral({ [list]: hex('deadbeef') }) }],
    [`${list}: empty`, 'crl_malformed', { world: () => collateral({ [list]: new Uint8Array() }) }],
    [
      `${list}: longer than the bound`,
      'crl_malformed',
      { world: () => collateral({ [list]: new Uint8Array(1_048_577) }) },
    ],
    [
      `${list}: a certificate`,
      'crl_malformed',
      { world: ({ certificates }) => collateral({ [list]: certificates.leaf }) },
    ],
    [
      `${list}: not signed by its issuer`,
      'crl_signature_invalid',
      {
        recipe: (recipe, { other }) => {
          recipe[list] = { signer: other };
        },
      },
    ],
    [
      `${list}: of another issuer`,
      'crl_issuer_mismatch',
      {
        recipe: (recipe) => {
          recipe[list] = { issuer: 'Intel SGX PCK Processor CA' };
        },
      },
    ],
    [
      `${list}: expired`,
      'crl_expired',
      {
        recipe: (recipe) => {
          recipe[list] = { nextUpdate: day('05-31') };
        },
      },
    ],
    [
      `${list}: of the future`,
      'crl_not_yet_valid',
      {
        recipe: (recipe) => {
          recipe[list] = { thisUpdate: day('06-02') };
        },
      },
    ],
  ],
);

const REVOCATION: readonly Refusal[] = [
  [
    'the two lists in each other’s place',
    'crl_issuer_mismatch',
    {
      world: ({ collateral: { rootCrl, pckCrl } }) =>
        collateral({ rootCrl: pckCrl, pckCrl: rootCrl }),
    },
  ],
  [
    'a list of another PCK authority than the quote’s',
    'crl_issuer_mismatch',
    {
      recipe: (recipe) => {
        recipe.quotedAuthority = { subject: 'Intel SGX PCK Processor CA' };
      },
    },
  ],
  [
    'a revoked PCK certificate',
    'certificate_revoked',
    {
      recipe: (recipe) => {
        recipe.pckCrl = { revoked: [5, 77] };
      },
    },
  ],
  [
    'a revoked PCK authority',
    'certificate_revoked',
    {
      recipe: (recipe) => {
        recipe.rootCrl = { revoked: [2] };
      },
    },
  ],
  [
    'a revoked TCB signer',
    'certificate_revoked',
    {
      recipe: (recipe) => {
        recipe.rootCrl = { revoked: [3] };
      },
    },
  ],
];

const PCK: readonly Refusal[] = [
  [
    'no SGX extension',
    'pck_malformed',
    { recipe: (recipe) => changeCertificate(recipe, 'leaf', { extensions: [] }) },
  ],
  [
    'the SGX extension twice',
    'certificate_malformed',
    {
      recipe: (recipe) => {
        const extension = { oid: SGX, value: pckExtension(recipe) };
        recipe.leaf = { extensions: [extension, extension] };
      },
    },
  ],
  ['a field of it twice', 'pck_malformed', extensionOf((fields) => [...fields, ...fields])],
  ...[0, 1, 2, 3, 4].map(
    (gone): Refusal => [
      `without its field ${gone + 1}`,
      'pck_malformed',
      extensionOf((fields) => fields.filter((_, i) => i !== gone)),
    ],
  ),
  [
    'a component beyond a byte',
    'pck_malformed',
    {
      recipe: (recipe) => {
        recipe.cpuSvn = [256, ...Array(15).fill(5)];
      },
    },
  ],
  [
    'fifteen components',
    'pck_malformed',
    {
      recipe: (recipe) => {
        recipe.cpuSvn = Array(15).fill(5);
      },
    },
  ],
  [
    'a short FMSPC',
    'pck_malformed',
    {
      recipe: (recipe) => {
        recipe.fmspc = '00806f0500';
      },
    },
  ],
];

const STATEMENTS: readonly Refusal[] = (
  [
    ['tcbInfo', 'tcb_info'],
    ['qeIdentity', 'qe_identity'],
  ] as const
).flatMap(([statement, prefix]): readonly Refusal[] => {
  const edit = (change: (value: Json) => void): Change => ({
    recipe: (recipe) => change(recipe[statement]),
  });
  const rewrite = (change: (text: string) => string): Change => ({
    recipe: (recipe) => {
      recipe[statement] = change(JSON.stringify(recipe[statement]));
    },
  });
  /** Changes the text after it was signed. */
  const tamper = (change: (text: string) => string): Change => ({
    world: (world) => {
      const { text, ...rest } = world.collateral[statement];
      return collateral({ [statement]: { ...rest, text: change(text) } });
    },
  });
  const broken = `${prefix}_malformed` as const;
  return [
    [
      `${statement}: a changed signature`,
      `${prefix}_signature_invalid`,
      {
        world: ({ collateral: { [statement]: signed } }) =>
          collateral({ [statement]: { ...signed, signature: flipped(signed.signature, 8 * 63) } }),
      },
    ],
    [
      `${statement}: a signature of another length`,
      `${prefix}_signature_invalid`,
      {
        world: ({ collateral: { [statement]: signed } }) =>
          collateral({ [statement]: { ...signed, signature: new Uint8Array(65) } }),
      },
    ],
    [
      `${statement}: written anew with spaces`,
      `${prefix}_signature_invalid`,
      tamper((text) => JSON.stringify(JSON.parse(text), undefined, 1)),
    ],
    [
      `${statement}: written anew in another order`,
      `${prefix}_signature_invalid`,
      tamper((text) =>
        JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse())),
      ),
    ],
    [
      `${statement}: a name twice`,
      broken,
      rewrite((text) => text.replace('{', '{"nextUpdate":"2036-06-20T00:00:00Z",')),
    ],
    [
      `${statement}: a name twice, once escaped`,
      broken,
      rewrite((text) => text.replace('{', '{"\\u006eextUpdate":"2036-06-20T00:00:00Z",')),
    ],
    [
      `${statement}: a name twice further in`,
      broken,
      rewrite((text) =>
        text
          .replace('{"isvsvn"', '{"isvsvn":9,"isvsvn"')
          .replace('{"sgxtcb', '{"pcesvn":1,"sgxtcb'),
      ),
    ],
    [`${statement}: no JSON`, broken, rewrite((text) => text.slice(1))],
    [`${statement}: not ASCII`, broken, rewrite((text) => text.replace('{', '{"é":1,'))],
    [`${statement}: a list`, broken, rewrite((text) => `[${text}]`)],
    [`${statement}: longer than the bound`, broken, rewrite((text) => text + ' '.repeat(262_144))],
    [
      `${statement}: expired`,
      `${prefix}_expired`,
      edit((value) => {
        value.nextUpdate = '2026-05-31T23:59:59Z';
      }),
    ],
    [
      `${statement}: of the future`,
      `${prefix}_not_yet_valid`,
      edit((value) => {
        value.issueDate = '2026-06-01T00:00:01Z';
      }),
    ],
    [
      `${statement}: version 4`,
      broken,
      edit((value) => {
        value.version = 4;
      }),
    ],
    [
      `${statement}: an unknown identifier`,
      broken,
      edit((value) => {
        value.id = 'QVE';
      }),
    ],
    [
      `${statement}: an inherited identifier`,
      broken,
      edit((value) => {
        value.id = 'toString';
      }),
    ],
    [
      `${statement}: no levels`,
      broken,
      edit((value) => {
        value.tcbLevels = [];
      }),
    ],
    [`${statement}: a level twice`, broken, edit(({ tcbLevels }) => tcbLevels.push(tcbLevels[0]))],
    [
      `${statement}: an unknown status`,
      broken,
      edit(({ tcbLevels }) => {
        tcbLevels[3 % tcbLevels.length].tcbStatus = 'Fine';
      }),
    ],
    [
      `${statement}: a date that no calendar has`,
      broken,
      edit(({ tcbLevels }) => {
        tcbLevels[0].tcbDate = '2026-04-31T00:00:00Z';
      }),
    ],
    [
      `${statement}: a date without time zone`,
      broken,
      edit((value) => {
        value.issueDate = '2026-05-20T00:00:00';
      }),
    ],
    [
      `${statement}: advisories that are no texts`,
      broken,
      edit(({ tcbLevels }) => {
        tcbLevels[0].advisoryIDs = [1];
      }),
    ],
    [
      `${statement}: without evaluation number`,
      broken,
      edit((value) => void delete value.tcbEvaluationDataNumber),
    ],
    [
      `${statement}: a number in quotes`,
      broken,
      edit((value) => {
        value.tcbEvaluationDataNumber = '18';
      }),
    ],
  ];
});

const TCB_INFO: readonly Refusal[] = [
  ...(['sgxtcbcomponents', 'tdxtcbcomponents'] as const).flatMap((name) =>
    [0, 15, 17].map(
      (count): Refusal => [
        `${count} ${name}`,
        'tcb_info_malformed',
        tcb(({ tcbLevels }) => {
          tcbLevels[1].tcb[name] = components(Array(count).fill(1));
        }),
      ],
    ),
  ),
  [
    'a component beyond a byte',
    'tcb_info_malformed',
    tcb(({ tcbLevels }) => {
      tcbLevels[0].tcb.sgxtcbcomponents[3].svn = 256;
    }),
  ],
  [
    'a negative PCESVN',
    'tcb_info_malformed',
    tcb(({ tcbLevels }) => {
      tcbLevels[0].tcb.pcesvn = -1;
    }),
  ],
  [
    'a fractional PCESVN',
    'tcb_info_malformed',
    tcb(({ tcbLevels }) => {
      tcbLevels[0].tcb.pcesvn = 1.5;
    }),
  ],
  [
    'another order of components',
    'tcb_info_malformed',
    tcb((info) => {
      info.tcbType = 1;
    }),
  ],
  ['no module', 'tcb_info_malformed', tcb((info) => void delete info.tdxModule)],
  [
    'the same module twice',
    'tcb_info_malformed',
    tcb(({ tdxModuleIdentities: list }) => list.push({ ...list[0], id: 'tdx_03' })),
  ],
  [
    'a module of no major version',
    'tcb_info_malformed',
    tcb(({ tdxModuleIdentities: list }) => {
      list[0].id = 'TDX_3';
    }),
  ],
  [
    'another FMSPC',
    'tcb_info_mismatch',
    tcb((info) => {
      info.fmspc = '00806F050001';
    }),
  ],
  [
    'another PCE',
    'tcb_info_mismatch',
    tcb((info) => {
      info.pceId = '0001';
    }),
  ],
  [
    'TCB info of SGX for TDX',
    'tcb_info_mismatch',
    {
      recipe: (recipe) => {
        recipe.tcbInfo = goodRecipe('sgx').tcbInfo;
      },
    },
  ],
  [
    'TCB info of TDX for SGX',
    'tcb_info_mismatch',
    {
      kind: 'sgx',
      recipe: (recipe) => {
        recipe.tcbInfo = goodRecipe('td10').tcbInfo;
      },
    },
  ],
  [
    'the identity of the SGX enclave for TDX',
    'qe_identity_mismatch',
    {
      recipe: (recipe) => {
        recipe.qeIdentity.id = 'QE';
      },
    },
  ],
  [
    'the identity of the TDX enclave for SGX',
    'qe_identity_mismatch',
    {
      kind: 'sgx',
      recipe: (recipe) => {
        recipe.qeIdentity.id = 'TD_QE';
      },
    },
  ],
  [
    'the identity of version 3 for SGX',
    'qe_identity_malformed',
    {
      kind: 'sgx',
      recipe: (recipe) => {
        recipe.qeIdentity.version = 3;
      },
    },
  ],
];

const ENCLAVE: readonly Refusal[] = [
  [
    'of another signer',
    'qe_identity_mismatch',
    qe((report) => {
      report[130] = 1;
    }),
  ],
  [
    'of another product',
    'qe_identity_mismatch',
    qe((report) => {
      report[256] = 1;
    }),
  ],
  [
    'with another MISCSELECT',
    'qe_identity_mismatch',
    qe((report) => {
      report[17] = 1;
    }),
  ],
  [
    'with another attribute',
    'qe_identity_mismatch',
    qe((report) => {
      report[48] = 0x31;
    }),
  ],
  [
    'in debug mode',
    'qe_identity_mismatch',
    qe((report) => {
      report[48] = 0x13;
    }),
  ],
  [
    'in debug mode that the identity would allow',
    'qe_identity_mismatch',
    {
      recipe: (recipe) => {
        recipe.editQeReport = (report) => {
          report[48] = 0x13;
        };
        recipe.qeIdentity.attributes = `13${'00'.repeat(15)}`;
      },
    },
  ],
];

const TCB: readonly Refusal[] = [
  [
    'a platform below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.cpuSvn = [1, ...Array(15).fill(5)];
      },
    },
  ],
  [
    'a PCE below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.pceSvn = 9;
      },
    },
  ],
  [
    'a TDX component below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [5, 1, 1, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a TDX module below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [2, 1, 5, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a quoting enclave below every level',
    'tcb_not_supported',
    {
      recipe: (recipe) => {
        recipe.qeIsvSvn = 0;
      },
    },
  ],
  [
    'a TDX module of unknown major version',
    'tdx_module_missing',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [5, 2, 5, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a TDX module now loaded of unknown major version',
    'tdx_module_missing',
    {
      kind: 'td15',
      recipe: (recipe) => {
        recipe.teeTcbSvn = [3, 1, 5, ...Array(13).fill(0)];
        recipe.teeTcbSvn2 = [9, 2, 9, ...Array(13).fill(0)];
      },
    },
  ],
  [
    'a TDX module of another signer',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.editSigned = (quote) => {
          quote[48 + 70] = 1;
        };
      },
    },
  ],
  [
    'a TDX module with attributes',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.editSigned = (quote) => {
          quote[48 + 112] = 1;
        };
      },
    },
  ],
  [
    'a TDX module with attributes that the TCB info masks out',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.editSigned = (quote) => {
          quote[48 + 112] = 1;
        };
        for (const identity of recipe.tcbInfo.tdxModuleIdentities) {
          identity.attributesMask = '00'.repeat(8);
        }
      },
    },
  ],
  [
    'a TDX module of version 0 and another signer',
    'tdx_module_mismatch',
    {
      recipe: (recipe) => {
        recipe.teeTcbSvn = [5, 0, 5, ...Array(13).fill(0)];
        recipe.tcbInfo.tdxModule.mrsigner = `01${'00'.repeat(47)}`;
      },
    },
  ],
];

/** Every refusal as a case. */
export function intelNegativeCases(keys: Keys): readonly Case[] {
  const groups = [
    ['quote', QUOTE],
    ['certificates', CERTIFICATES],
    ['revocation lists', LISTS],
    ['revocation', REVOCATION],
    ['PCK certificate', PCK],
    ['statements', STATEMENTS],
    ['collateral', TCB_INFO],
    ['quoting enclave', ENCLAVE],
    ['TCB', TCB],
  ] as const;
  return [
    ...groups.flatMap(([group, refusals]) =>
      refusals.map(([law, code, change]) => ({
        name: `refused, ${group}: ${law} (${code})`,
        run: () => refuse(keys, code, change),
      })),
    ),
    ...(['sgx', 'td10', 'td15'] as const).map((kind) => ({
      name: `refused, quote: ${kind} cut off anywhere`,
      run: async () => {
        const { quote } = await buildWorld(keys, goodRecipe(kind));
        for (let length = 0; length < quote.length; length++) {
          unparsable(() => parseQuote(quote.subarray(0, length)), 'quote_malformed');
        }
      },
    })),
  ];
}

/** Runs a verification and demands a refusal of this code that the list of checks names last. */
async function refuse(keys: Keys, code: TeeCode, change: Change): Promise<void> {
  const recipe = goodRecipe(change.kind);
  change.recipe?.(recipe, keys);
  const world = await buildWorld(keys, recipe);
  const spoiled = (await change.world?.(world, keys)) ?? {};
  const { verify = verifyQuote, quote = world.quote, options } = spoiled;
  const collateral = { ...world.collateral, ...spoiled.collateral };
  const result = await verify(quote, collateral, {
    now: world.now,
    trust: world.trust,
    ...options,
  });
  refused(result, code);
}

function resized(by: number): (world: World) => Spoiled {
  return (world) => {
    const at = BODY_END.td10;
    const size = new DataView(world.quote.buffer).getUint32(at, true);
    return write(at, little(size + by, 4))(world);
  };
}

function grown(quote: Uint8Array, by: number): Spoiled {
  const longer = new Uint8Array(quote.length + by);
  longer.set(quote);
  return { quote: longer };
}

function collateral(change: Partial<IntelCollateral>): Spoiled {
  return { collateral: change };
}

function leafOf(recipe: Recipe): Recipe['leaf'] {
  return { extensions: [{ oid: SGX, value: pckExtension(recipe) }] };
}

function changeCertificate(
  recipe: Recipe,
  role: 'leaf' | 'authority' | 'quotedAuthority' | 'root' | 'tcbSigner',
  change: Recipe['leaf'],
): void {
  recipe[role] = { ...recipe[role], ...change };
}

function extensionOf(edit: (fields: Uint8Array[]) => Uint8Array[]): Change {
  return {
    recipe: (recipe) => {
      recipe.pckExtension = pckExtension(recipe, edit);
    },
  };
}

function tcb(edit: (info: Json) => void): Change {
  return { recipe: (recipe) => void edit(recipe.tcbInfo) };
}

function qe(edit: (report: Uint8Array) => void): Change {
  return {
    recipe: (recipe) => {
      recipe.editQeReport = edit;
    },
  };
}
