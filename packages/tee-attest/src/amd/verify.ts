/**
 * Verification of SEV-SNP reports: certificates to AMD's root key and its revocation list, then that
 * certificate, report and processor speak of the same product, TCB and chip, then the report's
 * signature (AMD documents 56860 and 57230). Facts only: whether they suffice (debug mode,
 * privilege level, measurement, TCB floor) is the policy's question.
 *
 * The certificate must be for the TCB that the report states as reported, not the current one: the
 * host may hold the reported TCB back, and the key is derived from it.
 */
import { bytesToHex, equalBytes, isZero } from '../bytes.ts';
import {
  type Certificate,
  MAX_CERTIFICATE_BYTES,
  parseCertificate,
  parseCertificates,
} from '../certificate.ts';
import { verifyIssued } from '../chain.ts';
import { type Checks, recorded, type Verified } from '../checks.ts';
import { TeeError } from '../errors.ts';
import {
  checkAuthority,
  openAuthority,
  type PreparedSnpAuthority,
  readAuthority,
  readOptions,
  type SnpAuthority,
  type SnpAuthorityCollateral,
  type SnpContext,
  type SnpOptions,
  verifyAuthority,
} from './authority.ts';
import { readEndorsement, type SnpEndorsement } from './endorsement.ts';
import type { SnpFacts } from './facts.ts';
import { describeTcb, productOfCpuid, readTcb, type SnpProduct } from './product.ts';
import { parseSnpReport, type SnpReport } from './report.ts';

/** Certificates of the signing key, DER or PEM text: the one that the report names is used. */
export interface SnpKeys {
  readonly vcek?: Uint8Array | string | undefined;
  readonly vlek?: Uint8Array | string | undefined;
}

/** What a report is judged by: the key's certificate and its authority, prepared or not. */
export type SnpCollateral = SnpKeys &
  (SnpAuthorityCollateral | { readonly authority: PreparedSnpAuthority });

/**
 * Verifies a report of 1184 bytes. Costs one P-384 and three RSA-4096 verifications, made at once;
 * with a prepared authority one of each.
 * @throws TypeError if `now` is no valid `Date`, an option is none, `report` is not bytes, or
 *   `authority` was not made by `prepareSnpCollateral`.
 */
export async function verifySnp(
  report: Uint8Array,
  collateral: SnpCollateral,
  options: SnpOptions,
): Promise<Verified<SnpFacts>> {
  const context = readOptions(options);
  if (!(report instanceof Uint8Array)) throw new TypeError('report: expected a Uint8Array');
  const prepared = 'authority' in collateral ? openAuthority(collateral.authority) : undefined;
  return recorded('amd.report', (checks) =>
    verify(report, { collateral, prepared, context, checks }),
  );
}

async function verify(
  bytes: Uint8Array,
  {
    collateral,
    prepared,
    context,
    checks,
  }: {
    collateral: SnpCollateral;
    prepared: SnpAuthority | undefined;
    context: SnpContext;
    checks: Checks;
  },
): Promise<SnpFacts> {
  const report = checks.read('amd.report', () => parseSnpReport(bytes));
  checks.pass('amd.report', `version ${report.version}`);
  const leaf = readKey(report, collateral, checks);
  const endorsement = checks.read('amd.endorsement', () => readEndorsement(leaf));
  const authority =
    prepared ?? readAuthority(collateral as SnpAuthorityCollateral, context, checks);
  checkAuthority(authority, { context, checks, leaf });
  checks.must(
    endorsement.kind === authority.endorses && endorsement.kind === report.signingKey,
    'amd.chain.leaf.role',
    'chain_wrong_role',
    {
      expected: report.signingKey,
      actual: `${endorsement.kind} below ${authority.endorses} issuer`,
    },
  );
  const { product } = authority;
  checkProduct(product, { report, endorsement, checks });
  const tcb = checks.read('amd.tcb', () => ({
    current: readTcb(report.currentTcb, product),
    reported: readTcb(report.reportedTcb, product),
    committed: readTcb(report.committedTcb, product),
    launch: readTcb(report.launchTcb, product),
  }));
  const [expected, actual] = [describeTcb(tcb.reported), describeTcb(endorsement.tcb)];
  checks.must(expected === actual, 'amd.tcb', 'snp_tcb_mismatch', { expected, actual });
  checkChip(report, endorsement, checks);

  const { crypto } = context;
  await checks.together(
    async (list) => {
      if (prepared === undefined) await verifyAuthority(authority, context, list);
    },
    (list) => verifyIssued(leaf, authority.issuer, { crypto, checks: list, id: 'amd.chain.leaf' }),
    async (list) => {
      const { signed: data, signature } = report;
      const algorithm = { kind: 'ecdsa', hash: 'SHA-384' } as const;
      const genuine = await crypto.verify({ key: leaf.publicKey, algorithm, signature, data });
      list.must(genuine, 'amd.report.signature', 'snp_signature_invalid');
    },
  );
  const { kind: signedBy, cspId } = endorsement;
  return {
    kind: 'snp',
    product,
    report,
    reportData: report.reportData,
    signedBy,
    chipId: chipOf(report, endorsement),
    cspId,
    tcb,
    revocation: authority.crl === undefined ? 'unchecked' : 'checked',
    expiresAt: expiry(leaf, authority),
    crlNumber: authority.crl?.number,
  };
}

/** The certificate of the key that the report says has signed it. */
function readKey(report: SnpReport, keys: SnpKeys, checks: Checks): Certificate {
  const { signingKey } = report;
  checks.must(signingKey !== 'none', 'amd.report.signingKey', 'snp_not_signed');
  const given = signingKey === 'vlek' ? keys.vlek : keys.vcek;
  checks.must(given !== undefined, 'amd.endorsement', 'snp_endorsement_missing', {
    expected: signingKey,
  });
  return checks.read('amd.endorsement', () => parseKey(given as Uint8Array | string));
}

function parseKey(given: Uint8Array | string): Certificate {
  // A copy that nobody else holds, of no more bytes than show that a certificate is too long.
  if (typeof given !== 'string')
    return parseCertificate(Uint8Array.from(given.subarray(0, MAX_CERTIFICATE_BYTES + 1)));
  const [certificate, ...rest] = parseCertificates(given);
  if (certificate === undefined || rest.length > 0) {
    throw new TeeError('chain_length', `${rest.length + 1} certificates of a signing key`);
  }
  return certificate;
}

/** Chain, certificate and, where the report tells it, processor are of one product. */
function checkProduct(
  expected: SnpProduct,
  {
    report,
    endorsement,
    checks,
  }: { report: SnpReport; endorsement: SnpEndorsement; checks: Checks },
): void {
  const { product } = endorsement;
  const code = 'snp_product_mismatch';
  checks.must(product === expected, 'amd.product', code, { expected, actual: product });
  if (report.cpuid === undefined) return;
  const { family, model, stepping } = report.cpuid;
  checks.must(productOfCpuid(report.cpuid) === expected, 'amd.cpuid', code, {
    expected,
    actual: `family ${family}, model ${model}, stepping ${stepping}`,
  });
}

function checkChip({ chipId, chipKeyMasked }: SnpReport, { hwid }: SnpEndorsement, checks: Checks) {
  const code = 'snp_chip_mismatch';
  const actual = bytesToHex(chipId);
  if (chipKeyMasked) {
    checks.must(isZero(chipId), 'amd.chip.masked', code, { expected: 'zeros', actual });
  } else if (hwid !== undefined) {
    const expected = padded(hwid);
    const same = equalBytes(chipId, expected);
    checks.must(same, 'amd.chip', code, { expected: bytesToHex(expected), actual });
  }
}

function chipOf({ chipId }: SnpReport, { hwid }: SnpEndorsement): Uint8Array | undefined {
  if (hwid !== undefined) return padded(hwid);
  return isZero(chipId) ? undefined : chipId;
}

/** A hardware id as it stands in reports. */
function padded(hwid: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set(hwid);
  return bytes;
}

function expiry(leaf: Certificate, { issuer, root, crl }: SnpAuthority): Date {
  const ends = [leaf, issuer, root].map(({ notAfter }) => notAfter);
  return new Date(Math.min(...ends, crl?.nextUpdate ?? Number.POSITIVE_INFINITY));
}
