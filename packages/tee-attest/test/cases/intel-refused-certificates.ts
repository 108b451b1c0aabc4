/** Certificates and revocation lists that must be refused. */
import { toPem } from '@barycenter/testing/synthetic-ca';
import { flipped } from './case.ts';
import { type Change, collateral, type Refusal, type Spoiled } from './intel-refusal.ts';
import { hex, little, pckExtension, type Recipe, SGX, type World } from './intel-world.ts';

/** Offsets in a TDX quote of version 4. */
const SIGNATURE = 48 + 584 + 4;
const QE_REPORT = SIGNATURE + 64 + 64 + 6;
const AUTH_SIZE = QE_REPORT + 384 + 64;

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

export const CERTIFICATES: readonly Refusal[] = [
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
        recipe.leaf = { authority: {} };
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

export const LISTS: readonly Refusal[] = (['rootCrl', 'pckCrl'] as const).flatMap(
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

export const REVOCATION: readonly Refusal[] = [
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

export const PCK: readonly Refusal[] = [
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
