/**
 * The authority that endorses SEV-SNP keys (AMD document 57230): a root key per product (ARK), below
 * it one certificate that issues VCEKs (ASK) and one that issues VLEKs (ASVK), and the root's
 * revocation list, which revokes those two. It is the same for all chips of a product: its
 * signatures are verified once for many reports; validity, pins and roles are looked at every time.
 */
import { type Certificate, commonName, fingerprint, parseCertificates } from '../certificate.ts';
import { checkPath, checkRole, verifyIssued } from '../chain.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { readNow } from '../clock.ts';
import {
  type Crl,
  checkCrlTime,
  checkNotRevoked,
  MAX_CRL_BYTES,
  parseCrl,
  verifyCrl,
} from '../crl.ts';
import { type CryptoProvider, defaultCrypto } from '../crypto.ts';
import { PRODUCTION_TRUST, type TrustAnchors } from '../trust.ts';
import { SNP_PRODUCTS, type SnpProduct } from './product.ts';

/** What AMD publishes for a product. */
export interface SnpAuthorityCollateral {
  /** PEM of ASK (or ASVK) and ARK, in this order, as KDS gives it under `cert_chain`. */
  readonly chain: string;
  /** DER of the root's revocation list, as KDS gives it under `crl`. */
  readonly crl?: Uint8Array | undefined;
}

/** When, by which roots and how evidence is judged. */
export interface SnpOptions {
  readonly now: Date;
  /** Default: {@link PRODUCTION_TRUST}. */
  readonly trust?: TrustAnchors;
  /** Default: `defaultCrypto()`. */
  readonly crypto?: CryptoProvider;
  /**
   * `required` (default): without a current list there are no facts. `unchecked`: a list is not
   * demanded, and the facts say so; one that is given must hold all the same.
   */
  readonly revocation?: 'required' | 'unchecked';
}

/** {@link SnpOptions} with every default filled in. */
export interface SnpContext extends Required<Omit<SnpOptions, 'now'>> {
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** An authority as it was parsed. */
export interface SnpAuthority {
  readonly product: SnpProduct;
  /** Which kind of key it endorses. */
  readonly endorses: 'vcek' | 'vlek';
  readonly issuer: Certificate;
  readonly root: Certificate;
  readonly crl: Crl | undefined;
}

/** An authority whose signatures held; {@link prepareSnpCollateral} makes it. */
export interface PreparedSnpAuthority {
  readonly product: SnpProduct;
  /** Which kind of key it endorses. */
  readonly endorses: 'vcek' | 'vlek';
}

/** What was verified, out of reach of whoever holds the prepared object. */
const verified = /* @__PURE__ */ new WeakMap<PreparedSnpAuthority, SnpAuthority>();

/**
 * Verifies the signatures of an authority, for use with many reports. Costs one RSA-4096
 * verification, with a revocation list two.
 * @throws TypeError if `now` is no valid `Date` or an option is none.
 */
export async function prepareSnpCollateral(
  collateral: SnpAuthorityCollateral,
  options: SnpOptions,
): Promise<Verified<PreparedSnpAuthority>> {
  const context = readOptions(options);
  return recorded('amd.authority', async (checks) => {
    const authority = readAuthority(collateral, context, checks);
    checkAuthority(authority, { context, checks });
    await verifyAuthority(authority, context, checks);
    const { product, endorses } = authority;
    const prepared: PreparedSnpAuthority = Object.freeze({ product, endorses });
    verified.set(prepared, authority);
    return prepared;
  });
}

/**
 * The authority behind a prepared one.
 * @throws TypeError if {@link prepareSnpCollateral} did not make it.
 */
export function openAuthority(prepared: PreparedSnpAuthority): SnpAuthority {
  const authority = verified.get(prepared);
  if (authority === undefined)
    throw new TypeError('authority: expected one made by prepareSnpCollateral');
  return authority;
}

/** Fills in the defaults. */
export function readOptions(options: SnpOptions): SnpContext {
  const { revocation = 'required', trust = PRODUCTION_TRUST, crypto = defaultCrypto() } = options;
  if (revocation !== 'required' && revocation !== 'unchecked') {
    throw new TypeError(`revocation: expected 'required' or 'unchecked', got ${revocation}`);
  }
  return { now: readNow(options.now), trust, crypto, revocation };
}

/** Parses an authority; which product it is for is told by its root. */
export function readAuthority(
  { chain, crl }: SnpAuthorityCollateral,
  { trust }: SnpContext,
  checks: Checks,
): SnpAuthority {
  const [issuer, root, ...rest] = checks.read('amd.chain', () => parseCertificates(chain));
  if (issuer === undefined || root === undefined || rest.length > 0) {
    checks.must(false, 'amd.chain.length', 'chain_length', { expected: '2 certificates' });
  }
  const certificates = { issuer: issuer as Certificate, root: root as Certificate };
  const pin = fingerprint(certificates.root);
  const product = SNP_PRODUCTS.find((name) => pinsOf(trust, name).includes(pin));
  checks.must(product !== undefined, 'amd.root', 'chain_untrusted_root', { actual: pin });
  const vlek = commonName(certificates.issuer) === issuerName('vlek', product as SnpProduct);
  return {
    product: product as SnpProduct,
    endorses: vlek ? 'vlek' : 'vcek',
    ...certificates,
    crl: crl && checks.read('amd.crl', () => readList(crl)),
  };
}

/** Everything about an authority but its signatures, and the same about a certificate it issued. */
export function checkAuthority(
  { product, endorses, issuer, root, crl }: SnpAuthority,
  { context, checks, leaf }: { context: SnpContext; checks: Checks; leaf?: Certificate },
): void {
  const { now, crypto, trust, revocation } = context;
  const id = 'amd.chain';
  const chain = leaf === undefined ? [issuer, root] : [leaf, issuer, root];
  checkPath(chain, { roots: pinsOf(trust, product), now, crypto, checks, id });
  chain.forEach(({ algorithm }, i) => {
    const { kind, hash } = algorithm;
    const pss = kind === 'rsa-pss' && hash === 'SHA-384' && algorithm.saltBytes === 48;
    checks.must(pss, `${id}.${i}.algorithm`, 'certificate_malformed', {
      expected: 'RSASSA-PSS with SHA-384 and 48 bytes of salt',
    });
  });
  checkRole(root, `ARK-${product}`, checks, `${id}.root`);
  checkRole(issuer, issuerName(endorses, product), checks, `${id}.issuer`);
  checks.must(crl !== undefined || revocation === 'unchecked', 'amd.crl', 'crl_missing');
  if (crl === undefined) return;
  checkCrlTime(crl, { now, checks, id: 'amd.crl' });
  checkNotRevoked(issuer, crl, checks, `${id}.issuer`);
}

/** Verifies the signatures of an authority: by the root, over the issuer and the revocation list. */
export async function verifyAuthority(
  { issuer, root, crl }: SnpAuthority,
  { now, crypto }: SnpContext,
  checks: Checks,
): Promise<void> {
  await checks.together(
    (list) => verifyIssued(issuer, root, { crypto, checks: list, id: 'amd.chain.issuer' }),
    async (list) => {
      if (crl === undefined) return;
      await verifyCrl(crl, { issuer: root, now, crypto, checks: list, id: 'amd.crl' });
    },
  );
}

/** A list in a copy that nobody else holds, of no more bytes than show that it is too long. */
function readList(crl: Uint8Array): Crl {
  return parseCrl(Uint8Array.from(crl.subarray(0, MAX_CRL_BYTES + 1)));
}

function pinsOf({ amd }: TrustAnchors, product: SnpProduct): readonly string[] {
  return { Milan: amd.milan, Genoa: amd.genoa, Turin: amd.turin }[product];
}

function issuerName(kind: 'vcek' | 'vlek', product: SnpProduct): string {
  return kind === 'vcek' ? `SEV-${product}` : `SEV-VLEK-${product}`;
}
